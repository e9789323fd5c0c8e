import { encodeText, isObject, type JsonObject, type JsonValue } from '../base/index.ts'

/**
 * Writes a v2 document as client-go reads it: the message `openapi.v2.Document` of google/gnostic-models
 * (openapiv2/OpenAPIv2.proto gives the field numbers). Only the parts that `swaggerOf` makes are written.
 */
export function swaggerProtobuf(document: JsonObject): Uint8Array {
  const info = isObject(document['info']) ? document['info'] : {}
  return join([
    text(1, document['swagger']),
    field(2, join([text(1, info['title']), text(2, info['version'])])),
    field(8, join(named(document['paths']).map(([name, item]) => field(2, pair(name, pathItem(item)))))),
    field(9, join(named(document['definitions']).map(([name, item]) => field(1, pair(name, schema(item)))))),
  ])
}

type Kind = 'text' | 'texts' | 'bool' | 'int' | 'double' | 'any' | 'anys' | 'properties'

const SCHEMA: Readonly<Record<string, readonly [number: number, kind: Kind]>> = {
  $ref: [1, 'text'],
  format: [2, 'text'],
  title: [3, 'text'],
  description: [4, 'text'],
  default: [5, 'any'],
  multipleOf: [6, 'double'],
  maximum: [7, 'double'],
  exclusiveMaximum: [8, 'bool'],
  minimum: [9, 'double'],
  exclusiveMinimum: [10, 'bool'],
  maxLength: [11, 'int'],
  minLength: [12, 'int'],
  pattern: [13, 'text'],
  maxItems: [14, 'int'],
  minItems: [15, 'int'],
  uniqueItems: [16, 'bool'],
  maxProperties: [17, 'int'],
  minProperties: [18, 'int'],
  required: [19, 'texts'],
  enum: [20, 'anys'],
  properties: [25, 'properties'],
}
const OPERATIONS: Readonly<Record<string, number>> = { get: 2, put: 3, post: 4, delete: 5, patch: 8 }

function schema(value: JsonValue): Uint8Array {
  if (!isObject(value)) return EMPTY
  const parts = Object.entries(value).map(([key, item]) => {
    if (key.startsWith('x-')) return extension(31, key, item)
    if (key === 'type') return field(22, text(1, item))
    if (key === 'items') return field(23, field(1, schema(item)))
    if (key === 'additionalProperties') {
      return field(21, typeof item === 'boolean' ? bool(2, item) : field(1, schema(item)))
    }
    const known = SCHEMA[key]
    return known === undefined ? EMPTY : ofKind(known[0], known[1], item)
  })
  return join(parts)
}

function ofKind(number: number, kind: Kind, value: JsonValue): Uint8Array {
  switch (kind) {
    case 'text':
      return text(number, value)
    case 'texts':
      return texts(number, value)
    case 'bool':
      return value === true ? bool(number, true) : EMPTY
    case 'int':
      return join([varint(number * 8), varint(Number(value))])
    case 'double': {
      const bytes = new Uint8Array(8)
      new DataView(bytes.buffer).setFloat64(0, Number(value), true)
      return join([varint(number * 8 + 1), bytes])
    }
    case 'any':
      return field(number, any(value))
    case 'anys':
      return join((Array.isArray(value) ? value : []).map((item) => field(number, any(item))))
    default:
      return field(number, join(named(value).map(([name, item]) => field(1, pair(name, schema(item))))))
  }
}

function pathItem(value: JsonValue): Uint8Array {
  return join(
    named(value).map(([method, item]) => {
      const number = OPERATIONS[method]
      return number === undefined || !isObject(item) ? EMPTY : field(number, operation(item))
    }),
  )
}

function operation(value: JsonObject): Uint8Array {
  const parameters = Array.isArray(value['parameters']) ? value['parameters'].filter(isObject) : []
  return join([
    text(5, value['operationId']),
    texts(6, value['produces']),
    texts(7, value['consumes']),
    ...parameters.map((item) => field(8, field(1, parameter(item)))),
    field(
      9,
      join(
        named(value['responses']).map(([code, item]) => {
          const about = isObject(item) ? item : {}
          const body = about['schema'] === undefined ? EMPTY : field(2, field(1, schema(about['schema'])))
          return field(1, pair(code, field(1, join([text(1, about['description']), body]))))
        }),
      ),
    ),
    ...Object.entries(value)
      .filter(([key]) => key.startsWith('x-'))
      .map(([key, item]) => extension(13, key, item)),
  ])
}

function parameter(value: JsonObject): Uint8Array {
  if (value['in'] === 'body') {
    const body = value['schema'] === undefined ? EMPTY : field(5, schema(value['schema']))
    return field(1, join([text(2, value['name']), text(3, value['in']), bool(4, value['required'] === true), body]))
  }
  const query = join([
    text(2, value['in']),
    text(3, value['description']),
    text(4, value['name']),
    text(6, value['type']),
    bool(20, value['uniqueItems'] === true),
  ])
  return field(2, field(3, query))
}

const EMPTY = new Uint8Array(0)

/** Values of any kind travel as YAML; JSON is YAML. */
function any(value: JsonValue): Uint8Array {
  return text(2, JSON.stringify(value))
}

function extension(number: number, name: string, value: JsonValue): Uint8Array {
  return field(number, pair(name, any(value)))
}

/** The messages that stand for an entry of a map: `{1: name, 2: value}`. */
function pair(name: string, value: Uint8Array): Uint8Array {
  return join([text(1, name), field(2, value)])
}

function field(number: number, bytes: Uint8Array): Uint8Array {
  return join([varint(number * 8 + 2), varint(bytes.length), bytes])
}

function text(number: number, value: JsonValue | undefined): Uint8Array {
  return typeof value === 'string' ? field(number, encodeText(value)) : EMPTY
}

function texts(number: number, value: JsonValue | undefined): Uint8Array {
  return join((Array.isArray(value) ? value : []).map((item) => text(number, item)))
}

function bool(number: number, value: boolean): Uint8Array {
  return join([varint(number * 8), varint(value ? 1 : 0)])
}

/** Not negative, below 2^53. */
function varint(value: number): Uint8Array {
  const out: number[] = []
  let rest = Math.max(0, Math.trunc(value))
  while (rest >= 128) {
    out.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  out.push(rest)
  return Uint8Array.from(out)
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const out = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

function named(value: JsonValue | undefined): [string, JsonValue][] {
  return isObject(value) ? Object.entries(value) : []
}
