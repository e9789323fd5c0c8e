import { compareStrings, isObject, type JsonObject, type JsonValue, jsonEqual, setOwn } from '../base/index.ts'
import { compareKeys, emitNode, formatFloat, newNode, type YamlNode, type YamlStyle } from '../yaml/index.ts'
import { fail } from './errors.ts'
import { isGoPlace, parseWithGoPlaces } from './go-places.ts'
import { newString, stringTag } from './rnode.ts'
import { isYaml11NonString, resolvePlain, scalarOf } from './scalar.ts'

/** The JSON of a resource as kyaml's MarshalJSON makes it; fails for what JSON cannot hold, and for duplicate keys. */
export function toJson(node: YamlNode): JsonValue {
  return convert(node, true, false)
}

/** Tells which node of a converted tree is new or changed, and which stands for an old one. */
export type NodeMarker = (node: YamlNode, old?: YamlNode) => void

export interface FromJsonOptions {
  /** Where the value is what this node held, the place of the old nodes is kept. */
  readonly old?: YamlNode | undefined
  /** Told of the topmost nodes that are new or changed, and of those that are as they were, with the old one. */
  readonly mark?: NodeMarker
  /**
   * The value was a Go map that go-yaml wrote: numbers are floats, strings have the style that it chose. Else the nodes
   * are those of JSON text.
   */
  readonly marshalled?: boolean
}

/** Nodes for a JSON value, as kustomize gets them when it turns JSON into YAML nodes again. */
export function fromJson(value: JsonValue, options: FromJsonOptions = {}): YamlNode {
  const { old, mark, marshalled = false } = options
  if (old === undefined || !isGoPlace(old.start)) return makeNode(value, old, mark, marshalled)
  const made = makeNode(value, undefined, undefined, marshalled)
  if (marshalled) orderKeys(made)
  return parseWithGoPlaces(marshalled ? emitNode(made) : goJson(value)) ?? made
}

/** The order and style of keys that go-yaml gives a Go map. */
function orderKeys({ kind, content }: YamlNode): void {
  for (const child of content) orderKeys(child)
  if (kind !== 'mapping') return
  const pairs: [YamlNode, YamlNode][] = []
  for (let i = 0; i + 1 < content.length; i += 2) pairs.push([content[i]!, content[i + 1]!])
  pairs.sort(([a], [b]) => compareKeys(a.value, b.value, true))
  for (const [key] of pairs) key.style = styleOf(key.value)
  content.splice(0, content.length, ...pairs.flat())
}

/** The text that Go's encoding/json gives: keys sorted, `<`, `>`, `&`, U+2028 and U+2029 escaped. */
export function goJson(value: JsonValue, indent = '', at = ''): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number' || typeof value === 'bigint') return goNumber(value)
  if (typeof value === 'string') return goString(value)
  const inner = at + indent
  const open = indent === '' ? '' : `\n${inner}`
  const close = indent === '' ? '' : `\n${at}`
  const parts = Array.isArray(value)
    ? value.map((item) => goJson(item, indent, inner))
    : Object.keys(value)
        .sort(compareStrings)
        .map((key) => `${goString(key)}:${indent === '' ? '' : ' '}${goJson(value[key]!, indent, inner)}`)
  const [left, right] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  return parts.length === 0 ? left + right : `${left}${open}${parts.join(`,${open}`)}${close}${right}`
}

function goString(text: string): string {
  return JSON.stringify(text)
    .replaceAll('<', '\\u003c')
    .replaceAll('>', '\\u003e')
    .replaceAll('&', '\\u0026')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029')
}

function goNumber(value: number | bigint): string {
  if (typeof value === 'bigint') return String(value)
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return Object.is(value, -0) ? '-0' : String(value)
  const abs = Math.abs(value)
  return abs < 1e-6 || abs >= 1e21 ? value.toExponential() : String(value)
}

function convert(node: YamlNode, top: boolean, inFlow: boolean): JsonValue {
  const flow = inFlow || node.style === 'flow'
  switch (node.kind) {
    case 'scalar':
      // Most scalars, of which nothing else has to be looked at.
      if (isWord(node)) return node.value
      // Nothing at all cannot be written inside braces; it becomes an empty string.
      if (inFlow && isNothing(node)) return ''
      return checked(scalarOf(node, inFlow))
    case 'sequence':
      return node.content.map((item) => convert(item, false, flow))
    case 'mapping':
      return convertMapping(node, top, flow)
    case 'alias':
      return node.alias === undefined ? null : convert(node.alias, false, flow)
    default:
      return node.content[0] === undefined ? null : convert(node.content[0], top, flow)
  }
}

const word = /^[!-~][ -~]*$/

/** True for one line of ASCII that is known to be a string and keeps its text when it is written and read again. */
function isWord({ tag, explicitTag, style, value }: YamlNode): boolean {
  return tag === stringTag && explicitTag !== true && style !== 'folded' && word.test(value)
}

function isNothing(node: YamlNode): boolean {
  return (
    node.value === '' && node.style === '' && node.explicitTag !== true && (node.tag === '' || node.tag === '!!null')
  )
}

