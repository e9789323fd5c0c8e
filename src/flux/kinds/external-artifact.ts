import { type FluxKind, fluxGroups } from './kind.ts'

/** An artifact that something outside source-controller yields. */
export const externalArtifactKind: FluxKind = {
  group: fluxGroups.source,
  version: 'v1',
  kind: 'ExternalArtifact',
  plural: 'externalartifacts',
  shortNames: ['ea'],
  role: 'source',
  hasArtifact: true,
  controller: 'source-watcher',
  references: [{ path: ['spec', 'sourceRef'], role: 'source', crossNamespace: true }],
}
