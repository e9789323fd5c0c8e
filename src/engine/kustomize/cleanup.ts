import { isObject, type JsonArray, type JsonObject, type JsonValue } from '../../base/index.ts'
import { anyInMetadata, stringMap } from '../../flux/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import type { CleanupPolicy } from './apply-policy.ts'

/** Managers by name, or by the beginning of their name. */
export interface FieldManager {
  readonly name: string
  readonly operation: 'Apply' | 'Update'
  readonly exact?: boolean
}

/**
 * The JSON patch that removes what earlier tools left on an object: annotations, labels, and managed fields of others,
 * which the engine takes over (fluxcd/pkg ssa/patch.go). Empty when there is nothing to do.
 */
export function cleanupPatch(
  object: KubeObject,
  existing: KubeObject,
  { policy, fieldManager }: { readonly policy: CleanupPolicy; readonly fieldManager: string },
): JsonArray {
  if (anyInMetadata(object, policy.exclusions) || anyInMetadata(existing, policy.exclusions)) return []
  const patch: JsonObject[] = []
  for (const field of ['annotations', 'labels'] as const) {
    const map = stringMap(existing, field)
    for (const key of policy[field]) {
      if (!Object.hasOwn(map, key)) continue
      patch.push({ op: 'remove', path: `/metadata/${field}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}` })
    }
  }
  const managed = takeOver(managedFieldsOf(existing), policy.fieldManagers, fieldManager)
  if (managed !== undefined) patch.push({ op: 'replace', path: '/metadata/managedFields', value: managed })
  return patch
}

/** The JSON patch that brings all managed fields to an API version; empty when they have it. */
export function migrationPatch(existing: KubeObject, apiVersion: string): JsonArray {
  const entries = managedFieldsOf(existing)
  if (entries.every((entry) => entry['apiVersion'] === apiVersion)) return []
  return [{ op: 'replace', path: '/metadata/managedFields', value: entries.map((entry) => ({ ...entry, apiVersion })) }]
}

function managedFieldsOf(object: KubeObject): JsonObject[] {
  const entries = object.metadata['managedFields']
  return Array.isArray(entries) ? entries.filter(isObject) : []
}

/** The entries with those of other managers merged into the engine's own; `undefined` when none is to be merged. */
function takeOver(
  entries: readonly JsonObject[],
  managers: readonly FieldManager[],
  fieldManager: string,
): JsonArray | undefined {
  const first = entries.findLast((entry) => entry['manager'] === fieldManager && entry['operation'] === 'Apply')
  let own = first
  let edited = false
  const kept: JsonArray = []
  for (const entry of entries) {
    if (entry === first) continue
    if (!managers.some((manager) => isOf(entry, manager))) {
      kept.push(entry)
      continue
    }
    edited = true
    own =
      own === undefined
        ? { ...entry, manager: fieldManager, operation: 'Apply' }
        : { ...own, fieldsV1: union(own['fieldsV1'], entry['fieldsV1']) }
  }
  return edited && own !== undefined ? [...kept, own] : undefined
}

function isOf(entry: JsonObject, manager: FieldManager): boolean {
  const subresource = entry['subresource']
  if (typeof subresource === 'string' && subresource !== '') return false
  const name = entry['manager']
  if (typeof name !== 'string' || entry['operation'] !== manager.operation) return false
  return manager.exact === true ? name === manager.name : name.startsWith(manager.name)
}

/** The union of two sets of fields in their JSON form, which is a tree of maps. */
function union(a: JsonValue | undefined, b: JsonValue | undefined): JsonObject {
  const out: JsonObject = isObject(a) ? { ...a } : {}
  if (!isObject(b)) return out
  for (const [key, value] of Object.entries(b)) {
    out[key] = Object.hasOwn(out, key) ? union(out[key], value) : value
  }
  return out
}
