/**
 * A least and a most of what is not known before an expression runs: a size, or a cost. Both are unsigned 64-bit
 * integers, and sums and products that do not fit stay at the largest. Source: cel-go checker/cost.go.
 */
export interface Range {
  readonly min: bigint
  readonly max: bigint
}

export const most: bigint = 2n ** 64n - 1n

export const nothing: Range = { min: 0n, max: 0n }
export const unknown: Range = { min: 0n, max: most }

export function fixed(value: bigint): Range {
  return { min: value, max: value }
}

export function add(a: Range, b: Range): Range {
  return { min: sum(a.min, b.min), max: sum(a.max, b.max) }
}

export function total(ranges: readonly Range[]): Range {
  return ranges.reduce(add, nothing)
}

export function multiply(a: Range, b: Range): Range {
  return { min: product(a.min, b.min), max: product(a.max, b.max) }
}

/** Rounded up. */
export function scale({ min, max }: Range, factor: number): Range {
  return { min: scaled(min, factor), max: scaled(max, factor) }
}

/** What holds both. */
export function union(a: Range, b: Range): Range {
  return { min: a.min < b.min ? a.min : b.min, max: a.max > b.max ? a.max : b.max }
}

/** As arithmetic of Go's uint64 does where cel-go does not look for overflows. */
export function wrapped(value: bigint): bigint {
  return BigInt.asUintN(64, value)
}

export function product(a: bigint, b: bigint): bigint {
  const exact = a * b
  return exact > most ? most : exact
}

export function sum(a: bigint, b: bigint): bigint {
  const exact = a + b
  return exact > most ? most : exact
}

function scaled(value: bigint, factor: number): bigint {
  const up = Math.ceil(Number(value) * factor)
  return up >= 2 ** 64 ? most : BigInt(up)
}
