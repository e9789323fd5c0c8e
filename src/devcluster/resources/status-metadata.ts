/** What a write to the status of a built-in kind leaves of the object's metadata as it was. */
export type StatusKeeps = 'labels' | 'owners' | 'all'

const KEEPS: ReadonlyMap<string, StatusKeeps> = new Map<string, StatusKeeps>([
  ['deployments.apps', 'labels'],
  ['pods', 'owners'],
  ['volumeattachments.storage.k8s.io', 'all'],
  ['servicecidrs.networking.k8s.io', 'all'],
  ['resourceclaims.resource.k8s.io', 'all'],
  ['validatingadmissionpolicies.admissionregistration.k8s.io', 'all'],
  ['flowschemas.flowcontrol.apiserver.k8s.io', 'all'],
  ['prioritylevelconfigurations.flowcontrol.apiserver.k8s.io', 'all'],
])

/**
 * What a status update of a built-in kind may not change in metadata (its status strategy's `PrepareForUpdate` and
 * `GetResetFields`); undefined: labels, annotations, finalizers and owners are taken from it.
 */
export function statusKeeps(collection: string): StatusKeeps | undefined {
  return KEEPS.get(collection)
}
