import { celSize } from '../library/conversions.ts'
import { CelList, CelMap, CelOpaque, CelOptional, type CelValue } from '../values/value.ts'

/** What making a list and a map costs (cel-go common/cost.go). */
export const listCost = 10
export const mapCost = 30
export const structCost = 40

type Cost = (args: readonly CelValue[], result: CelValue) => number

const tenths = (size: number): number => Math.ceil(size / 10)
const ofFirst: Cost = ([first]) => tenths(sizeOf(first))
const traversal: Cost = ([first]) => traverse(first!)
const pattern: Cost = ([text, regex]) => tenths(1 + sizeOf(text)) * Math.ceil(sizeOf(regex) / 4)
const smaller: Cost = ([a, b]) => (a instanceof CelOpaque ? 1 : tenths(Math.min(sizeOf(a), sizeOf(b))))
const made: Cost = (_args, result) => 1 + listCost + sizeOf(result)
const selfCompare: Cost = (args) => {
  const keys = args[args.length - 1]
  const size = sizeOf(keys)
  const text = keys instanceof CelList && size > 0 && typeof keys.at(0) === 'string'
  return Math.floor(size * size * (text ? 2.1 : 2)) + 1 + listCost
}

const costs: Readonly<Record<string, Cost>> = {
  '_==_': smaller,
  '_!=_': smaller,
  '_<_': compared,
  '_<=_': compared,
  '_>_': compared,
  '_>=_': compared,
  '_+_': ([a, b]) => (typeof a === 'string' || a instanceof Uint8Array ? tenths(sizeOf(a) + sizeOf(b)) : 1),
  '@in': ([, container]) => (container instanceof CelList ? container.size : 1),
  startsWith: ofFirst,
  endsWith: ofFirst,
  contains: ([a, b]) => tenths(sizeOf(a)) * tenths(sizeOf(b)),
  matches: pattern,
  find: pattern,
  findAll: pattern,
  'strings.quote': ofFirst,
  format: ofFirst,
  lowerAscii: ofFirst,
  'jsonpatch.escapeKey': ofFirst,
  upperAscii: ofFirst,
  substring: ofFirst,
  trim: ofFirst,
  replace: ([a]) => tenths(2 * sizeOf(a)),
  split: ([a]) => tenths(2 * sizeOf(a)),
  join: (_args, result) => tenths(2 * sizeOf(result)),
  isSorted: traversal,
  sum: traversal,
  max: traversal,
  min: traversal,
  indexOf: traversal,
  lastIndexOf: traversal,
  slice: made,
  reverse: made,
  'lists.range': made,
  flatten: ([list, depth]) => 1 + listCost + sizeOf(list) * (typeof depth === 'bigint' ? Number(depth) : 1),
  distinct: selfCompare,
  sort: selfCompare,
  '@sortByAssociatedKeys': selfCompare,
  'sets.contains': product,
  'sets.intersects': product,
  'sets.equivalent': (args) => 2 * product(args),
  url: ofFirst,
  ip: ofFirst,
  cidr: ofFirst,
  isIP: ofFirst,
  isCIDR: ofFirst,
  quantity: ofFirst,
  isQuantity: ofFirst,
  semver: ofFirst,
  isSemver: ofFirst,
  validate: ([, text]) => tenths(1 + sizeOf(text)) * 15,
}

/** The cost of a call after it ran (cel-go interpreter/runtimecost.go, apiserver pkg/cel/library/cost.go). */
export function callCost(name: string): Cost {
  return Object.hasOwn(costs, name) ? costs[name]! : () => 1
}

function compared(args: readonly CelValue[]): number {
  const text = typeof args[0] === 'string' || args[0] instanceof Uint8Array
  return text ? tenths(Math.min(sizeOf(args[0]), sizeOf(args[1]))) : 1
}

function product(args: readonly CelValue[]): number {
  return 1 + sizeOf(args[0]) * sizeOf(args[1])
}

function sizeOf(value: CelValue | undefined): number {
  if (typeof value === 'string') return /[\ud800-\udbff]/.test(value) ? [...value].length : value.length
  if (value instanceof CelOptional) return value.value === undefined ? 1 : sizeOf(value.value)
  return value === undefined ? 1 : Number(celSize(value) ?? 1n)
}

function traverse(value: CelValue): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return Math.floor(value.length / 10)
  if (value instanceof CelList) {
    let cost = 0
    for (const item of value) cost += traverse(item)
    return cost
  }
  if (value instanceof CelMap) {
    let cost = 0
    for (const key of value.keys()) cost += traverse(key) + traverse(value.get(key)!)
    return cost
  }
  return 1
}
