import { type Disposable, getString, type ObjectRef } from '../../base/index.ts'
import { type FluxKind, fluxApiVersion, fluxKinds, inventoryOf, inventoryRef } from '../../flux/index.ts'
import { systemClock } from '../../host/index.ts'
import {
  createInformer,
  createKubeClient,
  type Informer,
  type KubeClient,
  type KubeError,
  type KubeObject,
  type KubeTransport,
  refOf,
} from '../../kube/index.ts'
import { type FluxObject, type InventoryItem, objectId } from '../../protocol/index.ts'
import { itemHealth } from './item-health.ts'
import { isListed, summarise } from './summary.ts'

/** What a session tells of: gathered, so that a burst of watch events is one message. */
export interface SessionEvents {
  onObjects(upserted: readonly FluxObject[], removed: readonly string[]): void
  onInventory(owner: ObjectRef, items: readonly InventoryItem[]): void
  onControllers(count: number): void
  onTrouble(error: KubeError): void
}

/** Milliseconds in which events are gathered. */
const gather = 30
const deployment = { apiVersion: 'apps/v1', kind: 'Deployment' } as const

/** One open cluster: watches of the Flux kinds it serves, and of the kinds of objects whose inventory is on show. */
export class Session implements Disposable {
  readonly client: KubeClient
  readonly #transport: KubeTransport & Partial<Disposable>
  readonly #events: SessionEvents
  readonly #informers = new Map<string, Informer>()
  readonly #objects = new Map<string, KubeObject>()
  readonly #changed = new Set<string>()
  readonly #removed = new Map<string, string>()
  /** Owners whose inventory somebody looks at, by id. */
  readonly #shown = new Map<string, { readonly ref: ObjectRef; print: string }>()
  #controllers = new Map<string, boolean>()
  readonly #told = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #engineKinds: ReadonlySet<string> = new Set()
  #disposed = false

  constructor(transport: KubeTransport & Partial<Disposable>, events: SessionEvents) {
    this.#transport = transport
    this.#events = events
    this.client = createKubeClient(transport, systemClock)
  }

