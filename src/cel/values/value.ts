import type { CelType } from '../types.ts'

/**
 * A CEL value. `int` is a bigint and `double` a number, so that JavaScript's own types tell them apart.
 * Lists and maps are interfaces: a value can be a view of JSON, or of JSON under a schema.
 */
export type CelValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | CelUint
  | CelDuration
  | CelTimestamp
  | CelTypeValue
  | CelOptional
  | CelList
  | CelMap
  | CelOpaque

export class CelUint {
  readonly value: bigint
  constructor(value: bigint) {
    this.value = value
  }
}

export class CelDuration {
  readonly nanos: bigint
  constructor(nanos: bigint) {
    this.nanos = nanos
  }
}

export class CelTimestamp {
  /** Since 1970-01-01T00:00:00Z. */
  readonly nanos: bigint
  /** Seconds east of UTC that the text had, which string() keeps. */
  readonly offset: number
  constructor(nanos: bigint, offset = 0) {
    this.nanos = nanos
    this.offset = offset
  }
}

/** The value of `type(x)`; equal by name. */
export class CelTypeValue {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

export class CelOptional {
  /** `undefined` for `optional.none()`. */
  readonly value: CelValue | undefined
  constructor(value: CelValue | undefined) {
    this.value = value
  }
}

export abstract class CelList {
  abstract readonly size: number
  /** The element at an index within bounds. */
  abstract at(index: number): CelValue
  /** Overrides list equality (sets and maps of Kubernetes ignore order); `undefined` = compare element by element. */
  equals?(other: CelList): boolean
  /** Overrides `+`; `undefined` = append. */
  concat?(other: CelList): CelList
  /** The JSON a typed view shows; lets views compare what no schema describes. */
  readonly raw?: unknown;

  *[Symbol.iterator](): IterableIterator<CelValue> {
    for (let i = 0; i < this.size; i++) yield this.at(i)
  }
}

export class CelArray extends CelList {
  readonly items: readonly CelValue[]
  constructor(items: readonly CelValue[]) {
    super()
    this.items = items
  }
  get size(): number {
    return this.items.length
  }
  at(index: number): CelValue {
    return this.items[index]!
  }
}

export abstract class CelMap {
  abstract readonly size: number
  /** The value of a key; `undefined` when there is none. Throws `CelError` for a key of the wrong type. */
  abstract get(key: CelValue): CelValue | undefined
  abstract keys(): Iterable<CelValue>
  equals?(other: CelMap): boolean
  readonly raw?: unknown
}

/** A map made by an expression. Keys are compared as CEL does: 1, 1u and 1.0 are the same key. */
export class CelEntries extends CelMap {
  readonly #entries = new Map<string, readonly [CelValue, CelValue]>()

  /** Adds an entry; false when the key is there already. */
  add(key: CelValue, value: CelValue): boolean {
    const id = keyId(key)
    if (this.#entries.has(id)) return false
    this.#entries.set(id, [key, value])
    return true
  }
  get size(): number {
    return this.#entries.size
  }
  get(key: CelValue): CelValue | undefined {
    return this.#entries.get(keyId(key))?.[1]
  }
  *keys(): Iterable<CelValue> {
    for (const [key] of this.#entries.values()) yield key
  }
}

/** An object that an expression made: a map of its fields that knows its type. */
export class CelStruct extends CelEntries {
  readonly typeName: string
  constructor(typeName: string) {
    super()
    this.typeName = typeName
  }
}

/** A text that equal scalar keys share. */
export function keyId(key: CelValue): string {
  if (typeof key === 'string') return `s${key}`
  if (typeof key === 'bigint') return `n${key}`
  if (key instanceof CelUint) return `n${key.value}`
  if (typeof key === 'number') return Number.isInteger(key) ? `n${BigInt(key)}` : `d${key}`
  if (typeof key === 'boolean') return `b${key}`
  return 'other'
}

/** A value of a library type: IP, CIDR, quantity, URL, semver, format. */
export abstract class CelOpaque {
  /** The type as `type(x)` shows it. */
  abstract readonly type: CelType
  abstract equals(other: CelOpaque): boolean
  /** The string form, where the library has one. */
  abstract text(): string
}
