import { secretRef, serviceAccountRef } from '../reference.ts'
import { type FluxKind, fluxGroups } from './kind.ts'

/** Where events are sent. */
export const providerKind: FluxKind = {
  group: fluxGroups.notification,
  version: 'v1beta3',
  kind: 'Provider',
  plural: 'providers',
  shortNames: [],
  role: 'notification',
  hasArtifact: false,
  controller: 'notification-controller',
  references: [
    secretRef('spec', 'secretRef'),
    secretRef('spec', 'certSecretRef'),
    secretRef('spec', 'proxySecretRef'),
    serviceAccountRef('spec', 'serviceAccountName'),
  ],
}