  /**
   * Asks what the server offers and watches its Flux kinds; resolves when each was listed once.
   * @returns the server's version. Rejects with `KubeError` when the server does not answer.
   */
  async open(): Promise<string> {
    const response = await this.#transport.request({ method: 'GET', path: '/version', timeout: 15_000 })
    if (response.status >= 400) await this.client.resources()
    const served = await this.client.resources()
    const kinds = fluxKinds.filter(
      ({ group, version, kind }) =>
        isListed(kind) && served.some((each) => each.group === group && each.version === version && each.kind === kind),
    )
    await Promise.all([...kinds.map((kind) => this.#watchFlux(kind)), this.#watchControllers()])
    return versionIn(response.body)
  }

  /** Looks again for Flux kinds: definitions may have been installed since the session was opened. */
  async watchNewKinds(): Promise<void> {
    for (const kind of fluxKinds.filter((each) => isListed(each.kind))) {
      if (this.#informers.has(`${fluxApiVersion(kind)}/${kind.kind}/`)) continue
      if ((await this.client.resourceFor(kind)) !== undefined) await this.#watchFlux(kind)
    }
  }

  /** The Flux objects now. */
  objects(): readonly FluxObject[] {
    return [...this.#objects.values()].map((object) => summarise(object, (kind) => this.#isManaged(kind)))
  }

  /** The raw live object, when its kind is watched. */
  object(ref: ObjectRef): KubeObject | undefined {
    return this.#objects.get(objectId(ref))
  }

  /** The kinds that an engine of ours reconciles here; none when it does not run. */
  setEngineKinds(kinds: ReadonlySet<string>): void {
    this.#engineKinds = kinds
    for (const id of this.#objects.keys()) this.#changed.add(id)
    this.#flushSoon()
  }

  /** The objects that an owner applied; watched from now on. */
  async inventory(ref: ObjectRef): Promise<readonly InventoryItem[]> {
    const id = objectId(ref)
    const entry = this.#shown.get(id) ?? { ref, print: '' }
    this.#shown.set(id, entry)
    await this.#watchInventory(id)
    const items = this.#items(id)
    entry.print = JSON.stringify(items)
    return items
  }

  dispose(): void {
    this.#disposed = true
    clearTimeout(this.#timer)
    for (const informer of this.#informers.values()) informer.dispose()
    this.#informers.clear()
    this.#transport.dispose?.()
  }

  #isManaged(kind: string): boolean {
    if (this.#engineKinds.has(kind)) return true
    const controller = fluxKinds.find((each) => each.kind === kind)?.controller
    return controller !== undefined && this.#controllers.get(controller) === true
  }

  #watchFlux(kind: FluxKind): Promise<void> {
    return this.#watch(
      { apiVersion: fluxApiVersion(kind), kind: kind.kind },
      {
        changed: (object) => {
          const id = objectId(refOf(object))
          this.#objects.set(id, object)
          this.#removed.delete(id)
          this.#changed.add(id)
        },
        removed: (object) => {
          const id = objectId(refOf(object))
          this.#objects.delete(id)
          this.#changed.delete(id)
          this.#removed.set(id, id)
          this.#shown.delete(id)
        },
      },
    )
  }

  /** Flux's controllers by the label that its manifests give them, in whatever namespace they run. */
  #watchControllers(): Promise<void> {
    const note = (object: KubeObject, running: boolean): void => {
      const available = (object['status'] as { availableReplicas?: unknown } | undefined)?.availableReplicas
      if (running) this.#controllers.set(object.metadata.name, typeof available === 'number' && available > 0)
      else this.#controllers.delete(object.metadata.name)
      this.#events.onControllers([...this.#controllers.values()].filter(Boolean).length)
    }
    return this.#watch(
      deployment,
      { changed: (object) => note(object, true), removed: (object) => note(object, false) },
      'app.kubernetes.io/part-of=flux',
    )
  }

  /** Watches a kind; resolves after its first list, or after the first failure, which the informer retries by itself. */
  #watch(
    kind: { apiVersion: string; kind: string },
    on: { readonly changed: (object: KubeObject) => void; readonly removed: (object: KubeObject) => void },
    labelSelector?: string,
  ): Promise<void> {
    const key = `${kind.apiVersion}/${kind.kind}/${labelSelector ?? ''}`
    if (this.#disposed || this.#informers.has(key)) return Promise.resolve()
    return new Promise((resolve) => {
      const informer = createInformer({
        client: this.client,
        kind,
        clock: systemClock,
        jitter: Math.random,
        ...(labelSelector === undefined ? {} : { labelSelector }),
        onAdd: (object) => {
          on.changed(object)
          this.#flushSoon()
        },
        onUpdate: (object) => {
          on.changed(object)
          this.#flushSoon()
        },
        onDelete: (object) => {
          on.removed(object)
          this.#flushSoon()
        },
        onSynced: resolve,
        onError: (error) => {
          // The informer goes on trying; saying it once is enough.
          if (!this.#told.has(error.message)) this.#events.onTrouble(error)
          this.#told.add(error.message)
          resolve()
        },
      })
      this.#informers.set(key, informer)
    })
  }

  /** Watches the kinds that an inventory names and the server knows. */
  async #watchInventory(id: string): Promise<void> {
    const owner = this.#objects.get(id)
    if (owner === undefined) return
    const kinds = new Map<string, { apiVersion: string; kind: string }>()
    for (const entry of inventoryOf(owner)) {
      const ref = inventoryRef(entry)
      if (ref !== undefined) kinds.set(`${ref.apiVersion}/${ref.kind}`, { apiVersion: ref.apiVersion, kind: ref.kind })
    }
    await Promise.all(
      [...kinds].map(([key, kind]) =>
        this.#informers.has(`${key}/`)
          ? undefined
          : this.#watch(kind, { changed: () => undefined, removed: () => undefined }),
      ),
    )
  }

  #items(id: string): readonly InventoryItem[] {
    const owner = this.#objects.get(id)
    if (owner === undefined) return []
    return inventoryOf(owner).flatMap((entry): InventoryItem[] => {
      const ref = inventoryRef(entry)
      if (ref === undefined) return []
      const key = ref.namespace === undefined ? ref.name : `${ref.namespace}/${ref.name}`
      const informer = this.#informers.get(`${ref.apiVersion}/${ref.kind}/`)
      const object = informer?.get(key)
      if (object === undefined) {
        return [{ ref, health: 'unknown', message: informer?.synced === true ? 'not in the cluster' : '', version: '' }]
      }
      return [
        {
          ref,
          ...itemHealth(object, (kind) => this.#isManaged(kind)),
          version: getString(object, 'metadata', 'resourceVersion') ?? '',
        },
      ]
    })
  }

  #flushSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      if (!this.#disposed) this.#flush()
    }, gather)
  }

  #flush(): void {
    const upserted = [...this.#changed].flatMap((id) => {
      const object = this.#objects.get(id)
      return object === undefined ? [] : [summarise(object, (kind) => this.#isManaged(kind))]
    })
    const removed = [...this.#removed.keys()]
    const owners = [...this.#changed].filter((id) => this.#shown.has(id))
    this.#changed.clear()
    this.#removed.clear()
    if (upserted.length + removed.length > 0) this.#events.onObjects(upserted, removed)
    for (const id of owners) void this.#watchInventory(id).then(() => this.#tellInventory(id))
    for (const id of this.#shown.keys()) if (!owners.includes(id)) this.#tellInventory(id)
  }

  #tellInventory(id: string): void {
    const entry = this.#shown.get(id)
    if (entry === undefined || this.#disposed) return
    const items = this.#items(id)
    const print = JSON.stringify(items)
    if (print === entry.print) return
    entry.print = print
    this.#events.onInventory(entry.ref, items)
  }
}

function versionIn(body: string): string {
  try {
    const parsed = JSON.parse(body) as { gitVersion?: unknown }
    if (typeof parsed.gitVersion === 'string') return parsed.gitVersion
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return 'unknown'
}
