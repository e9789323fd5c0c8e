import { isObject, type JsonObject, type JsonValue, setOwn } from '../../base/index.ts'
import { parseQuantity, quantityText } from '../../kube/index.ts'
import fieldTypes from '../data/go-field-types.json' with { type: 'json' }
import { base64Fault } from '../resources/strategies/base64.ts'
import { readGoTime } from './go-time.ts'

/** Go types of fields that JSON does not tell: `Struct.member` → type. */
const FIELD_TYPES: Readonly<Record<string, string>> = fieldTypes

/** What came of reading JSON into a Go type. */
export interface Decoded {
  /** Why Go's decoder gives up. */
  readonly error: string | undefined
  /** Paths of members that the type does not have: `spec.foo`, `spec.list[0].bar`. */
  readonly unknown: readonly string[]
}

type Definitions = ReadonlyMap<string, JsonObject>

/** Where the decoder is: the path for messages, and the Go struct around it. */
interface Place {
  readonly path: string
  /** The struct whose members are read here. */
  readonly struct: string
  /** The member of `owner` that this is. */
  readonly key: string
  readonly owner: string
  readonly parent: Place | undefined
}

const SCHEMA_PROPS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps'
/** Fields of a schema that hold another, or something else (`JSONSchemaPropsOrArray`, `JSONSchemaPropsOrBool`). */
const SCHEMA_OR_MORE: ReadonlySet<string> = new Set(['items', 'additionalProperties', 'additionalItems'])

class DecodeFault extends Error {}

/** Who reads: encoding/json, or the converter that takes strategic and applied patches without their text. */
export type Reader = 'json' | 'converter'

/**
 * Reads a built-in kind as Go's JSON decoder would, in place: unknown members and nulls go, quantities become canonical,
 * a value of a wrong type is an error with the text of encoding/json, or of apimachinery's converter.
 */
export function goDecode(
  definitions: Definitions,
  typeName: string,
  value: JsonObject,
  reader: Reader = 'json',
): Decoded {
  const decoder = new Decoder(definitions, reader)
  try {
    decoder.struct(typeName, value, { path: '', struct: '', key: '', owner: '', parent: undefined })
    return { error: undefined, unknown: decoder.unknown }
  } catch (error) {
    if (error instanceof DecodeFault) return { error: error.message, unknown: decoder.unknown }
    throw error
  }
}

class Decoder {
  readonly unknown: string[] = []
  readonly #definitions: Definitions
  readonly #reader: Reader

  constructor(definitions: Definitions, reader: Reader) {
    this.#definitions = definitions
    this.#reader = reader
  }

  struct(typeName: string, value: JsonObject, place: Place): void {
    const definition = this.#definitions.get(typeName)
    if (definition !== undefined)
      this.#members(definition, value, { ...place, struct: typeName.slice(typeName.lastIndexOf('.') + 1) })
  }

