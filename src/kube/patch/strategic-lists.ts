import { compareStrings, isObject, type JsonArray, type JsonObject, type JsonValue } from '../../base/index.ts'
import { goPlain, goType } from '../values/go-text.ts'

/** Why a strategic merge patch cannot be made or applied, in upstream's words. Caught at the door of the engine. */
export class StrategicFault extends Error {}

export const patchDirective = '$patch'
export const retainKeysDirective = '$retainKeys'
export const deletePrefix = '$deleteFromPrimitiveList'
export const orderPrefix = '$setElementOrder'

export const wrongOrderFormat = 'invalid patch format of setElementOrder list'
export const wrongPrimitiveFormat = 'invalid patch format of primitive list'
export const wrongRetainKeysFormat = 'invalid patch format of retainKeys'

/** The fault of a value that should have been a list or an object. */
export function wrongType(expected: 'map' | 'list', actual: JsonValue | undefined): StrategicFault {
  const wanted = expected === 'map' ? 'map[string]interface {}' : '[]interface {}'
  const got = actual === null || actual === undefined ? '%!s(<nil>)' : goType(actual)
  return new StrategicFault(`expected a ${wanted}, but received a ${got}`)
}

/** The value of an item's merge key. */
export function keyOf(item: JsonValue | undefined, mergeKey: string): JsonValue {
  if (!isObject(item)) throw wrongType('map', item)
  if (!Object.hasOwn(item, mergeKey)) {
    throw new StrategicFault(`map: ${goPlain(item)} does not contain declared merge key: ${mergeKey}`)
  }
  return item[mergeKey]!
}

/** What kind of items some lists hold together; they may hold one only, and no lists. */
export function itemKind(...lists: readonly JsonArray[]): 'map' | 'scalar' {
  let type: string | undefined
  for (const list of lists) {
    for (const item of list) {
      const current = goType(item)
      if (Array.isArray(item)) throw new StrategicFault('lists of lists are not supported')
      if (type !== undefined && type !== current) {
        throw new StrategicFault(`list element types are not identical: ${goPlain(lists as unknown as JsonValue)}`)
      }
      type = current
    }
  }
  if (type === undefined) throw new StrategicFault('no elements in any of the given slices')
  return type === 'map[string]interface {}' ? 'map' : 'scalar'
}

/** Scalars in the order of their text; the list given stays as it is. */
export function sortScalars(list: JsonArray): JsonArray {
  return [...list].sort((a, b) => compareStrings(goPlain(a), goPlain(b)))
}

/** Maps in the order of the text of one field. */
export function sortByKey(list: JsonArray, mergeKey: string): JsonObject[] {
  return (list as JsonObject[])
    .map((item): [string, JsonObject] => [goPlain(item[mergeKey]), item])
    .sort((a, b) => compareStrings(a[0], b[0]))
    .map(([, item]) => item)
}

/** Each scalar once. A repeated one gives its place to the list's last item, as upstream does it. */
export function deduplicate(list: JsonArray): JsonArray {
  if (new Set(list).size === list.length) return list
  if (list.length > 1000) return [...new Set(list)]
  const out = [...list]
  for (let i = 0; i < out.length; i++) {
    for (let j = i + 1; j < out.length; j++) {
      if (out[i] !== out[j]) continue
      const last = out.pop()!
      if (j < out.length) {
        out[j] = last
        j--
      }
    }
  }
  return out
}

/** An item that stands for itself in an order: its merge key's value, or the scalar. */
function identity(item: JsonValue, mergeKey: string, kind: 'map' | 'scalar'): JsonValue | undefined {
  if (kind === 'scalar') return item
  return isObject(item) ? item[mergeKey] : undefined
}

function positions(order: JsonArray, mergeKey: string, kind: 'map' | 'scalar'): Map<JsonValue | undefined, number> {
  const out = new Map<JsonValue | undefined, number>()
  order.forEach((item, i) => {
    const id = identity(item, mergeKey, kind)
    if (!out.has(id)) out.set(id, i)
  })
  return out
}

/** Sorts items as an order has them; items to be deleted come last. */
export function sortLike(items: JsonArray, order: JsonArray, mergeKey: string, kind: 'map' | 'scalar'): JsonArray {
  let kept = items
  let deleted: JsonArray = []
  if (kind === 'map') {
    for (const item of items) keyOf(item, mergeKey)
    for (const item of order) keyOf(item, mergeKey)
    deleted = items.filter(isDeletion)
    kept = items.filter((item) => !isDeletion(item))
  }
  const place = positions(order, mergeKey, kind)
  const at = (item: JsonValue): number => place.get(identity(item, mergeKey, kind)) ?? -1
  return [...[...kept].sort((a, b) => at(a) - at(b)), ...deleted]
}

export function isDeletion(item: JsonValue): boolean {
  return isObject(item) && item[patchDirective] === 'delete'
}

/** Orders the items that a patch has and those that only the server has, each like their own order, into one list. */
export function interleave(
  lists: { readonly patch: JsonArray; readonly serverOnly: JsonArray },
  orders: { readonly patch: JsonArray; readonly server: JsonArray },
  mergeKey: string,
  kind: 'map' | 'scalar',
): JsonArray {
  const right = sortLike(lists.patch, orders.patch, mergeKey, kind)
  const left = sortLike(lists.serverOnly, orders.server, mergeKey, kind)
  const place = positions(orders.server, mergeKey, kind)
  const at = (item: JsonValue): number => place.get(identity(item, mergeKey, kind)) ?? -1
  const out: JsonArray = []
  let i = 0
  let j = 0
  while (i < left.length || j < right.length) {
    let takeLeft = j >= right.length
    if (i < left.length && j < right.length) {
      const l = at(left[i]!)
      const r = at(right[j]!)
      takeLeft = l >= 0 && r >= 0 && l < r
    }
    out.push(takeLeft ? left[i++]! : right[j++]!)
  }
  return out
}

/** Parts a list by whether its items are in another. */
export function partition(
  list: JsonArray,
  by: JsonArray,
  mergeKey: string,
): { readonly patch: JsonArray; readonly serverOnly: JsonArray } {
  const kind = mergeKey === '' ? 'scalar' : 'map'
  const known = positions(by, mergeKey, kind)
  const patch: JsonArray = []
  const serverOnly: JsonArray = []
  for (const item of list) {
    const id = mergeKey === '' ? item : keyOf(item, mergeKey)
    if (known.has(id)) patch.push(item)
    else serverOnly.push(item)
  }
  return { patch, serverOnly }
}
