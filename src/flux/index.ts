/**
 * Flux without a cluster: its kinds and what they refer to, the generated kustomization, post-build substitution,
 * inventories, conditions and the constants by which controllers talk. No I/O; the engine, the fleet model and the
 * linter build on it. Behaviour follows Flux 2.9 (kustomize-controller 1.9, fluxcd/pkg as it pins it).
 */

export * from './apply-order.ts'
export { type CopyOperation, stageArtifact, type Unpack } from './artifact-generator/copy.ts'
export * from './artifact-generator/requests.ts'
export { type ArtifactFile, type SourceTree, Staging } from './artifact-generator/staging.ts'
export * from './build.ts'
export * from './conditions/get.ts'
export * from './conditions/merge.ts'
export * from './conditions/order.ts'
export * from './conditions/patch.ts'
export * from './conditions/set.ts'
export * from './conditions/trim.ts'
export * from './conditions/types.ts'
export * from './constants.ts'
export * from './duration.ts'
export * from './generate/generate.ts'
export { findKustomizationFile, kustomizationFileNames } from './generate/scan.ts'
export {
  type ChartDocument,
  originLabels,
  type PostRenderBuild,
  type PostRenderRun,
  postRender,
  type ReleaseDocument,
} from './helm-release/post-render.ts'
export * from './helm-release/release.ts'
export { type ChartOutput, type FinishOptions, finishRelease, type ReleasedObject } from './helm-release/render.ts'
export {
  type ChartRevision,
  packedChartVersion,
  type VersionResult,
  versionWithDigest,
} from './helm-release/revision.ts'
export * from './helm-release/values.ts'
export * from './history.ts'
export * from './inventory.ts'
export { type FluxKind, type FluxRole, fluxGroups } from './kinds/kind.ts'
export * from './kinds/table.ts'
export * from './metadata.ts'
export * from './migration.ts'
export type { Reference, ReferenceRole } from './reference.ts'
export * from './substitute/substitute.ts'
export * from './substitute/variables.ts'
