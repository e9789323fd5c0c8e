import type { JsonValue } from '../base/index.ts'

/** What a JSON value is to OpenAPI; `integer` is what Go decodes as int64. */
export type ValueKind = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object'

/** The kind of a value. Whole numbers beyond 64 bits are floats, as in Go. */
export function kindOf(value: JsonValue): ValueKind {
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'boolean':
      return 'boolean'
    case 'number':
      return Number.isSafeInteger(value) ? 'integer' : 'number'
    case 'bigint':
      return BigInt.asIntN(64, value) === value ? 'integer' : 'number'
    default:
      if (value === null) return 'null'
      return Array.isArray(value) ? 'array' : 'object'
  }
}
