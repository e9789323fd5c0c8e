/**
 * Rules over the fleet: one rule a file in `rules/`, each with its code, severity, page and check.
 * Invariants: every finding has a stable code and a range in the user's file; rules see effective objects (after the
 * parents' builds), because files alone are not the truth (fleets-in-the-wild.md, 1).
 */
export type { TextEdit } from './edits.ts'
export { deprecatedKustomizeFields, kustomizeSchema } from './kustomize-schema.ts'
export { createLinter } from './linter.ts'
export { migrationEdits } from './migrate.ts'
export { rules } from './registry.ts'
export { createReleasedObjectCheck } from './released-object.ts'
export type * from './types.ts'
