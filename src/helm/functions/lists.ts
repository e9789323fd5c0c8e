import {
  GoError,
  type GoInt,
  type GoList,
  type GoValue,
  goFunction,
  makeInt,
  nilList,
  typeOf,
  withType,
} from '../../gotemplate/index.ts'
import {
  castInt,
  checkSize,
  deepEqual,
  elements,
  type FunctionTable,
  isEmpty,
  maxText,
  nilPanic,
  toNumber,
} from './shared.ts'

/** sprig's list functions (list.go). The `must` forms fail in the same words; the others panic with them. */
export function listFunctions(): FunctionTable {
  const list = goFunction('...any', (...values: GoValue[]) => values.map((value) => value ?? null))
  const push = goFunction('any,any', (items: GoValue, value: GoValue) => [
    ...elements(items, (kind) => `Cannot push on type ${kind}`),
    value ?? null,
  ])
  const prepend = goFunction('any,any', (items: GoValue, value: GoValue) => [
    value ?? null,
    ...elements(items, (kind) => `Cannot prepend on type ${kind}`),
  ])
  const first = goFunction(
    'any',
    (items: GoValue) => elements(items, (kind) => `Cannot find first on type ${kind}`)[0] ?? null,
  )
  const last = goFunction(
    'any',
    (items: GoValue) => elements(items, (kind) => `Cannot find last on type ${kind}`).at(-1) ?? null,
  )
  const rest = goFunction('any', (items: GoValue) =>
    elements(items, (kind) => `Cannot find rest on type ${kind}`).slice(1),
  )
  const initial = goFunction('any', (items: GoValue) =>
    elements(items, (kind) => `Cannot find initial on type ${kind}`).slice(0, -1),
  )
  const reverse = goFunction('any', (items: GoValue) =>
    [...elements(items, (kind) => `Cannot find reverse on type ${kind}`)].reverse(),
  )
  const compact = goFunction('any', (items: GoValue) =>
    elements(items, (kind) => `Cannot compact on type ${kind}`).filter((each) => !isEmpty(each)),
  )
  const uniq = goFunction('any', (items: GoValue) =>
    unique(elements(items, (kind) => `Cannot find uniq on type ${kind}`)),
  )
  const without = goFunction('any,...any', (items: GoValue, ...omit: GoValue[]) =>
    elements(items, (kind) => `Cannot find without on type ${kind}`).filter(
      (each) => !omit.some((other) => deepEqual(other, each)),
    ),
  )
  const has = goFunction('any,any', (needle: GoValue, items: GoValue) => {
    if (items === null || items === undefined) return false
    return elements(items, (kind) => `Cannot find has on type ${kind}`).some((each) => deepEqual(needle, each))
  })
  const slice = goFunction('any,...any', (items: GoValue, ...indices: GoValue[]) => sliceList(items, indices))
  const chunk = goFunction('int,any', (size: GoInt, items: GoValue) =>
    chunks(
      toNumber(size),
      elements(items, (kind) => `Cannot chunk type ${kind}`),
    ),
  )
  return {
    ...{ list, tuple: list, append: push, push, mustAppend: push, mustPush: push, prepend, mustPrepend: prepend },
    ...{ first, mustFirst: first, last, mustLast: last, rest, mustRest: rest, initial, mustInitial: initial },
    ...{ reverse, mustReverse: reverse, compact, mustCompact: compact, uniq, mustUniq: uniq },
    ...{ without, mustWithout: without, has, mustHas: has, slice, mustSlice: slice, chunk, mustChunk: chunk },
    concat: goFunction('...any', (...lists: GoValue[]) => {
      const parts = lists.map((items) => elements(items, (kind) => `Cannot concat type ${kind} as list`))
      checkSize(parts.reduce((size, part) => size + part.length * 8, 0))
      const all = parts.flat()
      return all.length === 0 ? nilList('[]interface {}') : all
    }),
    until: goFunction('int', (count: GoInt) => steps(0, toNumber(count), toNumber(count) < 0 ? -1 : 1)),
    untilStep: goFunction('int,int,int', (start: GoInt, stop: GoInt, step: GoInt) =>
      steps(toNumber(start), toNumber(stop), toNumber(step)),
    ),
    seq: goFunction('...int', (...params: GoInt[]) => seq(params.map(toNumber))),
  }
}

/** Linear for text and numbers; DeepEqual only among the rest. */
function unique(items: GoList): GoList {
  const seen = new Set<GoValue>()
  const others: GoList = []
  return items.filter((item) => {
    if (typeof item !== 'object' || item === null) {
      const fresh = !seen.has(item)
      seen.add(item)
      return fresh
    }
    if (others.some((other) => deepEqual(item, other))) return false
    others.push(item)
    return true
  })
}

function sliceList(items: GoValue, indices: readonly GoValue[]): GoValue {
  if (items === null || items === undefined) throw nilPanic()
  const list = elements(items, (kind) => `list should be type of slice or array but ${kind}`)
  if (list.length === 0) return null
  const start = indices.length > 0 ? Number(castInt(indices[0])) : 0
  const end = indices.length > 1 ? Number(castInt(indices[1])) : list.length
  if (start < 0 || end < start || end > list.length) throw new GoError('reflect.Value.Slice: slice index out of bounds')
  return withType(list.slice(start, end), typeOf(items))
}

function chunks(size: number, items: GoList): GoList {
  const count = Math.floor((items.length - 1) / size) + 1
  if (count === 0) return withType([], '[][]interface {}')
  if (!(count > 0) || size <= 0 || !Number.isFinite(count)) {
    throw new GoError('runtime error: makeslice: len out of range')
  }
  const out: GoList[] = []
  for (let i = 0; i < items.length; i += size) out.push(items.slice(i, i + size))
  return withType(out, '[][]interface {}')
}

function steps(start: number, stop: number, step: number): GoList {
  const out: GoValue[] = []
  if (Math.abs((stop - start) / (step || 1)) > maxText / 64) throw new RangeError('a list of that many numbers')
  if (stop < start) {
    if (step < 0) for (let i = start; i > stop; i += step) out.push(makeInt(i))
  } else if (step > 0) for (let i = start; i < stop; i += step) out.push(makeInt(i))
  return withType(out, '[]int')
}

function seq(params: readonly number[]): string {
  const text = (from: number, to: number, step: number): string =>
    steps(from, to, step)
      .map((each) => String((each as GoInt).value))
      .join(' ')
  const [a = 0, b = 0, c = 0] = params
  switch (params.length) {
    case 1: {
      const direction = a < 1 ? -1 : 1
      return text(1, a + direction, direction)
    }
    case 2: {
      const direction = b < a ? -1 : 1
      return text(a, b + direction, direction)
    }
    case 3:
      if (c < a) return b > 0 ? '' : text(a, c - 1, b)
      return text(a, c + 1, b)
  }
  return ''
}
