import { isObject, type JsonObject, type JsonValue, setOwn } from '../../base/index.ts'
import { bad, good, type Outcome } from '../values/outcome.ts'
import { parseElement, serializeElement } from './element.ts'
import { FieldSet } from './field-set.ts'

/** Deeper than any object can be; refuses hostile nesting. */
const maxDepth = 1000

/** A set in FieldsV1 form, keys in canonical order; `.` marks a node that is itself a member beside its children. */
export function fieldSetToJson(set: FieldSet): JsonObject {
  const out: JsonObject = {}
  for (const [element, node] of set.sorted()) {
    let value: JsonObject = {}
    if (node.children !== undefined) {
      value = fieldSetToJson(node.children)
      if (node.member) value = { '.': {}, ...value }
    }
    setOwn(out, serializeElement(element), value)
  }
  return out
}

/**
 * Reads a set in FieldsV1 form. Kinds of steps that this version does not know are dropped, as upstream does.
 * Errors: a value that is no object, or a malformed step.
 */
export function fieldSetFromJson(value: JsonValue): Outcome<FieldSet> {
  if (value === null) return good(new FieldSet())
  if (!isObject(value)) return bad('managedFields parsing: expected a JSON object')
  const read = readSet(value, 0)
  return read.ok ? good(read.value.children) : read
}

interface ReadSet {
  readonly children: FieldSet
  /** True when the step that leads here is a member. */
  readonly member: boolean
}

function readSet(value: JsonObject, depth: number): Outcome<ReadSet> {
  if (depth > maxDepth) return bad('managedFields parsing: nested too deeply')
  const children = new FieldSet()
  let member = false
  for (const key of Object.keys(value)) {
    if (key === '.') {
      member = true
      continue
    }
    const element = parseElement(key)
    if (!element.ok) return bad(`parsing key as path element: ${element.error}`)
    if (element.value === undefined) continue
    const inner = value[key]!
    if (inner === null) children.insert([element.value])
    else if (!isObject(inner)) return bad(`managedFields parsing: expected a JSON object at ${key}`)
    else {
      const below = readSet(inner, depth + 1)
      if (!below.ok) return below
      children.put(element.value, below.value.member, below.value.children)
    }
  }
  return good({ children, member: member || children.empty })
}
