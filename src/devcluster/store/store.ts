import { compareStrings, countBefore } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { Collection } from './collection.ts'

/** One stored object; never changed, only replaced. */
export interface Entry {
  readonly namespace: string
  readonly name: string
  /** In the storage version of its resource. */
  readonly object: KubeObject
  /** The resourceVersion as a number. */
  readonly revision: number
}

/** One write, as the history keeps it. */
export interface Change {
  readonly revision: number
  readonly collection: string
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  /** For DELETED: the last state, with the revision of the deletion. */
  readonly entry: Entry
  readonly previous: Entry | undefined
}

export type ChangeListener = (change: Change) => void

/** What a snapshot holds; cheap, since objects are immutable. */
export interface StoreSnapshot {
  readonly revision: number
  readonly collections: ReadonlyMap<string, readonly Entry[]>
}

export interface StoreOptions {
  /** How many changes a watch can go back; older resourceVersions are answered with 410. */
  readonly history?: number
}

/**
 * The dev cluster's memory: collections of immutable objects, one revision counter as in etcd, and a window of changes
 * from which watches resume and lists of the past are rebuilt. It knows nothing of kinds or HTTP.
 */
export class Store {
  #revision = 1
  readonly #collections = new Map<string, Collection>()
  readonly #listeners = new Set<ChangeListener>()
  readonly #restoreListeners = new Set<() => void>()
  #history: Change[] = []
  /** Changes at or before this revision are forgotten. */
  #compacted = 0
  readonly #limit: number

  constructor(options: StoreOptions = {}) {
    this.#limit = options.history ?? 20_000
  }

  get revision(): number {
    return this.#revision
  }

  /** The revision up to which history is gone. */
  get compacted(): number {
    return this.#compacted
  }

  collection(name: string): Collection {
    let found = this.#collections.get(name)
    if (found === undefined) {
      found = new Collection()
      this.#collections.set(name, found)
    }
    return found
  }

  /** Names of the collections that hold something. */
  collections(): string[] {
    return [...this.#collections].filter(([, collection]) => collection.size > 0).map(([name]) => name)
  }

  get(collection: string, namespace: string, name: string): Entry | undefined {
    return this.#collections.get(collection)?.get(namespace, name)
  }

  /** The revision that the next write will get; the caller puts it into metadata.resourceVersion. */
  nextRevision(): number {
    return this.#revision + 1
  }

  /** Adds or replaces; `object.metadata.resourceVersion` must be `nextRevision()`. */
  put(collection: string, namespace: string, object: KubeObject): Entry {
    const revision = ++this.#revision
    const name = object.metadata.name
    const entry: Entry = { namespace, name, object, revision }
    const previous = this.collection(collection).put(entry)
    this.#record({ revision, collection, type: previous === undefined ? 'ADDED' : 'MODIFIED', entry, previous })
    return entry
  }

  /** Removes; the history keeps the last state under the revision of the deletion. */
  remove(collection: string, namespace: string, name: string): Entry | undefined {
    const previous = this.collection(collection).remove(namespace, name)
    if (previous === undefined) return undefined
    const revision = ++this.#revision
    const metadata = { ...previous.object.metadata, resourceVersion: String(revision) }
    const entry: Entry = { namespace, name, object: { ...previous.object, metadata }, revision }
    this.#record({ revision, collection, type: 'DELETED', entry, previous })
    return entry
  }

  /** Called after each write, in order of revision, before the write returns to its caller. */
  onChange(listener: ChangeListener): { dispose(): void } {
    this.#listeners.add(listener)
    return { dispose: () => this.#listeners.delete(listener) }
  }

  /** Called after the whole state was replaced. */
  onRestore(listener: () => void): { dispose(): void } {
    this.#restoreListeners.add(listener)
    return { dispose: () => this.#restoreListeners.delete(listener) }
  }

  /** Changes after a revision, oldest first; `undefined` when that revision has left the window. */
  changesSince(revision: number): readonly Change[] | undefined {
    if (revision < this.#compacted) return undefined
    return this.#history.slice(countBefore(this.#history, (change) => change.revision <= revision))
  }

  /** A collection as it was at a revision, in key order; `undefined` when that revision has left the window. */
  listAt(collection: string, namespace: string | undefined, revision: number): readonly Entry[] | undefined {
    const current = this.collection(collection).list(namespace)
    if (revision >= this.#revision) return current
    const changes = this.changesSince(revision)
    if (changes === undefined) return undefined
    const touched = new Map<string, Entry | undefined>()
    for (const change of changes) {
      if (change.collection !== collection) continue
      if (namespace !== undefined && change.entry.namespace !== namespace) continue
      const key = entryKey(change.entry)
      if (!touched.has(key)) touched.set(key, change.previous)
    }
    if (touched.size === 0) return current
    const kept = current.filter((entry) => !touched.has(entryKey(entry)))
    for (const entry of touched.values()) if (entry !== undefined) kept.push(entry)
    return kept.sort((a, b) => compareStrings(entryKey(a), entryKey(b)))
  }

  /** The whole state; takes no copy of any object. */
  snapshot(): StoreSnapshot {
    const collections = new Map<string, readonly Entry[]>()
    for (const [name, collection] of this.#collections) {
      if (collection.size > 0) collections.set(name, collection.list(undefined))
    }
    return { revision: this.#revision, collections }
  }

  /**
   * Replaces the whole state. Revisions go on from the higher of both counters and the history starts anew, so that
   * every running watch must list again.
   */
  restore(snapshot: StoreSnapshot): void {
    this.#collections.clear()
    for (const [name, entries] of snapshot.collections) {
      const collection = this.collection(name)
      for (const entry of entries) collection.put(entry)
    }
    this.#revision = Math.max(this.#revision, snapshot.revision) + 1
    this.#history = []
    this.#compacted = this.#revision
    for (const listener of this.#restoreListeners) listener()
  }

  /** Forgets history up to a revision. */
  compact(revision: number): void {
    const kept = this.changesSince(Math.min(revision, this.#revision)) ?? this.#history
    this.#compacted = Math.max(this.#compacted, Math.min(revision, this.#revision))
    this.#history = [...kept]
  }

  #record(change: Change): void {
    this.#history.push(change)
    if (this.#history.length > this.#limit * 2) {
      const dropped = this.#history.length - this.#limit
      this.#compacted = this.#history[dropped - 1]!.revision
      this.#history = this.#history.slice(dropped)
    }
    for (const listener of this.#listeners) listener(change)
  }
}

/** The order of etcd: namespace, slash, name. */
export function entryKey(entry: { namespace: string; name: string }): string {
  return entry.namespace === '' ? entry.name : `${entry.namespace}/${entry.name}`
}
