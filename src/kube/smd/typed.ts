import { isObject, type JsonValue } from '../../base/index.ts'
import { goPlain, goQuote, goSyntax, goType } from '../values/go-text.ts'
import { keyElement, type PathElement, pathText, valueElement } from './element.ts'
import type { Atom, ListType, ScalarKind, TypedSchema, TypeRef } from './schema.ts'

/** A value with the type it has in a schema. The value is shared, never changed. */
export interface TypedValue {
  readonly schema: TypedSchema
  readonly ref: TypeRef
  readonly value: JsonValue
}

export interface TypedError {
  /** As in `.spec.ports[0]`; empty for the whole object. */
  readonly path: string
  readonly message: string
}

/** The text of one or several errors, as upstream prints them. */
export function typedErrorText(errors: readonly TypedError[]): string {
  const lines = errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
  return lines.length === 1 ? lines[0]! : ['errors:', ...lines.map((line) => `  ${line}`)].join('\n')
}

/** Where a walk is, and what it found wrong. Walks of hostile objects end at a depth that no schema reaches. */
export class WalkState {
  readonly schema: TypedSchema
  readonly path: PathElement[] = []
  readonly errors: TypedError[] = []

  constructor(schema: TypedSchema) {
    this.schema = schema
  }

  fail(message: string): void {
    this.errors.push({ path: pathText(this.path), message })
  }
}

export type AtomKind = 'map' | 'scalar' | 'list'

/**
 * Which of the forms that an atom allows applies to a value; null, absent and unfitting values take the first that the
 * atom has. `undefined` when it has none.
 */
export function kindFor(atom: Atom, value: JsonValue | undefined): AtomKind | undefined {
  if (value !== undefined && value !== null) {
    if (typeof value !== 'object') {
      if (atom.scalar !== undefined) return 'scalar'
    } else if (Array.isArray(value)) {
      if (atom.list !== undefined) return 'list'
    } else if (atom.map !== undefined) return 'map'
  }
  if (atom.map !== undefined) return 'map'
  if (atom.scalar !== undefined) return 'scalar'
  return atom.list === undefined ? undefined : 'list'
}

/** The text for a reference that the schema cannot resolve. */
export function unresolvedText(ref: TypeRef): string {
  return `schema error: no type found matching: ${ref.name ?? 'inlined type'}`
}

/** The text for an atom without any form. */
export function invalidAtomText(ref: TypeRef): string {
  return `schema error: invalid atom: ${ref.name === undefined ? 'inlined' : `named type: ${ref.name}`}`
}

/** What is wrong with a scalar, `undefined` when nothing is. Null and absent values fit every type. */
export function scalarFault(kind: ScalarKind, value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === null) return undefined
  const type = typeof value
  switch (kind) {
    case 'numeric':
      return type === 'number' || type === 'bigint'
        ? undefined
        : `expected numeric (int or float), got ${goType(value)}`
    case 'string':
      return type === 'string' ? undefined : `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`
    case 'boolean':
      return type === 'boolean' ? undefined : `expected boolean, got &{${goPlain(value)}}`
    default:
      return type === 'object' ? `expected any scalar, got &{${goPlain(value)}}` : undefined
  }
}

/** Why a list item has no identity. */
export class ItemFault {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

/** The step that identifies an item of an associative list: its key fields (defaults included), or its value. */
export function elementOfItem(schema: TypedSchema, list: ListType, item: JsonValue): PathElement | ItemFault {
  if (list.relationship !== 'associative') return new ItemFault('invalid indexing of non-associative list')
  if (list.keys.length > 0) return keyedElement(schema, list, item)
  if (Array.isArray(item)) return new ItemFault('not supported: associative list with lists as elements')
  if (isObject(item)) return new ItemFault("associative list without keys has an element that's a map type")
  if (item === null) return new ItemFault("associative list without keys has an element that's an explicit null")
  return valueElement(item)
}

function keyedElement(schema: TypedSchema, list: ListType, item: JsonValue): PathElement | ItemFault {
  if (item === null) return new ItemFault('associative list with keys may not have a null element')
  if (!isObject(item)) return new ItemFault('associative list with keys may not have non-map elements')
  const keys: [string, JsonValue][] = []
  for (const name of list.sortedKeys) {
    if (Object.hasOwn(item, name)) {
      keys.push([name, item[name]!])
      continue
    }
    const atom = schema.resolve(list.element)
    if (atom === undefined) return new ItemFault(noDefault(name, 'invalid elementType for list'))
    if (atom.map === undefined) {
      return new ItemFault(noDefault(name, 'associative list may not have non-map types'))
    }
    const fallback = atom.map.fields.get(name)?.default
    if (fallback !== undefined && fallback !== null) keys.push([name, fallback])
  }
  if (keys.length > 0) return keyElement(keys)
  const names = list.keys.map(goQuote).join(' ')
  return new ItemFault(
    `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`,
  )
}

function noDefault(name: string, why: string): string {
  return `couldn't find default value for ${name}: ${why}`
}
