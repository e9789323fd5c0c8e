/** Go's strconv: numbers and quoted strings in and out. Behaviour of Go 1.26 package strconv. */
import { fromBytes, toBytes } from './bytes.ts'

/** Formats a float64 as strconv.FormatFloat(value, format, precision, 64); precision -1 is the shortest exact form. */
export function formatFloat(value: number, format: 'e' | 'E' | 'f' | 'g' | 'G', precision: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value < 0 ? '-Inf' : '+Inf'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const magnitude = Math.abs(value)
  const shortest = precision < 0
  let digits: Decimal
  if (shortest) digits = shortestDecimal(magnitude)
  else if (format === 'f') digits = roundDecimal(exactDecimal(magnitude), (decimal) => decimal.point + precision)
  else {
    const count = format === 'e' || format === 'E' ? precision + 1 : Math.max(precision, 1)
    digits = roundDecimal(exactDecimal(magnitude), () => count)
  }
  switch (format) {
    case 'e':
    case 'E':
      return sign + exponential(digits, shortest ? Math.max(digits.digits.length - 1, 0) : precision, format)
    case 'f':
      return sign + fixed(digits, shortest ? Math.max(digits.digits.length - digits.point, 0) : precision)
    default: {
      // An exponent is used below -4 and from the precision on; the shortest form decides by precision 6.
      let limit = shortest ? 6 : Math.max(precision, 1)
      if (!shortest && limit > digits.digits.length && digits.digits.length >= digits.point)
        limit = digits.digits.length
      const exponent = digits.digits === '' ? 0 : digits.point - 1
      if (exponent < -4 || exponent >= Math.max(limit, 1)) {
        return sign + exponential(digits, Math.max(digits.digits.length - 1, 0), format === 'g' ? 'e' : 'E')
      }
      return sign + fixed(digits, Math.max(digits.digits.length - digits.point, 0))
    }
  }
}

/** `digits` without leading or trailing zeros; the value is 0.DIGITS × 10^point. Empty for zero. */
interface Decimal {
  readonly digits: string
  readonly point: number
}

function shortestDecimal(magnitude: number): Decimal {
  if (magnitude === 0) return { digits: '', point: 0 }
  const [mantissa, exponent] = magnitude.toExponential().split('e') as [string, string]
  return { digits: mantissa.replace('.', ''), point: Number(exponent) + 1 }
}

/** Every digit of the binary value; at most 767 significant ones. */
function exactDecimal(magnitude: number): Decimal {
  if (magnitude === 0) return { digits: '', point: 0 }
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, magnitude)
  const bits = view.getBigUint64(0)
  const biased = Number(bits >> 52n)
  const fraction = bits & 0xfffffffffffffn
  const mantissa = biased === 0 ? fraction : fraction | 0x10000000000000n
  const exponent = (biased === 0 ? 1 : biased) - 1075
  let digits: string
  let point: number
  if (exponent >= 0) {
    digits = (mantissa << BigInt(exponent)).toString()
    point = digits.length
  } else {
    digits = (mantissa * 5n ** BigInt(-exponent)).toString()
    point = digits.length + exponent
  }
  return { digits: digits.replace(/0+$/, ''), point }
}

/** Rounds half to even at a number of digits, as Go does on the exact value. */
function roundDecimal(decimal: Decimal, countOf: (decimal: Decimal) => number): Decimal {
  const count = countOf(decimal)
  const { digits, point } = decimal
  if (count >= digits.length) return decimal
  if (count < 0) return { digits: '', point: 0 }
  const next = digits.charCodeAt(count) - 48
  const exactHalf = next === 5 && digits.length === count + 1
  const odd = count > 0 && (digits.charCodeAt(count - 1) - 48) % 2 === 1
  const up = exactHalf ? odd : next >= 5
  const kept = digits.slice(0, count)
  if (!up) {
    const trimmed = kept.replace(/0+$/, '')
    return trimmed === '' ? { digits: '', point: 0 } : { digits: trimmed, point }
  }
  if (count === 0) return { digits: '1', point: point + 1 }
  const raised = (BigInt(kept) + 1n).toString()
  const carried = raised.length > kept.length
  return { digits: raised.replace(/0+$/, ''), point: carried ? point + 1 : point }
}

