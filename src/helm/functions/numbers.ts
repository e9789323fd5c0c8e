import {
  formatValue,
  GoError,
  type GoInt,
  type GoValue,
  goFunction,
  makeInt,
  parseInteger,
} from '../../gotemplate/index.ts'
import { castFloat, castInt, type FunctionTable, int64, toNumber } from './shared.ts'

/** sprig's arithmetic (numeric.go): int64 by wrapping, the `…f` forms by decimals. */
export function numberFunctions(): FunctionTable {
  const max = goFunction('any,...any', (...values: GoValue[]) =>
    int64(values.map(castInt).reduce((a, b) => (b > a ? b : a))),
  )
  return {
    atoi: goFunction('string', (text: string) => makeInt(atoi(text))),
    int64: goFunction('any', (value: GoValue) => int64(castInt(value))),
    int: goFunction('any', (value: GoValue) => makeInt(castInt(value))),
    float64: goFunction('any', castFloat),
    toDecimal: goFunction('any', (value: GoValue) => {
      const parsed = parseInteger(formatValue(value), 8)
      return int64(typeof parsed === 'bigint' ? parsed : 0n)
    }),
    add1: goFunction('any', (value: GoValue) => int64(castInt(value) + 1n)),
    add: goFunction('...any', (...values: GoValue[]) =>
      int64(values.reduce<bigint>((sum, each) => sum + castInt(each), 0n)),
    ),
    sub: goFunction('any,any', (a: GoValue, b: GoValue) => int64(castInt(a) - castInt(b))),
    div: goFunction('any,any', (a: GoValue, b: GoValue) => int64(castInt(a) / divisor(b))),
    mod: goFunction('any,any', (a: GoValue, b: GoValue) => int64(castInt(a) % divisor(b))),
    mul: goFunction('any,...any', (...values: GoValue[]) =>
      int64(values.map(castInt).reduce((product, each) => BigInt.asIntN(64, product * each))),
    ),
    add1f: goFunction('any', (value: GoValue) => decimals(value, [1], (a, b) => add(a, b))),
    addf: goFunction('...any', (...values: GoValue[]) => decimals(0, values, (a, b) => add(a, b))),
    subf: goFunction('any,...any', (a: GoValue, ...rest: GoValue[]) =>
      decimals(a, rest, (x, y) => add(x, { digits: -y.digits, exponent: y.exponent })),
    ),
    mulf: goFunction('any,...any', (a: GoValue, ...rest: GoValue[]) =>
      decimals(a, rest, (x, y) => ({ digits: x.digits * y.digits, exponent: x.exponent + y.exponent })),
    ),
    divf: goFunction('any,...any', (a: GoValue, ...rest: GoValue[]) => decimals(a, rest, divide)),
    ...{ max, biggest: max },
    min: goFunction('any,...any', (...values: GoValue[]) =>
      int64(values.map(castInt).reduce((a, b) => (b < a ? b : a))),
    ),
    maxf: goFunction('any,...any', (...values: GoValue[]) => Math.max(...values.map(castFloat))),
    minf: goFunction('any,...any', (...values: GoValue[]) => Math.min(...values.map(castFloat))),
    ceil: goFunction('any', (value: GoValue) => Math.ceil(castFloat(value))),
    floor: goFunction('any', (value: GoValue) => Math.floor(castFloat(value))),
    round: goFunction('any,int,...float64', (value: GoValue, places: GoInt, on?: number) =>
      round(castFloat(value), toNumber(places), on ?? 0.5),
    ),
  }
}

function atoi(text: string): bigint {
  const parsed = parseInteger(text)
  if (parsed === 'range') return text.startsWith('-') ? -(2n ** 63n) : 2n ** 63n - 1n
  return parsed ?? 0n
}

function divisor(value: GoValue): bigint {
  const by = castInt(value)
  if (by === 0n) throw new GoError('runtime error: integer divide by zero')
  return by
}

function round(value: number, places: number, on: number): number {
  const power = 10 ** places
  const digit = power * value
  const fraction = digit - Math.trunc(digit)
  return (fraction >= on ? Math.ceil(digit) : Math.floor(digit)) / power
}

/** digits × 10^exponent. */
interface Decimal {
  readonly digits: bigint
  readonly exponent: number
}

function decimals(first: GoValue, rest: readonly GoValue[], operate: (a: Decimal, b: Decimal) => Decimal): number {
  const { digits, exponent } = rest
    .map((value) => fromFloat(castFloat(value)))
    .reduce(operate, fromFloat(castFloat(first)))
  return Number(`${digits}e${exponent}`)
}

/** The shortest decimal that reads back as the float, as shopspring/decimal NewFromFloat. */
function fromFloat(value: number): Decimal {
  if (!Number.isFinite(value)) throw new GoError(`Cannot create a Decimal from ${formatValue(value)}`)
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string]
  const [whole, fraction = ''] = mantissa.split('.')
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length }
}

function add(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent)
  const scale = (each: Decimal): bigint => each.digits * 10n ** BigInt(each.exponent - exponent)
  return { digits: scale(a) + scale(b), exponent }
}

/** Division to 16 decimal places, rounded half away from zero (shopspring/decimal Div). */
function divide(a: Decimal, b: Decimal): Decimal {
  if (b.digits === 0n) throw new GoError('decimal division by 0')
  const places = 16
  const shift = a.exponent - b.exponent + places
  const numerator = shift >= 0 ? a.digits * 10n ** BigInt(shift) : a.digits
  const denominator = shift >= 0 ? b.digits : b.digits * 10n ** BigInt(-shift)
  const quotient = numerator / denominator
  const remainder = numerator % denominator
  const size = (value: bigint): bigint => (value < 0n ? -value : value)
  const up = 2n * size(remainder) >= size(denominator)
  const sign = numerator < 0n !== denominator < 0n ? -1n : 1n
  return { digits: up ? quotient + sign : quotient, exponent: -places }
}
