import { compareStrings } from '../base/index.ts'

/**
 * Go values as templates see them, over plain JavaScript values where these are unambiguous:
 *
 * - `string`, `boolean` are themselves. Bytes that are no UTF-8 are kept as lone surrogates U+DC80…U+DCFF (`bytes.ts`).
 * - `number` is a float64: every number of a values file is one, so decoded values need no conversion.
 * - integers are `GoInt`; a list is an array ([]interface {} unless tagged by `withType`), a map a plain object
 *   (map[string]interface {} unless tagged), anything with fields or methods a `GoObject`, a function a `GoFunction`.
 * - `null` is a nil held in an interface (what a list or map holds); `undefined` is no value at all: Go's zero
 *   reflect.Value. Field access on the first is an error, on the second it is `undefined` again.
 */
export type GoValue = undefined | null | string | boolean | number | GoInt | GoObject | GoFunction | GoList | GoMap
export interface GoList extends Array<GoValue> {}
export interface GoMap {
  [key: string]: GoValue
}

export type IntType =
  | 'int'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'time.Duration'
  | 'time.Month'
  | 'time.Weekday'

/** What objects have in common that are neither lists nor maps: to tell maps from them takes one question. */
abstract class NoMap {
  declare protected readonly noMap: true
}

/** An integer of a certain Go type. Arithmetic wraps as Go's does; use `makeInt`. */
export class GoInt extends NoMap {
  readonly type: IntType
  readonly value: bigint

  constructor(type: IntType, value: bigint) {
    super()
    this.type = type
    this.value = value
  }
}

/** Makes an integer, wrapped to the width of its type. */
export function makeInt(value: number | bigint, type: IntType = 'int'): GoInt {
  const whole = typeof value === 'bigint' ? value : BigInt(value)
  switch (type) {
    case 'int8':
      return new GoInt(type, BigInt.asIntN(8, whole))
    case 'int16':
      return new GoInt(type, BigInt.asIntN(16, whole))
    case 'int32':
      return new GoInt(type, BigInt.asIntN(32, whole))
    case 'uint8':
      return new GoInt(type, BigInt.asUintN(8, whole))
    case 'uint16':
      return new GoInt(type, BigInt.asUintN(16, whole))
    case 'uint32':
      return new GoInt(type, BigInt.asUintN(32, whole))
    case 'uint':
    case 'uint64':
      return new GoInt(type, BigInt.asUintN(64, whole))
    default:
      return new GoInt(type, BigInt.asIntN(64, whole))
  }
}

/** True for the unsigned integer types. */
export function isUnsigned(int: GoInt): boolean {
  return int.type.startsWith('u')
}

declare const objectMark: unique symbol

/** What objects of named types inherit from: that tells them from maps at once, whatever keys these have. */
class MarkedObject extends NoMap {
  declare readonly [objectMark]: true
}

/** A value of a named Go type: a struct with fields, a type with methods, an error, bytes. Made by `goObject`. */
export interface GoObject extends GoObjectMembers {
  readonly [objectMark]: true
}

/** What makes up a value of a named type. `field` answers `undefined` for a name that the type does not have. */
export interface GoObjectMembers {
  readonly goType: string
  readonly goKind: 'struct' | 'ptr' | 'slice' | 'map'
  /** A field's value, or a method to be called with the template's arguments. */
  field(name: string): { readonly value: GoValue } | { readonly method: GoFunction } | undefined
  /** What `%v` prints: Error() or String() where the type has them. */
  format(): string
  /** What an action prints, where a method of the addressed value does it and fmt's own form is another. */
  print?(): string
  /** A struct without such a method: its fields as fmt shows them, unexported ones too. */
  readonly fields?: readonly (readonly [name: string, value: GoValue])[]
  /** Elements for `range`, `index` and `len` where the kind is slice or map. */
  entries?(): readonly (readonly [GoValue, GoValue])[]
  /** What a map gives for a key that it does not have; absent: nil. */
  zero?(): GoValue
  isTrue?(): boolean
  /** What encoding/json makes of it; absent: its fields, its entries, or its text. */
  toJson?(): GoValue
  /** The fields that encoding/json writes, in their order. */
  readonly jsonFields?: readonly (readonly [name: string, value: GoValue])[]
  /** A []byte's text, for functions that take any value as text. */
  text?(): string
}

/** Makes a value of a named type. */
export function goObject<T>(members: GoObjectMembers & T): GoObject & T {
  return Object.assign(new MarkedObject(), members)
}

/** The types that parameters of template functions have. `any` is interface {}. */
export type ParamType =
  | 'any'
  | 'string'
  | 'bool'
  | 'int'
  | 'int64'
  | 'float64'
  | 'map[string]interface {}'
  | '[]interface {}'
  | '[]string'
  | 'error'
  | `*${string}`
  | `${string}.${string}`

/** A function that templates can call; made by `goFunction`. */
export class GoFunction extends NoMap {
  readonly params: readonly ParamType[]
  /** The type of the elements of a last `...` parameter. */
  readonly variadic: ParamType | undefined
  /** Throws `GoError` to fail; the message is reported as Go does (`error calling NAME: MESSAGE`). */
  readonly call: (...args: GoValue[]) => GoValue
  /** Why templates cannot call it: the results of the Go method are not a value, or a value and an error. */
  readonly misfit: string | undefined
  /** Steps of the budget that a call takes, where it is much work; asked before the call. */
  readonly cost: number | ((args: readonly GoValue[]) => number) | undefined

