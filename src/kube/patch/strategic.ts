import { isObject, type JsonArray, type JsonObject, type JsonValue, jsonEqual, setOwn } from '../../base/index.ts'
import { goPlain } from '../values/go-text.ts'
import { bad, good, type Outcome } from '../values/outcome.ts'
import { conflictText } from './merge-patch.ts'
import { diffMaps } from './strategic-diff.ts'
import {
  deduplicate,
  deletePrefix,
  itemKind,
  keyOf,
  orderPrefix,
  patchDirective,
  retainKeysDirective,
  StrategicFault,
  sortByKey,
  sortScalars,
  wrongOrderFormat,
  wrongPrimitiveFormat,
  wrongRetainKeysFormat,
} from './strategic-lists.ts'
import { mergeMaps } from './strategic-merge.ts'
import type { PatchField, PatchSchema } from './strategic-schema.ts'

/**
 * Applies a strategic merge patch: maps merge, lists merge by their key where the schema says so, `$patch`, `$retainKeys`,
 * `$setElementOrder` and `$deleteFromPrimitiveList` are carried out (apimachinery `strategicpatch`). Errors are upstream's.
 */
export function applyStrategicPatch(original: JsonObject, patch: JsonObject, schema: PatchSchema): Outcome<JsonObject> {
  return attempt(() => mergeMaps(original, patch, schema, 'apply'))
}

/** The strategic merge patch that makes one object of another. */
export function createTwoWayPatch(
  original: JsonObject,
  modified: JsonObject,
  schema: PatchSchema,
): Outcome<JsonObject> {
  return attempt(() => diffMaps(original, modified, schema, { setElementOrder: true }))
}

/**
 * The patch by which `kubectl apply` updates a built-in object: what changed or was added against the live object, and
 * what was removed since the last apply. Without `overwrite` it fails where the live object was changed otherwise.
 */
export function createThreeWayPatch(
  objects: { readonly original: JsonObject; readonly modified: JsonObject; readonly current: JsonObject },
  schema: PatchSchema,
  overwrite: boolean,
): Outcome<JsonObject> {
  return attempt(() => {
    const { original, modified, current } = objects
    const changes = diffMaps(current, modified, schema, { ignoreDeletions: true, setElementOrder: true })
    const removals = diffMaps(original, modified, schema, { ignoreChangesAndAdditions: true, setElementOrder: true })
    const patch = mergeMaps(removals, changes, schema, 'combine')
    if (!overwrite) {
      const others = diffMaps(original, current, schema, {})
      if (mapsConflict(patch, others, schema)) {
        throw new StrategicFault(conflictText(patch, others))
      }
    }
    return patch
  })
}

/** The object with the lists that merge by key sorted by it, and directive lists sorted. */
export function sortMergeLists(object: JsonObject, schema: PatchSchema): Outcome<JsonObject> {
  return attempt(() => sortMap(object, schema))
}

function attempt<T>(action: () => T): Outcome<T> {
  try {
    return good(action())
  } catch (error) {
    if (error instanceof StrategicFault) return bad(error.message)
    throw error
  }
}

function sortMap(object: JsonObject, schema: PatchSchema): JsonObject {
  const out: JsonObject = {}
  for (const key of Object.keys(object)) setOwn(out, key, sortValue(key, object[key]!, schema))
  return out
}

function sortValue(key: string, value: JsonValue, schema: PatchSchema): JsonValue {
  if (key === patchDirective) return value
  const scalars = key === retainKeysDirective ? wrongRetainKeysFormat : wrongPrimitiveFormat
  if (key === retainKeysDirective || key.startsWith(deletePrefix)) {
    if (!Array.isArray(value)) throw new StrategicFault(scalars)
    return sortScalars(value)
  }
  if (key.startsWith(orderPrefix)) {
    if (!Array.isArray(value)) throw new StrategicFault(wrongOrderFormat)
    return value
  }
  if (value === null || typeof value !== 'object') return value
  const field = lookUp(schema, key)
  if (isObject(value)) return sortMap(value, field.schema)
  return field.strategy === 'merge' ? sortList(value as JsonArray, field) : value
}

function sortList(list: JsonArray, field: PatchField): JsonArray {
  if (list.length === 0) return list
  if (itemKind(list) === 'scalar') return sortScalars(deduplicate(list))
  return sortByKey(
    list.map((item) => sortMap(item as JsonObject, field.schema)),
    field.mergeKey,
  )
}

function lookUp(schema: PatchSchema, key: string): PatchField {
  const field = schema.field(key)
  if (!field.ok) throw new StrategicFault(field.error)
  return field.value
}

/** Whether two patches want different things of one field. */
function mapsConflict(left: JsonObject, right: JsonObject, schema: PatchSchema): boolean {
  for (const key of Object.keys(left)) {
    if (key === patchDirective || key === retainKeysDirective || !Object.hasOwn(right, key)) continue
    const value = left[key]!
    const field = value !== null && typeof value === 'object' ? directiveField(schema, key) : undefined
    if (valuesConflict(value, right[key]!, field, schema)) return true
  }
  return false
}

/** Directive lists have no field of their own; they are compared as they are. */
function directiveField(schema: PatchSchema, key: string): PatchField | undefined {
  if (!key.startsWith('$')) return lookUp(schema, key)
  return undefined
}

function valuesConflict(left: JsonValue, right: JsonValue, field: PatchField | undefined, outer: PatchSchema): boolean {
  const schema = field?.schema ?? outer
  if (isObject(left)) {
    if (!isObject(right)) return true
    if (left[patchDirective] !== right[patchDirective]) return true
    return field?.strategy === 'replace' ? false : mapsConflict(left, right, schema)
  }
  if (!Array.isArray(left)) return !jsonEqual(left, right)
  return !Array.isArray(right) || listsConflict(left, right, field, schema)
}

function listsConflict(left: JsonArray, right: JsonArray, field: PatchField | undefined, schema: PatchSchema): boolean {
  const kind = itemKind(left, right)
  if (field?.strategy === 'merge') {
    if (kind === 'scalar') return false
    const others = new Map(right.map((item) => [goPlain(keyOf(item, field.mergeKey)), item]))
    return left.some((item) => {
      const other = others.get(goPlain(keyOf(item, field.mergeKey)))
      return other !== undefined && valuesConflict(item, other, undefined, schema)
    })
  }
  if (left.length !== right.length) return true
  const [a, b] = kind === 'scalar' ? [sortScalars(deduplicate(left)), sortScalars(deduplicate(right))] : [left, right]
  return a.some((item, i) => b[i] === undefined || valuesConflict(item, b[i], undefined, schema))
}
