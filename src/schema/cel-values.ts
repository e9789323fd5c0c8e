import { isObject, type JsonArray, type JsonObject, type JsonValue, jsonEqual } from '../base/index.ts'
import {
  CelDuration,
  CelError,
  CelList,
  CelMap,
  CelOpaque,
  CelTimestamp,
  type CelType,
  type CelValue,
  celEqual,
  decodeBase64,
  opaqueType,
  parseDate,
  parseLooseDuration,
  parseRfc3339,
  rfc3339Offset,
  toJson,
} from '../cel/index.ts'
import { escapeName, unescapeName } from './cel-escape.ts'
import { withTypeAndMetadata } from './cel-types.ts'
import type { StructuralSchema } from './types.ts'
import { kindOf } from './value-kind.ts'

/**
 * Shows JSON to CEL as its schema types it. Data that does not fit throws the error that upstream yields when an
 * expression touches it. k8s.io/apiserver pkg/cel/common/valuesunstructured.go.
 */
export function typedValue(value: JsonValue, schema: StructuralSchema): CelValue {
  if (value === null) {
    if (schema.nullable === true) return null
    throw new CelError('invalid data, got null for schema with nullable=false')
  }
  if (schema['x-kubernetes-int-or-string'] === true) return intOrString(value)
  switch (schema.type) {
    case 'object':
      return typedObject(value, schema)
    case 'array':
      return typedArray(value, schema)
    case 'string':
      return typedString(value, schema)
    case 'number':
      if (typeof value === 'number' || typeof value === 'bigint') return Number(value)
      throw new CelError(`invalid data, expected float, got ${goType(value)}`)
    case 'integer':
      if (kindOf(value) === 'integer') return BigInt(value as number | bigint)
      throw new CelError(`invalid data, expected int, got ${goType(value)}`)
    case 'boolean':
      if (typeof value === 'boolean') return value
      throw new CelError(`invalid data, expected bool, got ${goType(value)}`)
    default:
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return new PreservedValue(value)
  const kinds = 'object, array, number, integer, boolean or string'
  const options = 'x-kubernetes-int-or-string or x-kubernetes-preserve-unknown-fields is true'
  throw new CelError(`invalid type, expected ${kinds}, or no type with ${options}, got ${schema.type ?? ''}`)
}

function goType(value: JsonValue): string {
  switch (kindOf(value)) {
    case 'boolean':
      return 'bool'
    case 'integer':
      return 'int64'
    case 'number':
      return 'float64'
    case 'string':
      return 'string'
    case 'array':
      return '[]interface {}'
    default:
      return 'map[string]interface {}'
  }
}

function intOrString(value: JsonValue): CelValue {
  if (typeof value === 'string') return value
  if (kindOf(value) === 'integer') return BigInt(value as number | bigint)
  throw new CelError('invalid data, expected XIntOrString value to be either a string or integer')
}

function typedObject(value: JsonValue, schema: StructuralSchema): CelValue {
  if (!isObject(value)) throw new CelError('invalid data, expected a map for the provided schema with type=object')
  return new TypedMap(value, schema['x-kubernetes-embedded-resource'] === true ? withTypeAndMetadata(schema) : schema)
}

function typedArray(value: JsonValue, schema: StructuralSchema): CelValue {
  if (!Array.isArray(value))
    throw new CelError('invalid data, expected an array for the provided schema with type=array')
  if (schema.items === undefined) throw new CelError('invalid array type, expected Items with a non-empty Schema')
  return new TypedList(value, schema)
}

function typedString(value: JsonValue, schema: StructuralSchema): CelValue {
  if (typeof value !== 'string') throw new CelError(`invalid data, expected string, got ${goType(value)}`)
  switch (schema.format) {
    case 'duration': {
      const nanos = parseLooseDuration(value)
      if (nanos === undefined) throw new CelError(`Invalid duration ${value}: unable to parse ${value} as duration`)
      return new CelDuration(nanos)
    }
    case 'date':
      return timestamp(parseDate(value), 'date', value)
    case 'date-time':
      // Text without a zone is UTC, as strfmt reads it.
      return timestamp(value === '' ? 0n : (parseRfc3339(value) ?? parseRfc3339(`${value}Z`)), 'date-time', value)
    case 'byte': {
      const bytes = decodeBase64(value, true)
      if (bytes === undefined) throw new CelError(`Invalid byte formatted string ${value}: illegal base64 data`)
      return bytes
    }
    default:
      return value
  }
}

function timestamp(nanos: bigint | undefined, format: string, value: string): CelTimestamp {
  if (nanos === undefined) throw new CelError(`Invalid ${format} formatted string ${value}: cannot parse`)
  return new CelTimestamp(nanos, rfc3339Offset(value))
}

/** A value no schema describes: expressions can only compare it. */
class PreservedValue extends CelOpaque {
  readonly type: CelType = opaqueType('unknown')
  readonly raw: JsonValue
  constructor(raw: JsonValue) {
    super()
    this.raw = raw
  }
  equals(other: CelOpaque): boolean {
    return other instanceof PreservedValue && jsonEqual(this.raw, other.raw)
  }
  text(): string {
    return ''
  }
}

/** An object or a map. Names of properties are escaped, keys of maps are not. */
class TypedMap extends CelMap {
  override readonly raw: JsonObject
  readonly #schema: StructuralSchema

  constructor(raw: JsonObject, schema: StructuralSchema) {
    super()
    this.raw = raw
    this.#schema = schema
  }

  get size(): number {
    return Object.keys(this.raw).length
  }

  get(key: CelValue): CelValue | undefined {
    if (typeof key !== 'string') throw new CelError('no such overload')
    const isRecord = this.#schema.properties !== undefined
    const name = isRecord ? unescapeName(key) : key
    if (name === undefined || !Object.hasOwn(this.raw, name)) return undefined
    const value = this.raw[name]!
    // A nullable property that is null is as good as absent.
    if (isRecord && value === null) return undefined
    const schema = this.#member(name)
    return schema === undefined ? undefined : typedValue(value, schema)
  }

  *keys(): Iterable<CelValue> {
    const isRecord = this.#schema.properties !== undefined
    for (const name of Object.keys(this.raw)) {
      if (this.#member(name) !== undefined) yield isRecord ? (escapeName(name) ?? name) : name
    }
  }

  override equals(other: CelMap): boolean {
    if (this.size !== other.size) return false
    for (const [name, value] of Object.entries(this.raw)) {
      if (this.#member(name) === undefined) {
        if (!(other instanceof TypedMap)) throw new CelError('no such overload')
        if (Object.hasOwn(other.raw, name) && !jsonEqual(value, other.raw[name])) return false
        continue
      }
      const mine = this.get(name)
      const theirs = other.get(name)
      if ((mine === undefined) !== (theirs === undefined)) return false
      if (mine !== undefined && !celEqual(mine, theirs!)) return false
    }
    return true
  }

  #member(name: string): StructuralSchema | undefined {
    const { properties, additionalProperties } = this.#schema
    if (properties !== undefined) return Object.hasOwn(properties, name) ? properties[name] : undefined
    return typeof additionalProperties === 'object' ? additionalProperties : undefined
  }
}

/** A list. Sets and map lists compare without order, and `+` joins them by item or key. */
class TypedList extends CelList {
  override readonly raw: JsonArray
  readonly #schema: StructuralSchema

  constructor(raw: JsonArray, schema: StructuralSchema) {
    super()
    this.raw = raw
    this.#schema = schema
  }

  get size(): number {
    return this.raw.length
  }

  at(index: number): CelValue {
    return typedValue(this.raw[index]!, this.#schema.items!)
  }

  override equals(other: CelList): boolean {
    if (this.size !== other.size) return false
    if (this.#schema['x-kubernetes-list-type'] === 'set') {
      const items = new Set(this.raw.map(scalarId))
      return [...other].every((item) => items.has(scalarId(rawOf(item))))
    }
    if (this.#schema['x-kubernetes-list-type'] === 'map') {
      const items = new Map(this.raw.map((item) => [this.#keyOf(item), item]))
      return [...other].every((item) => {
        const mine = items.get(this.#keyOf(rawOf(item)))
        return mine !== undefined && celEqual(typedValue(mine, this.#schema.items!), item)
      })
    }
    for (let i = 0; i < this.size; i++) if (!celEqual(this.at(i), other.at(i))) return false
    return true
  }

  override concat(other: CelList): CelList {
    const added = [...other].map(rawOf)
    const kind = this.#schema['x-kubernetes-list-type']
    if (kind !== 'set' && kind !== 'map') return new TypedList([...this.raw, ...added], this.#schema)
    const id = kind === 'set' ? scalarId : (item: JsonValue): string => this.#keyOf(item)
    const joined = new Map(this.raw.map((item) => [id(item), item]))
    // Setting a key that is there keeps its place, as upstream does; sets keep the first item too.
    for (const item of added) if (kind === 'map' || !joined.has(id(item))) joined.set(id(item), item)
    return new TypedList([...joined.values()], this.#schema)
  }

  #keyOf(item: JsonValue): string {
    const names = this.#schema['x-kubernetes-list-map-keys'] ?? []
    return JSON.stringify(
      names.map((name) => (isObject(item) && Object.hasOwn(item, name) ? scalarId(item[name]!) : '')),
    )
  }
}

function scalarId(value: JsonValue): string {
  return typeof value === 'object' ? JSON.stringify(value) : `${typeof value}:${value}`
}

/** The JSON behind a value: what it shows, or its JSON form. */
function rawOf(value: CelValue): JsonValue {
  if (value instanceof TypedMap || value instanceof TypedList || value instanceof PreservedValue) return value.raw
  return toJson(value) ?? null
}
