import { CelError } from '../values/error.ts'
import { CelArray, CelList, type CelValue } from '../values/value.ts'
import { define, type FunctionDefinition } from './define.ts'
import { formatString, type NumberStyle } from './format-string.ts'

/** Go's strings.TrimSpace: Unicode White_Space, which differs from JavaScript's by U+0085 and U+FEFF. */
export function goTrim(text: string): string {
  return text.replace(/^[\p{White_Space}]+|[\p{White_Space}]+$/gu, '')
}

function charAt(text: string, index: bigint): string {
  const chars = [...text]
  if (index < 0n || index > BigInt(chars.length)) throw new CelError(`index out of range: ${index}`)
  return chars[Number(index)] ?? ''
}

function indexOf(text: string, part: string, offset: bigint): bigint {
  if (part === '') return offset
  if (offset < 0n) throw new CelError(`index out of range: ${offset}`)
  const chars = [...text]
  if (offset >= BigInt(chars.length)) return -1n
  const start = chars.slice(0, Number(offset)).join('').length
  const found = text.indexOf(part, start)
  return found < 0 ? -1n : BigInt([...text.slice(0, found)].length)
}

function lastIndexOf(text: string, part: string, offset?: bigint): bigint {
  const chars = [...text]
  if (part === '') return offset ?? BigInt(chars.length)
  const from = offset ?? BigInt(chars.length - 1)
  if (from < 0n) {
    if (offset === undefined) return -1n
    throw new CelError(`index out of range: ${offset}`)
  }
  if (from >= BigInt(chars.length)) return -1n
  const found = text.lastIndexOf(part, chars.slice(0, Number(from)).join('').length)
  return found < 0 ? -1n : BigInt([...text.slice(0, found)].length)
}

function replace(text: string, from: string, to: string, limit: bigint): string {
  if (limit === 0n || from === to) return text
  const max = limit < 0n ? Infinity : Number(limit)
  if (from === '') {
    // Before each rune and at the end, as Go does.
    let out = ''
    let count = 0
    for (const char of text) {
      if (count < max) {
        out += to
        count++
      }
      out += char
    }
    return count < max ? out + to : out
  }
  let out = ''
  let start = 0
  for (let count = 0; count < max; count++) {
    const found = text.indexOf(from, start)
    if (found < 0) break
    out += text.slice(start, found) + to
    start = found + from.length
  }
  return out + text.slice(start)
}

function split(text: string, separator: string, limit: bigint): CelList {
  if (limit === 0n) return new CelArray([])
  const parts = separator === '' ? [...text] : text.split(separator)
  if (limit < 0n || BigInt(parts.length) <= limit) return new CelArray(parts)
  const kept = parts.slice(0, Number(limit) - 1)
  return new CelArray([...kept, parts.slice(Number(limit) - 1).join(separator)])
}

function substring(text: string, start: bigint, end?: bigint): string {
  const chars = [...text]
  const size = BigInt(chars.length)
  if (end !== undefined && start > end) {
    throw new CelError(`invalid substring range. start: ${start}, end: ${end}`)
  }
  if (start < 0n || start > size) throw new CelError(`index out of range: ${start}`)
  if (end !== undefined && (end < 0n || end > size)) throw new CelError(`index out of range: ${end}`)
  return chars.slice(Number(start), end === undefined ? undefined : Number(end)).join('')
}

function join(list: CelList, separator: string): string {
  const parts: string[] = []
  for (const item of list) {
    if (typeof item !== 'string') throw new CelError(`join: invalid input: ${String(item)}`)
    parts.push(item)
  }
  return parts.join(separator)
}

const quoteEscapes: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
}

const isString = (value: CelValue | undefined): value is string => typeof value === 'string'
const isInt = (value: CelValue | undefined): value is bigint => typeof value === 'bigint'

/** A member of strings whose first argument is a string too. */
function onTwo(name: string, result: string, call: (text: string, other: string) => CelValue): FunctionDefinition {
  return define(name, [`string.(string) ${result}`], ([a, b]) => (isString(a) && isString(b) ? call(a, b) : undefined))
}

function onOne(name: string, call: (text: string) => CelValue): FunctionDefinition {
  return define(name, ['string.() string'], ([a]) => (isString(a) ? call(a) : undefined))
}

/** The standard string functions and cel-go's strings extension, version 2 (ext/strings.go). */
export function stringLibrary(numbers: NumberStyle): readonly FunctionDefinition[] {
  return [
    onTwo('contains', 'bool', (a, b) => a.includes(b)),
    onTwo('endsWith', 'bool', (a, b) => a.endsWith(b)),
    onTwo('startsWith', 'bool', (a, b) => a.startsWith(b)),
    define('matches', ['string.(string) bool', '(string, string) bool'], ([a, b], context) =>
      isString(a) && isString(b) ? context.regex(b).test(a) : undefined,
    ),
    define('charAt', ['string.(int) string'], ([a, b]) => (isString(a) && isInt(b) ? charAt(a, b) : undefined)),
    define('indexOf', ['string.(string) int', 'string.(string, int) int'], ([a, b, c]) => {
      if (!isString(a) || !isString(b)) return undefined
      return c === undefined ? indexOf(a, b, 0n) : isInt(c) ? indexOf(a, b, c) : undefined
    }),
    define('lastIndexOf', ['string.(string) int', 'string.(string, int) int'], ([a, b, c]) => {
      if (!isString(a) || !isString(b)) return undefined
      return c === undefined ? lastIndexOf(a, b) : isInt(c) ? lastIndexOf(a, b, c) : undefined
    }),
    onOne('lowerAscii', (a) => a.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())),
    onOne('upperAscii', (a) => a.replace(/[a-z]+/g, (letters) => letters.toUpperCase())),
    onOne('trim', goTrim),
    define('replace', ['string.(string, string) string', 'string.(string, string, int) string'], ([a, b, c, d]) => {
      if (!isString(a) || !isString(b) || !isString(c)) return undefined
      return d === undefined ? replace(a, b, c, -1n) : isInt(d) ? replace(a, b, c, d) : undefined
    }),
    define('split', ['string.(string) list(string)', 'string.(string, int) list(string)'], ([a, b, c]) => {
      if (!isString(a) || !isString(b)) return undefined
      return c === undefined ? split(a, b, -1n) : isInt(c) ? split(a, b, c) : undefined
    }),
    define('substring', ['string.(int) string', 'string.(int, int) string'], ([a, b, c]) => {
      if (!isString(a) || !isInt(b)) return undefined
      return c === undefined ? substring(a, b) : isInt(c) ? substring(a, b, c) : undefined
    }),
    define('join', ['list(string).() string', 'list(string).(string) string'], ([a, b]) => {
      if (!(a instanceof CelList)) return undefined
      return b === undefined ? join(a, '') : isString(b) ? join(a, b) : undefined
    }),
    define('strings.quote', ['(string) string'], ([a]) =>
      isString(a) ? `"${a.replace(/[\x07\b\f\n\r\t\v\\"]/g, (char) => quoteEscapes[char]!)}"` : undefined,
    ),
    define('format', ['string.(list(dyn)) string'], ([a, b]) =>
      isString(a) && b instanceof CelList ? formatString(a, b, numbers) : undefined,
    ),
  ]
}

/** reverse() of strings, in newer versions of the extension. */
export function stringReverseLibrary(): readonly FunctionDefinition[] {
  return [onOne('reverse', (text) => [...text].reverse().join(''))]
}
