import { fail } from './errors.ts'
import { idKey, idText, type ResId, sameId } from './resid.ts'
import type { Resource } from './resource.ts'

/**
 * The resources of a build in order, with lookups by id (api/resmap/reswrangler.go). Indexes are made on demand and
 * stay valid until `changed` is called: whoever changes names, kinds or namespaces has to.
 */
export class ResMap {
  #list: Resource[] = []
  #current: Map<string, Resource[]> | undefined
  #any: Map<string, Resource[]> | undefined

  get resources(): readonly Resource[] {
    return this.#list
  }

  /** Forgets what was indexed. */
  changed(): void {
    this.#current = undefined
    this.#any = undefined
  }

  /** Adds a resource; fails when there is one with its id. */
  append(resource: Resource): void {
    const id = resource.id()
    const index = this.#currentIndex()
    const key = idKey(id)
    if (index.has(key)) {
      fail(`may not add resource with an already registered id: ${idText(id)}`, { code: 'kustomize/id-conflict' })
    }
    this.#list.push(resource)
    index.set(key, [resource])
    if (this.#any !== undefined) addToAny(this.#any, resource)
  }

  appendAll(resources: readonly Resource[]): void {
    for (const resource of resources) this.append(resource)
  }

  /** Puts other resources in place of all; fails on equal ids. */
  replaceAll(resources: readonly Resource[]): void {
    this.#list = []
    this.changed()
    this.appendAll(resources)
  }

  /** Puts other resources in place of all, without a check. */
  setAll(resources: Resource[]): void {
    this.#list = resources
    this.changed()
  }

  replaceOne(old: Resource, replacement: Resource): void {
    const i = this.#list.indexOf(old)
    if (i >= 0) this.#list[i] = replacement
    this.changed()
  }

  /** Takes away what has no content. */
  dropEmpties(): void {
    if (this.#list.some((resource) => resource.isEmpty)) this.setAll(this.#list.filter((resource) => !resource.isEmpty))
  }

  byCurrentId(id: ResId): readonly Resource[] {
    return this.#currentIndex().get(idKey(id)) ?? []
  }

  /** Resources that have or had the id. */
  byAnyId(id: ResId): readonly Resource[] {
    if (this.#any === undefined) {
      this.#any = new Map()
      for (const resource of this.#list) addToAny(this.#any, resource)
    }
    return this.#any.get(idKey(id)) ?? []
  }

  /** Resources of which an id, current or past, satisfies the test. */
  byAnyMatch(matches: (id: ResId) => boolean): Resource[] {
    return this.#list.filter(
      (resource) => !resource.isEmpty && (resource.previousIds().some(matches) || matches(resource.id())),
    )
  }

  /** The one resource that has or had the id; fails when there is none or several. */
  getById(id: ResId): Resource {
    const found = this.byAnyId(id)
    if (found.length === 1) return found[0]!
    const what = found.length > 1 ? 'multiple matches' : 'no matches'
    fail(`${what} for Id ${idText(id)}; failed to find unique target for patch ${idText(id)}`, {
      code: 'kustomize/no-target',
    })
  }

  #currentIndex(): Map<string, Resource[]> {
    if (this.#current !== undefined) return this.#current
    const index = new Map<string, Resource[]>()
    for (const resource of this.#list) push(index, idKey(resource.id()), resource)
    this.#current = index
    return index
  }
}

/** Fails when two of the resources have the same id. */
export function resMapOf(resources: readonly Resource[]): ResMap {
  const map = new ResMap()
  map.appendAll(resources)
  return map
}

function addToAny(index: Map<string, Resource[]>, resource: Resource): void {
  if (resource.isEmpty) return
  const current = resource.id()
  push(index, idKey(current), resource)
  for (const id of resource.previousIds()) if (!sameId(id, current)) push(index, idKey(id), resource)
}

function push(index: Map<string, Resource[]>, key: string, resource: Resource): void {
  const found = index.get(key)
  if (found === undefined) index.set(key, [resource])
  else if (found[found.length - 1] !== resource) found.push(resource)
}
