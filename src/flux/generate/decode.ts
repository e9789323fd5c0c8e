import { compareStrings, isObject, type JsonObject, type JsonValue, setOwn } from '../../base/index.ts'
import type { Shape, StructShape } from './kustomization-shape.ts'

/** A value that does not fit its Go type; the message is that of sigs.k8s.io/yaml. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
}

/**
 * Decodes JSON into a Go type and back, as sigs.k8s.io/yaml `Unmarshal` and `Marshal` would: unknown fields and empty
 * values vanish, field names match without regard to case, scalars become strings where the type wants one.
 * Throws `DecodeError`.
 */
export function throughType(value: JsonValue, shape: Shape): JsonValue | undefined {
  return convert(value, shape, { struct: '', path: [] })
}

/** Where a value stands, as Go names it: the innermost struct, and the fields that lead there. */
interface Place {
  readonly struct: string
  readonly path: readonly string[]
}

function convert(value: JsonValue, shape: Shape, path: Place): JsonValue | undefined {
  if (value === null) return undefined
  switch (shape.is) {
    case 'any':
      return value
    case 'string':
      return toText(value) ?? mismatch(value, shape, path)
    case 'bool':
      return typeof value === 'boolean' ? value : mismatch(value, shape, path)
    case 'int':
      return isInteger(value) ? value : mismatch(value, shape, path)
    case 'list':
      if (!Array.isArray(value)) return mismatch(value, shape, path)
      return value.map((item) => convert(item, shape.of, path) ?? zeroOf(shape.of))
    case 'map':
      if (!isObject(value)) return mismatch(value, shape, path)
      return convertMap(value, shape.of, path)
    case 'struct':
      if (!isObject(value)) return mismatch(value, shape, path)
      return convertStruct(value, shape, { struct: shape.goType.slice(shape.goType.indexOf('.') + 1), path: path.path })
  }
}

function convertMap(value: JsonObject, of: Shape, path: Place): JsonObject {
  const out: JsonObject = {}
  for (const [key, item] of Object.entries(value)) setOwn(out, key, convert(item, of, path) ?? zeroOf(of))
  return out
}

function convertStruct(value: JsonObject, { fields, always }: StructShape, place: Place): JsonObject {
  const out: JsonObject = {}
  const byLower = new Map(Object.keys(fields).map((name) => [name.toLowerCase(), name]))
  // On the way to JSON the keys are sorted: of two names that differ in case the second counts.
  for (const key of Object.keys(value).sort(compareStrings)) {
    const name = Object.hasOwn(fields, key) ? key : byLower.get(key.toLowerCase())
    if (name === undefined) continue
    const converted = convert(value[key]!, fields[name]!, { struct: place.struct, path: [...place.path, name] })
    if (converted !== undefined && !isEmpty(converted, fields[name]!)) out[name] = converted
    else delete out[name]
  }
  for (const [name, zero] of Object.entries(always ?? {})) if (!Object.hasOwn(out, name)) setOwn(out, name, zero)
  return out
}

/** `omitempty`: empty lists, maps, strings, false and 0 are not written; a struct behind a pointer is. */
function isEmpty(value: JsonValue, shape: Shape): boolean {
  if (shape.keepZero === true) return false
  if (value === '' || value === false || value === 0) return shape.is !== 'any'
  if (Array.isArray(value)) return value.length === 0
  return shape.is === 'map' && isObject(value) && Object.keys(value).length === 0
}

function zeroOf(shape: Shape): JsonValue {
  if (shape.nullable === true) return null
  switch (shape.is) {
    case 'string':
      return ''
    case 'bool':
      return false
    case 'int':
      return 0
    case 'struct':
      return { ...shape.always }
    default:
      return null
  }
}

function isInteger(value: JsonValue): value is number | bigint {
  if (typeof value === 'bigint') return value === BigInt.asIntN(64, value)
  return typeof value === 'number' && Number.isInteger(value)
}

function toText(value: JsonValue): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  return typeof value === 'number' ? formatFloat(value) : undefined
}

/** Go's `strconv.FormatFloat(x, 'g', -1, 64)`: exponents from 1e21 on and below 1e-4, two digits at least. */
function formatFloat(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return String(value)
  const [digits, exponent] = value.toExponential().split('e') as [string, string]
  const power = Number(exponent)
  if (power >= -4 && power < 21) return String(value)
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}

function mismatch(value: JsonValue, shape: Shape, { struct, path }: Place): never {
  const got = Array.isArray(value)
    ? 'array'
    : isObject(value)
      ? 'object'
      : typeof value === 'boolean'
        ? 'bool'
        : typeof value === 'string'
          ? 'string'
          : `number ${typeof value === 'number' ? formatFloat(value) : String(value)}`
  const where = path.length === 0 ? 'value' : `struct field ${struct}.${path.join('.')}`
  throw new DecodeError(
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${got} into Go ${where} of type ${shape.goType}`,
  )
}
