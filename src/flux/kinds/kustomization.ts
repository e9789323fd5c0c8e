import { kubeConfigRefs, secretRef, serviceAccountRef } from '../reference.ts'
import { type FluxKind, fluxGroups } from './kind.ts'

/** Builds a directory of a source and applies it. */
export const kustomizationKind: FluxKind = {
  group: fluxGroups.kustomize,
  version: 'v1',
  kind: 'Kustomization',
  plural: 'kustomizations',
  shortNames: ['ks'],
  role: 'applier',
  hasArtifact: false,
  controller: 'kustomize-controller',
  references: [
    { path: ['spec', 'sourceRef'], role: 'source', crossNamespace: true },
    { path: ['spec', 'dependsOn', '*'], role: 'dependency', kind: 'Kustomization', crossNamespace: true },
    { path: ['spec', 'postBuild', 'substituteFrom', '*'], role: 'substitution', apiVersion: 'v1' },
    { path: ['spec', 'healthChecks', '*'], role: 'health-check', crossNamespace: true },
    secretRef('spec', 'decryption', 'secretRef'),
    serviceAccountRef('spec', 'decryption', 'serviceAccountName'),
    ...kubeConfigRefs,
    serviceAccountRef('spec', 'serviceAccountName'),
  ],
}
