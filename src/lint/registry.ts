import { dependencyCycle } from './rules/flux-dependency-cycle.ts'
import { dependencyNotFound } from './rules/flux-dependency-not-found.ts'
import { duplicateObject } from './rules/flux-duplicate-object.ts'
import { kustomizationCycle } from './rules/flux-kustomization-cycle.ts'
import { pathNotFound } from './rules/flux-path-not-found.ts'
import { pathOutsideRepository } from './rules/flux-path-outside-repository.ts'
import { removedApiVersion } from './rules/flux-removed-api-version.ts'
import { resourceSet } from './rules/flux-resource-set.ts'
import { sourceNotFound } from './rules/flux-source-not-found.ts'
import { valuesNotFound } from './rules/flux-values-not-found.ts'
import { unknownKind } from './rules/kube-unknown-kind.ts'
import { kustomizePathNotFound } from './rules/kustomize-path-not-found.ts'
import { kustomizeUnknownField } from './rules/kustomize-unknown-field.ts'
import { schemaEffective, schemaWritten } from './rules/schema.ts'
import type { Rule } from './types.ts'

/** Every rule, sorted by code. */
export const rules: readonly Rule[] = [
  dependencyCycle,
  dependencyNotFound,
  duplicateObject,
  kustomizationCycle,
  pathNotFound,
  pathOutsideRepository,
  removedApiVersion,
  resourceSet,
  sourceNotFound,
  valuesNotFound,
  unknownKind,
  kustomizePathNotFound,
  kustomizeUnknownField,
  schemaEffective,
  schemaWritten,
]
