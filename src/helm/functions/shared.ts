import {
  formatValue,
  GoError,
  type GoFunction,
  GoInt,
  type GoList,
  type GoValue,
  isGoObject,
  isList,
  isMap,
  isNilList,
  kindOf,
  makeInt,
  parseFloat64,
  parseInteger,
  typeOf,
} from '../../gotemplate/index.ts'

/** Template functions by name. */
export type FunctionTable = Readonly<Record<string, GoFunction>>

/** The panic of Go code that asks a nil for its type. */
export function nilPanic(): GoError {
  return new GoError('runtime error: invalid memory address or nil pointer dereference')
}

/** sprig's strval: what `toString`, `join` and `quote` make of a value. */
export function strval(value: GoValue): string {
  if (typeof value === 'string') return value
  // sprig takes the text of a []byte, where fmt prints its numbers.
  return isGoObject(value) && value.text !== undefined ? value.text() : formatValue(value)
}

/** sprig's strslice: the texts of a list's elements without nils; any other value alone; nothing for nil. */
export function strslice(value: GoValue): string[] {
  if (isList(value)) return value.filter((each) => each !== null && each !== undefined).map(strval)
  if (isGoObject(value) && value.goKind === 'slice' && value.entries !== undefined) {
    return value.entries().map(([, each]) => strval(each))
  }
  return value === null || value === undefined ? [] : [strval(value)]
}

/** The elements of a list; an error in sprig's words for anything else. */
export function elements(value: GoValue, complaint: (kind: string) => string): GoList {
  if (value === null || value === undefined) throw nilPanic()
  if (isList(value)) return value
  if (isGoObject(value) && value.goKind === 'slice' && value.entries !== undefined) {
    return value.entries().map(([, element]) => element)
  }
  throw new GoError(complaint(kindOf(value)))
}

/** sprig's empty: the zero value of its type. */
export function isEmpty(value: GoValue): boolean {
  if (value === undefined || value === null) return true
  if (typeof value === 'string') return value === ''
  if (typeof value === 'boolean') return !value
  if (typeof value === 'number') return value === 0
  if (value instanceof GoInt) return value.value === 0n
  if (isList(value)) return value.length === 0
  if (isMap(value)) return Object.keys(value).length === 0
  if (isGoObject(value))
    return value.goKind !== 'struct' && value.goKind !== 'ptr' && (value.entries?.().length ?? 1) === 0
  return false
}

/** spf13/cast ToInt64: numbers are truncated, text is read with its base prefix, anything else is 0. */
export function castInt(value: GoValue): bigint {
  if (value instanceof GoInt) return BigInt.asIntN(64, value.value)
  if (typeof value === 'number') return truncate(value)
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value === 'string') {
    const parsed = parseInteger(value.replace(/^([^.]*)\.0*$/, '$1') || '0', 0)
    return typeof parsed === 'bigint' ? parsed : 0n
  }
  return 0n
}

function truncate(value: number): bigint {
  // What the conversion gives on amd64 for numbers that do not fit.
  if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 63) return -(2n ** 63n)
  return BigInt(Math.trunc(value))
}

/** spf13/cast ToFloat64. */
export function castFloat(value: GoValue): number {
  if (typeof value === 'number') return value
  if (value instanceof GoInt) return Number(value.value)
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'string') return parseFloat64(value) ?? 0
  return 0
}

/** An int parameter as a JavaScript number. */
export function toNumber(value: GoValue): number {
  return value instanceof GoInt ? Number(value.value) : castFloat(value)
}

/** reflect.DeepEqual on template values: types must agree, an empty list is not a nil one. */
export function deepEqual(a: GoValue, b: GoValue): boolean {
  if (a === undefined || a === null || b === undefined || b === null) {
    return (a === undefined || a === null) && (b === undefined || b === null)
  }
  if (typeof a !== 'object' || typeof b !== 'object') return a === b
  if (typeOf(a) !== typeOf(b)) return false
  if (a instanceof GoInt || b instanceof GoInt) return a instanceof GoInt && b instanceof GoInt && a.value === b.value
  if (isList(a) && isList(b) && isNilList(a) !== isNilList(b)) return false
  if (isList(a)) return isList(b) && a.length === b.length && a.every((each, i) => deepEqual(each, b[i]))
  if (isMap(a) && isMap(b)) {
    const keys = Object.keys(a)
    return (
      keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && deepEqual(a[key], b[key]))
    )
  }
  if (isGoObject(a) && isGoObject(b)) return a === b || a.format() === b.format()
  return a === b
}

/** An int64 result. */
export function int64(value: bigint): GoInt {
  return makeInt(value, 'int64')
}

/** The most characters that one function call may make; a template that asks for more is hostile. */
export const maxText: number = 16 * 1024 * 1024

/** Repeats text within the limit. @throws RangeError, which ends the render as a budget error. */
export function repeatText(text: string, count: number): string {
  if (count < 0) throw new GoError('strings: negative Repeat count')
  if (text === '') return ''
  if (text.length * count >= 2 ** 63) throw new GoError('strings: Repeat output length overflow')
  checkSize(text.length * count)
  return text.repeat(count)
}

/** @throws RangeError when a text of that size is too much. */
export function checkSize(size: number): void {
  if (size > maxText) throw new RangeError(`a text of ${size} characters`)
}

/** Joins within the limit. @throws RangeError */
export function joinTexts(texts: readonly string[], separator: string): string {
  let size = separator.length * texts.length
  for (const text of texts) size += text.length
  checkSize(size)
  return texts.join(separator)
}
