import { bad, good, type Outcome } from './outcome.ts'

export type QuantityFormat = 'BinarySI' | 'DecimalSI' | 'DecimalExponent'

/** An exact decimal number `unscaled × 10^exponent`, and the family of suffixes to write it with. */
export interface Quantity {
  readonly unscaled: bigint
  readonly exponent: number
  readonly format: QuantityFormat
  /** The text it was read from, where upstream writes that back rather than the canonical form. */
  readonly text?: string
}

const decimalSuffixes: ReadonlyMap<string, number> = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
])
const binarySuffixes: ReadonlyMap<string, number> = new Map([
  ['Ki', 10],
  ['Mi', 20],
  ['Gi', 30],
  ['Ti', 40],
  ['Pi', 50],
  ['Ei', 60],
])
const decimalByExponent = new Map([...decimalSuffixes].map(([suffix, exponent]) => [exponent, suffix]))
const binaryByExponent = new Map([...binarySuffixes].map(([suffix, exponent]) => [exponent, suffix]))

const nano = -9
const largestInt64 = 2n ** 63n - 1n
/** From here on every amount is infinite as a float64. */
const largestFloatExponent = 310
const wrongFormat = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
const wrongSuffix = "unable to parse quantity's suffix"
const wrongNumber = 'unable to parse numeric part of quantity'

interface Suffix {
  readonly format: QuantityFormat
  readonly exponent: number
}

/**
 * Reads a resource quantity such as `100m`, `1.5Gi` or `1e3` (apimachinery `resource.ParseQuantity`). Fractions beyond
 * nano are rounded away from zero; binary amounts end at 2^63-1. Errors are upstream's.
 */
