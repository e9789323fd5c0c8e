import { secretRef } from '../reference.ts'
import { type FluxKind, fluxGroups } from './kind.ts'

/** A chart, packaged from a repository, a Git repository or a bucket. */
export const helmChartKind: FluxKind = {
  group: fluxGroups.source,
  version: 'v1',
  kind: 'HelmChart',
  plural: 'helmcharts',
  shortNames: ['hc'],
  role: 'source',
  hasArtifact: true,
  controller: 'source-controller',
  references: [{ path: ['spec', 'sourceRef'], role: 'source' }, secretRef('spec', 'verify', 'secretRef')],
}
