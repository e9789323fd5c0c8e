import { secretRef, serviceAccountRef } from '../reference.ts'
import { type FluxKind, fluxGroups } from './kind.ts'

/** A Git repository as a source. */
export const gitRepositoryKind: FluxKind = {
  group: fluxGroups.source,
  version: 'v1',
  kind: 'GitRepository',
  plural: 'gitrepositories',
  shortNames: ['gitrepo'],
  role: 'source',
  hasArtifact: true,
  controller: 'source-controller',
  references: [
    secretRef('spec', 'secretRef'),
    secretRef('spec', 'proxySecretRef'),
    secretRef('spec', 'verify', 'secretRef'),
    serviceAccountRef('spec', 'serviceAccountName'),
    { path: ['spec', 'include', '*', 'repository'], role: 'include', kind: 'GitRepository' },
  ],
}
