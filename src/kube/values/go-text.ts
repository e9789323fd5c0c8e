import { compareStrings, isObject, type JsonValue } from '../../base/index.ts'

/** Values as Go's fmt package prints them, because upstream's error texts contain them. */

const printable = /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u
const named: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
}

/** A string as `%q` prints it: double-quoted, with Go's escapes. */
export function goQuote(text: string): string {
  if (/^[ !#-[\]-~]*$/.test(text)) return `"${text}"`
  let out = '"'
  for (const char of text) out += named[char] ?? (printable.test(char) ? char : escapeRune(char.codePointAt(0)!))
  return `${out}"`
}

function escapeRune(code: number): string {
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`
  return `\\U${code.toString(16).padStart(8, '0')}`
}

/** A number as `%v` prints it: integers as they are (int64), others in exponent form from 1e21 or below 1e-4. */
export function goNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return BigInt(value).toString()
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
  const [mantissa, power] = value.toExponential().split('e') as [string, string]
  const exponent = Number(power)
  if (exponent >= -4 && exponent < 21) return String(value)
  return `${mantissa}e${power[0]}${power.slice(1).padStart(2, '0')}`
}

/** A JSON value as `%v` prints the Go value it is decoded to (`map[a:1 b:[x y]]`, strings bare). */
export function goPlain(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return '<nil>'
  if (typeof value === 'number') return goNumber(value)
  if (Array.isArray(value)) return `[${value.map(goPlain).join(' ')}]`
  if (!isObject(value)) return String(value)
  const keys = Object.keys(value).sort(compareStrings)
  return `map[${keys.map((key) => `${key}:${goPlain(value[key])}`).join(' ')}]`
}

/** A JSON value as `%#v` prints it (`map[string]interface {}{"a":1}`). */
export function goSyntax(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return 'interface {}(nil)'
  if (typeof value === 'string') return goQuote(value)
  if (typeof value === 'number') return goNumber(value)
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (!isObject(value)) return String(value)
  const keys = Object.keys(value).sort(compareStrings)
  return `map[string]interface {}{${keys.map((key) => `${goQuote(key)}:${goSyntax(value[key])}`).join(', ')}}`
}

/** The Go type that a JSON value is decoded to, as `%T` prints it. */
export function goType(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return '<nil>'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'bigint') return 'int64'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}'
}

/** A string as Go's encoding/json (and json-iterator) write it with HTML escaping on. */
export function goJsonString(text: string): string {
  if (/^[ !#-%'-;=?-[\]-~]*$/.test(text)) return `"${text}"`
  return JSON.stringify(text)
    .replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(/\\(\\|b|f)/g, (all, char) => (char === 'b' ? '\\u0008' : char === 'f' ? '\\u000c' : all))
}

/** Compact JSON as json-iterator writes a decoded value: keys sorted, strings HTML-escaped. */
export function goJson(value: JsonValue): string {
  if (typeof value === 'string') return goJsonString(value)
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const keys = Object.keys(value).sort(compareStrings)
  return `{${keys.map((key) => `${goJsonString(key)}:${goJson(value[key]!)}`).join(',')}}`
}
