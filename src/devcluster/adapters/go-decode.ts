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

/**
 * Reads a built-in kind as Go's JSON decoder would, in place: unknown members and nulls go, quantities become canonical,
 * a value of a wrong type is an error with the text of encoding/json.
 */
export function goDecode(definitions: Definitions, typeName: string, value: JsonObject): Decoded {
  const decoder = new Decoder(definitions)
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

  constructor(definitions: Definitions) {
    this.#definitions = definitions
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
    if (schema['format'] === 'quantity') return this.#quantity(value, place)
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
          if (item !== null) value[i] = this.#value(items, item, { ...place, path: `${place.path}[${i}]` })
        })
        return value
      }
      case 'string':
        if (typeof value !== 'string') throw this.#mismatch(value, place, 'string')
        if (schema['format'] === 'date-time') return time(value, place)
        if (schema['format'] === 'byte') checkBytes(value)
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

  #quantity(value: JsonValue, place: Place): JsonValue {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') {
      throw this.#mismatch(value, place, 'resource.Quantity')
    }
    const parsed = parseQuantity(String(value))
    if (!parsed.ok) throw new DecodeFault(parsed.error)
    return quantityText(parsed.value)
  }

  #mismatch(value: JsonValue, place: Place, type: string): DecodeFault {
    const of = namedType(`${place.struct}.${place.key}`, type)
    return new DecodeFault(
      `json: cannot unmarshal ${jsonName(value)} into Go struct field ${place.struct}.${goPath(place)} of type ${of}`,
    )
  }
}

/** The name that Go's error has for the type of a field, or of its elements. */
function namedType(field: string, type: string): string {
  const named = Object.hasOwn(FIELD_TYPES, field) ? FIELD_TYPES[field]! : type
  if (type.startsWith('[') || type.startsWith('map') || named === '[]uint8') return named
  if (type !== 'string') return type
  return named.replace(/^(\[\](?!uint8)|map\[[^\]]+\])/, '')
}

function checkBytes(text: string): void {
  const fault = base64Fault(text)
  if (fault !== undefined) throw new DecodeFault(`illegal base64 data at input byte ${fault}`)
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
