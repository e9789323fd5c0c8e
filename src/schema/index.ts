/**
 * Schemas of Kubernetes kinds: a registry by group, version and kind, and what can be done with a schema.
 * Invariants: schemas are immutable; nothing is loaded before it is asked for; no I/O.
 */
export * from './builtin-resources.ts'
export * from './check.ts'
export { applyDefaults, pruneNulls } from './defaults.ts'
export { checkPattern, type DefinitionFault, defaultFaults } from './definition-faults.ts'
export { type CoerceOptions, coerceEmbeddedMetadata, validateEmbeddedMetadata } from './embedded-metadata.ts'
export { fieldDoc } from './field-docs.ts'
export { type FieldError, type FieldErrorType, fieldErrorBody, fieldErrorText, goJson } from './field-error.ts'
export { currentFluxMinor } from './flux-crds.ts'
export { validateListTypes } from './list-types.ts'
export { nearMisses } from './near-miss.ts'
export type { PatchMeta } from './patch-meta.ts'
export { prune } from './prune.ts'
export * from './registry.ts'
export { ruleFaults } from './rule-faults.ts'
export { kindFieldDoc, pathDoc, typeDocs, typeFieldDoc } from './type-docs.ts'
export * from './types.ts'
export { findUnknownFields, type UnknownField } from './unknown-fields.ts'
export * from './validate.ts'
