import { isObject, type JsonObject, type JsonValue, jsonEqual } from '../../base/index.ts'
import { stringMap } from '../../flux/index.ts'
import type { KubeObject } from '../../kube/index.ts'

/**
 * True when the server's answer to a dry run differs from what is there in labels, annotations or content; metadata
 * otherwise and status do not count (fluxcd/pkg ssa/manager_diff.go `hasDrifted`).
 */
export function hasDrifted(existing: KubeObject | undefined, dryRun: KubeObject): boolean {
  if (existing === undefined) return true
  for (const field of ['labels', 'annotations'] as const) {
    if (!jsonEqual(stringMap(existing, field), stringMap(dryRun, field))) return true
  }
  return !semanticEqual(content(existing), content(dryRun))
}

function content(object: KubeObject): JsonObject {
  const { metadata: _, status: __, ...rest } = object
  return rest
}

/** Deep equality in which an empty map or list equals a missing one (apimachinery `Semantic.DeepEqual`). */
function semanticEqual(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b)) return isBlank(a) && isBlank(b)
    return a.length === b.length && a.every((item, i) => semanticEqual(item, b[i]))
  }
  if (isObject(a) && isObject(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)])
    for (const key of keys) {
      // Keys that one side has not are a difference even when empty: a map with nil is not one without.
      if (!Object.hasOwn(a, key) || !Object.hasOwn(b, key)) return false
      if (!semanticEqual(a[key], b[key])) return false
    }
    return true
  }
  return false
}

function isBlank(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0)
}
