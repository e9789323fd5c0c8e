import { compareStrings, isObject, type JsonValue } from '../../base/index.ts'

/** Numbers sort before strings, those before booleans, lists, maps and null (structured-merge-diff `value.Compare`). */
function rank(value: JsonValue): number {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return 0
    case 'string':
      return 1
    case 'boolean':
      return 2
    default:
      if (value === null) return 5
      return Array.isArray(value) ? 3 : 4
  }
}

/** A total order over JSON values of any type: negative, zero or positive. Integers and floats compare numerically. */
export function compareValues(a: JsonValue, b: JsonValue): number {
  const rankA = rank(a)
  const rankB = rank(b)
  if (rankA !== rankB) return rankA - rankB
  if (rankA === 1) return compareStrings(a as string, b as string)
  if (rankA === 3) return compareLists(a as JsonValue[], b as JsonValue[])
  if (isObject(a) && isObject(b)) {
    const entries = (map: Record<string, JsonValue>): [string, JsonValue][] =>
      Object.entries(map).sort((x, y) => compareStrings(x[0], y[0]))
    return compareFields(entries(a), entries(b))
  }
  if (rankA === 5) return 0
  const x = a as number
  const y = b as number
  // biome-ignore lint/suspicious/noDoubleEquals: a bigint equals the number of the same value only loosely
  return x == y ? 0 : x < y ? -1 : 1
}

/** Orders two lists of named values, each sorted by name: first by name, then by value, the shorter first. */
export function compareFields(
  a: readonly (readonly [string, JsonValue])[],
  b: readonly (readonly [string, JsonValue])[],
): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const byName = compareStrings(a[i]![0], b[i]![0])
    if (byName !== 0) return byName
    const byValue = compareValues(a[i]![1], b[i]![1])
    if (byValue !== 0) return byValue
  }
  return a.length - b.length
}

function compareLists(a: readonly JsonValue[], b: readonly JsonValue[]): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const order = compareValues(a[i]!, b[i]!)
    if (order !== 0) return order
  }
  return a.length - b.length
}
