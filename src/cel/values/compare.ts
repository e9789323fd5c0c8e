import { compareStrings } from '../../base/index.ts'
import { noSuchOverload } from './error.ts'
import {
  CelDuration,
  CelList,
  CelMap,
  CelOpaque,
  CelOptional,
  CelStruct,
  CelTimestamp,
  CelTypeValue,
  CelUint,
  type CelValue,
} from './value.ts'

/** CEL equality: numbers compare across types, values of different types are unequal. cel-go common/types Equal. */
export function celEqual(a: CelValue, b: CelValue): boolean {
  if (a === b) return true
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b) === 0
  if (a instanceof CelOpaque) return opaqueEqual(a, b)
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof CelList) return b instanceof CelList && listEqual(a, b)
  if (a instanceof CelMap) return b instanceof CelMap && mapEqual(a, b)
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareBytes(a, b) === 0
  if (a instanceof CelDuration) return b instanceof CelDuration && a.nanos === b.nanos
  if (a instanceof CelTimestamp) return b instanceof CelTimestamp && a.nanos === b.nanos
  if (a instanceof CelTypeValue) return b instanceof CelTypeValue && a.name === b.name
  return a instanceof CelOptional && b instanceof CelOptional && optionalEqual(a, b)
}

/** Library values do not compare with anything else, not even to say no. */
function opaqueEqual(a: CelOpaque, b: CelValue): boolean {
  if (!(b instanceof CelOpaque && a.type.name === b.type.name)) throw noSuchOverload()
  return a.equals(b)
}

function listEqual(a: CelList, b: CelList): boolean {
  if (a.equals !== undefined) return a.equals(b)
  if (a.size !== b.size) return false
  for (let i = 0; i < a.size; i++) if (!celEqual(a.at(i), b.at(i))) return false
  return true
}

function mapEqual(a: CelMap, b: CelMap): boolean {
  // An object is equal to objects of its own type only.
  const types = [a, b].map((map) => (map instanceof CelStruct ? map.typeName : undefined))
  if (types[0] !== types[1]) return false
  if (a.equals !== undefined) return a.equals(b)
  if (a.size !== b.size) return false
  for (const key of a.keys()) {
    const other = b.get(key)
    if (other === undefined || !celEqual(a.get(key)!, other)) return false
  }
  return true
}

function optionalEqual(a: CelOptional, b: CelOptional): boolean {
  if (a.value === undefined || b.value === undefined) return a.value === b.value
  return celEqual(a.value, b.value)
}

export type CelNumber = bigint | number | CelUint

export function isNumber(value: CelValue): value is CelNumber {
  return typeof value === 'bigint' || typeof value === 'number' || value instanceof CelUint
}

/** -1, 0, 1; NaN (unordered) gives `undefined`. JavaScript compares bigint with number exactly. */
export function compareNumbers(a: CelNumber, b: CelNumber): number | undefined {
  const x = a instanceof CelUint ? a.value : a
  const y = b instanceof CelUint ? b.value : b
  if (x < y) return -1
  if (x > y) return 1
  // biome-ignore lint/suspicious/noDoubleEquals: bigint and number are equal by value only with ==.
  return x == y ? 0 : undefined
}

/** Orders values of one type: numbers, strings, bytes, booleans, timestamps, durations. `undefined` when unordered (NaN). */
export function celCompare(a: CelValue, b: CelValue): number | undefined {
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b)
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b)
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b)
  if (a instanceof CelDuration && b instanceof CelDuration) return compareNumbers(a.nanos, b.nanos)
  if (a instanceof CelTimestamp && b instanceof CelTimestamp) return compareNumbers(a.nanos, b.nanos)
  throw noSuchOverload()
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1
  return Math.sign(a.length - b.length)
}
