import { isObject } from '../../base/index.ts'
import { type KubeObject, parseApiVersion } from '../../kube/index.ts'
import { finalizersOf, isDeleting, type OwnerReference, ownersOf, uidOf } from '../operations/metadata.ts'
import type { ResourceType } from '../resources/types.ts'
import type { Change } from '../store/store.ts'
import type { Controller, Environment } from './environment.ts'

const NAME = 'garbage-collector'

/**
 * Owner garbage collection: dependents go when their last owner went (background), before their owner (foreground), or
 * are let go (orphan). Follows kubernetes pkg/controller/garbagecollector.
 */
export class GarbageCollector implements Controller {
  readonly #env: Environment

  constructor(env: Environment) {
    this.#env = env
    env.queue.register(NAME, (key) => this.#work(key))
  }

  observe(change: Change): void {
    const { object } = change.entry
    if (change.type === 'DELETED') {
      for (const item of this.#env.owners.dependents(uidOf(object)))
        this.#queue(item.collection, item.namespace, item.name)
      // An owner that waits in the foreground may be free now.
      for (const owner of ownersOf(object)) this.#env.queue.add(NAME, `owner ${owner.uid}`)
    } else if (isDeleting(object) || ownersOf(object).length > 0) {
      this.#queue(change.collection, change.entry.namespace, change.entry.name)
    }
  }

  resync(): void {
    const { store } = this.#env.machine
    for (const collection of store.collections()) {
      for (const { object, namespace, name } of store.collection(collection).list(undefined)) {
        if (isDeleting(object) || ownersOf(object).length > 0) this.#queue(collection, namespace, name)
      }
    }
  }

  #queue(collection: string, namespace: string, name: string): void {
    this.#env.queue.add(NAME, `object ${collection} ${namespace} ${name}`)
  }

  #work(key: string): void {
    const [what, a, namespace, name] = key.split(' ') as [string, string, string, string]
    if (what === 'owner') {
      this.#workOwner(a)
      return
    }
    const object = this.#env.get(a, namespace, name)
    if (object === undefined) return
    if (isDeleting(object)) this.#workDeleting(a, object)
    this.#workDependent(a, object)
  }

  /** Looks again at an owner whose dependent went: it may have waited for that. */
  #workOwner(uid: string): void {
    const place = this.#env.owners.find(uid)
    if (place === undefined) return
    const object = this.#env.get(place.collection, place.namespace, place.name)
    if (object !== undefined && isDeleting(object)) this.#workDeleting(place.collection, object)
  }

  #workDeleting(collection: string, object: KubeObject): void {
    const finalizers = finalizersOf(object)
    const uid = uidOf(object)
    if (finalizers.includes('orphan')) {
      for (const item of this.#env.owners.dependents(uid)) {
        this.#env.update(item.collection, item.namespace, item.name, (draft) => dropOwners(draft, new Set([uid])))
      }
      this.#dropFinalizer(collection, object, 'orphan')
    } else if (finalizers.includes('foregroundDeletion')) {
      let blocked = false
      for (const item of this.#env.owners.dependents(uid)) {
        const dependent = this.#env.get(item.collection, item.namespace, item.name)
        if (dependent === undefined) continue
        const reference = ownersOf(dependent).find((owner) => owner.uid === uid)
        if (reference?.blockOwnerDeletion === true) blocked = true
        if (!isDeleting(dependent) && this.#liveOwners(dependent, uid).length === 0)
          this.#env.remove(item.collection, dependent, 'Foreground')
      }
      if (!blocked || this.#env.owners.dependents(uid).length === 0)
        this.#dropFinalizer(collection, object, 'foregroundDeletion')
    }
  }

  #workDependent(collection: string, object: KubeObject): void {
    const owners = ownersOf(object)
    if (owners.length === 0 || isDeleting(object)) return
    const kinds = owners.map((owner) => this.#kindOf(owner))
    // Of an owner whose kind is not known nobody can say that it is gone; nor of one in no namespace of its own.
    if (object.metadata['namespace'] === undefined && kinds.some((kind) => kind?.namespaced === true)) return
    const gone = owners.filter((owner, i) => kinds[i] !== undefined && !this.#env.owners.exists(owner.uid))
    if (gone.length === 0) return
    if (gone.length === owners.length) this.#env.remove(collection, object, 'Background')
    else {
      const namespace = String(object.metadata['namespace'] ?? '')
      const uids = new Set(gone.map((owner) => owner.uid))
      this.#env.update(collection, namespace, object.metadata.name, (draft) => dropOwners(draft, uids))
    }
  }

  #kindOf(owner: OwnerReference): ResourceType | undefined {
    const { group, version } = parseApiVersion(owner.apiVersion)
    return this.#env.machine.registry.ofKind(group, version, owner.kind)
  }

  #liveOwners(object: KubeObject, except: string): string[] {
    return ownersOf(object)
      .map((owner) => owner.uid)
      .filter((uid) => uid !== except && this.#env.owners.exists(uid))
  }

  #dropFinalizer(collection: string, object: KubeObject, finalizer: string): void {
    this.#env.update(collection, String(object.metadata['namespace'] ?? ''), object.metadata.name, (draft) => {
      draft.metadata['finalizers'] = finalizersOf(draft).filter((name) => name !== finalizer)
    })
  }
}

function dropOwners(draft: KubeObject, uids: ReadonlySet<string>): void {
  const list = draft.metadata['ownerReferences']
  if (!Array.isArray(list)) return
  draft.metadata['ownerReferences'] = list.filter((owner) => !(isObject(owner) && uids.has(String(owner['uid']))))
}
