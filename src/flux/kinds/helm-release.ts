import { kubeConfigRefs, secretRef, serviceAccountRef } from '../reference.ts'
import { type FluxKind, fluxGroups } from './kind.ts'

/** A release of a chart. */
export const helmReleaseKind: FluxKind = {
  group: fluxGroups.helm,
  version: 'v2',
  kind: 'HelmRelease',
  plural: 'helmreleases',
  shortNames: ['hr'],
  role: 'applier',
  hasArtifact: false,
  controller: 'helm-controller',
  references: [
    { path: ['spec', 'chart', 'spec', 'sourceRef'], role: 'source', crossNamespace: true },
    { path: ['spec', 'chartRef'], role: 'chart', crossNamespace: true },
    { path: ['spec', 'dependsOn', '*'], role: 'dependency', kind: 'HelmRelease', crossNamespace: true },
    { path: ['spec', 'valuesFrom', '*'], role: 'values', apiVersion: 'v1' },
    secretRef('spec', 'chart', 'spec', 'verify', 'secretRef'),
    ...kubeConfigRefs,
    serviceAccountRef('spec', 'serviceAccountName'),
  ],
}
