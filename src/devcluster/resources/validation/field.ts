import { isObject, type JsonObject, type JsonValue } from '../../../base/index.ts'
import {
  duplicate,
  type FieldError,
  fieldNotFound,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
  tooLong,
} from '../../http/errors.ts'

/**
 * An object of a draft, where it stands, and the list that takes its errors. Reads never fail: a member of another type
 * counts as absent. Absent, null and Go's zero values are told apart by `given`.
 */
export class Field {
  readonly value: JsonObject
  readonly path: string
  readonly errors: FieldError[]

  constructor(value: JsonObject, path: string, errors: FieldError[]) {
    this.value = value
    this.path = path
    this.errors = errors
  }

  /** The path of a member; `''` is the object itself, `[2]` an element. */
  at(key: string): string {
    if (key === '') return this.path
    if (this.path === '') return key
    return key.startsWith('[') ? this.path + key : `${this.path}.${key}`
  }

  /** True for a member that is there and not null. */
  given(key: string): boolean {
    const member = this.value[key]
    return member !== undefined && member !== null
  }

  text(key: string): string {
    const member = this.value[key]
    return typeof member === 'string' ? member : ''
  }

  number(key: string): number | undefined {
    const member = this.value[key]
    return typeof member === 'number' || typeof member === 'bigint' ? Number(member) : undefined
  }

  /** True only for `true`. */
  flag(key: string): boolean {
    return this.value[key] === true
  }

  object(key: string): Field | undefined {
    const member = this.value[key]
    return isObject(member) ? new Field(member, this.at(key), this.errors) : undefined
  }

  /** The object under a key, or an empty one in its place: structs that Go holds by value. */
  struct(key: string): Field {
    return this.object(key) ?? new Field({}, this.at(key), this.errors)
  }

  objects(key: string): Field[] {
    const member = this.value[key]
    if (!Array.isArray(member)) return []
    return member.map((item, i) => new Field(isObject(item) ? item : {}, `${this.at(key)}[${i}]`, this.errors))
  }

  texts(key: string): string[] {
    const member = this.value[key]
    return Array.isArray(member) ? member.map((item) => (typeof item === 'string' ? item : '')) : []
  }

  /** The members of a map of text. */
  entries(key: string): [string, string][] {
    const member = this.value[key]
    if (!isObject(member)) return []
    return Object.entries(member).map(([name, item]) => [name, typeof item === 'string' ? item : ''])
  }

  /** How many elements or members there are under a key. */
  count(key: string): number {
    const member = this.value[key]
    if (Array.isArray(member)) return member.length
    return isObject(member) ? Object.keys(member).length : 0
  }

  required(key: string, detail = ''): void {
    this.errors.push(required(this.at(key), detail))
  }

  invalid(key: string, value: unknown, detail: string): void {
    this.errors.push(invalidValue(this.at(key), value, detail))
  }

  unsupported(key: string, value: unknown, allowed: readonly string[]): void {
    this.errors.push(notSupported(this.at(key), value, allowed))
  }

  forbidden(key: string, detail: string): void {
    this.errors.push(forbiddenField(this.at(key), detail))
  }

  duplicate(key: string, value: unknown): void {
    this.errors.push(duplicate(this.at(key), value))
  }

  notFound(key: string, value: unknown): void {
    this.errors.push(fieldNotFound(this.at(key), value))
  }

  tooLong(key: string, max: number): void {
    this.errors.push(tooLong(this.at(key), max))
  }

  tooMany(key: string, count: number, max: number): void {
    const message = `Too many: ${count}: must have at most ${max} ${max === 1 ? 'item' : 'items'}`
    this.errors.push({ reason: 'FieldValueTooMany', field: this.at(key), message })
  }

  /** One `Invalid value` for each of a checker's findings. */
  faults(key: string, value: unknown, faults: readonly string[]): void {
    for (const fault of faults) this.invalid(key, value, fault)
  }

  /** The value has to be one of `allowed`; `missing`: the empty text is a missing value. */
  oneOf(key: string, allowed: readonly string[], missing = false): void {
    const value = this.text(key)
    if (allowed.includes(value)) return
    if (missing && value === '') this.required(key)
    else this.unsupported(key, value, allowed)
  }

  /** A number that is there has to be 0 or more. */
  nonNegative(key: string): void {
    const value = this.number(key)
    if (value !== undefined && value < 0) this.invalid(key, value, 'must be greater than or equal to 0')
  }
}

/** Runs a validator over one object. */
export function collect(value: JsonValue | undefined, path: string, check: (field: Field) => void): FieldError[] {
  const errors: FieldError[] = []
  check(new Field(isObject(value) ? value : {}, path, errors))
  return errors
}
