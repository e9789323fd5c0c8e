import { fluxKindOf } from '../flux/index.ts'

/** Flux kinds that are served but that this engine does not reconcile. */
export const unmanagedKinds: readonly string[] = [
  'HelmRelease',
  'HelmRepository',
  'HelmChart',
  'OCIRepository',
  'Bucket',
  'Alert',
  'Provider',
  'Receiver',
  'ImageRepository',
  'ImagePolicy',
  'ImageUpdateAutomation',
]

/** Kinds that never have a status: there is nothing to wait for. */
const withoutStatus = new Set(['Alert', 'Provider'])

/** True for an object that waits for a controller which this engine has not. */
export function isUnmanaged(object: { readonly apiVersion: string; readonly kind: string }): boolean {
  return unmanagedKinds.includes(object.kind) && !withoutStatus.has(object.kind) && fluxKindOf(object) !== undefined
}
