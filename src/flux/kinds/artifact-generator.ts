import { type FluxKind, fluxGroups } from './kind.ts'

/** Cuts and joins artifacts of other sources into ExternalArtifacts. */
export const artifactGeneratorKind: FluxKind = {
  group: fluxGroups.sourceExtensions,
  version: 'v1beta1',
  kind: 'ArtifactGenerator',
  plural: 'artifactgenerators',
  shortNames: ['ag'],
  role: 'source',
  hasArtifact: false,
  controller: 'source-watcher',
  references: [{ path: ['spec', 'sources', '*'], role: 'source', crossNamespace: true }],
}
