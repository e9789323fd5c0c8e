import type { JsonValue } from '../base/index.ts'
import { compileRegex } from '../cel/index.ts'
import { type FieldErrorType, fieldErrorBody } from './field-error.ts'
import type { StructuralSchema } from './types.ts'
import { createSchemaValidator } from './validate.ts'

/** What is wrong with a schema itself: a default that does not fit, or a rule that cannot be used. */
export interface DefinitionFault {
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

/** Defaults of a structural schema that do not fit it (apiextensions-apiserver pkg/apiserver/schema/defaulting). */
export function defaultFaults(schema: StructuralSchema): DefinitionFault[] {
  const faults: DefinitionFault[] = []
  const validator = createSchemaValidator()
  walk(schema, '', (node, path) => {
    const value = (node as { readonly default?: JsonValue }).default
    if (value === undefined || value === null) return
    const { errors } = validator.validate(node, value, { resourceRoot: false })
    for (const error of errors) {
      const inner = error.field === '' || error.field === '<nil>' ? '' : `.${error.field}`
      faults.push({ reason: error.type, path: `${path}default${inner}`, message: fieldErrorBody(error) })
    }
  })
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
