/** An integer, where it must be told from a float (Go's `int64`, `uint64`). */
export class GoInt {
  readonly int: number | bigint
  constructor(int: number | bigint) {
    this.int = int
  }
}

/** A float, where it must be told from an integer (Go's `float64`). */
export class GoFloat {
  readonly float: number
  constructor(float: number) {
    this.float = float
  }
}

/** A JSON-like value in which integers and floats can be told apart. */
export type GoValue = null | boolean | string | GoInt | GoFloat | GoValue[] | GoObject
export interface GoObject {
  [key: string]: GoValue
}

const integer = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/
const signedPrefix = /^0([bo])([-+])([0-7]+)$/
const yamlFloat = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
const decimal = /^[-+]?(?:0|[1-9][0-9]{0,14})$/

const minInt64 = -(2n ** 63n)
const maxInt64 = 2n ** 63n - 1n
const maxUint64 = 2n ** 64n - 1n

/**
 * Reads text that begins with a digit or a sign as go-yaml does: underscores dropped; decimal, `0x`, `0b`, `0o` and
 * `0777` integers within 64 bits; floats of YAML's form. `undefined` for anything else.
 */
export function parseNumber(text: string): GoInt | GoFloat | undefined {
  if (decimal.test(text)) return new GoInt(normalZero(Number(text)))
  const plain = text.includes('_') ? text.replaceAll('_', '') : text
  const int = parseInteger(plain)
  if (int !== undefined) return new GoInt(int)
  if (!yamlFloat.test(plain)) return undefined
  const float = Number(plain)
  return Number.isFinite(float) ? new GoFloat(float) : undefined
}

/** Reads text that begins with a dot as go-yaml does. */
export function parseDotFloat(text: string): GoFloat | undefined {
  if (!/^\.[0-9]+(?:[eE][-+]?[0-9]+)?$/.test(text)) return undefined
  const float = Number(text)
  return Number.isFinite(float) ? new GoFloat(float) : undefined
}

function parseInteger(plain: string): number | bigint | undefined {
  const m = integer.exec(plain)
  if (m === null) return parseSignedPrefix(plain)
  const [, sign, hex, binary, octal, dec] = m
  // Longer than any 64-bit number: spare BigInt the work.
  if (plain.length > 70 && (dec !== undefined || !/^[-+]?0[xXbBoO]?0/.test(plain))) return undefined
  let value: bigint
  if (hex !== undefined) value = BigInt(`0x${hex}`)
  else if (binary !== undefined) value = BigInt(`0b${binary}`)
  else if (octal !== undefined) value = BigInt(`0o${octal}`)
  else value = BigInt(dec!)
  if (sign === '-') value = -value
  return within(value, sign === '' ? maxUint64 : maxInt64)
}

/** `0b-1` and `0o-7`: go-yaml hands what follows the prefix to a parser that takes a sign. */
function parseSignedPrefix(plain: string): number | bigint | undefined {
  const m = signedPrefix.exec(plain)
  if (m === null || plain.length > 70 || (m[1] === 'b' && !/^[01]+$/.test(m[3]!))) return undefined
  const value = BigInt(`0${m[1]}${m[3]}`)
  return within(m[2] === '-' ? -value : value, maxInt64)
}

function within(value: bigint, max: bigint): number | bigint | undefined {
  if (value < minInt64 || value > max) return undefined
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

function normalZero(value: number): number {
  return value === 0 ? 0 : value
}

/**
 * `strconv.FormatFloat(value, 'g', -1, bits)`: the shortest text that reads back as the same float, with an exponent
 * below 1e-4 and from 1e6.
 */
export function formatFloat(value: number, bits: 32 | 64 = 64): string {
  const rounded = bits === 32 ? Math.fround(value) : value
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(rounded)) return value > 0 ? '+Inf' : '-Inf'
  if (rounded === 0) return Object.is(rounded, -0) ? '-0' : '0'
  const { digits, exponent, negative } = shortestDigits(value, bits)
  const sign = negative ? '-' : ''
  if (exponent < -4 || exponent >= 6) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : ''
    const abs = Math.abs(exponent)
    return `${sign}${digits[0]}${fraction}e${exponent < 0 ? '-' : '+'}${abs < 10 ? `0${abs}` : abs}`
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  if (digits.length <= exponent + 1) return sign + digits + '0'.repeat(exponent + 1 - digits.length)
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`
}

/** The decimal digits (no trailing zeros) of the shortest form and the exponent of the first. */
function shortestDigits(value: number, bits: 32 | 64): { digits: string; exponent: number; negative: boolean } {
  const text = bits === 64 ? value.toExponential() : shortestFloat32(value)
  const negative = text.startsWith('-')
  const [mantissa, exponent] = (negative ? text.slice(1) : text).split('e') as [string, string]
  return { digits: mantissa.replace('.', '').replace(/0+$/, ''), exponent: Number(exponent), negative }
}

function shortestFloat32(value: number): string {
  const single = Math.fround(value)
  for (let precision = 0; precision < 9; precision++) {
    const text = single.toExponential(precision)
    if (Math.fround(Number(text)) === single) return text
  }
  return single.toExponential(9)
}
