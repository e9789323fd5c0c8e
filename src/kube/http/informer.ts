import { type Clock, type Disposable, getString } from '../../base/index.ts'
import type { KubeClient, KubeError, ListOptions, WatchEvent } from '../client.ts'
import type { KubeObject } from '../types.ts'
import { asKubeError } from './errors.ts'

export interface InformerOptions extends ListOptions {
  readonly client: KubeClient
  readonly kind: { readonly apiVersion: string; readonly kind: string }
  readonly clock: Clock
  readonly onAdd?: (object: KubeObject) => void
  readonly onUpdate?: (object: KubeObject, before: KubeObject) => void
  readonly onDelete?: (object: KubeObject) => void
  /** Called after the first full list, once everything in it was reported. */
  readonly onSynced?: () => void
  /** Called for each failure; the informer goes on by itself. */
  readonly onError?: (error: KubeError) => void
  /** What is kept of an object; by default all but `metadata.managedFields`, which nobody shows and which is large. */
  readonly transform?: (object: KubeObject) => KubeObject
  /** Spreads retries: a number in [0, 1). Default: none, for reproducible runs. */
  readonly jitter?: () => number
}

/** A local copy of the server's objects of one kind that follows their changes. */
export interface Informer extends Disposable {
  readonly synced: boolean
  /** The object by `namespace/name` (just the name for cluster-scoped ones). */
  get(key: string): KubeObject | undefined
  /** All objects, in the order in which they were first seen. */
  objects(): readonly KubeObject[]
}

const firstDelay = 800
const longestDelay = 30_000
/** A watch that ran this long without failing makes the next failure count as the first again. */
const resetAfter = 120_000

/**
 * Lists a kind, then watches it, and reports what changes (behaviour of client-go's reflector and shared informer).
 * A watch that ends is resumed from the last version seen; when the server has forgotten that version (410) everything
 * is listed again and the differences are reported. Failures are retried with growing delays (0.8 s to 30 s).
 */
export function createInformer(options: InformerOptions): Informer {
  const informer = new ListWatch(options)
  informer.start()
  return informer
}

/** The key under which an informer keeps an object. */
export function informerKey(object: KubeObject): string {
  const namespace = getString(object, 'metadata', 'namespace')
  return namespace === undefined || namespace === '' ? object.metadata.name : `${namespace}/${object.metadata.name}`
}

class ListWatch implements Informer {
  readonly #options: InformerOptions
  readonly #objects = new Map<string, KubeObject>()
  #running: Disposable | undefined
  #disposed = false
  #synced = false
  #version = ''
  #delay = firstDelay

  constructor(options: InformerOptions) {
    this.#options = options
  }

  get synced(): boolean {
    return this.#synced
  }

  get(key: string): KubeObject | undefined {
    return this.#objects.get(key)
  }

  objects(): readonly KubeObject[] {
    return [...this.#objects.values()]
  }

  start(): void {
    this.#options.client.list(this.#options.kind, this.#options).then(
      (list) => {
        if (this.#disposed) return
        this.#replace(list.items)
        this.#version = list.resourceVersion
        this.#delay = firstDelay
        if (!this.#synced) {
          this.#synced = true
          this.#options.onSynced?.()
        }
        this.#watch()
      },
      (error) => this.#retry(asKubeError(error), () => this.start()),
    )
  }

  dispose(): void {
    this.#disposed = true
    this.#running?.dispose()
    this.#running = undefined
  }

  #watch(): void {
    if (this.#disposed) return
    const { client, kind, clock, namespace, labelSelector, fieldSelector } = this.#options
    const started = clock.now()
    const options = {
      resourceVersion: this.#version,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
    }
    let events = 0
    this.#running = client.watch(
      kind,
      options,
      (event) => {
        events++
        this.#take(event)
      },
      (error) => {
        this.#running = undefined
        if (this.#disposed) return
        if (clock.now() - started >= resetAfter) this.#delay = firstDelay
        if (error === undefined && (events > 0 || clock.now() - started >= 1000)) this.#watch()
        else this.#afterFailure(error)
      },
    )
  }

  #afterFailure(error: Error | undefined): void {
    const failure = error === undefined ? undefined : asKubeError(error)
    const expired = failure?.code === 410 || failure?.reason === 'Expired'
    this.#retry(expired ? undefined : failure, () => (expired ? this.start() : this.#watch()))
  }

  /** Waits, then goes on; the delay doubles each time until something succeeds. */
  #retry(error: KubeError | undefined, next: () => void): void {
    if (this.#disposed) return
    if (error !== undefined) this.#options.onError?.(error)
    const delay = this.#delay * (1 + (this.#options.jitter?.() ?? 0))
    this.#delay = Math.min(this.#delay * 2, longestDelay)
    this.#running = this.#options.clock.after(delay, () => {
      this.#running = undefined
      if (!this.#disposed) next()
    })
  }

  #take(event: WatchEvent): void {
    if (event.type === 'BOOKMARK') {
      this.#version = event.resourceVersion
      return
    }
    const key = informerKey(event.object)
    this.#version = versionOf(event.object)
    if (event.type === 'DELETED') this.#remove(key, this.#keep(event.object))
    else this.#put(key, this.#keep(event.object))
  }

  #replace(items: readonly KubeObject[]): void {
    const seen = new Set<string>()
    for (const item of items) {
      const key = informerKey(item)
      seen.add(key)
      this.#put(key, this.#keep(item))
    }
    for (const [key, object] of [...this.#objects]) if (!seen.has(key)) this.#remove(key, object)
  }

  #put(key: string, object: KubeObject): void {
    const before = this.#objects.get(key)
    if (before !== undefined && versionOf(before) === versionOf(object)) return
    this.#objects.set(key, object)
    if (before === undefined) this.#options.onAdd?.(object)
    else this.#options.onUpdate?.(object, before)
  }

  #remove(key: string, last: KubeObject): void {
    if (this.#objects.delete(key)) this.#options.onDelete?.(last)
  }

  #keep(object: KubeObject): KubeObject {
    return (this.#options.transform ?? withoutManagedFields)(object)
  }
}

function withoutManagedFields(object: KubeObject): KubeObject {
  if (object.metadata['managedFields'] === undefined) return object
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata: metadata as KubeObject['metadata'] }
}

function versionOf(object: KubeObject): string {
  return getString(object, 'metadata', 'resourceVersion') ?? ''
}
