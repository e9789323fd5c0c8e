import { isObject, type JsonArray, type JsonObject, type JsonValue, jsonEqual, setOwn } from '../../base/index.ts'
import { goPlain, goType } from '../values/go-text.ts'
import {
  deduplicate,
  deletePrefix,
  interleave,
  isDeletion,
  itemKind,
  keyOf,
  orderPrefix,
  partition,
  patchDirective,
  retainKeysDirective,
  StrategicFault,
  wrongOrderFormat,
  wrongPrimitiveFormat,
  wrongRetainKeysFormat,
  wrongType,
} from './strategic-lists.ts'
import type { PatchField, PatchSchema } from './strategic-schema.ts'

/**
 * Applying a patch to an object carries out its directives and lets nulls remove; merging two patches into one keeps
 * both for later.
 */
export type MergeMode = 'apply' | 'combine'

/** Merges a patch into an object (apimachinery `strategicpatch.mergeMap`). Neither is changed. */
export function mergeMaps(original: JsonObject, patch: JsonObject, schema: PatchSchema, mode: MergeMode): JsonObject {
  if (Object.hasOwn(patch, patchDirective)) return carryOut(patch)
  const out: JsonObject = { ...original }
  const rest: JsonObject = { ...patch }
  retainKeys(out, rest, mode)
  orderLists(out, rest, schema, mode)
  for (const key of Object.keys(rest)) mergeField(out, key, rest[key]!, schema, mode)
  return out
}

function carryOut(patch: JsonObject): JsonObject {
  const directive = patch[patchDirective]!
  if (directive === 'replace') {
    const { [patchDirective]: _, ...rest } = patch
    return rest
  }
  if (directive === 'delete') return {}
  throw new StrategicFault(`unknown patch type: ${goPlain(directive)} in map: ${goPlain(patch)}`)
}

/** Carries out `$retainKeys`: fields that it does not name go. */
function retainKeys(out: JsonObject, patch: JsonObject, mode: MergeMode): void {
  const keys = patch[retainKeysDirective]
  if (keys === undefined) return
  delete patch[retainKeysDirective]
  if (mode === 'combine') {
    const before = out[retainKeysDirective]
    if (before !== undefined && !jsonEqual(before, keys)) {
      const reason = 'are not deep equal: this may happen when calculating the 3-way diff patch'
      throw new StrategicFault(`${goPlain(before)} and ${goPlain(keys)} ${reason}`)
    }
    out[retainKeysDirective] = keys
    return
  }
  if (!Array.isArray(keys)) throw new StrategicFault(wrongRetainKeysFormat)
  const kept = new Set(keys)
  for (const key of Object.keys(patch)) {
    const exempt = patch[key] === null || key.startsWith(deletePrefix) || key.startsWith(orderPrefix)
    if (!exempt && !kept.has(key)) throw new StrategicFault(wrongRetainKeysFormat)
  }
  for (const key of Object.keys(out)) if (!kept.has(key)) delete out[key]
}

/** Merges the lists whose order a patch gives, and puts them in that order. */
function orderLists(out: JsonObject, patch: JsonObject, schema: PatchSchema, mode: MergeMode): void {
  for (const directive of Object.keys(patch)) {
    if (!directive.startsWith(orderPrefix)) continue
    const order = patch[directive]!
    if (mode === 'combine') {
      const before = out[directive]
      if (before !== undefined && !jsonEqual(before, order)) throw new StrategicFault(wrongOrderFormat)
      out[directive] = order
    }
    delete patch[directive]
    if (!Array.isArray(order)) throw wrongType('list', order)
    const key = keyAfter(directive, orderPrefix, wrongOrderFormat)
    orderList(out, patch, { key, order, schema, mode })
  }
}

interface OrderStep {
  readonly key: string
  readonly order: JsonArray
  readonly schema: PatchSchema
  readonly mode: MergeMode
}

