import { isObject, type JsonArray, type JsonObject, type JsonValue } from '../../base/index.ts'
import { goType } from '../values/go-text.ts'
import { deletePrefix, orderPrefix, patchDirective, retainKeysDirective } from './strategic-lists.ts'
import type { PatchField, PatchSchema } from './strategic-schema.ts'

/**
 * What is left of a strategic merge patch once it was applied, which is what the API server shows when the outcome is no
 * object of its kind: apimachinery's merge takes directives and nulls out of the patch as it carries them out.
 */
export function consumedPatch(original: JsonObject, patch: JsonObject, schema: PatchSchema): JsonObject {
  const directive = patch[patchDirective]
  if (directive !== undefined) return directive === 'replace' ? without(patch, patchDirective) : patch
  const out: JsonObject = without(patch, retainKeysDirective)
  for (const key of Object.keys(out)) {
    if (!key.startsWith(`${orderPrefix}/`)) continue
    delete out[key]
    const list = key.slice(orderPrefix.length + 1)
    // A list in an order is merged before all else, and is done with then.
    if (Array.isArray(out[list])) delete out[list]
  }
  for (const key of Object.keys(out)) {
    const value = out[key]!
    if (value === null || key.startsWith(deletePrefix)) continue
    const current = Object.hasOwn(original, key) ? original[key]! : undefined
    if (current === undefined || goType(current) !== goType(value)) out[key] = taken(value)
    else if (isObject(current) && isObject(value)) {
      const field = fieldOf(schema, key)
      if (field !== undefined && field.strategy !== 'replace') out[key] = consumedPatch(current, value, field.schema)
    } else if (Array.isArray(current) && Array.isArray(value))
      out[key] = consumedList(current, value, fieldOf(schema, key))
  }
  return out
}

function fieldOf(schema: PatchSchema, key: string): PatchField | undefined {
  const field = schema.field(key)
  return field.ok ? field.value : undefined
}

function consumedList(current: JsonArray, change: JsonArray, field: PatchField | undefined): JsonArray {
  if (field === undefined || field.strategy !== 'merge' || field.mergeKey === '') return change
  const items = change.filter(isObject)
  const replaces = items.some((item) => item[patchDirective] === 'replace')
  if (replaces) return change
  return change.map((item) => {
    if (!isObject(item) || item[patchDirective] !== undefined) return item
    const key = item[field.mergeKey]
    const same = current.find((other) => isObject(other) && other[field.mergeKey] === key)
    return isObject(same) ? consumedPatch(same, item, field.schema) : item
  })
}

/** A value that is taken as it is: nulls go everywhere, what is deleted goes from what it is in. */
function taken(value: JsonValue): JsonValue {
  const bare = withoutNulls(value)
  return isObject(bare) && bare[patchDirective] === undefined ? withoutDeleted(bare) : bare
}

function withoutNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isObject(value)) return value
  const members = Object.entries(value).filter(([, item]) => item !== null)
  return Object.fromEntries(members.map(([key, item]) => [key, withoutNulls(item)]))
}

function withoutDeleted(value: JsonObject): JsonObject {
  const out: JsonObject = {}
  for (const [key, item] of Object.entries(value)) {
    if (isObject(item)) {
      if (item[patchDirective] === undefined) out[key] = withoutDeleted(item)
    } else if (Array.isArray(item)) {
      const kept = item.filter((part) => !isObject(part) || part[patchDirective] === undefined)
      out[key] = kept.map((part) => (isObject(part) ? withoutDeleted(part) : part))
    } else out[key] = item
  }
  return out
}

function without(value: JsonObject, key: string): JsonObject {
  const { [key]: _gone, ...rest } = value
  return rest
}
