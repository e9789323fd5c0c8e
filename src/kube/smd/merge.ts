import { isObject, type JsonArray, type JsonObject, type JsonValue, setOwn } from '../../base/index.ts'
import { bad, good, type Outcome } from '../values/outcome.ts'
import { elementText, fieldElement, type PathElement } from './element.ts'
import type { ListType, MapType, TypeRef } from './schema.ts'
import {
  elementOfItem,
  invalidAtomText,
  kindFor,
  scalarFault,
  type TypedError,
  type TypedValue,
  unresolvedText,
  WalkState,
} from './typed.ts'

/** Absent values are `undefined`; `null` is a value. */
type Maybe = JsonValue | undefined

/**
 * Lays a partial object over another of the same type: what the right side says wins, nothing is removed. List items
 * stay in the left side's order where the right side changes none, else they follow the right side's order
 * (structured-merge-diff `TypedValue.Merge`).
 */
export function mergeTyped(left: TypedValue, right: TypedValue): Outcome<TypedValue, readonly TypedError[]> {
  const fault = mismatch(left, right)
  if (fault !== undefined) return bad([fault])
  const state = new WalkState(left.schema)
  const value = mergeValue(state, left.ref, left.value, right.value)
  return state.errors.length > 0 ? bad(state.errors) : good({ ...left, value: value ?? null })
}

/** Why two values cannot be merged or compared. */
export function mismatch(left: TypedValue, right: TypedValue): TypedError | undefined {
  if (left.schema !== right.schema) {
    return { path: '', message: 'expected objects with types from the same schema' }
  }
  if (left.ref === right.ref) return undefined
  const names = [left.ref, right.ref].map((ref) => ref.name ?? 'inlined')
  return { path: '', message: `expected objects of the same type, but got ${names[0]} and ${names[1]}` }
}

function mergeValue(state: WalkState, ref: TypeRef, left: Maybe, right: Maybe): Maybe {
  // A subtree that only the left side has was valid when it came, and stays as it is.
  if (right === undefined) return left
  const atom = state.schema.resolve(ref)
  if (atom === undefined) {
    state.fail(unresolvedText(ref))
    return undefined
  }
  // When the sides differ in form, the right one's form decides (upstream walks the left one too, without effect).
  switch (kindFor(atom, right)) {
    case 'map':
      return mergeMap(state, atom.map!, left, right)
    case 'list':
      return mergeList(state, atom.list!, left, right)
    case 'scalar': {
      const rightFault = scalarFault(atom.scalar!, right)
      const leftFault = rightFault === undefined ? undefined : scalarFault(atom.scalar!, left)
      if (rightFault !== undefined && leftFault !== undefined) {
        state.fail(`lhs: ${leftFault}`)
        state.fail(`rhs: ${rightFault}`)
      }
      return right
    }
    default:
      state.fail(invalidAtomText(ref))
      return undefined
  }
}

function mergeMap(state: WalkState, map: MapType, left: Maybe, right: JsonValue): Maybe {
  const from = isObject(left) ? left : undefined
  const over = isObject(right) ? right : undefined
  if (map.relationship === 'atomic' || (isEmptyMap(from) && isEmptyMap(over))) return right
  const out: JsonObject = {}
  let any = false
  const put = (key: string, value: Maybe): void => {
    if (value === undefined) return
    setOwn(out, key, value)
    any = true
  }
  for (const key in from) {
    const inner = over !== undefined && Object.hasOwn(over, key) ? over[key] : undefined
    put(key, mergeField(state, map, key, from[key], inner))
  }
  for (const key in over) {
    if (from === undefined || !Object.hasOwn(from, key)) put(key, mergeField(state, map, key, undefined, over[key]))
  }
  return any ? out : undefined
}

function mergeField(state: WalkState, map: MapType, key: string, left: Maybe, right: Maybe): Maybe {
  if (right === undefined) return left
  state.path.push(fieldElement(key))
  const value = mergeValue(state, map.fields.get(key)?.type ?? map.element, left, right)
  state.path.pop()
  return value
}

