/**
 * The incremental model of a repository: text → documents → objects → entry points → Kustomization builds → child
 * Kustomizations → facts across objects (design.md section 5).
 * Invariants: pure (the file system is an argument), an edit re-computes only what depends on it, output order never
 * depends on scheduling, user faults become problems.
 */
export { secureJoin } from './artifact-root.ts'
export { createFleet } from './fleet.ts'
export { isFluxKustomization, isFluxSource, isKustomizeFileKind, isKustomizeFileName, objectKey } from './kinds.ts'
export { kustomizePathLists } from './kustomize-files.ts'
export { lineStartAt } from './lines.ts'
export { rangesTouch } from './locator.ts'
export * from './node.ts'
export { createOverlayFileSystem, type OverlayFileSystem } from './overlay.ts'
export { type FleetRelease, listReleases } from './releases/list.ts'
export { type ValuesText, valuesTextAt } from './releases/values-texts.ts'
export { parseSourceFile } from './source-file.ts'
export type * from './types.ts'
