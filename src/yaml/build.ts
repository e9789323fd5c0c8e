import type { JsonValue } from '../base/index.ts'
import type { YamlKind, YamlNode, YamlStyle } from './node.ts'
import { formatFloat, GoFloat, GoInt, type GoValue } from './numbers.ts'

/**
 * A node made by code; it has no place in a file. It has the fields of parsed nodes in their order, and none is ever
 * deleted: with one shape of nodes in a build, reading them stays fast, and a node with a deleted field is five times as
 * large.
 */
export function newNode(kind: YamlKind, value = '', tag = '', style: YamlStyle = ''): YamlNode {
  return {
    kind,
    tag,
    explicitTag: false,
    value,
    style,
    anchor: '',
    alias: undefined,
    content: [],
    headComment: '',
    lineComment: '',
    footComment: '',
    start: -1,
    end: -1,
  }
}

/**
 * A scalar node. Its tag follows the JavaScript type; the emitter quotes a string that would read as something else.
 * A number is an integer when it is a whole number.
 */
export function scalar(
  value: null | boolean | number | bigint | string | GoInt | GoFloat,
  style: YamlStyle = '',
): YamlNode {
  if (value === null) return newNode('scalar', 'null', '!!null', style)
  if (typeof value === 'string') return newNode('scalar', value, '!!str', style)
  if (typeof value === 'boolean') return newNode('scalar', String(value), '!!bool', style)
  if (typeof value === 'bigint') return newNode('scalar', String(value), '!!int', style)
  if (value instanceof GoInt) return newNode('scalar', String(value.int), '!!int', style)
  const float = value instanceof GoFloat ? value.float : value
  if (!(value instanceof GoFloat) && Number.isInteger(float) && Math.abs(float) < 1e21) {
    return newNode('scalar', String(float), '!!int', style)
  }
  return newNode('scalar', yamlFloat(float), '!!float', style)
}

/** A float as go-yaml writes it. */
export function yamlFloat(value: number, bits: 32 | 64 = 64): string {
  const text = formatFloat(value, bits)
  return text === '+Inf' ? '.inf' : text === '-Inf' ? '-.inf' : text === 'NaN' ? '.nan' : text
}

/** A mapping of the given pairs, in their order. */
export function mapping(pairs: Iterable<readonly [string | YamlNode, YamlNode]> = [], style: YamlStyle = ''): YamlNode {
  const node = newNode('mapping', '', '!!map', style)
  for (const [key, value] of pairs) node.content.push(typeof key === 'string' ? scalar(key) : key, value)
  return node
}

/** A sequence of the given items. */
export function sequence(items: Iterable<YamlNode> = [], style: YamlStyle = ''): YamlNode {
  const node = newNode('sequence', '', '!!seq', style)
  node.content.push(...items)
  return node
}

/** A document around a root node. */
export function documentNode(root: YamlNode): YamlNode {
  const node = newNode('document')
  node.content.push(root)
  return node
}

/** The nodes of a JSON value, keys in their order. */
export function jsonToNode(value: JsonValue | GoValue): YamlNode {
  if (Array.isArray(value)) return sequence((value as JsonValue[]).map(jsonToNode))
  if (typeof value !== 'object' || value === null) return scalar(value)
  if (value instanceof GoInt || value instanceof GoFloat) return scalar(value)
  const node = newNode('mapping', '', '!!map')
  for (const [key, item] of Object.entries(value)) node.content.push(scalar(key), jsonToNode(item as JsonValue))
  return node
}

/** A deep copy; aliases inside it that point to anchors inside it point to the copies. */
export function cloneNode(node: YamlNode): YamlNode {
  const copies = new Map<YamlNode, YamlNode>()
  const aliases: YamlNode[] = []
  const copy = (from: YamlNode): YamlNode => {
    const to: YamlNode = { ...from, content: from.content.map(copy) }
    if (from.anchor !== '') copies.set(from, to)
    if (from.alias !== undefined) aliases.push(to)
    return to
  }
  const out = copy(node)
  for (const alias of aliases) alias.alias = copies.get(alias.alias!) ?? alias.alias
  return out
}