function convertMapping(node: YamlNode, top: boolean, flow: boolean): JsonValue {
  const out: JsonObject = {}
  const { content } = node
  for (let i = 0; i + 1 < content.length; i += 2) {
    const key = content[i]!
    if (key.kind !== 'scalar' || (key.tag !== stringTag && !top && !isStringKey(key))) {
      fail('json: unsupported type: map[interface {}]interface {}')
    }
    // Expanding merge keys doubles a null key.
    if (key.tag === '!!null' && key.value !== '')
      fail(`yaml: unmarshal errors:\n  mapping key "${key.value}" already defined`)
    if (unwritableKey.test(key.value)) fail('yaml: control characters are not allowed')
    if (Object.hasOwn(out, key.value)) fail(`yaml: unmarshal errors:\n  mapping key "${key.value}" already defined`)
    setOwn(out, key.value, convert(content[i + 1]!, false, flow))
  }
  return out
}

function isStringKey(key: YamlNode): boolean {
  if (isNothing(key)) return true
  if (key.tag !== '' || key.explicitTag === true) return false
  return typeof scalarOf(key) === 'string' && (key.style !== '' || resolvePlain(key.value, 'v3') === key.value)
}

/** What Go leaves as it is in JSON, and the YAML reader that gets this JSON refuses; a key also breaks at U+0085. */
const unwritable = /[\x7f-\x84\x86-\x9f\ufffe\uffff]/
const unwritableKey = /[\x7f-\x9f\ufffe\uffff]/

function checked(value: JsonValue): JsonValue {
  if (typeof value === 'string' && unwritable.test(value)) fail('yaml: control characters are not allowed')
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  if (!Number.isFinite(value)) fail(`json: unsupported value: ${formatFloat(value)}`)
  if (!Number.isInteger(value) || Math.abs(value) >= 1e21) return value
  // A large float is written with as few digits as it needs, and read again as an integer if it fits.
  const integer = BigInt(goNumber(value))
  return integer >= -(2n ** 63n) && integer < 2n ** 64n ? integer : value
}

function makeNode(
  value: JsonValue,
  old: YamlNode | undefined,
  mark: NodeMarker | undefined,
  marshalled: boolean,
): YamlNode {
  const node = shallowNode(value, marshalled)
  const same = old !== undefined && old.kind === node.kind && (node.kind !== 'scalar' || holds(old, value))
  if (same) {
    node.start = old.start
    node.end = old.end
    mark?.(node, old)
  } else mark?.(node)
  const before = same ? old : undefined
  // Below a node that is marked everything belongs to the mark.
  const inner = same ? mark : undefined
  if (Array.isArray(value)) {
    const olds = before === undefined ? [] : alignItems(before.content, value)
    value.forEach((item, i) => {
      node.content.push(makeNode(item, olds[i], inner, marshalled))
    })
  } else if (isObject(value)) {
    for (const key of Object.keys(value).sort(compareStrings)) {
      const [keyNode, oldValue] = keyOf(key, before)
      node.content.push(keyNode, makeNode(value[key]!, oldValue, inner, marshalled))
    }
  }
  return node
}

/** A node for a key, placed where the old mapping has it, and the old value. */
function keyOf(key: string, before: YamlNode | undefined): [YamlNode, YamlNode | undefined] {
  const node = newString(key)
  if (before === undefined) return [node, undefined]
  for (let i = 0; i + 1 < before.content.length; i += 2) {
    const old = before.content[i]!
    if (old.value !== key) continue
    node.start = old.start
    node.end = old.end
    return [node, before.content[i + 1]]
  }
  return [node, undefined]
}

/** Pairs the items of a changed list with the nodes they came from: equal ones first, the rest by position. */
function alignItems(nodes: readonly YamlNode[], items: readonly JsonValue[]): (YamlNode | undefined)[] {
  if (nodes.length === items.length || nodes.length > 200) return items.map((_, i) => nodes[i])
  const values = nodes.map((node) => convert(node, false, false))
  const used = new Set<number>()
  return items.map((item) => {
    const i = values.findIndex((value, index) => !used.has(index) && jsonEqual(value, item))
    if (i < 0) return undefined
    used.add(i)
    return nodes[i]
  })
}

function holds(node: YamlNode, value: JsonValue): boolean {
  try {
    return scalarOf(node) === value
  } catch {
    return false
  }
}

function shallowNode(value: JsonValue, marshalled: boolean): YamlNode {
  if (value === null) return newNode('scalar', 'null', '!!null')
  if (typeof value === 'boolean') return newNode('scalar', String(value), '!!bool')
  if (typeof value === 'number' || typeof value === 'bigint') {
    const text =
      marshalled || (typeof value === 'number' && !Number.isInteger(value))
        ? formatFloat(Number(value))
        : goNumber(value)
    return newNode('scalar', text, /^-?\d+$/.test(text) ? '!!int' : '!!float')
  }
  if (typeof value === 'string') {
    const node = newString(value)
    node.style = marshalled ? styleOf(value) : 'double'
    return node
  }
  const kind = Array.isArray(value) ? 'sequence' : 'mapping'
  return newNode(kind, '', Array.isArray(value) ? '!!seq' : '!!map', marshalled ? '' : 'flow')
}

const base60Float = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/

/** The style that yaml.v3 gives a string: plain if that reads as the same string, also by YAML 1.1. */
function styleOf(text: string): YamlStyle {
  if (text.includes('\n')) return 'literal'
  const plain = resolvePlain(text, 'v3')
  const isPlain = plain === text && text !== '<<' && !isYaml11NonString(text) && !base60Float.test(text)
  return isPlain ? '' : 'double'
}
