import { type JsonValue, jsonFault } from '../../base/index.ts'
import {
  GoError,
  GoInt,
  type GoMap,
  type GoValue,
  isGoFunction,
  isGoObject,
  isList,
  isMap,
  isNilList,
  isNilMap,
  mapSet,
  sortedKeys,
  typeOf,
} from '../../gotemplate/index.ts'

/** Go's encoding/json as template functions use it: keys by bytes, `<>&` escaped unless raw. */
export function encodeJson(value: GoValue, options: { indent?: string; raw?: boolean } = {}): string {
  return encode(value, { ...options, level: 0 })
}

interface Encoding {
  readonly indent?: string
  readonly raw?: boolean
  readonly level: number
}

const maxNesting = 1_000

function encode(value: GoValue, encoding: Encoding): string {
  if (encoding.level > maxNesting) throw new GoError('json: unsupported value: encountered a cycle')
  if (value === undefined || value === null) return 'null'
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return encodeFloat(value)
  if (typeof value === 'string') return encodeText(value, encoding.raw === true)
  if (value instanceof GoInt) return value.value.toString()
  if (isGoFunction(value)) throw new GoError('json: unsupported type: func()')
  const deeper = { ...encoding, level: encoding.level + 1 }
  if (isGoObject(value)) return encodeObject(value, deeper)
  if (isList(value) && isNilList(value)) return 'null'
  if (isList(value))
    return wrapped(
      '[',
      value.map((each) => encode(each, deeper)),
      ']',
      encoding,
    )
  if (isNilMap(value)) return 'null'
  const separator = encoding.indent === undefined ? ':' : ': '
  const fields = sortedKeys(value).map(
    (key) => encodeText(key, encoding.raw === true) + separator + encode(value[key], deeper),
  )
  return wrapped('{', fields, '}', encoding)
}

function encodeObject(value: GoValue, encoding: Encoding): string {
  if (!isGoObject(value)) return 'null'
  if (value.jsonFields !== undefined) {
    const separator = encoding.indent === undefined ? ':' : ': '
    const fields = value.jsonFields.map(([name, each]) => encodeText(name, false) + separator + encode(each, encoding))
    return wrapped('{', fields, '}', { ...encoding, level: encoding.level - 1 })
  }
  if (value.toJson !== undefined) return encode(value.toJson(), { ...encoding, level: encoding.level - 1 })
  const entries = value.entries?.()
  if (entries === undefined) return encodeText(value.format(), encoding.raw === true)
  const map: GoMap = {}
  for (const [key, each] of entries) mapSet(map, String(key), each)
  return encode(map, { ...encoding, level: encoding.level - 1 })
}

function wrapped(open: string, parts: readonly string[], close: string, { indent, level }: Encoding): string {
  if (indent === undefined || parts.length === 0) return open + parts.join(',') + close
  const inner = `\n${indent.repeat(level + 1)}`
  return `${open}${inner}${parts.join(`,${inner}`)}\n${indent.repeat(level)}${close}`
}

function encodeFloat(value: number): string {
  if (!Number.isFinite(value))
    throw new GoError(`json: unsupported value: ${value > 0 ? '+Inf' : value < 0 ? '-Inf' : 'NaN'}`)
  return Object.is(value, -0) ? '-0' : String(value)
}

function encodeText(text: string, raw: boolean): string {
  const quoted = text.isWellFormed() ? JSON.stringify(text) : quoteBytes(text)
  const escaped = quoted.replace(/[\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`)
  if (raw) return escaped
  return escaped.replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`)
}

/** Bytes that are no UTF-8 are escaped, U+FFFD itself is not. */
function quoteBytes(text: string): string {
  const parts = text.split(/[\udc80-\udcff]/u).map((part) => JSON.stringify(part).slice(1, -1))
  return `"${parts.join('\\ufffd')}"`
}

/**
 * Decodes JSON as Go's json.Unmarshal into interface {}: numbers are float64.
 * @throws GoError in encoding/json's words.
 */
export function decodeJson(text: string): GoValue {
  try {
    const value = JSON.parse(text) as GoValue
    // Only a long number or a large exponent can be beyond a float64.
    if (/\d[eE]\+?\d{3}|\d{309}/.test(text)) refuseInfinite(value, text)
    return value
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new GoError(jsonFault(text))
  }
}

/** What was decoded before the error is kept by functions that show it. */
export class JsonRangeError extends GoError {
  readonly partial: GoValue

  constructor(message: string, partial: GoValue) {
    super(message)
    this.partial = partial
  }
}

function refuseInfinite(value: GoValue, text: string): void {
  let isFound = false
  const cut = (each: GoValue): GoValue => {
    if (typeof each === 'number' && !Number.isFinite(each)) {
      isFound = true
      return null
    }
    if (isList(each)) return each.map(cut)
    if (!isMap(each)) return each
    const out: GoMap = {}
    for (const key of Object.keys(each)) mapSet(out, key, cut(each[key]))
    return out
  }
  const partial = cut(value)
  if (!isFound) return
  const bare = text.replace(/"(?:[^"\\]|\\.)*"/gs, '""')
  const number = bare.match(/-?\d[\d.eE+-]*/g)?.find((each) => !Number.isFinite(Number(each))) ?? ''
  throw new JsonRangeError(`json: cannot unmarshal number ${number} into Go value of type float64`, partial)
}

/** What Go calls the kind of a decoded value in `cannot unmarshal …`. */
export function jsonKind(value: GoValue): string {
  if (isList(value)) return 'array'
  if (isMap(value)) return 'object'
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'number' ? 'number' : typeOf(value)
}

/** A template value as plain JSON, for the YAML writer. @throws GoError for what JSON cannot hold. */
export function toJsonValue(value: GoValue, level = 0): JsonValue {
  if (level > maxNesting) throw new GoError('json: unsupported value: encountered a cycle')
  if (value === undefined || value === null) return null
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') {
    encodeFloat(value)
    return value
  }
  if (value instanceof GoInt) return value.value
  if (isList(value)) return isNilList(value) ? null : value.map((each) => toJsonValue(each, level + 1))
  if (isMap(value)) {
    const out: Record<string, JsonValue> = {}
    for (const key of Object.keys(value)) mapSet(out as GoMap, key, toJsonValue(value[key], level + 1) as GoValue)
    return out
  }
  return JSON.parse(encodeJson(value)) as JsonValue
}
