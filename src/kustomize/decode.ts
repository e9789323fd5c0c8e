import { compareStrings, isObject, type JsonValue, setOwn } from '../base/index.ts'
import { formatFloat } from '../yaml/index.ts'
import { fail } from './errors.ts'

/**
 * Decodes JSON into typed values as Go's encoding/json does with structs: field names are case-insensitive, null leaves
 * the zero value, any other type is an error.
 */
export type TypeShape =
  | 'string'
  | 'bool'
  | 'int'
  | 'any'
  | { readonly map: TypeShape }
  | { readonly list: TypeShape }
  | StructShape

export interface StructShape {
  readonly struct: string
  readonly fields: Readonly<Record<string, TypeShape>>
  /**
   * Fields that in Go belong to an embedded struct. sigs.k8s.io/yaml loses sight of their types, so that numbers are not
   * made text in them.
   */
  readonly embedded?: readonly string[]
}

export interface DecodeOptions {
  /** Unknown fields are errors. */
  readonly strict?: boolean
  /** Numbers and booleans become text where a string is expected, as sigs.k8s.io/yaml's Unmarshal does. */
  readonly coerce?: boolean
}

/** Fields that the input does not have are absent from the result. */
export function decodeStruct<T>(value: JsonValue, shape: StructShape, options: DecodeOptions = {}): T {
  return (decode(value, shape, '', options) ?? {}) as T
}

function decode(value: JsonValue, shape: TypeShape, path: string, options: DecodeOptions): JsonValue | undefined {
  if (value === null) return undefined
  if (shape === 'any') return value
  if (shape === 'string') return decodeString(value, path, options)
  if (shape === 'bool') return typeof value === 'boolean' ? value : mismatch(value, path, 'bool')
  if (shape === 'int') {
    if (typeof value === 'number' && !Number.isInteger(value)) mismatch(value, path, 'int64', ` ${formatFloat(value)}`)
    if (typeof value === 'bigint' && value !== BigInt.asIntN(64, value)) mismatch(value, path, 'int64', ` ${value}`)
    return typeof value === 'number' || typeof value === 'bigint' ? value : mismatch(value, path, 'int64')
  }
  if ('list' in shape) {
    if (!Array.isArray(value)) return mismatch(value, path, `[]${goType(shape.list)}`)
    return value.map((item) => decode(item, shape.list, path, options) ?? zero(shape.list))
  }
  if ('map' in shape) {
    if (!isObject(value)) return mismatch(value, path, `map[string]${goType(shape.map)}`)
    const out = {}
    for (const key of Object.keys(value)) {
      setOwn(out, key, decode(value[key]!, shape.map, path, options) ?? zero(shape.map))
    }
    return out
  }
  return decodeFields(value, shape, path, options)
}

function decodeFields(value: JsonValue, shape: StructShape, path: string, options: DecodeOptions): JsonValue {
  if (!isObject(value)) return mismatch(value, path, `types.${shape.struct}`)
  const out = {}
  // Of names that differ in case only, the last in JSON's order counts.
  for (const key of Object.keys(value).sort(compareStrings)) {
    const name = fieldName(shape, key)
    if (name === undefined) {
      if (options.strict === true) fail(`json: unknown field "${key}"`)
      continue
    }
    // Go names the innermost struct, and then the whole path.
    const inner = `${shape.struct}.${path === '' ? '' : `${path.slice(path.indexOf('.') + 1)}.`}${name}`
    const isEmbedded = options.coerce === true && shape.embedded?.includes(name) === true
    const decoded = decode(
      value[key]!,
      shape.fields[name]!,
      inner,
      isEmbedded ? { ...options, coerce: false } : options,
    )
    if (decoded !== undefined) setOwn(out, name, decoded)
  }
  return out
}

/** The declared name of a field, whatever the case in which it is written. */
export function fieldName(shape: StructShape, key: string): string | undefined {
  if (Object.hasOwn(shape.fields, key)) return key
  const lower = key.toLowerCase()
  return Object.keys(shape.fields).find((name) => name.toLowerCase() === lower)
}

function decodeString(value: JsonValue, path: string, options: DecodeOptions): string {
  if (typeof value === 'string') return value
  if (options.coerce === true) {
    if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
    if (typeof value === 'number') return Number.isInteger(value) ? String(value) : formatFloat(value)
  }
  return mismatch(value, path, 'string')
}

function zero(shape: TypeShape): JsonValue {
  if (shape === 'string') return ''
  if (shape === 'bool') return false
  if (shape === 'int') return 0
  if (shape === 'any') return null
  return 'list' in shape ? [] : {}
}

function goType(shape: TypeShape): string {
  if (shape === 'string') return 'string'
  if (shape === 'bool') return 'bool'
  if (shape === 'int') return 'int64'
  if (shape === 'any') return 'interface {}'
  if ('list' in shape) return `[]${goType(shape.list)}`
  if ('map' in shape) return `map[string]${goType(shape.map)}`
  return `types.${shape.struct}`
}

function mismatch(value: JsonValue, path: string, type: string, detail = ''): never {
  const found = Array.isArray(value)
    ? 'array'
    : isObject(value)
      ? 'object'
      : typeof value === 'bigint'
        ? 'number'
        : typeof value
  const kind = found === 'boolean' ? 'bool' : found
  const dot = path.indexOf('.')
  const where = dot < 0 ? 'value' : `struct field ${path.slice(0, dot)}.${path.slice(dot + 1)}`
  fail(`json: cannot unmarshal ${kind}${detail} into Go ${where} of type ${type}`)
}
