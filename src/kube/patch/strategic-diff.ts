import {
  compareStrings,
  isObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
  jsonEqual,
  setOwn,
} from '../../base/index.ts'
import { goPlain, goType } from '../values/go-text.ts'
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
  sortLike,
  sortScalars,
} from './strategic-lists.ts'
import type { PatchField, PatchSchema } from './strategic-schema.ts'

export interface DiffOptions {
  /** Say in which order list items are to be. */
  readonly setElementOrder?: boolean
  readonly ignoreChangesAndAdditions?: boolean
  readonly ignoreDeletions?: boolean
  /** Say which fields of the object are to stay. */
  readonly retainKeys?: boolean
}

/** The strategic merge patch from one object to another (apimachinery `strategicpatch.diffMaps`). */
export function diffMaps(
  original: JsonObject,
  modified: JsonObject,
  schema: PatchSchema,
  options: DiffOptions,
): JsonObject {
  const patch: JsonObject = {}
  const retained: JsonArray = []
  for (const key of Object.keys(modified)) {
    const after = modified[key]!
    if (options.retainKeys === true && after !== null) retained.push(key)
    if (!Object.hasOwn(original, key)) {
      if (options.ignoreChangesAndAdditions !== true) setOwn(patch, key, after)
      continue
    }
    diffField({ key, before: original[key]!, after }, patch, schema, options)
  }
  if (options.ignoreDeletions !== true) {
    for (const key of Object.keys(original)) if (!Object.hasOwn(modified, key)) setOwn(patch, key, null)
  }
  if (retained.length > 0 && (Object.keys(patch).length > 0 || losesField(original, modified))) {
    patch[retainKeysDirective] = sortScalars(retained)
  }
  return patch
}

interface FieldChange {
  readonly key: string
  readonly before: JsonValue
  readonly after: JsonValue
}

function diffField(change: FieldChange, patch: JsonObject, schema: PatchSchema, options: DiffOptions): void {
  const { key, before, after } = change
  if (key === patchDirective) {
    if (typeof before !== 'string' || typeof after !== 'string') {
      throw new StrategicFault(`invalid value for special key: ${patchDirective}`)
    }
    if (before !== after) patch[patchDirective] = after
    return
  }
  if (goType(before) !== goType(after)) {
    if (options.ignoreChangesAndAdditions !== true) setOwn(patch, key, after)
    return
  }
  if (isObject(before) && isObject(after)) diffObject(key, { before, after }, patch, schema, options)
  else if (Array.isArray(before) && Array.isArray(after)) {
    diffList(key, { before, after }, patch, schema, options)
  } else replaceIfChanged(change, patch, options)
}

function replaceIfChanged({ key, before, after }: FieldChange, patch: JsonObject, options: DiffOptions): void {
  if (options.ignoreChangesAndAdditions !== true && !jsonEqual(before, after)) setOwn(patch, key, after)
}

/** The field's strategy; a field that the schema does not know may stay as it is, but not change. */
function fieldFor(schema: PatchSchema, key: string, equal: () => boolean): PatchField | undefined {
  const field = schema.field(key)
  if (field.ok) return field.value
  if (equal()) return undefined
  throw new StrategicFault(field.error)
}

function diffObject(
  key: string,
  sides: { readonly before: JsonObject; readonly after: JsonObject },
  patch: JsonObject,
  schema: PatchSchema,
  options: DiffOptions,
): void {
  const field = fieldFor(schema, key, () => jsonEqual(sides.before, sides.after))
  if (field === undefined) return
  if (field.strategy === 'replace') {
    if (options.ignoreChangesAndAdditions !== true) setOwn(patch, key, sides.after)
    return
  }
  const inner = diffMaps(sides.before, sides.after, field.schema, { ...options, retainKeys: field.retainKeys })
  if (Object.keys(inner).length > 0) setOwn(patch, key, inner)
}

interface ListSides {
  readonly before: JsonArray
  readonly after: JsonArray
}

function diffList(key: string, sides: ListSides, patch: JsonObject, schema: PatchSchema, options: DiffOptions): void {
  const field = fieldFor(schema, key, () => jsonEqual(sides.before, sides.after))
  if (field === undefined) return
  if (field.strategy !== 'merge') {
    replaceIfChanged({ key, before: sides.before, after: sides.after }, patch, options)
    return
  }
  const diff = diffLists(sides, field, { ...options, retainKeys: field.retainKeys })
  if (diff.changes.length > 0) setOwn(patch, key, diff.changes)
  if (diff.deletions.length > 0) setOwn(patch, `${deletePrefix}/${key}`, diff.deletions)
  if (diff.order.length > 0) setOwn(patch, `${orderPrefix}/${key}`, diff.order)
}

