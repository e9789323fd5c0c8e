import { secretRef, serviceAccountRef } from '../reference.ts'
import { type FluxKind, fluxGroups } from './kind.ts'

/** An S3-compatible, Azure or Google bucket as a source. */
export const bucketKind: FluxKind = {
  group: fluxGroups.source,
  version: 'v1',
  kind: 'Bucket',
  plural: 'buckets',
  shortNames: [],
  role: 'source',
  hasArtifact: true,
  controller: 'source-controller',
  references: [
    secretRef('spec', 'secretRef'),
    secretRef('spec', 'certSecretRef'),
    secretRef('spec', 'proxySecretRef'),
    secretRef('spec', 'sts', 'secretRef'),
    secretRef('spec', 'sts', 'certSecretRef'),
    serviceAccountRef('spec', 'serviceAccountName'),
  ],
}
