import { compareStrings, isObject, type JsonValue } from '../../base/index.ts'
import { goJson, goJsonString, goNumber, goPlain, goQuote } from '../values/go-text.ts'
import { checkDepth } from '../values/json-text.ts'
import { bad, good, type Outcome } from '../values/outcome.ts'
import { compareFields, compareValues } from './value-order.ts'

/**
 * One step of a field path, as text, so that sets are hash maps and equality is `===`. A field is its bare name; a list
 * item by keys, a set item by value and an index carry a NUL and their canonical FieldsV1 form (`\0k:{"name":"a"}`).
 */
export type PathElement = string
export type FieldPath = readonly PathElement[]

const mark = '\0'

/** The step into a field of a map or struct. */
export function fieldElement(name: string): PathElement {
  return name.charCodeAt(0) === 0 ? `${mark}f:${name}` : name
}

/** The step to the item of an associative list that has these key fields; `keys` must be sorted by name. */
export function keyElement(keys: readonly (readonly [string, JsonValue])[]): PathElement {
  let text = ''
  for (const [name, value] of keys) text += `${text === '' ? '' : ','}${goJsonString(name)}:${goJson(value)}`
  return `${mark}k:{${text}}`
}

/** The step to the item of a set. */
export function valueElement(value: JsonValue): PathElement {
  return `${mark}v:${goJson(value)}`
}

/** The step to an item of an atomic list. */
export function indexElement(index: number): PathElement {
  return `${mark}i:${index}`
}

/** The field's name when the step is one into a field. */
export function fieldNameOf(element: PathElement): string | undefined {
  if (element.charCodeAt(0) !== 0) return element
  return element[1] === 'f' ? element.slice(3) : undefined
}

/** True when the step selects an item of an associative list by its keys. */
export function isKeyElement(element: PathElement): boolean {
  return element.charCodeAt(0) === 0 && element[1] === 'k'
}

/** The key fields of a step by keys, sorted by name. */
export function keysOf(element: PathElement): readonly (readonly [string, JsonValue])[] {
  return isKeyElement(element) ? Object.entries(JSON.parse(element.slice(3)) as Record<string, JsonValue>) : []
}

/** The FieldsV1 form: `f:spec`, `k:{"name":"a"}`, `v:1`, `i:0`. */
export function serializeElement(element: PathElement): string {
  return element.charCodeAt(0) === 0 ? element.slice(1) : `f:${element}`
}

/** Reads the FieldsV1 form; `undefined` for a kind of step that a later version may know. */
export function parseElement(text: string): Outcome<PathElement | undefined> {
  if (text.length < 2) return bad('key must be 2 characters long:')
  if (text[1] !== ':') return bad(`missing colon: ${text}`)
  const rest = text.slice(2)
  switch (text[0]) {
    case 'f':
      return good(fieldElement(rest))
    case 'i':
      return /^[-+]?\d+$/.test(rest)
        ? good(indexElement(Number(rest)))
        : bad(`strconv.Atoi: parsing ${goQuote(rest)}: invalid syntax`)
    case 'v':
    case 'k':
      return parseJsonElement(text[0], rest)
    default:
      return good(undefined)
  }
}

function parseJsonElement(kind: 'v' | 'k', text: string): Outcome<PathElement> {
  let value: JsonValue
  try {
    checkDepth(text)
    value = JSON.parse(text) as JsonValue
  } catch {
    return bad(`invalid JSON in path element: ${text}`)
  }
  if (kind === 'v') return good(valueElement(value))
  if (value === null) return good(keyElement([]))
  if (!isObject(value)) return bad(`expected an object in path element: ${text}`)
  return good(keyElement(Object.entries(value).sort((a, b) => compareStrings(a[0], b[0]))))
}

/** A path as error texts show it: `.spec.containers[name="a"].image`. */
export function pathText(path: FieldPath): string {
  return path.map(elementText).join('')
}

/** A step as error texts show it. */
export function elementText(element: PathElement): string {
  if (element.charCodeAt(0) !== 0) return `.${element}`
  const rest = element.slice(3)
  switch (element[1]) {
    case 'f':
      return `.${rest}`
    case 'k':
      return `[${keysOf(element)
        .map(([name, value]) => `${name}=${valueText(value)}`)
        .join(',')}]`
    case 'v':
      return `[=${valueText(JSON.parse(rest) as JsonValue)}]`
    default:
      return `[${rest}]`
  }
}

function valueText(value: JsonValue): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return goQuote(value)
  if (typeof value === 'number') return goNumber(value)
  if (Array.isArray(value)) return `[${value.map(valueText).join(',')}]`
  if (!isObject(value)) return goPlain(value)
  return Object.entries(value)
    .map(([name, inner]) => `${name}=${valueText(inner)}`)
    .join('')
}

const kindOrder = 'fkvi'

/** Orders steps: fields by name, then items by keys, by value, by index. */
export function compareElements(a: PathElement, b: PathElement): number {
  if (a === b) return 0
  const plainA = a.charCodeAt(0) !== 0
  const plainB = b.charCodeAt(0) !== 0
  if (plainA && plainB) return compareStrings(a, b)
  const kindA = plainA ? 'f' : a[1]!
  const kindB = plainB ? 'f' : b[1]!
  if (kindA !== kindB) return kindOrder.indexOf(kindA) - kindOrder.indexOf(kindB)
  switch (kindA) {
    case 'k':
      return compareFields(keysOf(a), keysOf(b))
    case 'v':
      return compareValues(JSON.parse(a.slice(3)) as JsonValue, JSON.parse(b.slice(3)) as JsonValue)
    case 'i':
      return Number(a.slice(3)) - Number(b.slice(3))
    default:
      return compareStrings(fieldNameOf(a)!, fieldNameOf(b)!)
  }
}
