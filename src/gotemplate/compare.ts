import { compareStrings } from '../base/index.ts'
import { sprintf } from './format.ts'
import {
  GoError,
  GoInt,
  type GoValue,
  isGoObject,
  isList,
  isMap,
  isNilList,
  isNilMap,
  isUnsigned,
  typeOf,
} from './value.ts'

type BasicKind = 'invalid' | 'bool' | 'int' | 'uint' | 'float' | 'string'

function basicKind(value: GoValue): BasicKind {
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return 'float'
  if (typeof value === 'string') return 'string'
  if (value instanceof GoInt) return isUnsigned(value) ? 'uint' : 'int'
  return 'invalid'
}

/**
 * Equality as the template function `eq` has it (Go 1.26 text/template funcs.go): values of different basic kinds
 * cannot be compared, except signed with unsigned integers; nil equals nil only.
 * @throws GoError for values that cannot be compared.
 */
export function equalValues(a: GoValue, b: GoValue): boolean {
  const kindA = basicKind(a)
  const kindB = basicKind(b)
  const nilA = a === undefined || a === null
  const nilB = b === undefined || b === null
  if (kindA !== kindB) {
    if (a instanceof GoInt && b instanceof GoInt) return a.value === b.value
    if (!nilA && !nilB) throw new GoError(`incompatible types for comparison: ${typeOf(a)} and ${typeOf(b)}`)
    return false
  }
  if (kindA !== 'invalid') return a instanceof GoInt && b instanceof GoInt ? a.value === b.value : a === b
  if (nilA || nilB) return isNilValue(a) && isNilValue(b)
  if (isMap(a) !== isMap(b) || isList(a) !== isList(b)) {
    throw new GoError(sprintf('non-comparable types %s: %v, %s: %v', [a, typeOf(a), typeOf(b), b]))
  }
  if (isNilValue(a) || isNilValue(b)) return isNilValue(a) && isNilValue(b)
  if (!isGoObject(b)) throw new GoError(sprintf('non-comparable type %s: %v', [b, typeOf(b)]))
  return a === b
}

function isNilValue(value: GoValue): boolean {
  if (value === undefined || value === null) return true
  return (isList(value) && isNilList(value)) || (isMap(value) && isNilMap(value))
}

/**
 * Order as `lt`, `le`, `gt`, `ge` have it: negative, zero or positive.
 * @throws GoError for kinds without an order, and for different ones.
 */
export function compareBasic(a: GoValue, b: GoValue): number {
  const kindA = basicKind(a)
  const kindB = basicKind(b)
  if (kindA === 'invalid' || kindB === 'invalid') throw new GoError('invalid type for comparison')
  if (a instanceof GoInt && b instanceof GoInt) return a.value < b.value ? -1 : a.value > b.value ? 1 : 0
  if (kindA !== kindB) throw new GoError(`incompatible types for comparison: ${typeOf(a)} and ${typeOf(b)}`)
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b)
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a === b ? 0 : 1
  throw new GoError('invalid type for comparison')
}
