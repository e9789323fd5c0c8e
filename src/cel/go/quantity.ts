/** A Kubernetes quantity: an exact decimal in nanos (the smallest step quantities have). */
export type Quantity = { readonly nanos: bigint }

const nano = 1_000_000_000n
/** Amounts with binary suffixes end at 2^63-1. */
const largestBinary = (2n ** 63n - 1n) * nano

const decimalSuffixes: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}
const binarySuffixes: Readonly<Record<string, bigint>> = {
  Ki: 10n,
  Mi: 20n,
  Gi: 30n,
  Ti: 40n,
  Pi: 50n,
  Ei: 60n,
}

const formatMessage = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

/** Parses a quantity (k8s.io/apimachinery pkg/api/resource ParseQuantity); finer than nano rounds away from zero. */
export function parseQuantity(text: string): Quantity | { readonly error: string } {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?([A-Za-z]*)([+-]?\d*)$/.exec(text)
  if (match === null || /[^eEinumkKMGTP]/.test(match[4]!)) return { error: formatMessage }
  const [, sign, whole, fraction = '', suffix, exponentText] = match as unknown as string[]
  if (whole === '' && fraction === '') return { error: formatMessage }
  const digits = BigInt(whole! + fraction)
  const scale = scaleOf(suffix!, exponentText!)
  if (scale === undefined) return { error: suffix === '' ? formatMessage : "unable to parse quantity's suffix" }
  const exact = scaled(digits * (scale.binary ?? 1n) * nano, scale.exponent - fraction.length)
  const nanos = scale.binary !== undefined && exact > largestBinary ? largestBinary : exact
  return { nanos: sign === '-' ? -nanos : nanos }
}

function scaleOf(suffix: string, exponent: string): { exponent: number; binary?: bigint } | undefined {
  if (exponent !== '') {
    if (suffix !== 'e' && suffix !== 'E') return undefined
    const value = Number(exponent)
    // Far outside of what a quantity can be; keeps the arithmetic small.
    return Math.abs(value) > 100 ? undefined : { exponent: value }
  }
  if (Object.hasOwn(binarySuffixes, suffix)) return { exponent: 0, binary: 1n << binarySuffixes[suffix]! }
  return Object.hasOwn(decimalSuffixes, suffix) ? { exponent: decimalSuffixes[suffix]! } : undefined
}

function scaled(value: bigint, exponent: number): bigint {
  if (exponent >= 0) return value * 10n ** BigInt(exponent)
  const divisor = 10n ** BigInt(-exponent)
  return (value + divisor - 1n) / divisor
}

/** The integer value, `undefined` when it has a fraction or does not fit 64 bits. */
export function quantityInteger(quantity: Quantity): bigint | undefined {
  if (quantity.nanos % nano !== 0n) return undefined
  const value = quantity.nanos / nano
  return BigInt.asIntN(64, value) === value ? value : undefined
}

export function quantityFloat(quantity: Quantity): number {
  const sign = quantity.nanos < 0n ? '-' : ''
  const digits = String(quantity.nanos < 0n ? -quantity.nanos : quantity.nanos).padStart(10, '0')
  return Number(`${sign}${digits.slice(0, -9)}.${digits.slice(-9)}`)
}

export function quantityOfInt(value: bigint): Quantity {
  return { nanos: value * nano }
}