  constructor(
    params: readonly ParamType[],
    variadic: ParamType | undefined,
    call: (...args: GoValue[]) => GoValue,
    traits: { readonly misfit?: string; readonly cost?: GoFunction['cost'] } = {},
  ) {
    super()
    this.params = params
    this.variadic = variadic
    this.call = call
    this.misfit = traits.misfit
    this.cost = traits.cost
  }

  /** The same function that cannot be called, or that costs something. */
  with(traits: { readonly misfit: string } | { readonly cost: NonNullable<GoFunction['cost']> }): GoFunction {
    return new GoFunction(this.params, this.variadic, this.call, traits)
  }
}

/** An error that a template function returns. */
export class GoError extends Error {
  override readonly name = 'GoError'
}

const typeTag = Symbol('go type')

/**
 * The same map under another Go type (`common.Values` over a `map[string]interface {}`): what changes in one changes in
 * the other.
 */
export function viewAs(map: GoMap, type: string): GoMap {
  const raw = underlying(map)
  const view = new Proxy(raw, {
    get: (_, key) => (key === typeTag ? type : Reflect.get(raw, key)),
  })
  views.set(view, { map: raw, type })
  return view
}

const views = new WeakMap<object, { readonly map: GoMap; readonly type: string }>()

/** What a view shows and as what type; faster than to ask the view itself. */
export function viewed(value: object): { readonly map: GoMap; readonly type: string } | undefined {
  return views.get(value)
}

/** The map itself behind views of it. */
export function underlying(map: GoMap): GoMap {
  return views.get(map)?.map ?? map
}

/** Gives a list or map another Go type than the default (`[]string`, `[]int`, `map[string]string`, `common.Values`). */
export function withType<T extends GoList | GoMap>(value: T, type: string): T {
  Object.defineProperty(value, typeTag, { value: type, enumerable: false, configurable: true })
  return value
}

const nilTag = Symbol('nil slice')

/** A nil slice of a type: an empty list that JSON shows as null. */
export function nilList(type: string): GoList {
  return Object.defineProperty(withType<GoList>([], type), nilTag, { value: true })
}

/** True for a nil slice, as long as nothing was put into it. */
export function isNilList(list: GoList): boolean {
  return list.length === 0 && nilTag in list
}

/** A nil map: an empty one that JSON shows as null and that takes no key. */
export function nilMap(): GoMap {
  return Object.defineProperty({}, nilTag, { value: true })
}

/** True for a nil map. */
export function isNilMap(map: GoMap): boolean {
  return nilTag in map
}

/** Defines a function by its Go parameter list, for example `string,int` or `string,...any`. */
export function goFunction(signature: string, call: (...args: never[]) => GoValue): GoFunction {
  const types = signature === '' ? [] : signature.split(',').map((type) => type.trim())
  const last = types.at(-1)
  const target = call as (...args: GoValue[]) => GoValue
  if (last?.startsWith('...')) {
    return new GoFunction(types.slice(0, -1) as ParamType[], last.slice(3) as ParamType, target)
  }
  return new GoFunction(types as ParamType[], undefined, target)
}

export function isGoObject(value: GoValue): value is GoObject {
  return value instanceof MarkedObject
}

export function isGoFunction(value: GoValue): value is GoFunction {
  return value instanceof GoFunction
}

export function isList(value: GoValue): value is GoList {
  return Array.isArray(value)
}

export function isMap(value: GoValue): value is GoMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NoMap)
}

/** The Go type as `%T` prints it; `<nil>` for nil. */
export function typeOf(value: GoValue): string {
  switch (typeof value) {
    case 'undefined':
      return '<nil>'
    case 'string':
      return 'string'
    case 'boolean':
      return 'bool'
    case 'number':
      return 'float64'
  }
  if (value === null) return '<nil>'
  if (value instanceof NoMap) return value instanceof GoInt ? value.type : isGoObject(value) ? value.goType : 'func()'
  const tag = (value as { [typeTag]?: string })[typeTag]
  if (tag !== undefined) return tag
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}'
}

/** The Go kind as sprig's `kindOf` prints it. */
export function kindOf(value: GoValue): string {
  if (value === undefined || value === null) return 'invalid'
  if (typeof value === 'number') return 'float64'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'string'
  if (value instanceof GoInt) {
    if (value.type === 'time.Duration') return 'int64'
    return value.type.startsWith('time.') ? 'int' : value.type
  }
  if (isGoObject(value)) return value.goKind
  if (isGoFunction(value)) return 'func'
  return Array.isArray(value) ? 'slice' : 'map'
}

/** The keys of a map in the order in which Go templates walk it: by bytes. */
export function sortedKeys(map: GoMap): string[] {
  return Object.keys(underlying(map)).sort(compareStrings)
}

/** A map's value for a key: `undefined` when it has none. */
export function mapGet(map: GoMap, key: string): GoValue {
  return Object.hasOwn(map, key) ? map[key] : undefined
}

/** Sets a key; `__proto__` becomes a plain key. */
export function mapSet(map: GoMap, key: string, value: GoValue): void {
  if (key === '__proto__') {
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true })
  } else map[key] = value
}

/** Truth as `if` sees it (text/template IsTrue): empty and zero values are false. */
export function isTrue(value: GoValue): boolean {
  switch (typeof value) {
    case 'undefined':
      return false
    case 'string':
      return value.length > 0
    case 'boolean':
      return value
    case 'number':
      return value !== 0
  }
  if (value === null) return false
  if (value instanceof GoInt) return value.value !== 0n
  if (isGoObject(value)) return value.isTrue?.() ?? (value.entries === undefined || value.entries().length > 0)
  if (isGoFunction(value)) return true
  if (Array.isArray(value)) return value.length > 0
  for (const key in value) if (Object.hasOwn(value, key)) return true
  return false
}
