import { isObject, type JsonObject, type JsonValue } from '../../../base/index.ts'

/** Fields of JSONSchemaProps that are kept when they are empty: pointers in Go, or arbitrary JSON. */
const kept: ReadonlySet<string> = new Set(['default', 'example', 'x-kubernetes-preserve-unknown-fields'])
const ofSchemas: ReadonlySet<string> = new Set(['properties', 'patternProperties', 'definitions', 'dependencies'])
const listsOfSchemas: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf'])
/** Numbers are pointers, too: a limit of 0 is one. */
const isEmpty = (value: JsonValue): boolean =>
  value === '' ||
  value === false ||
  value === null ||
  (typeof value === 'object' && !isObject(value) && value.length === 0)

/**
 * Drops from a schema of a definition what Go's encoder leaves out because it is empty.
 * Source: apiextensions-apiserver pkg/apis/apiextensions/v1 types_jsonschema.go (`omitempty`).
 */
export function dropEmptyMembers(schema: JsonObject): void {
  for (const key of Object.keys(schema)) {
    const value = schema[key]!
    if (kept.has(key)) continue
    if (ofSchemas.has(key) && isObject(value)) {
      if (Object.keys(value).length === 0) delete schema[key]
      else dropEach(Object.values(value))
    } else if (key === 'additionalProperties' || key === 'additionalItems') dropEach([value])
    else if (isEmpty(value)) delete schema[key]
    else if (listsOfSchemas.has(key) && Array.isArray(value)) dropEach(value)
    else if (key === 'items' || key === 'not') dropEach(Array.isArray(value) ? value : [value])
  }
}

function dropEach(values: readonly JsonValue[]): void {
  for (const value of values) if (isObject(value)) dropEmptyMembers(value)
}
