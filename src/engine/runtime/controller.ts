import type { Clock, Disposable } from '../../base/index.ts'
import { reconcileRequestAnnotation, stringMap } from '../../flux/index.ts'
import {
  createInformer,
  type Informer,
  informerKey,
  type KubeClient,
  KubeError,
  type KubeObject,
} from '../../kube/index.ts'
import type { EngineLog } from '../ports.ts'
import { ControllerMetrics, type ControllerStats } from './metrics.ts'
import { WorkQueue } from './work-queue.ts'

/** What is to happen after a reconciliation. */
export interface ReconcileResult {
  /** Again at once. */
  readonly requeue?: boolean
  /** Again after this many milliseconds. */
  readonly after?: number
  /** Failed: again with growing delays. */
  readonly error?: Error
}

export interface ControllerOptions {
  readonly kind: { readonly apiVersion: string; readonly kind: string }
  readonly client: KubeClient
  readonly clock: Clock
  readonly log: EngineLog
  readonly concurrency: number
  readonly random: () => number
  readonly namespace?: string | undefined
  readonly reconcile: (object: KubeObject) => Promise<ReconcileResult>
  /** Called after any change to an object of the kind. */
  readonly onChange?: (object: KubeObject, before: KubeObject | undefined) => void
  /** Called when an object is gone. */
  readonly onGone?: (object: KubeObject) => void
}

/**
 * Watches one kind and reconciles its objects: each on creation, on a new generation, on a reconcile request, when asked
 * to, and when its time has come (predicates of the Flux controllers).
 */
export class Controller implements Disposable {
  readonly #options: ControllerOptions
  readonly #queue: WorkQueue
  readonly #metrics = new ControllerMetrics()
  #informer: Informer | undefined
  #held = true
  #disposed = false
  readonly #early = new Set<string>()

  constructor(options: ControllerOptions) {
    this.#options = options
    this.#queue = new WorkQueue({
      clock: options.clock,
      concurrency: options.concurrency,
      jitter: () => options.random() * 0.1,
      work: (key) => this.#work(key),
    })
  }

  /** Begins to watch; resolves when the first list has arrived. Nothing is reconciled before `release`. */
  watch(): Promise<void> {
    const { client, clock, kind, namespace, log } = this.#options
    return new Promise((resolve) => {
      this.#informer = createInformer({
        client,
        clock,
        kind,
        ...(namespace === undefined ? {} : { namespace }),
        onAdd: (object) => {
          this.#options.onChange?.(object, undefined)
          this.enqueue(informerKey(object))
        },
        onUpdate: (object, before) => {
          this.#options.onChange?.(object, before)
          if (isDue(object, before)) this.enqueue(informerKey(object))
        },
        onDelete: (object) => {
          this.#queue.drop(informerKey(object))
          this.#options.onGone?.(object)
        },
        onSynced: () => resolve(),
        onError: (error) => log('warn', `watching ${kind.kind}: ${error.message}`),
      })
    })
  }

  /** Lets the workers begin. */
  release(): void {
    this.#held = false
    for (const key of this.#early) this.#queue.add(key)
    this.#early.clear()
  }

  enqueue(key: string): void {
    if (this.#held) this.#early.add(key)
    else this.#queue.add(key)
  }

  get(key: string): KubeObject | undefined {
    return this.#informer?.get(key)
  }

  objects(): readonly KubeObject[] {
    return this.#informer?.objects() ?? []
  }

  get idle(): boolean {
    return this.#queue.idle && this.#early.size === 0
  }

  /** True when a newer request waits for an object that is being reconciled. */
  isRequested(key: string): boolean {
    return this.#queue.isRequested(key)
  }

  isBusy(key: string): boolean {
    return this.#queue.isBusy(key) || this.#early.has(key)
  }

  whenIdle(): Promise<void> {
    return this.#queue.whenIdle()
  }

  plannedAt(key: string): number | undefined {
    return this.#queue.plannedAt(key)
  }

  stats(): ControllerStats {
    return this.#metrics.snapshot(this.#queue.depth)
  }

  dispose(): void {
    this.#disposed = true
    this.#informer?.dispose()
    this.#queue.dispose()
  }

  async #work(key: string): Promise<void> {
    if (this.#disposed) return
    const { clock, log, kind } = this.#options
    const start = clock.now()
    this.#metrics.reconciles++
    let result: ReconcileResult
    try {
      const object = await this.#read(key)
      if (object === undefined) {
        this.#queue.drop(key)
        return
      }
      result = await this.#options.reconcile(object)
    } catch (error) {
      result = { error: error instanceof Error ? error : new Error(String(error)) }
    } finally {
      this.#metrics.busy += clock.now() - start
    }
    if (this.#disposed) return
    if (result.error !== undefined) {
      this.#metrics.errors++
      log('error', `${kind.kind}/${key}: ${result.error.message}`)
      this.#queue.addRateLimited(key)
    } else if (result.requeue === true) {
      this.#metrics.requeues++
      this.#queue.add(key)
    } else {
      this.#queue.forget(key)
      if (result.after !== undefined) {
        this.#metrics.requeues++
        this.#queue.addAfter(key, result.after)
      }
    }
  }

  /** From the server, not from the watch: a reconciliation must not act on a state it has itself already changed. */
  async #read(key: string): Promise<KubeObject | undefined> {
    const slash = key.indexOf('/')
    const ref = { ...this.#options.kind, name: key.slice(slash + 1), namespace: key.slice(0, slash) }
    try {
      return await this.#options.client.get(ref)
    } catch (error) {
      // The kind itself may have been removed.
      if (error instanceof KubeError && error.reason === 'NoKindMatch') return undefined
      throw error
    }
  }
}

function isDue(object: KubeObject, before: KubeObject): boolean {
  if (object.metadata['generation'] !== before.metadata['generation']) return true
  if (object.metadata['deletionTimestamp'] !== before.metadata['deletionTimestamp']) return true
  const requested = stringMap(object, 'annotations')[reconcileRequestAnnotation]
  return requested !== undefined && requested !== stringMap(before, 'annotations')[reconcileRequestAnnotation]
}