function exponential({ digits, point }: Decimal, precision: number, letter: string): string {
  const padded = digits.padEnd(precision + 1, '0')
  const exponent = digits === '' ? 0 : point - 1
  const shown = `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  return `${padded[0] ?? '0'}${precision > 0 ? `.${padded.slice(1, precision + 1)}` : ''}${letter}${shown}`
}

function fixed({ digits, point }: Decimal, precision: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0'
  if (precision === 0) return whole
  const fraction = point >= 0 ? digits.slice(point) : '0'.repeat(-point) + digits
  return `${whole}.${fraction.slice(0, precision).padEnd(precision, '0')}`
}

/**
 * Parses as strconv.ParseInt(text, base, bits); base 0 reads the prefix (0x, 0b, 0o, 0) and allows underscores.
 * @returns `undefined` for bad syntax, `'range'` when it does not fit.
 */
export function parseInteger(text: string, base = 10, bits = 64, unsigned = false): bigint | 'range' | undefined {
  let body = text
  let negative = false
  if (!unsigned && /^[+-]/.test(body)) {
    negative = body.startsWith('-')
    body = body.slice(1)
  }
  let radix = base
  if (base === 0) {
    const prefix = /^0([xXbBoO]?)/.exec(body)
    radix = 10
    const letter = prefix?.[1]?.toLowerCase()
    if (letter) {
      radix = letter === 'x' ? 16 : letter === 'b' ? 2 : 8
      if (!/^0[xXbBoO](_?[0-9a-fA-F])+$/.test(body)) return undefined
      body = body.slice(2)
    } else if (prefix !== null && body.length > 1) {
      radix = 8
      if (!/^0(_?[0-9])+$/.test(body)) return undefined
      body = body.slice(1)
    } else if (!/^[0-9](_?[0-9])*$/.test(body)) return undefined
    body = body.replaceAll('_', '')
  }
  if (body === '') return undefined
  let value = 0n
  for (const char of body) {
    const digit = Number.parseInt(char, 36)
    if (Number.isNaN(digit) || digit >= radix || !/[0-9a-z]/i.test(char)) return undefined
    value = value * BigInt(radix) + BigInt(digit)
  }
  if (negative) value = -value
  const fits = unsigned ? value === BigInt.asUintN(bits, value) : value === BigInt.asIntN(bits, value)
  return fits ? value : 'range'
}

/** Parses as strconv.ParseFloat(text, 64): also inf, infinity, nan and hexadecimal; underscores are refused. */
export function parseFloat64(text: string): number | undefined {
  const lower = text.toLowerCase()
  const special = /^([+-]?)(inf|infinity|nan)$/.exec(lower)
  if (special !== null) {
    if (special[2] === 'nan') return special[1] === '' ? Number.NaN : undefined
    return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  }
  const hex = /^([+-]?)0x([0-9a-f]*)\.?([0-9a-f]*)p([+-]?\d+)$/.exec(lower)
  if (hex !== null && (hex[2] !== '' || hex[3] !== '')) {
    const mantissa = Number.parseInt(`0${hex[2]}${hex[3]}`, 16)
    const value = mantissa * 2 ** (Number(hex[4]) - 4 * hex[3]!.length)
    return hex[1] === '-' ? -value : value
  }
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(lower)) return undefined
  const value = Number(lower)
  return Number.isFinite(value) ? value : undefined
}

/** Unquotes a Go string literal ("…" with escapes, or `…`); `undefined` for invalid syntax. */
export function unquote(literal: string): string | undefined {
  if (literal.startsWith('`')) return literal.slice(1, -1).replaceAll('\r', '')
  let out = ''
  // Bytes of the literal that are no UTF-8 are not kept, unlike escaped ones.
  const body = literal.slice(1, -1).toWellFormed()
  for (let i = 0; i < body.length; i++) {
    const char = body[i]!
    if (char === '\n' || char === '"') return undefined
    if (char !== '\\') {
      out += char
      continue
    }
    const escaped = unescapeAt(body, i, '"')
    if (escaped === undefined) return undefined
    out += escaped.text
    i += escaped.length - 1
  }
  return joinBytes(out)
}

