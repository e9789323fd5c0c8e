import { isObject, type JsonArray, type JsonValue } from '../../base/index.ts'
import { bad, good, type Outcome } from '../values/outcome.ts'
import { fieldElement, indexElement, keyElement, type PathElement } from './element.ts'
import { FieldSet } from './field-set.ts'
import type { ListType, MapType, TypedSchema, TypeRef } from './schema.ts'
import {
  elementOfItem,
  invalidAtomText,
  kindFor,
  type TypedError,
  type TypedValue,
  unresolvedText,
  WalkState,
} from './typed.ts'

interface Node {
  member: boolean
  children: FieldSet | undefined
}

/**
 * The set of every leaf and list item that a value mentions: what its applier owns
 * (structured-merge-diff `TypedValue.ToFieldSet`).
 */
export function toFieldSet(typed: TypedValue): Outcome<FieldSet, readonly TypedError[]> {
  const state = new WalkState(typed.schema)
  const root: Node = { member: false, children: undefined }
  visit(state, typed.ref, typed.value, root)
  return state.errors.length > 0 ? bad(state.errors) : good(root.children ?? new FieldSet())
}

function visit(state: WalkState, ref: TypeRef, value: JsonValue, node: Node): void {
  const atom = state.schema.resolve(ref)
  if (atom === undefined) {
    state.fail(unresolvedText(ref))
    return
  }
  switch (kindFor(atom, value)) {
    case 'map':
      visitMap(state, atom.map!, value, node)
      return
    case 'list':
      visitList(state, atom.list!, value, node)
      return
    case 'scalar':
      node.member = true
      return
    default:
      state.fail(invalidAtomText(ref))
      return
  }
}

function visitMap(state: WalkState, map: MapType, value: JsonValue, node: Node): void {
  if (map.relationship === 'atomic') node.member = true
  else if (isObject(value)) {
    const set = (node.children ??= new FieldSet())
    for (const key in value) {
      const field = map.fields.get(key)
      const inner = value[key]!
      // A struct's fields are not owned themselves, only what is in them; entries of a map are, and so is emptiness.
      descend(state, fieldElement(key), field?.type ?? map.element, inner, {
        set,
        owned: field === undefined || isEmpty(inner),
      })
    }
    if (set.empty) node.children = undefined
  }
}

function isEmpty(value: JsonValue): boolean {
  if (value === null) return true
  if (!isObject(value)) return false
  for (const _ in value) return false
  return true
}

function descend(
  state: WalkState,
  element: PathElement,
  ref: TypeRef,
  value: JsonValue,
  into: { readonly set: FieldSet; readonly owned: boolean },
): void {
  const child: Node = { member: into.owned, children: undefined }
  state.path.push(element)
  visit(state, ref, value, child)
  state.path.pop()
  if (child.member || child.children !== undefined) into.set.nodes.set(element, child)
}

function visitList(state: WalkState, list: ListType, value: JsonValue, node: Node): void {
  if (list.relationship === 'atomic') node.member = true
  else if (Array.isArray(value) && value.length > 0) visitItems(state, list, value, node)
}

function visitItems(state: WalkState, list: ListType, items: JsonArray, node: Node): void {
  const set = (node.children ??= new FieldSet())
  const elements = items.map((item) => elementOfItem(state.schema, list, item))
  const counts = new Map<PathElement, number>()
  for (const element of elements) {
    if (typeof element === 'string') counts.set(element, (counts.get(element) ?? 0) + 1)
  }
  for (let i = 0; i < items.length; i++) {
    const element = elements[i]!
    if (typeof element !== 'string') continue
    // Duplicates are owned as a whole: which of them a path below means could not be told.
    if (counts.get(element)! > 1) set.insert([element])
    else descend(state, element, list.element, items[i]!, { set, owned: true })
  }
  if (set.empty) node.children = undefined
}

/** Fields whose values usually name a list item, in the order in which path elements have them. */
const candidateKeys = ['id', 'key', 'name']

/** The set of a value whose type is not known: every leaf; list items by a guessed key, else by index. */
export function fieldSetFromValue(value: JsonValue): FieldSet {
  const set = new FieldSet()
  collectLeaves(value, [], set)
  return set
}

function collectLeaves(value: JsonValue, path: readonly PathElement[], set: FieldSet): void {
  if (Array.isArray(value)) {
    value.forEach((item, i) => {
      collectLeaves(item, [...path, guessElement(item, i)], set)
    })
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) collectLeaves(value[key]!, [...path, fieldElement(key)], set)
  } else if (path.length > 0) set.insert(path)
}

function guessElement(item: JsonValue, index: number): PathElement {
  if (!isObject(item)) return indexElement(index)
  const keys = candidateKeys
    .filter((name) => Object.hasOwn(item, name) && item[name] !== null && typeof item[name] !== 'object')
    .map((name): [string, JsonValue] => [name, item[name]!])
  return keys.length > 0 ? keyElement(keys) : indexElement(index)
}

/** Shared with callers that have a schema and type at hand rather than a typed value. */
export function fieldSetOf(schema: TypedSchema, ref: TypeRef, value: JsonValue): FieldSet {
  const result = toFieldSet({ schema, ref, value })
  return result.ok ? result.value : new FieldSet()
}