function orderList(out: JsonObject, patch: JsonObject, step: OrderStep): void {
  const { key, order, mode } = step
  const current = Object.hasOwn(out, key) ? out[key]! : undefined
  const change = Object.hasOwn(patch, key) ? patch[key]! : undefined
  if (current !== undefined && !Array.isArray(current)) throw wrongType('list', current)
  if (change !== undefined && !Array.isArray(change)) throw wrongType('list', change)
  const field = lookUp(step.schema, key)
  checkOrder(change ?? [], order, field.mergeKey)
  if (current === undefined && change === undefined) return
  let merged: JsonArray
  let server = current ?? []
  if (change === undefined) merged = current!
  else if (current === undefined) merged = (withoutDirectives(change) as JsonArray | undefined) ?? []
  else {
    const result = mergeLists(current, change, { field, mode, deletions: false })
    merged = result.list
    server = result.server
  }
  const parts = partition(merged, order, field.mergeKey)
  const kind = itemKind(current ?? [], change ?? [])
  setOwn(out, key, interleave(parts, { patch: order, server }, field.mergeKey, kind))
  delete patch[key]
}

/** A patch's items must come in the order that the patch gives. */
function checkOrder(change: JsonArray, order: JsonArray, mergeKey: string): void {
  if (order.length === 0 || change.length === 0) return
  const items = mergeKey === '' ? change : change.filter((item) => !isDeletion(item))
  let i = 0
  let j = 0
  while (i < items.length && j < order.length) {
    const item = items[i]!
    if (isObject(item) && Object.hasOwn(item, patchDirective)) {
      i++
      continue
    }
    const same = mergeKey === '' ? item === order[j] : keyOf(item, mergeKey) === keyOf(order[j], mergeKey)
    if (same) i++
    j++
  }
  if (i < items.length && j >= order.length) {
    throw new StrategicFault(
      `The order in patch list:\n${goPlain(change)}\n doesn't match ${orderPrefix} list:\n${goPlain(order)}\n`,
    )
  }
}

function mergeField(out: JsonObject, field: string, value: JsonValue, schema: PatchSchema, mode: MergeMode): void {
  let key = field
  const deletions = field.startsWith(deletePrefix)
  if (deletions) {
    if (mode === 'combine') {
      setOwn(out, field, value)
      return
    }
    key = keyAfter(field, deletePrefix, wrongPrimitiveFormat)
  }
  if (value === null) {
    delete out[key]
    if (mode === 'apply') return
  }
  const current = Object.hasOwn(out, key) ? out[key]! : undefined
  if (current === undefined || goType(current) !== goType(value)) {
    if (!deletions) putNew(out, key, value, mode)
  } else if (isObject(current) && isObject(value)) {
    const { strategy, schema: inner } = lookUp(schema, key)
    setOwn(out, key, strategy === 'replace' ? value : mergeMaps(current, value, inner, mode))
  } else if (Array.isArray(current) && Array.isArray(value)) {
    setOwn(out, key, mergeLists(current, value, { field: lookUp(schema, key), mode, deletions }).list)
  } else putNew(out, key, value, 'combine')
}

function putNew(out: JsonObject, key: string, value: JsonValue, mode: MergeMode): void {
  const kept = withoutDirectives(mode === 'apply' ? withoutNulls(value) : value)
  if (kept === undefined) delete out[key]
  else setOwn(out, key, kept)
}

interface ListStep {
  readonly field: PatchField
  readonly mode: MergeMode
  /** True when the patch lists what to take out. */
  readonly deletions: boolean
}

interface MergedList {
  readonly list: JsonArray
  /** The order of the server's items for whoever sorts the result again. */
  readonly server: JsonArray
}

function mergeLists(current: JsonArray, change: JsonArray, step: ListStep): MergedList {
  const { field, mode, deletions } = step
  if (field.strategy !== 'merge' && !deletions) return { list: change, server: current }
  if (current.length === 0 && change.length === 0) return { list: current, server: current }
  if (itemKind(current, change) === 'map') return mergeObjects(current, change, field, mode)
  if (deletions && mode === 'apply') {
    const gone = new Set(change)
    return { list: current.filter((item) => !gone.has(item)), server: current }
  }
  const parts = partition(deduplicate([...current, ...change]), change, field.mergeKey)
  return { list: interleave(parts, { patch: change, server: current }, field.mergeKey, 'scalar'), server: current }
}

