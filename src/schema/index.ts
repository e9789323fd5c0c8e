/**
 * Schemas of Kubernetes kinds: a registry by group, version and kind, and what can be done with a schema.
 * Invariants: schemas are immutable; nothing is loaded before it is asked for; no I/O.
 */
export * from './builtin-resources.ts'
export { currentFluxMinor } from './flux-crds.ts'
export type { PatchMeta } from './patch-meta.ts'
export * from './registry.ts'
export * from './types.ts'
