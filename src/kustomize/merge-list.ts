import { newNode, type YamlNode } from '../yaml/index.ts'
import { isGoPlace } from './go-places.ts'
import { matchElement } from './lookup.ts'
import type { SchemaNode } from './openapi.ts'
import {
  fieldOf,
  getField,
  isEmptyMap,
  isMissingOrNull,
  isNilOrEmpty,
  newScalar,
  requireKind,
  setField,
} from './rnode.ts'

/** What a place of a resource and of a patch have: either may be missing. */
export interface MergePair {
  dest: YamlNode | undefined
  readonly patch: YamlNode | undefined
}

/** Told of each node of the result that a patch made or changed. */
export type MergeMarker = (node: YamlNode) => void

/** The walk that merges the elements. */
export interface MergeContext {
  walk(pair: MergePair, schema: SchemaNode | undefined): YamlNode | undefined
}

export interface KeyedList {
  /** Merge keys; none for a list of scalars that are a set. */
  readonly keys: readonly string[]
  readonly elements: SchemaNode | undefined
  readonly context: MergeContext
  readonly mark: MergeMarker
}

type Values = readonly string[]

/**
 * Merges lists whose elements have a key (kyaml/yaml/walk/associative_sequence.go): elements of the patch come first,
 * in its order, then those of the resource that the patch does not have.
 */
export function mergeKeyedList(pair: MergePair, dest: YamlNode, list: KeyedList): YamlNode | undefined {
  if (pair.patch === undefined && list.keys.length > 0 && keepsShape(dest, list)) return walkInPlace(dest, list)
  const keys = list.keys.length === 0 ? [''] : list.keys
  let tuples: Values[] = list.keys.length === 0 ? scalarValues(pair) : keyValues(pair, keys)
  if (list.keys.length > 0 && tuples.length === 0) return isMissingOrNull(dest) ? undefined : dest
  if (keys.length > 1) tuples = completeValues(tuples)
  const added = newNode('sequence')
  let validKeys: Values = []
  let validValues: Values = []
  let result = dest
  for (const tuple of tuples) {
    if (tuple.length === 0) continue
    const valid = usedKeys(tuples, tuple, keys)
    validKeys = valid.keys
    validValues = valid.values
    const inner: MergePair = {
      dest: elementOf(pair.dest, validKeys, validValues),
      patch: elementOf(pair.patch, validKeys, validValues),
    }
    const fromPatch = inner.dest === undefined
    const value = list.context.walk(inner, list.elements)
    if (value === undefined || isMissingOrNull(value) || isEmptyMap(value)) {
      validKeys.forEach(() => {
        setElement(result, undefined, validKeys, validValues)
      })
      continue
    }
    validKeys.forEach((key, i) => {
      if (fieldOf(value, key) === undefined && validValues[i] !== '') setField(value, key, newScalar(validValues[i]!))
    })
    setElement(added, value, validKeys, validValues)
    if (fromPatch && value === inner.patch) list.mark(value)
  }
  if (tuples.length > 0) result = appendElements(added, result, validKeys)
  if (result !== dest && !isGoPlace(dest.start)) {
    result.start = dest.start
    result.end = dest.end
  }
  return isMissingOrNull(result) ? undefined : result
}

/** True when merging a list with nothing only walks its elements: each has a key of its own. Upstream makes a new list. */
function keepsShape(dest: YamlNode, list: KeyedList): boolean {
  if (list.keys.length !== 1 || dest.kind !== 'sequence' || isGoPlace(dest.start)) return false
  const seen = new Set<string>()
  for (const item of dest.content) {
    if (item.kind !== 'mapping') return false
    const key = fieldOf(item, list.keys[0]!)
    if (key === undefined || key.kind !== 'scalar' || isNilOrEmpty(key) || key.value === '' || seen.has(key.value))
      return false
    seen.add(key.value)
  }
  return true
}

function walkInPlace(dest: YamlNode, list: KeyedList): YamlNode {
  for (const item of dest.content) list.context.walk({ dest: item, patch: undefined }, list.elements)
  return dest
}

/** The distinct texts of the keys of all elements, those of the patch first. */
function keyValues(pair: MergePair, keys: Values): Values[] {
  const out: Values[] = []
  const seen = new Set<string>()
  for (const node of [pair.patch, pair.dest]) {
    if (node === undefined || node.kind !== 'sequence') continue
    for (const item of node.content) {
      const tuple = keys.map((key) => {
        const field = fieldOf(item, key)
        return field === undefined || isNilOrEmpty(field) ? '' : field.value
      })
      const id = JSON.stringify(tuple)
      if (seen.has(id)) continue
      seen.add(id)
      out.push(tuple)
    }
  }
  return out
}