export function parseQuantity(text: string): Outcome<Quantity> {
  if (text === '0') return good({ unscaled: 0n, exponent: 0, format: 'DecimalSI', text })
  const match = /^([+-]?)0*(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/.exec(text)
  if (match === null || text === '') return bad(wrongFormat)
  const [, sign, digits, fraction = '', suffixText] = match as unknown as [string, string, string, string?, string?]
  const suffix = readSuffix(suffixText ?? '')
  if (suffix === undefined) return bad(wrongSuffix)
  if (!/^[+-]?\.?\d/.test(text) && !isQuick(suffix)) return bad(wrongNumber)
  const magnitude = BigInt(`0${digits}${fraction}`)
  const unscaled = sign === '-' ? -magnitude : magnitude
  const exact =
    suffix.format === 'BinarySI'
      ? { unscaled: unscaled << BigInt(suffix.exponent), exponent: -fraction.length, format: suffix.format }
      : { unscaled, exponent: suffix.exponent - fraction.length, format: suffix.format }
  const parts: Parts = { digits: digits === '' ? '0' : digits, fraction, suffix, magnitude }
  if (!fitsInt64(parts)) return good(inNanos(limited(exact)))
  return good({ ...limited(exact), ...(looksCanonical(parts) ? { text } : {}) })
}

/** Whether upstream reads a number without any digit in its quick path, which takes it for 0. */
function isQuick({ format, exponent }: Suffix): boolean {
  return format === 'BinarySI' ? exponent < 50 : exponent >= nano
}

function readSuffix(suffix: string): Suffix | undefined {
  const decimal = decimalSuffixes.get(suffix)
  if (decimal !== undefined) return { format: 'DecimalSI', exponent: decimal }
  const binary = binarySuffixes.get(suffix)
  if (binary !== undefined) return { format: 'BinarySI', exponent: binary }
  const match = /^[eE]([-+]?\d+)$/.exec(suffix)
  if (match === null) return undefined
  const exponent = Number(match[1])
  return Math.abs(exponent) < 2 ** 31 ? { format: 'DecimalExponent', exponent } : undefined
}

/** Rounding to nano, the binary maximum, and the family for binary amounts below one. */
function limited(quantity: Quantity): Quantity {
  let { unscaled, exponent, format } = roundQuantity(quantity, nano).value
  if (format === 'BinarySI') {
    const absolute = unscaled < 0n ? -unscaled : unscaled
    if (compareDecimals({ unscaled: absolute, exponent }, { unscaled: largestInt64, exponent: 0 }) > 0) {
      unscaled = unscaled < 0n ? -largestInt64 : largestInt64
      exponent = 0
    } else if (
      unscaled !== 0n &&
      compareDecimals({ unscaled: absolute, exponent }, { unscaled: 1n, exponent: 0 }) < 0
    ) {
      format = 'DecimalSI'
    }
  }
  return { unscaled, exponent, format }
}

interface Parts {
  readonly digits: string
  readonly fraction: string
  readonly suffix: Suffix
  readonly magnitude: bigint
}

/** Whether upstream holds the amount as an int64 and a scale: its quick path, for short numbers. */
function fitsInt64({ digits, fraction, suffix }: Parts): boolean {
  if (suffix.format === 'BinarySI') {
    return fraction === '' && 15 - digits.length - Math.trunc((suffix.exponent * 3) / 10) - 1 >= 0
  }
  return digits.length + fraction.length <= 18 && suffix.exponent - fraction.length >= nano
}

/** Whether upstream writes such a number as it was read. */
function looksCanonical({ digits, fraction, suffix, magnitude }: Parts): boolean {
  if (suffix.format === 'BinarySI') return (magnitude & 7n) !== 0n
  const shifted = digits + fraction
  return (suffix.exponent - fraction.length) % 3 === 0 && !shifted.endsWith('000') && shifted[0] !== '0'
}

/** Upstream rounds other amounts to nano, and counts in nanos from there on: float64 forms differ by it. */
function inNanos(quantity: Quantity): Quantity {
  const { unscaled, exponent } = quantity
  const capped = exponent === 0 && (unscaled === largestInt64 || unscaled === -largestInt64)
  if (capped || unscaled === 0n || exponent > largestFloatExponent) return quantity
  return { ...quantity, unscaled: shift(unscaled, exponent - nano), exponent: nano }
}

/** The canonical text: no fractions, the largest suffix that keeps the number whole. */
export function quantityText(quantity: Quantity): string {
  if (quantity.text !== undefined) return quantity.text
  if (quantity.unscaled === 0n) return '0'
  return quantity.format === 'BinarySI' ? binaryText(quantity) : decimalText(quantity, quantity.format)
}

function binaryText(quantity: Quantity): string {
  const limit = { unscaled: 1024n, exponent: 0 }
  const absolute = { ...quantity, unscaled: quantity.unscaled < 0n ? -quantity.unscaled : quantity.unscaled }
  const whole = roundQuantity(quantity, 0)
  if (compareDecimals(absolute, limit) < 0 || !whole.exact) return decimalText(quantity, 'DecimalSI')
  let amount = shift(whole.value.unscaled, whole.value.exponent)
  let exponent = 0
  while (amount % 1024n === 0n && exponent < 60) {
    amount /= 1024n
    exponent += 10
  }
  return `${amount}${binaryByExponent.get(exponent) ?? ''}`
}

function decimalText(quantity: Quantity, format: 'DecimalSI' | 'DecimalExponent'): string {
  let { unscaled, exponent } = quantity
  while (unscaled % 10n === 0n) {
    unscaled /= 10n
    exponent++
  }
  while (exponent % 3 !== 0) {
    unscaled *= 10n
    exponent--
  }
  if (format === 'DecimalExponent') return exponent === 0 ? `${unscaled}` : `${unscaled}e${exponent}`
  return `${unscaled}${decimalByExponent.get(exponent) ?? ''}`
}

/** Rounds away from zero to a multiple of 10^scale; `exact` when nothing was lost. */
export function roundQuantity(
  quantity: Quantity,
  scale: number,
): { readonly value: Quantity; readonly exact: boolean } {
  const drop = scale - quantity.exponent
  if (drop <= 0 || quantity.unscaled === 0n) return { value: quantity, exact: true }
  const { text: _, ...rest } = quantity
  const unscaled = ceilDivide(quantity.unscaled, drop)
  return {
    value: { ...rest, unscaled: unscaled.value, exponent: scale },
    exact: unscaled.exact,
  }
}

/** Divides by 10^drop, away from zero; no more than one digit is made of numbers with fewer digits than that. */
function ceilDivide(value: bigint, drop: number): { value: bigint; exact: boolean } {
  const sign = value < 0n ? -1n : 1n
  const absolute = value * sign
  if (drop > absolute.toString().length) return { value: sign, exact: false }
  const divisor = 10n ** BigInt(drop)
  const exact = absolute % divisor === 0n
  return { value: sign * (absolute / divisor + (exact ? 0n : 1n)), exact }
}

/** The amount in units of 10^scale, rounded away from zero: `scaledValue(parse('1.5'), -3)` is 1500. */
export function scaledValue(quantity: Quantity, scale: number): bigint {
  const { unscaled, exponent } = roundQuantity(quantity, scale).value
  return shift(unscaled, exponent - scale)
}

/** The amount as a float64, with the rounding errors of `AsApproximateFloat64`: `1.2` is 1.2000000000000002. */
export function quantityNumber(quantity: Quantity): number {
  const { unscaled, exponent } = quantity
  return exponent === 0 || unscaled === 0n ? Number(unscaled) : Number(unscaled) * powerOfTen(exponent)
}

/** Go's `math.Pow10`: two table entries multiplied or divided, and so not always the nearest float64. */
function powerOfTen(exponent: number): number {
  const absolute = Math.abs(exponent)
  const [large, small] = [absolute - (absolute % 32), Number(`1e${absolute % 32}`)]
  return exponent < 0 ? Number(`1e-${large}`) / small : Number(`1e${large}`) * small
}

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  return compareDecimals(a, b)
}