function isEmptyMap(map: JsonObject | undefined): boolean {
  for (const _ in map) return false
  return true
}

function mergeList(state: WalkState, list: ListType, left: Maybe, right: JsonValue): Maybe {
  const from = Array.isArray(left) ? left : []
  const over = Array.isArray(right) ? right : []
  if (list.relationship === 'atomic' || (from.length === 0 && over.length === 0)) return right
  const before = state.errors.length
  const rightItems = indexItems(state, list, over, false)
  const leftItems = indexItems(state, list, from, true)
  if (state.errors.length > before) return undefined
  const out = new ListMerge(state, list, leftItems, rightItems, from).run()
  return out.length > 0 ? out : undefined
}

interface IndexedItems {
  readonly elements: readonly PathElement[]
  /** Null for duplicated items: they are not merged with, and replaced as a whole. */
  readonly byElement: ReadonlyMap<PathElement, JsonValue>
}

function indexItems(state: WalkState, list: ListType, items: JsonArray, allowDuplicates: boolean): IndexedItems {
  const elements: PathElement[] = []
  const byElement = new Map<PathElement, JsonValue>()
  for (let i = 0; i < items.length; i++) {
    const element = elementOfItem(state.schema, list, items[i]!)
    if (typeof element !== 'string') {
      state.fail(`element ${i}: ${element.message}`)
      continue
    }
    if (byElement.has(element)) {
      if (!allowDuplicates) {
        state.fail(`duplicate entries for key ${elementText(element)}`)
        continue
      }
      byElement.set(element, null)
    } else byElement.set(element, items[i]!)
    elements.push(element)
  }
  return { elements, byElement }
}

/** The interleaving of two lists whose items have identities. */
class ListMerge {
  readonly #state: WalkState
  readonly #list: ListType
  readonly #left: IndexedItems
  readonly #right: IndexedItems
  readonly #leftItems: JsonArray
  readonly #out: JsonArray = []
  readonly #merged = new Set<PathElement>()
  /** Items of the right side that the left has too, in the right side's order; `#shared` points at the next. */
  readonly #order: readonly PathElement[]
  #shared = 0

  constructor(state: WalkState, list: ListType, left: IndexedItems, right: IndexedItems, leftItems: JsonArray) {
    this.#state = state
    this.#list = list
    this.#left = left
    this.#right = right
    this.#leftItems = leftItems
    this.#order = right.elements.filter((element) => left.byElement.has(element))
  }

  run(): JsonArray {
    const left = this.#left.elements
    const right = this.#right.elements
    let l = 0
    let r = 0
    while (l < left.length || r < right.length) {
      if (l < left.length && r < right.length) {
        if (left[l] === right[r]) {
          this.#mergeRight(right[r]!)
          this.#shared++
          l++
          r++
          continue
        }
        const next = this.#order[this.#shared]
        if (this.#right.byElement.has(left[l]!) && next !== undefined && next !== left[l]) {
          // It is in both lists, but its turn in the right side's order has not come.
          l++
          continue
        }
      }
      if (l < left.length) {
        const element = left[l]!
        if (!this.#right.byElement.has(element)) {
          this.#out.push(this.#leftItems[l]!)
          l++
          continue
        }
        if (this.#merged.has(element)) l++
      }
      if (r < right.length) {
        const element = right[r]!
        this.#mergeRight(element)
        r++
        if (this.#order[this.#shared] === element) this.#shared++
      }
    }
    return this.#out
  }

  #mergeRight(element: PathElement): void {
    this.#merged.add(element)
    const errors = this.#state.errors.length
    this.#state.path.push(element)
    const value = mergeValue(
      this.#state,
      this.#list.element,
      this.#left.byElement.get(element),
      this.#right.byElement.get(element),
    )
    this.#state.path.pop()
    // Upstream loses the errors of list items here; objects were validated before, so only ill schemas have any.
    this.#state.errors.length = errors
    if (value !== undefined) this.#out.push(value)
  }
}
