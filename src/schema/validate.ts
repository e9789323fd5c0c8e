import type { JsonValue } from '../base/index.ts'
import { type CelBase, type CompiledRegex, compileRegex, kubernetesBase } from '../cel/index.ts'
import { compileRules, type RuleNode } from './cel-rules.ts'
import { validateRules } from './cel-validator.ts'
import { Correlation } from './correlation.ts'
import { validateEmbeddedMetadata } from './embedded-metadata.ts'
import type { FieldError } from './field-error.ts'
import { validateListTypes } from './list-types.ts'
import { rootPath } from './node-path.ts'
import { type PatternCache, validateOpenApi } from './openapi-validator.ts'
import type { StructuralSchema } from './types.ts'

export interface ValidateOptions {
  /** The object before an update: transition rules run, and errors of unchanged parts are warnings. */
  readonly oldObject?: JsonValue
  /** The schema is that of a whole resource: CEL rules see type and name (default true). */
  readonly resourceRoot?: boolean
  /** A name printed in front of all paths; none by default, as an API server does. */
  readonly root?: string
  /** What all CEL rules together may cost. */
  readonly costBudget?: number
}

export interface ValidationResult {
  readonly errors: readonly FieldError[]
  /** What would be an error were it not unchanged since before the update. */
  readonly warnings: readonly FieldError[]
}

/** Validates objects; keeps compiled patterns and rules by schema. */
export interface SchemaValidator {
  validate(schema: StructuralSchema, object: JsonValue, options?: ValidateOptions): ValidationResult
  /** The CEL part alone. */
  validateRules(schema: StructuralSchema, object: JsonValue, options?: ValidateOptions): ValidationResult
}

/** Error types after which CEL rules do not run: they may not understand the object. */
const blocking: ReadonlySet<string> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
])

const maxPatterns = 4096

/**
 * Makes a validator. It does what an API server does to a custom resource, in the same order: OpenAPI, embedded
 * metadata, list types, CEL (apiextensions-apiserver pkg/registry/customresource/{strategy,validator}.go).
 */
export function createSchemaValidator(options: { readonly base?: CelBase } = {}): SchemaValidator {
  const patterns = createPatternCache()
  const rulesOf = createRuleCache(options.base)

  function runRules(schema: StructuralSchema, object: JsonValue, settings: ValidateOptions): ValidationResult {
    const node = rulesOf(schema, settings.resourceRoot ?? true)
    if (node === undefined) return { errors: [], warnings: [] }
    const { oldObject } = settings
    return validateRules(node, object, {
      ...(settings.root === undefined ? {} : { path: rootPath(settings.root) }),
      ...(settings.costBudget === undefined ? {} : { budget: settings.costBudget }),
      ...(oldObject === undefined ? {} : { old: oldObject, correlation: new Correlation(object, oldObject, schema) }),
    })
  }

  function validate(schema: StructuralSchema, object: JsonValue, settings: ValidateOptions = {}): ValidationResult {
    const root = settings.root === undefined ? undefined : rootPath(settings.root)
    const { oldObject } = settings
    const found = validateOpenApi(schema, object, {
      patterns,
      ...(root === undefined ? {} : { root }),
      ...(oldObject === undefined ? {} : { correlation: new Correlation(object, oldObject, schema) }),
    })
    const errors = [...found.errors]
    const warnings = [...found.warnings]
    errors.push(...validateEmbeddedMetadata(object, schema, root))
    // An update may keep lists that were wrong before the check existed.
    const wasValid = oldObject === undefined || validateListTypes(oldObject, schema).length === 0
    if (wasValid) errors.push(...validateListTypes(object, schema, root))
    if (errors.some((error) => blocking.has(error.type))) {
      if (rulesOf(schema, settings.resourceRoot ?? true) !== undefined) errors.push(rulesNotRun)
      return { errors, warnings }
    }
    const byRules = runRules(schema, object, settings)
    return { errors: [...errors, ...byRules.errors], warnings: [...warnings, ...byRules.warnings] }
  }

  return { validate, validateRules: (schema, object, settings = {}) => runRules(schema, object, settings) }
}

function createPatternCache(): PatternCache {
  const compiled = new Map<string, CompiledRegex | { readonly error: string }>()
  return {
    regex: (pattern) => {
      let regex = compiled.get(pattern)
      if (regex === undefined) {
        regex = compileRegex(pattern)
        if (compiled.size < maxPatterns) compiled.set(pattern, regex)
      }
      return regex
    },
  }
}

/** Rules by schema, compiled when first needed; the environment too. */
function createRuleCache(
  given: CelBase | undefined,
): (schema: StructuralSchema, resourceRoot: boolean) => RuleNode | undefined {
  const rules = new WeakMap<StructuralSchema, { root?: RuleNode | false; part?: RuleNode | false }>()
  let base = given
  const celBase = (): CelBase => {
    base ??= kubernetesBase()
    return base
  }
  return (schema, resourceRoot) => {
    let known = rules.get(schema)
    if (known === undefined) {
      known = {}
      rules.set(schema, known)
    }
    const slot = resourceRoot ? 'root' : 'part'
    known[slot] ??= compileRules(celBase, schema, resourceRoot) ?? false
    return known[slot] === false ? undefined : known[slot]
  }
}

const rulesNotRun: FieldError = {
  type: 'FieldValueInvalid',
  field: '<nil>',
  path: [],
  badValue: null,
  detail:
    'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
  rule: 'cel-skipped',
}

/** Validates once; use a `SchemaValidator` to validate many objects. */
export function validate(schema: StructuralSchema, object: JsonValue, options: ValidateOptions = {}): ValidationResult {
  return createSchemaValidator().validate(schema, object, options)
}
