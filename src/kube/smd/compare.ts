import { isObject, type JsonArray, type JsonObject, type JsonValue } from '../../base/index.ts'
import { bad, good, type Outcome } from '../values/outcome.ts'
import { fieldElement, type PathElement } from './element.ts'
import { FieldSet } from './field-set.ts'
import { mismatch } from './merge.ts'
import type { Atom, ListType, MapType, TypeRef } from './schema.ts'
import {
  type AtomKind,
  elementOfItem,
  invalidAtomText,
  kindFor,
  scalarFault,
  type TypedError,
  type TypedValue,
  unresolvedText,
  WalkState,
} from './typed.ts'
import { compareValues } from './value-order.ts'

type Maybe = JsonValue | undefined

/** What the right side of a comparison removed, changed and added. No path is in two of the sets. */
export interface Comparison {
  readonly removed: FieldSet
  readonly modified: FieldSet
  readonly added: FieldSet
}

/** Compares two objects of one type field by field (structured-merge-diff `TypedValue.Compare`). */
export function compareTyped(left: TypedValue, right: TypedValue): Outcome<Comparison, readonly TypedError[]> {
  const fault = mismatch(left, right)
  if (fault !== undefined) return bad([fault])
  const walk = new CompareWalk(left.schema)
  walk.visit(left.ref, left.value, right.value)
  return walk.errors.length > 0 ? bad(walk.errors) : good(walk.comparison)
}

/** Passes each of a comparison's sets through a function. */
export function mapComparison(comparison: Comparison, change: (set: FieldSet) => FieldSet): Comparison {
  return {
    removed: change(comparison.removed),
    modified: change(comparison.modified),
    added: change(comparison.added),
  }
}

class CompareWalk extends WalkState {
  readonly comparison: Comparison = { removed: new FieldSet(), modified: new FieldSet(), added: new FieldSet() }

  visit(ref: TypeRef, left: Maybe, right: Maybe): void {
    // Objects share what an operation did not touch; an identical subtree has no differences.
    if (left === right) return
    const atom = this.schema.resolve(ref)
    if (atom === undefined) {
      this.fail(unresolvedText(ref))
      return
    }
    const leftKind = left === undefined ? undefined : kindFor(atom, left)
    const rightKind = right === undefined ? undefined : kindFor(atom, right)
    if (leftKind === undefined && rightKind === undefined) {
      this.fail(invalidAtomText(ref))
      return
    }
    let leaf = false
    // Sides of different forms are compared in both.
    if (leftKind !== undefined) leaf = this.#as(leftKind, atom, left, right)
    if (rightKind !== undefined && rightKind !== leftKind) leaf = this.#as(rightKind, atom, left, right)
    if (leaf) return
    if (left === undefined) this.comparison.added.insert(this.path)
    else if (right === undefined) this.comparison.removed.insert(this.path)
  }

  /** True when the value was compared as a whole. */
  #as(kind: AtomKind, atom: Atom, left: Maybe, right: Maybe): boolean {
    if (kind === 'map') return this.#map(atom.map!, left, right)
    if (kind === 'list') return this.#list(atom.list!, left, right)
    const leftFault = scalarFault(atom.scalar!, left)
    const rightFault = leftFault === undefined ? undefined : scalarFault(atom.scalar!, right)
    if (leftFault !== undefined && rightFault !== undefined) {
      this.fail(`lhs: ${leftFault}`)
      this.fail(`rhs: ${rightFault}`)
      return false
    }
    return this.#leaf(left, right)
  }

  #leaf(left: Maybe, right: Maybe): boolean {
    if (left === undefined) this.comparison.added.insert(this.path)
    else if (right === undefined) this.comparison.removed.insert(this.path)
    else if (compareValues(left, right) !== 0) this.comparison.modified.insert(this.path)
    return true
  }

  #map(map: MapType, left: Maybe, right: Maybe): boolean {
    const from = isObject(left) ? left : undefined
    const to = isObject(right) ? right : undefined
    if (map.relationship === 'atomic' || (isEmptyMap(map, from) && isEmptyMap(map, to))) return this.#leaf(left, right)
    for (const key in from) this.#field(map, key, from[key], valueIn(map, to, key))
    for (const key in to) {
      if (from === undefined || !Object.hasOwn(from, key)) this.#field(map, key, valueIn(map, from, key), to[key])
    }
    if (from === undefined || to === undefined) this.#impliedFields(map, from, to)
    return false
  }

  /** A struct that comes or goes does so with the fields that it has even when nothing is said of them. */
  #impliedFields(map: MapType, from: JsonObject | undefined, to: JsonObject | undefined): void {
    for (const [key, { implied }] of map.implied) {
      if (from !== undefined && !Object.hasOwn(from, key)) this.#field(map, key, implied, undefined)
      if (to !== undefined && !Object.hasOwn(to, key)) this.#field(map, key, undefined, implied)
    }
  }

  #field(map: MapType, key: string, left: Maybe, right: Maybe): void {
    if (left === right) return
    this.path.push(fieldElement(key))
    this.visit(map.fields.get(key)?.type ?? map.element, left, right)
    this.path.pop()
  }

  #list(list: ListType, left: Maybe, right: Maybe): boolean {
    const from = Array.isArray(left) ? left : []
    const to = Array.isArray(right) ? right : []
    if (list.relationship === 'atomic' || (from.length === 0 && to.length === 0)) return this.#leaf(left, right)
    const before = this.#group(list, from)
    const after = this.#group(list, to)
    for (const [element, items] of before) this.#items(list, element, items, after.get(element) ?? [])
    for (const [element, items] of after) if (!before.has(element)) this.#items(list, element, [], items)
    return false
  }

  #group(list: ListType, items: JsonArray): Map<PathElement, JsonArray> {
    const groups = new Map<PathElement, JsonArray>()
    for (let i = 0; i < items.length; i++) {
      const element = elementOfItem(this.schema, list, items[i]!)
      if (typeof element !== 'string') {
        this.fail(`element ${i}: ${element.message}`)
        continue
      }
      const group = groups.get(element)
      if (group === undefined) groups.set(element, [items[i]!])
      else group.push(items[i]!)
    }
    return groups
  }

  /** Items of one identity. Duplicates have no fields of their own: they change, come and go as a whole. */
  #items(list: ListType, element: PathElement, before: JsonArray, after: JsonArray): void {
    this.path.push(element)
    if (before.length <= 1 && after.length <= 1) this.visit(list.element, before[0], after[0])
    else if (before.length >= 2 && after.length >= 2) {
      if (compareValues(before, after) !== 0) this.comparison.modified.insert(this.path)
    } else if (before.length >= 2) {
      if (after.length > 0) this.visit(list.element, undefined, after[0])
      this.comparison.removed.insert(this.path)
    } else {
      if (before.length > 0) this.visit(list.element, before[0], undefined)
      this.comparison.added.insert(this.path)
    }
    this.path.pop()
  }
}

function isEmptyMap(map: MapType, value: JsonObject | undefined): boolean {
  if (value === undefined) return true
  if (map.implied.length > 0) return false
  for (const _ in value) return false
  return true
}

function valueIn(map: MapType, value: JsonObject | undefined, key: string): Maybe {
  if (value === undefined) return undefined
  return Object.hasOwn(value, key) ? value[key] : map.fields.get(key)?.implied
}