/** The sum; an amount of zero takes the other's suffixes. */
export function addQuantities(a: Quantity, b: Quantity): Quantity {
  const exponent = Math.min(a.exponent, b.exponent)
  const unscaled = shift(a.unscaled, a.exponent - exponent) + shift(b.unscaled, b.exponent - exponent)
  return { unscaled, exponent, format: a.unscaled === 0n ? b.format : a.format }
}

/** The difference; an amount of zero takes the other's suffixes. */
export function subtractQuantities(a: Quantity, b: Quantity): Quantity {
  return addQuantities(a, negateQuantity(b))
}

/** The product with a whole number. */
export function multiplyQuantity(a: Quantity, by: bigint): Quantity {
  return { unscaled: a.unscaled * by, exponent: a.exponent, format: a.format }
}

/** The amount with its sign changed. */
export function negateQuantity(a: Quantity): Quantity {
  return { unscaled: -a.unscaled, exponent: a.exponent, format: a.format }
}

/** The amount as a plain decimal without exponent or needless zeros. */
export function quantityAmount(quantity: Quantity): string {
  const { unscaled, exponent } = quantity
  if (exponent >= 0) return shift(unscaled, exponent).toString()
  const sign = unscaled < 0n ? '-' : ''
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(1 - exponent, '0')
  const whole = digits.slice(0, exponent)
  const fraction = digits.slice(exponent).replace(/0+$/, '')
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`
}

interface Decimal {
  readonly unscaled: bigint
  readonly exponent: number
}

/** Compares by sign, then by length, so that hostile exponents never make huge numbers. */
function compareDecimals(a: Decimal, b: Decimal): number {
  const signA = a.unscaled === 0n ? 0 : a.unscaled < 0n ? -1 : 1
  const signB = b.unscaled === 0n ? 0 : b.unscaled < 0n ? -1 : 1
  if (signA !== signB) return signA - signB
  if (signA === 0) return 0
  const length = (value: Decimal): number => value.unscaled.toString().length + value.exponent - (signA < 0 ? 1 : 0)
  const lengthA = length(a)
  const lengthB = length(b)
  if (lengthA !== lengthB) return lengthA < lengthB ? -signA : signA
  const exponent = Math.min(a.exponent, b.exponent)
  const x = shift(a.unscaled, a.exponent - exponent)
  const y = shift(b.unscaled, b.exponent - exponent)
  return x === y ? 0 : x < y ? -1 : 1
}

/** More digits than any amount of anything; larger ones are cut there rather than filling memory. */
const mostDigits = 4096

function shift(value: bigint, digits: number): bigint {
  return value === 0n ? 0n : value * 10n ** BigInt(Math.min(digits, mostDigits))
}
