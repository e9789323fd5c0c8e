import { GoError, type GoMap, type GoValue, isList, isMap, mapGet, quote } from '../../gotemplate/index.ts'
import metaschemas from '../data/metaschemas.json' with { type: 'json' }
import { type Draft, draftOfUrl, latestDraft } from './drafts.ts'
import { encodePointer } from './text.ts'
import { resolveUrl, splitFragment, unescapePercent } from './urls.ts'

/** The part of a document that one `$id` names. */
export interface Resource {
  readonly pointer: string
  readonly id: string
  readonly draft: Draft
  /** Pointers by `$anchor`, `$dynamicAnchor`, and before 2019 by the fragment of an id. */
  readonly anchors: Map<string, string>
  readonly dynamicAnchors: Set<string>
}

/** A schema document and the resources found in it so far. */
export class SchemaDocument {
  readonly url: string
  readonly root: GoValue
  readonly resources: Map<string, Resource> = new Map()
  readonly #collected = new Set<string>()
  readonly #load: (url: string) => GoValue

  constructor(url: string, root: GoValue, load: (url: string) => GoValue) {
    this.url = url
    this.root = root
    this.#load = load
    this.#collect(root, { base: url, pointer: '', draft: latestDraft })
  }

  /** The resource that holds a pointer. */
  resourceAt(pointer: string): Resource {
    if (this.resources.size === 1) return this.resources.get('')!
    for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
      const found = this.resources.get(at)
      if (found !== undefined) return found
    }
    return this.resources.get('')!
  }

  resourceById(id: string): Resource | undefined {
    if (id === this.url) return this.resources.get('')
    for (const resource of this.resources.values()) if (resource.id === id) return resource
    return undefined
  }

  isKnown(pointer: string): boolean {
    return this.#collected.has(pointer)
  }

  /** Takes in a subschema that a reference found where none was expected. */
  add(pointer: string): void {
    const around = this.resourceAt(pointer)
    this.#collect(this.lookUp(pointer), { base: around.id, pointer, draft: around.draft })
  }

  /** @throws GoError when nothing is there. */
  lookUp(pointer: string): GoValue {
    let value: GoValue = this.root
    const location = (): string => quote(`${this.url}#${encodePointer(pointer)}`)
    for (const escaped of pointer.split('/').slice(1)) {
      if (/~(?![01])/.test(escaped)) throw new GoError(`invalid json-pointer ${location()}`)
      const token = escaped.replaceAll('~1', '/').replaceAll('~0', '~')
      let next: GoValue
      if (isMap(value)) next = mapGet(value, token)
      else if (isList(value) && /^[+-]?\d+$/.test(token)) next = value[Number(token)]
      if (next === undefined) throw new GoError(`json-pointer in ${location()} not found`)
      value = next
    }
    return value
  }

  /** The pointer that a fragment of a resource means. @throws GoError */
  resolve(fragment: string, resource: Resource): string {
    if (fragment === '' || fragment.startsWith('/')) return resource.pointer + fragment
    const found = resource.anchors.get(fragment)
    if (found !== undefined) return found
    throw new GoError(
      `anchor in ${quote(`${resource.id}#${encodePointer(fragment)}`)} not found in schema ${quote(this.url)}`,
    )
  }

  #collect(value: GoValue, at: { base: string; pointer: string; draft: Draft }): void {
    const { pointer } = at
    if (this.#collected.has(pointer)) return
    this.#collected.add(pointer)
    if (!isMap(value)) {
      if (pointer === '') this.#addResource(pointer, at.base, at.draft)
      return
    }
    let draft = this.#draftOf(value, at.draft, pointer)
    let id = draft.idOf(value)
    if (id === '' && pointer !== '') {
      // A `$schema` that stands in no resource of its own says nothing.
      draft = at.draft
      id = draft.idOf(value)
    }
    const base = id === '' ? at.base : this.#join(at.base, id, pointer)
    const hasOwnDraft = typeof mapGet(value, '$schema') === 'string'
    if (id !== '' || pointer === '') this.#addResource(pointer, base, hasOwnDraft ? draft : at.draft)
    const resource = this.resourceById(base) ?? this.resourceAt(pointer)
    this.#anchors(value, pointer, resource)
    for (const [inner, each] of draft.subschemas(value)) {
      this.#collect(each, { base, pointer: `${pointer}/${inner}`, draft: resource.draft })
    }
  }

  #join(base: string, id: string, pointer: string): string {
    const joined = resolveUrl(base, id)
    if (joined === undefined) {
      throw new GoError(`error in parsing id at ${quote(`${this.url}#${encodePointer(pointer)}`)}`)
    }
    return joined
  }

  #addResource(pointer: string, id: string, draft: Draft): void {
    for (const known of this.resources.values()) {
      if (known.id === id && known.pointer !== pointer) {
        throw new GoError(
          `duplicate id ${quote(id)} in ${quote(this.url)} at ${quote(pointer)} and ${quote(known.pointer)}`,
        )
      }
    }
    this.resources.set(pointer, { pointer, id, draft, anchors: new Map(), dynamicAnchors: new Set() })
  }

  #anchors(value: GoMap, pointer: string, resource: Resource): void {
    const add = (anchor: GoValue): void => {
      if (typeof anchor !== 'string' || anchor === '') return
      const known = resource.anchors.get(anchor)
      if (known !== undefined && known !== pointer) {
        throw new GoError(
          `duplicate anchor ${quote(anchor)} in ${quote(this.url)} at ${quote(known)} and ${quote(pointer)}`,
        )
      }
      resource.anchors.set(anchor, pointer)
    }
    const { version, idKey } = resource.draft
    if (version < 2019) {
      const id = mapGet(value, idKey)
      if (typeof id !== 'string' || Object.hasOwn(value, '$ref')) return
      const fragment = unescapePercent(splitFragment(id)[1])
      if (fragment !== undefined && !fragment.startsWith('/')) add(fragment)
      return
    }
    add(mapGet(value, '$anchor'))
    const dynamic = version >= 2020 ? mapGet(value, '$dynamicAnchor') : undefined
    add(dynamic)
    if (typeof dynamic === 'string') resource.dynamicAnchors.add(dynamic)
  }

  #draftOf(value: GoValue, fallback: Draft, pointer: string): Draft {
    const seen = new Set<string>()
    let current = value
    for (;;) {
      const url: GoValue = isMap(current) ? mapGet(current, '$schema') : undefined
      if (typeof url !== 'string') return fallback
      const known = draftOfUrl(url)
      if (known !== undefined) return known
      const [plain] = splitFragment(url)
      if (pointer === '' && plain === this.url) throw new GoError(`draft ${quote(plain)} is not supported`)
      if (seen.has(plain)) throw new GoError(`cycle in resolving $schema in ${quote(plain)}`)
      seen.add(plain)
      current = this.#load(plain)
    }
  }
}

/** The JSON Schema project's own documents, by URL. */
export function metaschemaDocument(url: string): GoValue {
  const known = metaschemas as Readonly<Record<string, unknown>>
  const found = Object.hasOwn(known, url) ? known[url] : undefined
  return found === undefined ? undefined : (found as GoValue)
}
