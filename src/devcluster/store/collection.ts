import { compareStrings } from '../../base/index.ts'
import type { Entry } from './store.ts'

interface Shelf {
  readonly entries: Map<string, Entry>
  /** Names in order; worked out anew after an insert or a removal. */
  names: string[] | undefined
  /** Entries in that order; gathered anew after any change. */
  sorted: Entry[] | undefined
}

/** The objects of one resource, by namespace and name; lists come in etcd's key order. */
export class Collection {
  readonly #shelves = new Map<string, Shelf>()
  #namespaces: string[] | undefined
  #size = 0

  get size(): number {
    return this.#size
  }

  get(namespace: string, name: string): Entry | undefined {
    return this.#shelves.get(namespace)?.entries.get(name)
  }

  /** Answers what was there before. */
  put(entry: Entry): Entry | undefined {
    let shelf = this.#shelves.get(entry.namespace)
    if (shelf === undefined) {
      shelf = { entries: new Map(), names: undefined, sorted: undefined }
      this.#shelves.set(entry.namespace, shelf)
      this.#namespaces = undefined
    }
    const previous = shelf.entries.get(entry.name)
    shelf.entries.set(entry.name, entry)
    shelf.sorted = undefined
    if (previous === undefined) {
      shelf.names = undefined
      this.#size++
    }
    return previous
  }

  remove(namespace: string, name: string): Entry | undefined {
    const shelf = this.#shelves.get(namespace)
    const previous = shelf?.entries.get(name)
    if (shelf === undefined || previous === undefined) return undefined
    shelf.entries.delete(name)
    shelf.sorted = undefined
    shelf.names = undefined
    this.#size--
    if (shelf.entries.size === 0) {
      this.#shelves.delete(namespace)
      this.#namespaces = undefined
    }
    return previous
  }

  /** Everything, or one namespace (`''` holds cluster-scoped objects). The list must not be changed. */
  list(namespace: string | undefined): Entry[] {
    if (namespace !== undefined) return this.#sorted(namespace)
    this.#namespaces ??= [...this.#shelves.keys()].sort((a, b) => compareStrings(`${a}/`, `${b}/`))
    if (this.#namespaces.length === 1) return this.#sorted(this.#namespaces[0]!)
    const out: Entry[] = []
    for (const name of this.#namespaces) for (const entry of this.#sorted(name)) out.push(entry)
    return out
  }

  #sorted(namespace: string): Entry[] {
    const shelf = this.#shelves.get(namespace)
    if (shelf === undefined) return []
    if (shelf.sorted === undefined) {
      shelf.names ??= [...shelf.entries.keys()].sort(compareStrings)
      shelf.sorted = shelf.names.map((name) => shelf.entries.get(name)!)
    }
    return shelf.sorted
  }
}
