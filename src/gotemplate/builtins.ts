import { byteLength, byteSlice, toBytes } from './bytes.ts'
import { compareBasic, equalValues } from './compare.ts'
import { sprint, sprintf, sprintln } from './format.ts'
import { isPrint } from './strconv.ts'
import {
  GoError,
  type GoFunction,
  GoInt,
  type GoList,
  type GoMap,
  type GoObject,
  type GoValue,
  goFunction,
  isGoObject,
  isList,
  isMap,
  isTrue,
  makeInt,
  mapGet,
  typeOf,
  withType,
} from './value.ts'

/** The functions that text/template predefines. Source: Go 1.26 text/template (funcs.go). `and`/`or` are the executor's. */
export function builtinFunctions(): ReadonlyMap<string, GoFunction> {
  return new Map<string, GoFunction>([
    ['not', goFunction('any', (value: GoValue) => !isTrue(value))],
    ['len', goFunction('any', length)],
    ['index', goFunction('any,...any', (item: GoValue, ...indexes: GoValue[]) => index(item, indexes))],
    ['slice', goFunction('any,...any', (item: GoValue, ...indexes: GoValue[]) => slice(item, indexes))],
    ['print', goFunction('...any', (...args: GoValue[]) => sprint(args))],
    ['printf', goFunction('string,...any', (format: string, ...args: GoValue[]) => sprintf(format, args))],
    ['println', goFunction('...any', (...args: GoValue[]) => sprintln(args))],
    ['html', goFunction('...any', (...args: GoValue[]) => escapeHtml(evalArgs(args)))],
    ['js', goFunction('...any', (...args: GoValue[]) => escapeJs(evalArgs(args)))],
    ['urlquery', goFunction('...any', (...args: GoValue[]) => queryEscape(evalArgs(args)))],
    ['eq', goFunction('any,...any', (first: GoValue, ...rest: GoValue[]) => equals(first, rest))],
    ['ne', goFunction('any,any', (a: GoValue, b: GoValue) => !equals(a, [b]))],
    ['lt', goFunction('any,any', (a: GoValue, b: GoValue) => compareBasic(a, b) < 0)],
    ['le', goFunction('any,any', (a: GoValue, b: GoValue) => compareBasic(a, b) <= 0)],
    ['gt', goFunction('any,any', (a: GoValue, b: GoValue) => compareBasic(a, b) > 0)],
    ['ge', goFunction('any,any', (a: GoValue, b: GoValue) => compareBasic(a, b) >= 0)],
  ])
}

function equals(first: GoValue, rest: readonly GoValue[]): boolean {
  if (rest.length === 0) throw new GoError('missing argument for comparison')
  return rest.some((each) => equalValues(first, each))
}

/** Text of the arguments as `print` makes it, with missing values as `<no value>`. */
function evalArgs(args: readonly GoValue[]): string {
  if (args.length === 1 && typeof args[0] === 'string') return args[0]
  return sprint(args.map((arg) => (arg === undefined || arg === null ? '<no value>' : arg)))
}

function length(item: GoValue): GoValue {
  if (item === undefined) throw new GoError('reflect: call of reflect.Value.Type on zero Value')
  if (item === null) throw new GoError('len of nil pointer')
  if (typeof item === 'string') return makeInt(byteLength(item))
  if (isList(item)) return makeInt(item.length)
  if (isMap(item)) return makeInt(Object.keys(item).length)
  if (isGoObject(item) && item.entries !== undefined) return makeInt(item.entries().length)
  throw new GoError(`len of type ${typeOf(item)}`)
}

function indexArg(value: GoValue, limit: number): number {
  if (value === undefined || value === null) throw new GoError('cannot index slice/array with nil')
  if (!(value instanceof GoInt)) throw new GoError(`cannot index slice/array with type ${typeOf(value)}`)
  if (value.value < 0n || value.value > BigInt(limit)) throw new GoError(`index out of range: ${value.value}`)
  return Number(value.value)
}