interface ListDiff {
  readonly changes: JsonArray
  readonly deletions: JsonArray
  readonly order: JsonArray
}

function diffLists(sides: ListSides, field: PatchField, options: DiffOptions): ListDiff {
  const { before, after } = sides
  if (before.length === 0) {
    const changes = options.ignoreChangesAndAdditions === true ? [] : after
    return { changes, deletions: [], order: [] }
  }
  return itemKind(before, after) === 'map' ? diffObjects(sides, field, options) : diffScalars(sides, options)
}

function diffObjects(sides: ListSides, field: PatchField, options: DiffOptions): ListDiff {
  const { mergeKey } = field
  const { changes, deletions } = diffItems(sides, field, options)
  const sorted = [...sortLike(changes, sides.after, mergeKey, 'map'), ...deletions]
  const sameOrder =
    sides.before.length === sides.after.length &&
    sides.after.every((item, i) => keyOf(sides.before[i], mergeKey) === keyOf(item, mergeKey))
  const changed = sorted.length > 0
  const ordered =
    options.setElementOrder === true &&
    ((options.ignoreChangesAndAdditions !== true && (changed || !sameOrder)) ||
      (options.ignoreDeletions !== true && changed))
  const order = ordered ? sides.after.map((item): JsonObject => ({ [mergeKey]: (item as JsonObject)[mergeKey]! })) : []
  return { changes: sorted, deletions: [], order }
}

/** Items added or changed, and directives that delete items, by walking both lists in the order of their keys. */
function diffItems(
  sides: ListSides,
  field: PatchField,
  options: DiffOptions,
): { readonly changes: JsonArray; readonly deletions: JsonArray } {
  const { mergeKey, schema } = field
  const before = sortByKey(sides.before, mergeKey)
  const after = sortByKey(sides.after, mergeKey)
  const changes: JsonArray = []
  const deletions: JsonArray = []
  let i = 0
  let j = 0
  while (i < before.length || j < after.length) {
    const oldKey = i < before.length ? keyOf(before[i], mergeKey) : undefined
    const newKey = j < after.length ? keyOf(after[j], mergeKey) : undefined
    const order = compareKeys(oldKey, newKey)
    if (order === 0) {
      const inner = diffMaps(before[i]!, after[j]!, schema, options)
      if (Object.keys(inner).length > 0) changes.push({ ...inner, [mergeKey]: newKey! })
      i++
      j++
    } else if (order > 0) {
      if (options.ignoreChangesAndAdditions !== true) changes.push(after[j]!)
      j++
    } else {
      if (options.ignoreDeletions !== true) deletions.push({ [mergeKey]: oldKey!, [patchDirective]: 'delete' })
      i++
    }
  }
  return { changes, deletions }
}

/** Orders by text; a side that has ended comes last. */
function compareKeys(before: JsonValue | undefined, after: JsonValue | undefined): number {
  if (before === undefined) return 1
  if (after === undefined) return -1
  return compareStrings(goPlain(before), goPlain(after))
}

function diffScalars(sides: ListSides, options: DiffOptions): ListDiff {
  const before = sortScalars(sides.before)
  const after = sortScalars(sides.after)
  const changes: JsonArray = []
  const deletions: JsonArray = []
  let i = 0
  let j = 0
  while (i < before.length || j < after.length) {
    const order = compareKeys(before[i], after[j])
    if (order === 0) {
      i++
      j++
    } else if (order > 0) {
      if (options.ignoreChangesAndAdditions !== true) changes.push(after[j]!)
      j++
    } else {
      if (options.ignoreDeletions !== true) deletions.push(before[i]!)
      i++
    }
  }
  const removed = deduplicate(deletions)
  const ordered =
    options.setElementOrder === true &&
    ((options.ignoreDeletions !== true && removed.length > 0) ||
      (options.ignoreChangesAndAdditions !== true && !jsonEqual(sides.before, sides.after)))
  return {
    changes: sortLike(changes, sides.after, '', 'scalar'),
    deletions: removed,
    order: ordered ? sides.after : [],
  }
}

function losesField(original: JsonObject, modified: JsonObject): boolean {
  return Object.keys(original).some((key) => original[key] !== null && !Object.hasOwn(modified, key))
}
