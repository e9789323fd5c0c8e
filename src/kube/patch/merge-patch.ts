import { isObject, type JsonObject, type JsonValue, jsonEqual, setOwn } from '../../base/index.ts'
import { stringifyYaml } from '../../yaml/index.ts'
import { bad, good, type Outcome } from '../values/outcome.ts'

/** Applies an RFC 7386 merge patch: null removes, objects merge, anything else replaces. */
export function applyMergePatch(document: JsonValue, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return Array.isArray(patch) ? pruneNulls(patch) : patch
  if (!isObject(document)) return pruneNulls(patch)
  const out: JsonObject = { ...document }
  for (const key of Object.keys(patch)) {
    const value = patch[key]!
    if (value === null) {
      delete out[key]
      continue
    }
    const current = Object.hasOwn(out, key) ? out[key]! : null
    if (current === null) setOwn(out, key, pruneNulls(value))
    else setOwn(out, key, isObject(value) && !isObject(current) ? pruneNulls(value) : mergeInto(current, value))
  }
  return out
}

/** Values that replace others keep the nulls inside lists' items as they are; those in objects are meant as removals. */
function mergeInto(current: JsonValue, value: JsonValue): JsonValue {
  return isObject(current) && isObject(value) ? applyMergePatch(current, value) : pruneNulls(value)
}

/** A value without the null members of its objects; null items of lists stay. */
function pruneNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(pruneNulls)
  if (!isObject(value)) return value
  const out: JsonObject = {}
  for (const key of Object.keys(value)) if (value[key] !== null) setOwn(out, key, pruneNulls(value[key]!))
  return out
}

/**
 * The merge patch that makes one object of another; lists are replaced whole. For two lists of as many objects it is
 * the list of the objects' patches, as evanphx/json-patch has it; other pairs get the second whole.
 */
export function createMergePatch(original: JsonObject, modified: JsonObject): JsonObject
export function createMergePatch(original: JsonValue, modified: JsonValue): JsonValue
export function createMergePatch(original: JsonValue, modified: JsonValue): JsonValue {
  if (isObject(original) && isObject(modified)) return objectPatch(original, modified)
  if (!Array.isArray(original) || !Array.isArray(modified) || original.length !== modified.length) return modified
  return original.map((item, i) => createMergePatch(item, modified[i]!))
}

function objectPatch(original: JsonObject, modified: JsonObject): JsonObject {
  const patch: JsonObject = {}
  for (const key of Object.keys(modified)) {
    const after = modified[key]!
    if (!Object.hasOwn(original, key)) {
      setOwn(patch, key, after)
      continue
    }
    const before = original[key]!
    if (isObject(before) && isObject(after)) {
      const inner = objectPatch(before, after)
      if (Object.keys(inner).length > 0) setOwn(patch, key, inner)
    } else if (!jsonEqual(before, after)) setOwn(patch, key, after)
  }
  for (const key of Object.keys(original)) if (!Object.hasOwn(modified, key)) setOwn(patch, key, null)
  return patch
}

/**
 * The patch by which `kubectl apply` updates a custom resource: what changed or was added against the live object, and
 * what was removed since the last apply (apimachinery `jsonmergepatch.CreateThreeWayJSONMergePatch`).
 */
export function createThreeWayMergePatch(
  original: JsonObject,
  modified: JsonObject,
  current: JsonObject,
): Outcome<JsonObject> {
  const changes = withoutNullMembers(createMergePatch(current, modified))
  const removals = onlyNullMembers(createMergePatch(original, modified))
  if (haveConflicts(changes, removals)) return bad(conflictText(changes, removals))
  return good(applyMergePatch(removals, changes) as JsonObject)
}

/** Upstream's text for a patch that others' changes stand against. */
export function conflictText(patch: JsonObject, changes: JsonObject): string {
  return `patch:\n${stringifyYaml(patch)}\nconflicts with changes made from original to current:\n${stringifyYaml(changes)}\n`
}

/** Only the members that are null, at any depth of objects. */
export function onlyNullMembers(object: JsonObject): JsonObject {
  return filterNulls(object, true)
}

/** All but the members that are null; objects left with nothing go too, ones that were empty stay. */
export function withoutNullMembers(object: JsonObject): JsonObject {
  return filterNulls(object, false)
}

function filterNulls(object: JsonObject, keepNull: boolean): JsonObject {
  const out: JsonObject = {}
  for (const key of Object.keys(object)) {
    const value = object[key]!
    if (value === null) {
      if (keepNull) setOwn(out, key, null)
    } else if (isObject(value) && Object.keys(value).length > 0) {
      const inner = filterNulls(value, keepNull)
      if (Object.keys(inner).length > 0) setOwn(out, key, inner)
    } else if (!keepNull) setOwn(out, key, value)
  }
  return out
}

/** Whether two patches say different things about one field (apimachinery `mergepatch.HasConflicts`). */
export function haveConflicts(left: JsonValue, right: JsonValue): boolean {
  if (isObject(left) && isObject(right)) {
    return Object.keys(left).some((key) => Object.hasOwn(right, key) && haveConflicts(left[key]!, right[key]!))
  }
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length !== right.length || left.some((item, i) => haveConflicts(item, right[i]!))
  }
  return !jsonEqual(left, right)
}
