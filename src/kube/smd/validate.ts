import { isObject, type JsonArray, type JsonObject, type JsonValue } from '../../base/index.ts'
import { goPlain } from '../values/go-text.ts'
import { elementText, fieldElement, indexElement } from './element.ts'
import type { ListType, MapType, TypedSchema, TypeRef } from './schema.ts'
import {
  elementOfItem,
  invalidAtomText,
  kindFor,
  scalarFault,
  type TypedError,
  unresolvedText,
  WalkState,
} from './typed.ts'

export interface ValidateOptions {
  /** Live objects may hold duplicate items of sets and associative lists; applied ones may not. */
  readonly allowDuplicates?: boolean
}

/** Everything in which a value does not fit its type (structured-merge-diff `TypedValue.Validate`). */
export function validateTyped(
  value: JsonValue,
  schema: TypedSchema,
  ref: TypeRef,
  options: ValidateOptions = {},
): readonly TypedError[] {
  const state = new WalkState(schema)
  visit(state, options.allowDuplicates === true, ref, value)
  return state.errors
}

function visit(state: WalkState, allowDuplicates: boolean, ref: TypeRef, value: JsonValue): void {
  const atom = state.schema.resolve(ref)
  if (atom === undefined) {
    state.fail(unresolvedText(ref))
    return
  }
  switch (kindFor(atom, value)) {
    case 'map':
      visitMap(state, allowDuplicates, atom.map!, value)
      return
    case 'list':
      visitList(state, allowDuplicates, atom.list!, value)
      return
    case 'scalar': {
      const fault = scalarFault(atom.scalar!, value)
      if (fault !== undefined) state.fail(fault)
      return
    }
    default:
      state.fail(invalidAtomText(ref))
      return
  }
}

function visitMap(state: WalkState, allowDuplicates: boolean, map: MapType, value: JsonValue): void {
  if (value === null) return
  if (!isObject(value)) {
    state.fail(`expected map, got &{${goPlain(value)}}`)
    return
  }
  visitFields(state, allowDuplicates, map, value)
}

function visitFields(state: WalkState, allowDuplicates: boolean, map: MapType, value: JsonObject): void {
  for (const key in value) {
    const field = map.fields.get(key)
    state.path.push(fieldElement(key))
    if (field === undefined && map.element.absent) {
      state.fail('field not declared in schema')
      state.path.pop()
      return
    }
    visit(state, allowDuplicates, field?.type ?? map.element, value[key]!)
    state.path.pop()
  }
}

function visitList(state: WalkState, allowDuplicates: boolean, list: ListType, value: JsonValue): void {
  if (value === null) return
  if (!Array.isArray(value)) {
    state.fail(`expected list, got &{${goPlain(value)}}`)
    return
  }
  if (list.relationship === 'associative') visitItems(state, allowDuplicates, list, value)
  else {
    for (let i = 0; i < value.length; i++) {
      state.path.push(indexElement(i))
      visit(state, allowDuplicates, list.element, value[i]!)
      state.path.pop()
    }
  }
}

function visitItems(state: WalkState, allowDuplicates: boolean, list: ListType, items: JsonArray): void {
  const seen = new Set<string>()
  for (let i = 0; i < items.length; i++) {
    const element = elementOfItem(state.schema, list, items[i]!)
    if (typeof element !== 'string') {
      // Without the item's identity its own faults could not be located either.
      state.fail(`element ${i}: ${element.message}`)
      return
    }
    if (seen.has(element) && !allowDuplicates) state.fail(`duplicate entries for key ${elementText(element)}`)
    seen.add(element)
    state.path.push(element)
    visit(state, allowDuplicates, list.element, items[i]!)
    state.path.pop()
  }
}
