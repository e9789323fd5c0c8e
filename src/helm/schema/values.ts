import { formatValue, GoInt, type GoValue, isList, isMap, mapGet, sortedKeys } from '../../gotemplate/index.ts'
import type { JsonType } from './types.ts'

/** Values as JSON Schema compares them. Numbers are exact decimals: 0.3 is a multiple of 0.1. */

export function jsonTypeOf(value: GoValue): JsonType {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'number' || value instanceof GoInt) return 'number'
  return isList(value) ? 'array' : 'object'
}

export function jsonEqual(a: GoValue, b: GoValue): boolean {
  const type = jsonTypeOf(a)
  if (type !== jsonTypeOf(b)) return false
  if (type === 'number') return plainNumber(a) === plainNumber(b)
  if (isList(a)) return isList(b) && a.length === b.length && a.every((each, i) => jsonEqual(each, b[i]))
  if (isMap(a) && isMap(b)) {
    const keys = Object.keys(a)
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && jsonEqual(mapGet(a, key), mapGet(b, key)))
    )
  }
  return type === 'null' || a === b
}

function plainNumber(value: GoValue): number {
  return value instanceof GoInt ? Number(value.value) : Number(value)
}

/** The first item that equals an earlier one, after that one; `undefined` when all differ. */
export function sameItems(items: readonly GoValue[]): [number, number] | undefined {
  const seen = new Map<string, number>()
  for (const [i, item] of items.entries()) {
    const key = canonical(item)
    const earlier = seen.get(key)
    if (earlier !== undefined) return [earlier, i]
    seen.set(key, i)
  }
  return undefined
}

/** Text that is the same for equal values only. */
function canonical(value: GoValue): string {
  if (isList(value)) return `[${value.map(canonical).join(',')}]`
  if (isMap(value)) {
    return `{${sortedKeys(value)
      .map((key) => `${JSON.stringify(key)}:${canonical(mapGet(value, key))}`)
      .join(',')}}`
  }
  if (typeof value === 'string') return JSON.stringify(value)
  return jsonTypeOf(value) === 'number' ? String(plainNumber(value)) : formatValue(value)
}

export function isMultipleOf(value: number, factor: number): boolean {
  if (factor === 0) return false
  const a = decimal(value)
  const b = decimal(factor)
  const exponent = Math.min(a.exponent, b.exponent)
  const scaled = (each: { digits: bigint; exponent: number }): bigint =>
    each.digits * 10n ** BigInt(each.exponent - exponent)
  return scaled(a) % scaled(b) === 0n
}

function decimal(value: number): { digits: bigint; exponent: number } {
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length }
}
