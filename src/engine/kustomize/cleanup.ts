import { anyInMetadata } from '../../flux/index.ts'
import { type KubeObject, type MetadataPatch, patchRemovingMetadata, patchTakingOver } from '../../kube/index.ts'
import type { CleanupPolicy } from './apply-policy.ts'

/**
 * The JSON patch that removes what earlier tools left on an object: annotations, labels, and managed fields of others,
 * which the engine takes over (fluxcd/pkg ssa `cleanupMetadata`). Empty when there is nothing to do. Throws when managed
 * fields cannot be read.
 */
export function cleanupPatch(
  object: KubeObject,
  existing: KubeObject,
  { policy, fieldManager }: { readonly policy: CleanupPolicy; readonly fieldManager: string },
): MetadataPatch {
  if (anyInMetadata(object, policy.exclusions) || anyInMetadata(existing, policy.exclusions)) return []
  const managers = patchTakingOver(existing, policy.fieldManagers, fieldManager)
  if (!managers.ok) throw new Error(managers.error)
  return [
    ...patchRemovingMetadata(existing, 'annotations', policy.annotations),
    ...patchRemovingMetadata(existing, 'labels', policy.labels),
    ...managers.value,
  ]
}
