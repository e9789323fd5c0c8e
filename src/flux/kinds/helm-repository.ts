import { secretRef } from '../reference.ts'
import { type FluxKind, fluxGroups } from './kind.ts'

/** A chart repository (HTTP index, or an OCI registry that is only looked at when a chart is pulled). */
export const helmRepositoryKind: FluxKind = {
  group: fluxGroups.source,
  version: 'v1',
  kind: 'HelmRepository',
  plural: 'helmrepositories',
  shortNames: ['helmrepo'],
  role: 'source',
  hasArtifact: true,
  controller: 'source-controller',
  references: [secretRef('spec', 'secretRef'), secretRef('spec', 'certSecretRef')],
}
