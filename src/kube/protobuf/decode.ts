import {
  decodeText,
  encodeBase64,
  isObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
  setOwn,
} from '../../base/index.ts'
import { type KubeObject, parseApiVersion } from '../types.ts'
import { durationText } from '../values/duration.ts'
import { parseJson } from '../values/json-text.ts'
import { bad, good, type Outcome } from '../values/outcome.ts'
import { bytesOf, doubleOf, integerOf, textOf, WireFault, WireReader, type WireValue } from './reader.ts'
import { type Message, type MessageField, MessageTable } from './table.ts'

/** `k8s\0`: what every body begins with. */
const magic = [0x6b, 0x38, 0x73, 0]
const maxDepth = 100
const meta = 'apimachinery.pkg.apis.meta.v1'
const extensions = 'apiextensions_apiserver.pkg.apis.apiextensions.v1'

/** Groups whose package is not the first part of their name. */
const packages: Readonly<Record<string, string>> = {
  '': 'api.core',
  'apiextensions.k8s.io': 'apiextensions_apiserver.pkg.apis.apiextensions',
  'apiregistration.k8s.io': 'kube_aggregator.pkg.apis.apiregistration',
  'internal.apiserver.k8s.io': 'api.apiserverinternal',
}

/** Reads Kubernetes' protobuf form. Make one and keep it: what it learns of messages is kept with it. */
export interface ProtobufDecoder {
  /**
   * The object in a request body. `hint` stands in for an envelope without a type (DeleteOptions may have none).
   * Errors: no envelope, an unknown kind, or bytes that are no message.
   */
  decode(bytes: Uint8Array, hint?: { readonly apiVersion: string; readonly kind: string }): Outcome<KubeObject>
}

/** True when a body begins with the mark of Kubernetes' protobuf envelope. */
export function isProtobuf(bytes: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte)
}

/** A decoder over the tables of the built-in kinds of Kubernetes 1.36. */
export function createProtobufDecoder(): ProtobufDecoder {
  const table = new MessageTable()
  return {
    decode: (bytes, hint) => {
      try {
        return decodeEnvelope(table, bytes, hint)
      } catch (error) {
        if (error instanceof WireFault || error instanceof SyntaxError) return bad(error.message)
        throw error
      }
    },
  }
}

function decodeEnvelope(
  table: MessageTable,
  bytes: Uint8Array,
  hint: { readonly apiVersion: string; readonly kind: string } | undefined,
): Outcome<KubeObject> {
  if (!isProtobuf(bytes))
    return bad('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]')
  let apiVersion = ''
  let kind = ''
  let raw: Uint8Array = new Uint8Array()
  const envelope = new WireReader(bytes.subarray(magic.length))
  while (!envelope.done) {
    const { number, value } = envelope.field()
    if (number === 1) {
      const type = new WireReader(bytesOf(value))
      while (!type.done) {
        const field = type.field()
        if (field.number === 1) apiVersion = textOf(field.value)
        else if (field.number === 2) kind = textOf(field.value)
      }
    } else if (number === 2) raw = bytesOf(value)
  }
  const type = kind === '' && hint !== undefined ? hint : { apiVersion, kind }
  const { group, version } = parseApiVersion(type.apiVersion)
  const root = Object.hasOwn(packages, group) ? packages[group]! : `api.${group.split('.', 1)[0]}`
  // Options and discovery kinds belong to no group, and come under any.
  const message = table.find(`${root}.${version}.${type.kind}`) ?? table.find(`${meta}.${type.kind}`)
  if (message === undefined) return bad(`no kind "${type.kind}" is registered for version "${type.apiVersion}"`)
  const object: JsonObject = kind === '' ? {} : { kind, apiVersion }
  new MessageDecoder(table).into(object, message, raw, 0)
  return good(object as KubeObject)
}

class MessageDecoder {
  readonly #table: MessageTable

  constructor(table: MessageTable) {
    this.#table = table
  }

  /** Reads a message's fields into an object. */
  into(object: JsonObject, message: Message, bytes: Uint8Array, depth: number): void {
    if (depth > maxDepth) throw new WireFault('messages are nested too deeply')
    const reader = new WireReader(bytes)
    while (!reader.done) {
      const { number, value } = reader.field()
      const field = message.get(number)
      if (field !== undefined) this.#field(object, field, value, depth)
    }
  }

  #field(object: JsonObject, field: MessageField, value: WireValue, depth: number): void {
    if (field.inlined) {
      const inner = this.#table.find(field.type)
      if (inner !== undefined) this.into(object, inner, bytesOf(value), depth + 1)
    } else if (field.type.includes(',')) {
      const map = isObject(object[field.name]) ? (object[field.name] as JsonObject) : {}
      this.#entry(map, field.type, bytesOf(value), depth)
      setOwn(object, field.name, map)
    } else if (field.repeated) {
      const list = Array.isArray(object[field.name]) ? (object[field.name] as JsonArray) : []
      list.push(...this.#items(field.type, value, depth))
      setOwn(object, field.name, list)
    } else {
      const json = this.#value(field.type, value, depth)
      const zero = !field.type.includes('.') && (json === '' || json === 0 || json === false)
      // Protobuf writes zero values too; those that JSON leaves out are left out here. Messages are never left out.
      if (json !== undefined && (field.kept || !zero)) setOwn(object, field.name, json)
    }
  }