/** The code point of a character literal such as 'a' or '\n'; `undefined` for invalid syntax. */
export function unquoteChar(literal: string): number | undefined {
  const body = literal.slice(1, -1)
  if (body.startsWith('\\')) {
    const escaped = unescapeAt(body, 0, "'")
    if (escaped === undefined || escaped.length !== body.length) return undefined
    const unit = escaped.text.codePointAt(0)!
    return unit >= 0xdc80 && unit <= 0xdcff ? unit - 0xdc00 : unit
  }
  const point = body.codePointAt(0)
  if (point === undefined || String.fromCodePoint(point).length !== body.length) return undefined
  return point
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
}

function unescapeAt(text: string, at: number, quote: string): { text: string; length: number } | undefined {
  const letter = text[at + 1]
  if (letter === undefined) return undefined
  if (Object.hasOwn(simpleEscapes, letter)) return { text: simpleEscapes[letter]!, length: 2 }
  if (letter === quote) return { text: quote, length: 2 }
  const pattern =
    letter === 'x'
      ? /^x([0-9a-fA-F]{2})/
      : letter === 'u'
        ? /^u([0-9a-fA-F]{4})/
        : letter === 'U'
          ? /^U([0-9a-fA-F]{8})/
          : /^([0-7]{3})/
  const match = pattern.exec(text.slice(at + 1, at + 12))
  if (match === null) return undefined
  const code = Number.parseInt(match[1]!, letter >= '0' && letter <= '7' ? 8 : 16)
  const isByte = letter === 'x' || (letter >= '0' && letter <= '7')
  if (isByte && code > 255) return undefined
  if (!isByte && (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))) return undefined
  const made = isByte && code >= 0x80 ? String.fromCharCode(0xdc00 + code) : String.fromCodePoint(code)
  return { text: made, length: match[0].length + 1 }
}

/** Escaped bytes may together be valid UTF-8. */
function joinBytes(text: string): string {
  return /[\udc80-\udcff]{2}/.test(text) ? fromBytes(toBytes(text)) : text
}

/** Quotes as strconv.Quote. With `ascii`, everything beyond ASCII is escaped (`%+q`). */
export function quote(text: string, options: { ascii?: boolean; delimiter?: string } = {}): string {
  const delimiter = options.delimiter ?? '"'
  // All that may need an escape: any of the three delimiters, the backslash, and what is not plain ASCII.
  const escaped = text.replace(/[^ !#-&(-[\]-_a-~]/gu, (char) => escapeChar(char, delimiter, options.ascii === true))
  return delimiter + escaped + delimiter
}

function escapeChar(char: string, delimiter: string, ascii: boolean): string {
  const point = char.codePointAt(0)!
  if (char === delimiter || char === '\\') return `\\${char}`
  if (point >= 0xdc80 && point <= 0xdcff) return `\\x${(point - 0xdc00).toString(16)}`
  if (point < 0x7f ? point >= 0x20 : !ascii && isPrint(char)) return char
  const named = { 7: '\\a', 8: '\\b', 12: '\\f', 10: '\\n', 13: '\\r', 9: '\\t', 11: '\\v' }[point]
  if (named !== undefined) return named
  if (point < 0x20 || point === 0x7f) return `\\x${point.toString(16).padStart(2, '0')}`
  if (point < 0x10000) return `\\u${point.toString(16).padStart(4, '0')}`
  return `\\U${point.toString(16).padStart(8, '0')}`
}

/** Go's unicode.IsPrint for one character: letters, marks, numbers, punctuation, symbols and the ASCII space. */
export function isPrint(char: string): boolean {
  return char === ' ' || /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(char)
}
