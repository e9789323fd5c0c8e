import { isObject, type JsonArray, type JsonObject } from '../../base/index.ts'
import { anyInMetadata, kustomizeAnnotations, stringMap } from '../../flux/index.ts'
import type { KubeObject } from '../../kube/index.ts'

const staleAnnotations = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'kustomize.toolkit.fluxcd.io/checksum',
  'fluxcd.io/sync-checksum',
] as const
const staleLabels = ['fluxcd.io/sync-gc-mark'] as const

/**
 * The JSON patch that removes what earlier tools left on an object: kubectl's annotation, old Flux annotations and
 * labels, and managed fields of kubectl and of the controller's own updates, which the controller takes over
 * (kustomize-controller `apply`, fluxcd/pkg ssa/patch.go). Empty when there is nothing to do.
 */
export function cleanupPatch(object: KubeObject, existing: KubeObject, fieldManager: string): JsonArray {
  const merge = { [kustomizeAnnotations.ssa]: 'Merge' }
  if (anyInMetadata(object, merge) || anyInMetadata(existing, merge)) return []
  const patch: JsonObject[] = []
  const remove = (field: 'annotations' | 'labels', keys: readonly string[]): void => {
    const map = stringMap(existing, field)
    for (const key of keys) {
      if (Object.hasOwn(map, key)) patch.push({ op: 'remove', path: `/metadata/${field}/${key.replaceAll('/', '~1')}` })
    }
  }
  remove('annotations', staleAnnotations)
  remove('labels', staleLabels)
  const managed = takeOver(existing, fieldManager)
  if (managed !== undefined) patch.push({ op: 'replace', path: '/metadata/managedFields', value: managed })
  return patch
}

function takeOver(existing: KubeObject, fieldManager: string): JsonArray | undefined {
  const entries = existing.metadata['managedFields']
  if (!Array.isArray(entries)) return undefined
  const isOwn = (entry: JsonObject): boolean => entry['manager'] === fieldManager && entry['operation'] === 'Apply'
  let own = entries.filter(isObject).findLast(isOwn)
  const first = own
  const kept: JsonArray = []
  let edited = false
  for (const entry of entries) {
    if (!isObject(entry) || entry === first) {
      if (!isObject(entry)) kept.push(entry)
      continue
    }
    if (!isForeign(entry, fieldManager)) {
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

/** Written by kubectl, or by the controller before it used server-side apply. */
function isForeign(entry: JsonObject, fieldManager: string): boolean {
  const manager = typeof entry['manager'] === 'string' ? entry['manager'] : ''
  const subresource = entry['subresource']
  if (typeof subresource === 'string' && subresource !== '') return false
  if (entry['operation'] === 'Apply') return manager.startsWith('kubectl')
  if (entry['operation'] !== 'Update') return false
  return ['kubectl', 'before-first-apply', fieldManager].some((name) => manager.startsWith(name))
}

/** The union of two sets of fields in their JSON form, which is a tree of maps. */
function union(a: JsonObject[string] | undefined, b: JsonObject[string] | undefined): JsonObject {
  const out: JsonObject = isObject(a) ? { ...a } : {}
  if (!isObject(b)) return out
  for (const [key, value] of Object.entries(b)) {
    out[key] = Object.hasOwn(out, key) ? union(out[key], value) : value
  }
  return out
}
