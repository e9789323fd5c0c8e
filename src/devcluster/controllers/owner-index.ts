import { ownersOf } from '../operations/metadata.ts'
import type { Change, Entry, Store } from '../store/store.ts'

export interface Dependent {
  readonly collection: string
  readonly namespace: string
  readonly name: string
}

/** Who names whom as owner, kept up with every write. */
export class OwnerIndex {
  readonly #byOwner = new Map<string, Map<string, Dependent>>()
  readonly #places = new Map<string, Dependent>()

  /** True while an object with this uid is stored. */
  exists(uid: string): boolean {
    return this.#places.has(uid)
  }

  /** Where the object with a uid is stored. */
  find(uid: string): Dependent | undefined {
    return this.#places.get(uid)
  }

  /** The objects that name an owner. */
  dependents(uid: string): Dependent[] {
    return [...(this.#byOwner.get(uid)?.values() ?? [])]
  }

  observe(change: Change): void {
    if (change.previous !== undefined) this.#forget(change.collection, change.previous)
    if (change.type !== 'DELETED') this.#learn(change.collection, change.entry)
  }

  /** Reads a store from scratch. */
  rebuild(store: Store): void {
    this.#byOwner.clear()
    this.#places.clear()
    for (const collection of store.collections()) {
      for (const entry of store.collection(collection).list(undefined)) this.#learn(collection, entry)
    }
  }

  #learn(collection: string, entry: Entry): void {
    const { namespace, name } = entry
    this.#places.set(String(entry.object.metadata['uid']), { collection, namespace, name })
    for (const owner of ownersOf(entry.object)) {
      let known = this.#byOwner.get(owner.uid)
      if (known === undefined) {
        known = new Map()
        this.#byOwner.set(owner.uid, known)
      }
      known.set(`${collection} ${namespace}/${name}`, { collection, namespace, name })
    }
  }

  #forget(collection: string, entry: Entry): void {
    this.#places.delete(String(entry.object.metadata['uid']))
    for (const owner of ownersOf(entry.object)) {
      const known = this.#byOwner.get(owner.uid)
      known?.delete(`${collection} ${entry.namespace}/${entry.name}`)
      if (known?.size === 0) this.#byOwner.delete(owner.uid)
    }
  }
}
