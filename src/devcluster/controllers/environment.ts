import type { JsonObject } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { ApiError } from '../http/errors.ts'
import { createObject } from '../operations/create.ts'
import { deleteObject, type Propagation } from '../operations/delete.ts'
import { type Machine, systemContext } from '../operations/machine.ts'
import { annotationsOf } from '../operations/metadata.ts'
import { draftOf } from '../operations/pipeline.ts'
import { boundTo, type UpdateOptions, updateObject } from '../operations/update.ts'
import type { ResourceType } from '../resources/types.ts'
import type { Change } from '../store/store.ts'
import type { OwnerIndex } from './owner-index.ts'
import type { WorkQueue } from './work-queue.ts'

/** What a controller works with: reads by collection, and writes as the API would make them. */
export class Environment {
  readonly machine: Machine
  readonly queue: WorkQueue
  readonly owners: OwnerIndex
  /** Field manager of the writes. */
  readonly manager: string

  constructor(machine: Machine, queue: WorkQueue, owners: OwnerIndex, manager: string = 'kube-controller-manager') {
    this.machine = machine
    this.queue = queue
    this.owners = owners
    this.manager = manager
  }

  /** The same cluster, written to under another name. */
  as(manager: string): Environment {
    return new Environment(this.machine, this.queue, this.owners, manager)
  }

  get now(): number {
    return this.machine.clock.now()
  }

  get(collection: string, namespace: string, name: string): KubeObject | undefined {
    return this.machine.store.get(collection, namespace, name)?.object
  }

  list(collection: string, namespace?: string): KubeObject[] {
    return this.machine.store
      .collection(collection)
      .list(namespace)
      .map((entry) => entry.object)
  }

  /** Objects of a collection that name an owner. */
  owned(uid: string, collection: string): KubeObject[] {
    const out: KubeObject[] = []
    for (const item of this.owners.dependents(uid)) {
      if (item.collection !== collection) continue
      const found = this.get(item.collection, item.namespace, item.name)
      if (found !== undefined) out.push(found)
    }
    return out
  }

  create(collection: string, namespace: string, object: KubeObject): KubeObject {
    return createObject(this.machine, this.#type(collection), namespace, object, this.#context(''))
  }

  /** Creates unless it is there. */
  ensure(collection: string, namespace: string, object: KubeObject): void {
    if (this.get(collection, namespace, object.metadata.name) === undefined) this.create(collection, namespace, object)
  }

  /** Changes a draft of the live object; nothing happens when it is gone. */
  update(collection: string, namespace: string, name: string, change: (draft: KubeObject) => void): void {
    this.#write(collection, namespace, name, '', (live) => {
      const draft = draftOf(live)
      change(draft)
      return draft
    })
  }

  /** Server-side apply with force: the controller owns what it applies, and takes it from others. */
  apply(collection: string, config: KubeObject): void {
    const { machine, manager } = this
    const type = this.#type(collection)
    const namespace = String(config.metadata['namespace'] ?? '')
    const now = machine.clock.now()
    const request = { type, applied: config, manager, force: true, subresource: '', now }
    const produce = (live: KubeObject): KubeObject => machine.fields.apply({ ...request, live })
    this.#write(collection, namespace, config.metadata.name, '', produce, { managed: true })
  }

  /** Puts a Pod on a node, as the binding subresource does: nobody owns where it runs. */
  bind(namespace: string, name: string, node: string): void {
    this.#write('pods', namespace, name, 'binding', (live) => boundTo(live, node), { managed: true })
  }

  /** Replaces the status, and adds annotations where a controller writes them on the same way. */
  setStatus(collection: string, object: KubeObject, status: JsonObject, annotations: JsonObject = {}): void {
    const namespace = String(object.metadata['namespace'] ?? '')
    this.#write(collection, namespace, object.metadata.name, 'status', (live) => {
      const metadata = { ...live.metadata }
      if (Object.keys(annotations).length > 0) metadata['annotations'] = { ...annotationsOf(live), ...annotations }
      return { ...live, metadata, status }
    })
  }

  /** Deletes; nothing happens when it is gone. */
  remove(collection: string, object: KubeObject, propagation?: Propagation, grace?: number): void {
    const type = this.machine.registry.ofCollection(collection)
    const namespace = String(object.metadata['namespace'] ?? '')
    if (type === undefined || this.get(collection, namespace, object.metadata.name) === undefined) return
    const request = { propagation, gracePeriodSeconds: grace, uid: undefined, resourceVersion: undefined }
    deleteObject(this.machine, { type, namespace, name: object.metadata.name }, request, this.#context(''))
  }

  #write(
    collection: string,
    namespace: string,
    name: string,
    subresource: string,
    produce: (live: KubeObject) => KubeObject,
    options: UpdateOptions = {},
  ): void {
    const target = { type: this.#type(collection), namespace, name }
    try {
      updateObject(this.machine, target, this.#context(subresource), produce, options)
    } catch (error) {
      if (!(error instanceof ApiError && error.reason === 'NotFound')) throw error
    }
  }

  #context(subresource: string): ReturnType<typeof systemContext> {
    return { ...systemContext('controller', subresource), manager: this.manager }
  }

  #type(collection: string): ResourceType {
    const type = this.machine.registry.ofCollection(collection)
    if (type === undefined) throw new ApiError(404, 'NotFound', `${collection} is not served`)
    return type
  }
}

/** A part of the cluster that acts on writes. */
export interface Controller {
  /** Looks at a write and queues what it concerns; must not write. */
  observe(change: Change): void
  /** Looks at everything, after a start or a restore. */
  resync(): void
}
