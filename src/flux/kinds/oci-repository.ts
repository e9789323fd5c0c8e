import { secretRef, serviceAccountRef } from '../reference.ts'
import { type FluxKind, fluxGroups } from './kind.ts'

/** An OCI artifact as a source. */
export const ociRepositoryKind: FluxKind = {
  group: fluxGroups.source,
  version: 'v1',
  kind: 'OCIRepository',
  plural: 'ocirepositories',
  shortNames: ['ocirepo'],
  role: 'source',
  hasArtifact: true,
  controller: 'source-controller',
  references: [
    secretRef('spec', 'secretRef'),
    secretRef('spec', 'certSecretRef'),
    secretRef('spec', 'proxySecretRef'),
    secretRef('spec', 'verify', 'secretRef'),
    secretRef('spec', 'verify', 'trustedRootSecretRef'),
    serviceAccountRef('spec', 'serviceAccountName'),
  ],
}
