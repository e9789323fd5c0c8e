import type { CelType } from '../types.ts'
import { celCompare, celEqual } from '../values/compare.ts'
import { CelError, noSuchOverload } from '../values/error.ts'
import { typeName } from '../values/type-of.ts'
import { CelArray, CelDuration, CelList, CelOptional, CelUint, type CelValue } from '../values/value.ts'
import { type CallContext, define, type FunctionDefinition } from './define.ts'
import { celAdd } from './operators.ts'

/** lists.range() beyond this is only a way to use up memory. */
const maxRange = 1_000_000n

type ListCall = (
  list: CelList,
  args: readonly CelValue[],
  context: CallContext,
  result?: CelType,
) => CelValue | undefined

function onList(name: string, signatures: readonly string[], call: ListCall): FunctionDefinition {
  return define(name, signatures, ([list, ...args], context, result) => {
    if (!(list instanceof CelList)) return undefined
    context.reserve(list.size)
    return call(list, args, context, result)
  })
}

function isSorted(list: CelList): boolean {
  for (let i = 1; i < list.size; i++) if ((celCompare(list.at(i - 1), list.at(i)) ?? 0) > 0) return false
  return true
}

function extreme(name: string, list: CelList, sign: number): CelValue {
  if (list.size === 0) throw new CelError(`${name} called on empty list`)
  let best = list.at(0)
  // Values that have no order are refused even when alone.
  celCompare(best, best)
  for (let i = 1; i < list.size; i++) if ((celCompare(list.at(i), best) ?? 0) * sign > 0) best = list.at(i)
  return best
}

function sum(list: CelList, type: CelType | undefined): CelValue {
  let total: CelValue = list.size === 0 ? zeroOf(type) : zeroLike(list.at(0))
  for (const item of list) {
    const next = celAdd(total, item)
    if (next === undefined) throw noSuchOverload()
    total = next
  }
  return total
}

function zeroOf(type: CelType | undefined): CelValue {
  if (type?.kind === 'double') return 0
  if (type?.kind === 'duration') return new CelDuration(0n)
  return type?.kind === 'uint' ? new CelUint(0n) : 0n
}

function zeroLike(value: CelValue): CelValue {
  if (typeof value === 'number') return 0
  if (value instanceof CelUint) return new CelUint(0n)
  if (value instanceof CelDuration) return new CelDuration(0n)
  return 0n
}

function slice(list: CelList, start: bigint, end: bigint): CelList {
  const call = `cannot slice(${start}, ${end})`
  if (start < 0n || end < 0n) throw new CelError(`${call}, negative indexes not supported`)
  if (start > end) throw new CelError(`${call}, start index must be less than or equal to end index`)
  if (BigInt(list.size) < end) throw new CelError(`${call}, list is length ${list.size}`)
  return new CelArray([...list].slice(Number(start), Number(end)))
}

function flatten(list: CelList, depth: bigint, context: CallContext): CelValue[] {
  if (depth < 0n) throw new CelError('level must be non-negative')
  const out: CelValue[] = []
  context.reserve(list.size)
  for (const item of list) {
    if (item instanceof CelList && depth > 0n) for (const inner of flatten(item, depth - 1n, context)) out.push(inner)
    else out.push(item)
  }
  return out
}

function sortByKeys(list: CelList, keys: CelList, context: CallContext): CelList {
  if (list.size !== keys.size) {
    const sizes = `${list.size} and ${keys.size} elements respectively`
    throw new CelError(
      `@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got ${sizes}`,
    )
  }
  const values = [...keys]
  if (values.length === 0) return list
  const first = typeName(values[0]!)
  if (values.some((value) => typeName(value) !== first)) throw new CelError('list elements must have the same type')
  try {
    celCompare(values[0]!, values[0]!)
  } catch {
    // celCompare refuses types without an order.
    throw new CelError('list elements must be comparable')
  }
  context.reserve(values.length * Math.ceil(Math.log2(values.length + 1)))
  const order = values.map((_, i) => i).sort((a, b) => celCompare(values[a]!, values[b]!) ?? 0)
  return new CelArray(order.map((i) => list.at(i)))
}

function distinct(list: CelList, context: CallContext): CelList {
  const out: CelValue[] = []
  context.reserve(list.size * list.size)
  for (const item of list) {
    if (!out.some((seen) => celEqual(seen, item))) out.push(item)
  }
  return new CelArray(out)
}