function index(first: GoValue, indexes: readonly GoValue[]): GoValue {
  if (first === undefined || first === null) throw new GoError('index of untyped nil')
  let item: GoValue = first
  for (const key of indexes) {
    if (item === undefined || item === null) throw new GoError('index of nil pointer')
    if (typeof item === 'string') {
      const bytes = toBytes(item)
      const at = indexArg(key, bytes.length)
      if (at >= bytes.length) throw new GoError(`reflect: string index out of range`)
      item = makeInt(bytes[at]!, 'uint8')
    } else if (isList(item)) {
      const at = indexArg(key, item.length)
      if (at >= item.length) throw new GoError('reflect: slice index out of range')
      item = item[at] ?? null
    } else if (isMap(item)) item = indexMap(item, key)
    else if (isGoObject(item) && item.entries !== undefined) {
      item = indexObject(item, key)
    } else throw new GoError(`can't index item of type ${typeOf(item)}`)
  }
  return item
}

function indexMap(map: GoMap, key: GoValue): GoValue {
  if (key === undefined || key === null) throw new GoError('value is nil; should be of type string')
  if (typeof key !== 'string') throw new GoError(`value has type ${typeOf(key)}; should be string`)
  const found = mapGet(map, key)
  if (found !== undefined) return found
  return typeOf(map) === 'map[string]string' ? '' : null
}

function indexObject(object: GoObject, key: GoValue): GoValue {
  const entries = object.entries?.() ?? []
  if (object.goKind === 'slice') {
    const at = indexArg(key, entries.length)
    if (at >= entries.length) throw new GoError('reflect: slice index out of range')
    return entries[at]![1]
  }
  if (typeof key !== 'string') throw new GoError(`value has type ${typeOf(key)}; should be string`)
  return entries.find(([name]) => name === key)?.[1] ?? object.zero?.() ?? null
}

function slice(item: GoValue, indexes: readonly GoValue[]): GoValue {
  if (item === undefined || item === null) throw new GoError('slice of untyped nil')
  if (indexes.length > 3) throw new GoError(`too many slice indexes: ${indexes.length}`)
  const isText = typeof item === 'string'
  if (!isText && !isList(item)) throw new GoError(`can't slice item of type ${typeOf(item)}`)
  if (isText && indexes.length === 3) throw new GoError('cannot 3-index slice a string')
  const size = isText ? byteLength(item as string) : (item as GoList).length
  const [from = 0, to = size, capacity = size] = indexes.map((each) => indexArg(each, size))
  if (from > to) throw new GoError(`invalid slice index: ${from} > ${to}`)
  if (to > capacity) throw new GoError(`invalid slice index: ${to} > ${capacity}`)
  if (isText) return byteSlice(item as string, from, to)
  return withType((item as GoList).slice(from, to), typeOf(item))
}

const htmlEscapes: Readonly<Record<string, string>> = {
  '\0': '\ufffd',
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
}

/** text/template HTMLEscapeString. */
export function escapeHtml(text: string): string {
  return text.replace(/[\0"'&<>]/g, (char) => htmlEscapes[char]!)
}

const jsEscapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
}

/** text/template JSEscapeString. */
export function escapeJs(text: string): string {
  let out = ''
  for (const char of text) {
    const point = char.codePointAt(0)!
    if (Object.hasOwn(jsEscapes, char)) out += jsEscapes[char]
    else if (point < 0x20 || (point >= 0x80 && !isPrint(char))) {
      out += `\\u${point.toString(16).toUpperCase().padStart(4, '0')}`
    } else out += char
  }
  return out
}

/** Go's url.QueryEscape: everything but letters, digits and `-_.~` is escaped, a space becomes `+`. */
export function queryEscape(text: string): string {
  let out = ''
  for (const byte of toBytes(text)) {
    const char = String.fromCharCode(byte)
    if (/[A-Za-z0-9\-_.~]/.test(char)) out += char
    else if (char === ' ') out += '+'
    else out += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return out
}