  /** Types with a decoder of their own do not hear that unknown fields are to be told. */
  #silent(typeName: string, value: JsonObject, place: Place): void {
    const told = this.unknown.length
    this.struct(typeName, value, place)
    this.unknown.length = told
  }

  #members(schema: JsonObject, value: JsonObject, place: Place): void {
    if (schema['x-kubernetes-preserve-unknown-fields'] === true) return
    const { properties, additionalProperties } = schema
    for (const key of Object.keys(value)) {
      const item = value[key]!
      const path = place.path === '' ? key : `${place.path}.${key}`
      if (isObject(properties) && Object.hasOwn(properties, key)) {
        if (item === null) delete value[key]
        else {
          const read = this.#value(properties[key] as JsonObject, item, {
            path,
            struct: place.struct,
            key,
            owner: place.struct,
            parent: place,
          })
          if (read !== item) setOwn(value, key, read)
        }
      } else if (isObject(additionalProperties)) {
        // A null in a map is the zero value of its type.
        if (item === null) {
          if (additionalProperties['format'] === 'quantity') setOwn(value, key, '0')
          else if (typeof additionalProperties['$ref'] === 'string') setOwn(value, key, {})
          else if (additionalProperties['type'] === 'string') setOwn(value, key, '')
          else delete value[key]
        } else {
          const read = this.#value(additionalProperties, item, { ...place, path })
          if (read !== item) setOwn(value, key, read)
        }
      } else if (additionalProperties !== true) {
        this.unknown.push(path)
        delete value[key]
      }
    }
  }

  #value(schema: JsonObject, value: JsonValue, place: Place): JsonValue {
    if (place.owner === 'JSONSchemaProps' && SCHEMA_OR_MORE.has(place.key) && isObject(value)) {
      this.#silent(SCHEMA_PROPS, value, place)
      return value
    }
    const reference = schema['$ref']
    if (typeof reference === 'string') {
      if (!isObject(value)) throw this.#mismatch(value, place, goTypeName(reference))
      this.struct(reference, value, place)
      return value
    }
    if (schema['format'] === 'quantity') return quantity(value)
    if (schema['x-kubernetes-int-or-string'] === true) {
      if (typeof value === 'string' || isInt32(value)) return value
      throw this.#mismatch(value, place, 'int32', true)
    }
    switch (schema['type']) {
      case 'object': {
        if (schema['x-kubernetes-preserve-unknown-fields'] === true) return value
        const map = isObject(schema['additionalProperties']) ? 'map[string]string' : 'map'
        if (!isObject(value)) throw this.#mismatch(value, place, map)
        this.#members(schema, value, place)
        return value
      }
      case 'array': {
        const items = isObject(schema['items']) ? schema['items'] : {}
        if (!Array.isArray(value)) throw this.#mismatch(value, place, `[]${scalarName(items)}`)
        value.forEach((item, i) => {
          const inside = { ...place, path: `${place.path}[${i}]` }
          if (item !== null) value[i] = this.#value(items, item, inside)
          else if (typeof items['$ref'] === 'string') value[i] = {}
          else if (items['type'] === 'string') value[i] = ''
        })
        return value
      }
      case 'string':
        if (typeof value !== 'string') {
          throw this.#mismatch(
            value,
            place,
            schema['format'] === 'byte' ? '[]uint8' : 'string',
            schema['format'] === 'date-time',
          )
        }
        if (schema['format'] === 'date-time') return time(value, place)
        if (schema['format'] === 'byte') this.#checkBytes(value)
        return value
      case 'boolean':
        if (typeof value !== 'boolean') throw this.#mismatch(value, place, 'bool')
        return value
      case 'integer': {
        const type = schema['format'] === 'int64' ? 'int64' : 'int32'
        if (typeof value !== 'number' && typeof value !== 'bigint') throw this.#mismatch(value, place, type)
        if (typeof value === 'number' && !Number.isInteger(value)) throw this.#mismatch(value, place, type)
        if (type === 'int32' && (value > 2147483647 || value < -2147483648)) throw this.#mismatch(value, place, type)
        return value
      }
      case 'number':
        if (typeof value !== 'number' && typeof value !== 'bigint') throw this.#mismatch(value, place, 'float64')
        return value
      default:
        return value
    }
  }

  #checkBytes(text: string): void {
    const fault = base64Fault(text)
    if (fault === undefined) return
    const about = this.#reader === 'json' ? '' : 'error decoding from json: '
    throw new DecodeFault(`${about}illegal base64 data at input byte ${fault}`)
  }

  /** `own`: the type reads its JSON itself. */
  #mismatch(value: JsonValue, place: Place, type: string, own = false): DecodeFault {
    // Bytes are a list to the converter and a text to the decoder.
    const read = type === '[]uint8' && this.#reader === 'json' ? 'string' : type
    const of = namedType(`${place.struct}.${place.key}`, read)
    if (this.#reader === 'json') {
      const where = `Go struct field ${place.struct}.${goPath(place)}`
      return new DecodeFault(`json: cannot unmarshal ${jsonName(value)} into ${where} of type ${of}`)
    }
    if (own) return new DecodeFault(`json: cannot unmarshal ${jsonName(value)} into Go value of type ${of}`)
    return new DecodeFault(converterText(value, type, of))
  }
}

function isInt32(value: JsonValue): boolean {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value + 0.5) <= 2147483647.5
}

function quantity(value: JsonValue): JsonValue {
  const scalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'
  // What is no scalar is read as its JSON text, which is no quantity either.
  const parsed = parseQuantity(scalar ? String(value) : '{}')
  if (!parsed.ok) throw new DecodeFault(parsed.error)
  return quantityText(parsed.value)
}

/** Go's type and kind of a JSON value as the API server holds it. */
function heldAs(value: JsonValue): readonly [type: string, kind: string] {
  if (Array.isArray(value)) return ['[]interface {}', 'slice']
  if (typeof value === 'string') return ['string', 'string']
  if (typeof value === 'boolean') return ['bool', 'bool']
  if (typeof value === 'bigint') return ['int64', 'int64']
  if (typeof value === 'number') return Number.isInteger(value) ? ['int64', 'int64'] : ['float64', 'float64']
  return ['map[string]interface {}', 'map']
}

