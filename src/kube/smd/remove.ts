import { isObject, type JsonArray, type JsonObject, type JsonValue, setOwn } from '../../base/index.ts'
import { fieldElement, isKeyElement, keysOf } from './element.ts'
import { FieldSet } from './field-set.ts'
import type { ListType, MapType, TypedSchema, TypeRef } from './schema.ts'
import { toFieldSet } from './to-field-set.ts'
import { elementOfItem, kindFor, type TypedValue } from './typed.ts'

/** The value without the fields and list items of a set. A map or list left with nothing becomes null. */
export function removeItems(typed: TypedValue, items: FieldSet): TypedValue {
  return { ...typed, value: new Removal(typed.schema, false).visit(typed.ref, typed.value, items) }
}

/**
 * Only the fields and list items of a set. With `appendKeyFields` the key fields of list items on the way are kept, so
 * that what comes out can be applied again.
 */
export function extractItems(
  typed: TypedValue,
  items: FieldSet,
  options: { readonly appendKeyFields?: boolean } = {},
): TypedValue {
  const wanted = options.appendKeyFields === true ? withKeyFields(typed, items) : items
  return { ...typed, value: new Removal(typed.schema, true).visit(typed.ref, typed.value, wanted) }
}

function withKeyFields(typed: TypedValue, items: FieldSet): FieldSet {
  const present = toFieldSet(typed)
  if (!present.ok) return items
  const keys = new FieldSet()
  for (const path of items.paths()) {
    if (!present.value.has(path)) continue
    path.forEach((element, i) => {
      if (!isKeyElement(element)) return
      for (const [name] of keysOf(element)) keys.insert([...path.slice(0, i + 1), fieldElement(name)])
    })
  }
  return items.union(keys)
}

/** One walk (structured-merge-diff `removingWalker`): values that do not fit the type become null. */
class Removal {
  readonly #schema: TypedSchema
  readonly #extract: boolean

  constructor(schema: TypedSchema, extract: boolean) {
    this.#schema = schema
    this.#extract = extract
  }

  visit(ref: TypeRef, value: JsonValue, items: FieldSet): JsonValue {
    const atom = this.#schema.resolve(ref)
    if (atom === undefined) return null
    switch (kindFor(atom, value)) {
      case 'scalar':
        return value
      case 'list':
        return Array.isArray(value) ? this.#list(atom.list!, value, items) : null
      case 'map':
        return isObject(value) ? this.#map(atom.map!, value, items) : null
      default:
        return null
    }
  }

  #list(list: ListType, value: JsonArray, items: FieldSet): JsonValue {
    if (value.length === 0 || list.relationship === 'atomic') return this.#extract ? value : null
    const out: JsonArray = []
    for (const item of value) {
      const element = elementOfItem(this.#schema, list, item)
      const node = typeof element === 'string' ? items.nodes.get(element) : undefined
      if (this.#extract ? node === undefined : node?.member) continue
      out.push(node?.children === undefined ? item : this.visit(list.element, item, node.children))
    }
    return out.length > 0 ? out : null
  }

  #map(map: MapType, value: JsonObject, items: FieldSet): JsonValue {
    if (map.relationship === 'atomic' || Object.keys(value).length === 0) return this.#extract ? value : null
    let empty = true
    const out: JsonObject = {}
    for (const key in value) {
      const node = items.nodes.get(fieldElement(key))
      const ref = map.fields.get(key)?.type ?? map.element
      const inner = value[key]!
      if (node === undefined) {
        if (this.#extract) continue
        setOwn(out, key, inner)
      } else if (node.member) {
        if (!this.#extract) continue
        // Upstream goes on with the outer set here, not with the one below the field.
        setOwn(out, key, this.visit(ref, inner, items))
      } else setOwn(out, key, this.visit(ref, inner, node.children!))
      empty = false
    }
    return empty ? null : out
  }
}