  #entry(map: JsonObject, type: string, bytes: Uint8Array, depth: number): void {
    const comma = type.indexOf(',')
    const reader = new WireReader(bytes)
    let key = ''
    // An entry without a value has the zero value of its type.
    let value: WireValue = { kind: 'bytes', value: new Uint8Array() }
    while (!reader.done) {
      const field = reader.field()
      if (field.number === 1) key = textOf(field.value)
      else if (field.number === 2) value = field.value
    }
    setOwn(map, key, this.#value(type.slice(comma + 1), value, depth) ?? null)
  }

  /** A repeated field's value is one item, or many numbers packed. */
  #items(type: string, value: WireValue, depth: number): JsonValue[] {
    const numeric = type === 'int32' || type === 'int64' || type === 'bool'
    if (!numeric || value.kind !== 'bytes') {
      const item = this.#value(type, value, depth)
      return [item ?? null]
    }
    const items: JsonValue[] = []
    const reader = new WireReader(value.value)
    while (!reader.done) items.push(this.#value(type, { kind: 'varint', value: reader.varint() }, depth) ?? null)
    return items
  }

  /** `undefined` for a value that is absent in JSON: an empty time. */
  #value(type: string, value: WireValue, depth: number): JsonValue | undefined {
    switch (type) {
      case 'string':
        return textOf(value)
      case 'bytes':
        return encodeBase64(bytesOf(value))
      case 'bool':
        return integerOf(value) !== 0
      case 'int32':
      case 'int64':
        return integerOf(value)
      case 'double':
        return doubleOf(value)
      default:
        return this.#message(type, bytesOf(value), depth)
    }
  }

  #message(type: string, bytes: Uint8Array, depth: number): JsonValue | undefined {
    const message = this.#table.find(type)
    if (message === undefined) return undefined
    const special = specialTypes.get(type)
    const object: JsonObject = {}
    if (special?.raw === true) return rawJson(bytes)
    this.into(object, message, bytes, depth + 1)
    return special === undefined ? object : special.json(object)
  }
}

interface SpecialType {
  /** The message holds JSON text in its first field. */
  readonly raw?: boolean
  readonly json: (message: JsonObject) => JsonValue | undefined
}

const list: SpecialType = { json: (message) => message['items'] ?? [] }
const union = (other: string): SpecialType => ({
  json: (message) => message['schema'] ?? message['$schema'] ?? message[other] ?? null,
})

/** Types with a JSON form of their own. */
const specialTypes: ReadonlyMap<string, SpecialType> = new Map<string, SpecialType>([
  [`${meta}.Time`, { json: (message) => timeText(message, 0) }],
  [`${meta}.MicroTime`, { json: (message) => timeText(message, 6) }],
  [`${meta}.Duration`, { json: (message) => durationText(BigInt((message['duration'] as number | undefined) ?? 0)) }],
  [`${meta}.Verbs`, list],
  [`${meta}.FieldsV1`, { raw: true, json: () => undefined }],
  ['api.authentication.v1.ExtraValue', list],
  ['api.authorization.v1.ExtraValue', list],
  ['api.certificates.v1.ExtraValue', list],
  ['apimachinery.pkg.api.resource.Quantity', { json: (message) => message['string'] ?? '0' }],
  [
    'apimachinery.pkg.util.intstr.IntOrString',
    { json: (message) => (message['type'] === 1 ? (message['strVal'] ?? '') : (message['intVal'] ?? 0)) },
  ],
  ['apimachinery.pkg.runtime.RawExtension', { raw: true, json: () => undefined }],
  [`${extensions}.JSON`, { raw: true, json: () => undefined }],
  [`${extensions}.JSONSchemaPropsOrArray`, union('jSONSchemas')],
  [`${extensions}.JSONSchemaPropsOrBool`, { json: (message) => message['schema'] ?? message['allows'] === true }],
  [`${extensions}.JSONSchemaPropsOrStringArray`, union('property')],
])

function rawJson(bytes: Uint8Array): JsonValue | undefined {
  const reader = new WireReader(bytes)
  while (!reader.done) {
    const { number, value } = reader.field()
    if (number === 1) return parseJson(decodeText(bytesOf(value)))
  }
  return undefined
}

/** RFC 3339 in UTC with that many digits of a second; an empty message is no time. */
function timeText(message: JsonObject, digits: number): string | undefined {
  const seconds = message['seconds']
  if (seconds === undefined && message['nanos'] === undefined) return undefined
  const date = new Date(Number(seconds ?? 0) * 1000)
  if (Number.isNaN(date.getTime())) throw new WireFault('time out of range')
  const whole = date.toISOString().slice(0, 19)
  if (digits === 0) return `${whole}Z`
  const fraction = String(Math.trunc(Number(message['nanos'] ?? 0) / 1000)).padStart(6, '0')
  return `${whole}.${fraction}Z`
}
