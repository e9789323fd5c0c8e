/**
 * The incremental model of a repository: text → documents → objects → entry points → Kustomization builds → child
 * Kustomizations → facts across objects (design.md section 5).
 * Invariants: pure (the file system is an argument), an edit re-computes only what depends on it, output order never
 * depends on scheduling, user faults become problems.
 */
export { createFleet } from './fleet.ts'
export { createOverlayFileSystem, type OverlayFileSystem } from './overlay.ts'
export type * from './types.ts'