/** What the converter says of a value for a field of a Go type (`named`: its own name, where it has one). */
function converterText(value: JsonValue, type: string, named: string): string {
  const [from, kind] = heldAs(value)
  if (type.startsWith('map')) return `cannot restore map from ${kind}`
  if (type.startsWith('[]')) return `cannot restore slice from ${kind}`
  if (/^\w+\.[A-Z]/.test(type)) return `cannot restore struct from: ${kind}`
  // Go converts numbers to texts and to each other; that JSON does not is seen after.
  const numeric = kind === 'int64' || kind === 'float64'
  const converts = type === 'string' ? kind === 'int64' : numeric && type !== 'bool'
  return converts ? `cannot convert ${from} to ${named}` : `unrecognized type: ${type}`
}

/** The name that Go's error has for the type of a field, or of its elements. */
function namedType(field: string, type: string): string {
  const named = Object.hasOwn(FIELD_TYPES, field) ? FIELD_TYPES[field]! : type
  if (type.startsWith('[') || type.startsWith('map') || named === '[]uint8') return named
  if (type !== 'string') return type
  return named.replace(/^(\[\](?!uint8)|map\[[^\]]+\])/, '')
}

/** Fields whose times have microseconds. */
const MICRO_TIMES = /^(LeaseSpec\.(acquireTime|renewTime)|Event\.eventTime|EventSeries\.lastObservedTime)$/

function time(text: string, place: Place): string {
  const read = readGoTime(text, MICRO_TIMES.test(`${place.struct}.${place.key}`))
  if (!read.ok) throw new DecodeFault(read.error)
  return read.text
}

function jsonName(value: JsonValue): string {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'bigint') return `number ${value.toString()}`
  if (typeof value === 'number')
    return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? 'number' : `number ${value}`
  return typeof value
}

/** Fields that Go takes from an embedded struct; its decoder names the struct in a field's path. */
const EMBEDDED: readonly (readonly [RegExp, RegExp, string])[] = [
  [/^Volume$/, /^(?!name$)/, 'VolumeSource.'],
  [/^Probe$/, /^(exec|httpGet|tcpSocket|grpc)$/, 'ProbeHandler.'],
  [/^(ConfigMap|Secret)(VolumeSource|KeySelector|EnvSource|Projection)$/, /^name$/, 'LocalObjectReference.'],
  [/^EphemeralContainer$/, /^(?!targetContainerName$)/, 'EphemeralContainerCommon.'],
  [
    /^PersistentVolumeSpec$/,
    /^(hostPath|nfs|csi|local|iscsi|fc|rbd|cephfs|azure\w+|awsElasticBlockStore|gcePersistentDisk)$/,
    'PersistentVolumeSource.',
  ],
  [/^Device(Claim|Class|Allocation)Configuration$/, /^opaque$/, 'DeviceConfiguration.'],
  [/^IngressRule$/, /^http$/, 'IngressRuleValue.'],
  [/^RuleWithOperations$/, /^(?!operations$)/, 'Rule.'],
  [/^NamedRuleWithOperations$/, /^operations$/, 'RuleWithOperations.'],
  [/^NamedRuleWithOperations$/, /^(?!resourceNames$)/, 'RuleWithOperations.Rule.'],
]

/** A member's path as Go's errors have it: with the names of embedded structs, without indexes. */
function goPath(place: Place): string {
  const parts: string[] = []
  for (let at: Place | undefined = place; at !== undefined && at.key !== ''; at = at.parent) {
    parts.unshift(`${embeddedIn(at.owner, at.key)}${at.key}`)
  }
  return parts.join('.')
}

function embeddedIn(struct: string, key: string): string {
  return EMBEDDED.find(([type, field]) => type.test(struct) && field.test(key))?.[2] ?? ''
}

/** `v1.PodSpec` of `io.k8s.api.core.v1.PodSpec`. */
function goTypeName(reference: string): string {
  return reference.split('.').slice(-2).join('.')
}

function scalarName(schema: JsonObject): string {
  if (typeof schema['$ref'] === 'string') return goTypeName(schema['$ref'])
  return schema['type'] === 'integer' ? 'int32' : String(schema['type'] ?? 'interface {}')
}