function scalarValues(pair: MergePair): Values[] {
  const seen = new Set<string>()
  for (const node of [pair.patch, pair.dest]) for (const item of node?.content ?? []) seen.add(item.value)
  return [...seen].map((value) => [value])
}

/** Where one element lacks a key that another, otherwise equal, has: both mean the same element. */
function completeValues(tuples: readonly Values[]): Values[] {
  const out = tuples.slice()
  for (let i = 0; i < out.length; i++) {
    const first = out[i]!
    for (let j = 0; j < out.length; j++) {
      const joined = joinValues(first, out[j]!)
      if (joined === undefined) continue
      out[i] = joined
      out[j] = joined
    }
  }
  return out
}

function joinValues(a: Values, b: Values): Values | undefined {
  if (a.length !== b.length) return undefined
  let common = false
  const out: string[] = []
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) {
      common = true
      out.push(a[i]!)
    } else if (a[i] !== '' && b[i] !== '') return undefined
    else out.push(a[i] === '' ? b[i]! : a[i]!)
  }
  return common ? out : undefined
}

/** The keys that any element has, and the values for them; all keys when no element has any. */
function usedKeys(tuples: readonly Values[], values: Values, keys: Values): { keys: Values; values: Values } {
  if (keys.length === 1) return { keys, values }
  const used = new Set<string>()
  for (const tuple of tuples) {
    tuple.forEach((value, i) => {
      if (value !== '') used.add(keys[i]!)
    })
  }
  if (used.size === 0) return { keys, values }
  return {
    keys: keys.filter((key) => used.has(key)),
    values: values.filter((value, i) => value !== '' || used.has(keys[i]!)),
  }
}

function elementOf(node: YamlNode | undefined, keys: Values, values: Values): YamlNode | undefined {
  if (node === undefined || node.kind !== 'sequence') return undefined
  const valid = usedKeys([values], values, keys)
  if (valid.keys.length !== valid.values.length && valid.keys[0] !== '') return undefined
  return matchElement(node, valid.keys, valid.values)
}

/** Puts every element of `items` into `target`: over the one with its key, or at the end. */
function appendElements(target: YamlNode, items: YamlNode, keys: Values): YamlNode {
  for (const item of items.content.slice()) {
    if (keys.length === 0 || keys[0] === '') {
      setElement(target, item, [''], [item.value])
      continue
    }
    const values: string[] = []
    for (const key of keys) {
      const value = getField(item, key)
      if (value === undefined) target.content.push(item)
      else values.push(value.value)
    }
    if (keys.length > 1) setElement(target, undefined, keys, values)
    setElement(target, item, keys, values)
  }
  return target
}

/**
 * Replaces (or, without an element, removes) the elements that match, else adds the element (kyaml's ElementSetter).
 * Nulls and empty maps are dropped on the way.
 */
function setElement(list: YamlNode, element: YamlNode | undefined, keys: Values, values: Values): void {
  const isMap = keys.length > 0 && keys[0] !== '' && values.length > 0 && values[0] !== ''
  const content: YamlNode[] = []
  let matched = false
  for (const item of list.content) {
    if (isMissingOrNull(item) || isEmptyMap(item)) continue
    if (item.kind !== 'mapping' && isMap) {
      content.push(item)
      continue
    }
    if (!matchesKeys(item, keys, values)) {
      if (values.length > 0) content.push(item)
      continue
    }
    matched = true
    if (element !== undefined) content.push(element)
  }
  list.content = content
  if (element !== undefined && !isMissingOrNull(element) && !matched) content.push(element)
}

function matchesKeys(item: YamlNode, keys: Values, values: Values): boolean {
  let found: YamlNode | undefined
  for (let i = 0; i < keys.length; i++) {
    if (i < values.length) found = matchField(item, keys[i]!, values[i]!)
    if (found === undefined) return false
  }
  return true
}

/** kyaml's FieldMatcher: an empty value matches any; without a name the scalar itself is compared. */
function matchField(item: YamlNode, name: string, value: string): YamlNode | undefined {
  if (name === '') {
    requireKind(item, 'scalar')
    return item.value === value ? item : undefined
  }
  const field = getField(item, name)
  return field !== undefined && (value === '' || field.value === value) ? field : undefined
}