function containsAll(list: CelList, wanted: CelList, context: CallContext): boolean {
  context.reserve(list.size * wanted.size)
  const items = [...list]
  return [...wanted].every((item) => items.some((other) => celEqual(item, other)))
}

const isList = (value: CelValue | undefined): value is CelList => value instanceof CelList

function setFunction(
  name: string,
  call: (a: CelList, b: CelList, context: CallContext) => boolean,
): FunctionDefinition {
  return define(name, ['(list(T), list(T)) bool'], ([a, b], context) =>
    isList(a) && isList(b) ? call(a, b, context) : undefined,
  )
}

/**
 * Kubernetes' list functions (apiserver pkg/cel/library/lists.go) and cel-go's lists extension version 3 (ext/lists.go).
 */
export function listLibrary(): readonly FunctionDefinition[] {
  const comparable = ['int', 'uint', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes']
  const summable = ['int', 'uint', 'double', 'duration']
  const same = (types: readonly string[]): string[] => types.map((type) => `list(${type}).() ${type}`)
  const find = (list: CelList, item: CelValue, indexes: Iterable<number>): bigint => {
    for (const i of indexes) if (celEqual(list.at(i), item)) return BigInt(i)
    return -1n
  }
  const up = (size: number): number[] => Array.from({ length: size }, (_, i) => i)
  return [
    onList(
      'isSorted',
      comparable.map((type) => `list(${type}).() bool`),
      isSorted,
    ),
    onList('sum', same(summable), (list, _args, _context, type) => sum(list, type)),
    onList('max', same(comparable), (list) => extreme('max', list, 1)),
    onList('min', same(comparable), (list) => extreme('min', list, -1)),
    onList('indexOf', ['list(A).(A) int'], (list, [item]) => find(list, item!, up(list.size))),
    onList('lastIndexOf', ['list(A).(A) int'], (list, [item]) => find(list, item!, up(list.size).reverse())),
    onList('slice', ['list(T).(int, int) list(T)'], (list, [start, end]) =>
      typeof start === 'bigint' && typeof end === 'bigint' ? slice(list, start, end) : undefined,
    ),
    onList('flatten', ['list(list(T)).() list(T)', 'list(dyn).(int) list(dyn)'], (list, [depth], context) => {
      if (depth === undefined) return new CelArray(flatten(list, 1n, context))
      return typeof depth === 'bigint' ? new CelArray(flatten(list, depth, context)) : undefined
    }),
    onList(
      'sort',
      comparable.map((type) => `list(${type}).() list(${type})`),
      (list, _, context) => sortByKeys(list, list, context),
    ),
    onList(
      '@sortByAssociatedKeys',
      comparable.map((type) => `list(T).(list(${type})) list(T)`),
      (list, [keys], context) => (isList(keys) ? sortByKeys(list, keys, context) : undefined),
    ),
    onList('reverse', ['list(T).() list(T)'], (list) => new CelArray([...list].reverse())),
    onList('distinct', ['list(T).() list(T)'], (list, _, context) => distinct(list, context)),
    define('lists.range', ['(int) list(int)'], ([size], context) => {
      if (typeof size !== 'bigint') return undefined
      context.reserve(size > maxRange ? Infinity : Math.max(0, Number(size)))
      return new CelArray(Array.from({ length: Math.max(0, Number(size)) }, (_, i) => BigInt(i)))
    }),
  ]
}

/** Lists as sets (cel-go ext/sets.go). */
export function setLibrary(): readonly FunctionDefinition[] {
  return [
    setFunction('sets.contains', containsAll),
    setFunction('sets.equivalent', (a, b, context) => containsAll(a, b, context) && containsAll(b, a, context)),
    setFunction('sets.intersects', (a, b, context) => {
      context.reserve(a.size * b.size)
      const items = [...b]
      return [...a].some((item) => items.some((other) => celEqual(item, other)))
    }),
  ]
}

/** first() and last() of Flux's environment (cel-go's optional library, version 2). */
export function listEndsLibrary(): readonly FunctionDefinition[] {
  const end = (name: string, at: (list: CelList) => CelValue): FunctionDefinition =>
    onList(name, ['list(V).() optional(V)'], (list) => new CelOptional(list.size === 0 ? undefined : at(list)))
  return [end('first', (list) => list.at(0)), end('last', (list) => list.at(list.size - 1))]
}
