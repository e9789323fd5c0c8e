import type { JsonValue } from '../base/index.ts'
import { compileRegex, kubernetesBase } from '../cel/index.ts'
import { compileRules, type RuleNode } from './cel-rules.ts'
import { type FieldErrorType, fieldErrorBody } from './field-error.ts'
import { resolveFieldPath } from './field-path.ts'
import type { StructuralSchema, ValidationRule } from './types.ts'
import { createSchemaValidator } from './validate.ts'

/** What is wrong with a schema itself: a default that does not fit, or a rule that does not compile. */
export interface DefinitionFault {
  readonly about: 'default' | 'rule'
  readonly reason: FieldErrorType
  /** Below the schema, as in `properties[spec].properties[x].default`. */
  readonly path: string
  readonly message: string
}

/** Why a pattern is no regular expression; undefined when it is one. */
export function checkPattern(pattern: string): string | undefined {
  const compiled = compileRegex(pattern)
  return 'error' in compiled ? compiled.error : undefined
}

/**
 * Defaults and CEL rules of a structural schema, as apiextensions-apiserver checks them when a definition is written
 * (pkg/apiserver/schema/defaulting/validation.go, pkg/apis/apiextensions/validation). Costs of rules are not estimated.
 */
export function definitionFaults(schema: StructuralSchema): DefinitionFault[] {
  const faults: DefinitionFault[] = []
  const validator = createSchemaValidator()
  walk(schema, '', (node, path) => {
    const value = (node as { readonly default?: JsonValue }).default
    if (value === undefined || value === null) return
    const { errors } = validator.validate(node, value, { resourceRoot: false })
    for (const error of errors) {
      const inner = error.field === '' || error.field === '<nil>' ? '' : `.${error.field}`
      faults.push({
        about: 'default',
        reason: error.type,
        path: `${path}default${inner}`,
        message: fieldErrorBody(error),
      })
    }
  })
  let base: ReturnType<typeof kubernetesBase> | undefined
  const rules = compileRules(() => (base ??= kubernetesBase()), schema, true)
  if (rules !== undefined) ruleFaults(rules, '', faults)
  return faults
}

function walk(schema: StructuralSchema, path: string, visit: (schema: StructuralSchema, path: string) => void): void {
  visit(schema, path)
  if (schema.items !== undefined) walk(schema.items, `${path}items.`, visit)
  if (isSchema(schema.additionalProperties)) walk(schema.additionalProperties, `${path}additionalProperties.`, visit)
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    walk(property, `${path}properties[${name}].`, visit)
  }
}

function isSchema(value: StructuralSchema | boolean | undefined): value is StructuralSchema {
  return typeof value === 'object'
}

function ruleFaults(node: RuleNode, path: string, faults: DefinitionFault[]): void {
  for (const [i, { rule, error, usesOldSelf }] of node.rules.entries()) {
    const at = `${path}x-kubernetes-validations[${i}]`
    const add = (member: string, shown: string, detail: string): void => {
      const message = `Invalid value: ${shown}: ${detail}`
      faults.push({ about: 'rule', reason: 'FieldValueInvalid', path: `${at}.${member}`, message })
    }
    if (
      rule.fieldPath !== undefined &&
      rule.fieldPath !== '' &&
      resolveFieldPath(rule.fieldPath, node.schema) === undefined
    ) {
      add('fieldPath', JSON.stringify(rule.fieldPath), 'must be a valid path')
    }
    if (error !== '') add('rule', goRule(rule), error)
    else if (!usesOldSelf && rule.optionalOldSelf !== undefined) {
      add('optionalOldSelf', String(rule.optionalOldSelf), 'may not be set if oldSelf is not used in rule')
    }
  }
  if (node.items !== undefined) ruleFaults(node.items, `${path}items.`, faults)
  if (node.values !== undefined) ruleFaults(node.values, `${path}additionalProperties.`, faults)
  for (const [name, property] of node.properties) ruleFaults(property, `${path}properties[${name}].`, faults)
}

/** A rule under the names of Go's struct, as errors show it. */
function goRule(rule: ValidationRule): string {
  return JSON.stringify({
    Rule: rule.rule,
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  })
}