function mergeObjects(current: JsonArray, change: JsonArray, field: PatchField, mode: MergeMode): MergedList {
  if (field.mergeKey === '') {
    throw new StrategicFault(`cannot merge lists without merge key for ${field.schema.name}`)
  }
  const { kept, items } = carryOutInList(current, change, field.mergeKey)
  const merged = mergeItems(kept, items, field, mode)
  const parts = partition(merged, items, field.mergeKey)
  const list = interleave(parts, { patch: items, server: kept }, field.mergeKey, 'map')
  // Upstream deletes in place and appends into the room that this leaves, so that as many new items as there were
  // deletions count as the server's when the list is put in order again.
  const room = current.length - kept.length
  return { list, server: room > 0 ? merged.slice(0, kept.length + room) : current }
}

/** Carries out the items of a patch that delete others, or replace all. */
function carryOutInList(
  current: JsonArray,
  change: JsonArray,
  mergeKey: string,
): { readonly kept: JsonArray; readonly items: JsonArray } {
  const items: JsonArray = []
  const deleted = new Set<JsonValue>()
  let replace = false
  for (const item of change as JsonObject[]) {
    const directive = item[patchDirective]
    if (directive === undefined) items.push(item)
    else if (directive === 'delete') deleted.add(keyOf(item, mergeKey))
    else if (directive === 'replace') replace = true
    else if (directive === 'merge') throw new StrategicFault('merging lists cannot yet be specified in the patch')
    else throw new StrategicFault(`unknown patch type: ${goPlain(directive)} in map: ${goPlain(item)}`)
  }
  if (replace) return { kept: items, items: [] }
  if (deleted.size === 0) return { kept: current, items }
  return { kept: current.filter((item) => !deleted.has((item as JsonObject)[mergeKey]!)), items }
}

function mergeItems(current: JsonArray, items: JsonArray, field: PatchField, mode: MergeMode): JsonArray {
  const out = [...current]
  const places = new Map<JsonValue, number>()
  out.forEach((item, i) => {
    const key = (item as JsonObject)[field.mergeKey]
    if (key !== undefined && !places.has(key)) places.set(key, i)
  })
  for (const item of items) {
    const key = keyOf(item, field.mergeKey)
    const place = places.get(key)
    if (place === undefined) {
      places.set(key, out.length)
      out.push(item)
    } else out[place] = mergeMaps(out[place] as JsonObject, item as JsonObject, field.schema, mode)
  }
  return out
}

function lookUp(schema: PatchSchema, key: string): PatchField {
  const field = schema.field(key)
  if (!field.ok) throw new StrategicFault(field.error)
  return field.value
}

function keyAfter(directive: string, prefix: string, fault: string): string {
  if (!directive.startsWith(`${prefix}/`)) throw new StrategicFault(fault)
  return directive.slice(prefix.length + 1)
}

/** A new value without its null members; null items of lists stay. */
function withoutNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isObject(value)) return value
  const out: JsonObject = {}
  for (const key of Object.keys(value)) if (value[key] !== null) setOwn(out, key, withoutNulls(value[key]!))
  return out
}

/** A new value without the parts that are directives; `undefined` when it is one itself. */
function withoutDirectives(value: JsonValue): JsonValue | undefined {
  if (Array.isArray(value)) {
    return value.map(withoutDirectives).filter((item): item is JsonValue => item !== undefined)
  }
  if (!isObject(value)) return value
  if (Object.hasOwn(value, patchDirective)) return undefined
  const out: JsonObject = {}
  for (const key of Object.keys(value)) {
    const inner = withoutDirectives(value[key]!)
    if (inner !== undefined) setOwn(out, key, inner)
  }
  return out
}
