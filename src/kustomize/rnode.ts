import { newNode, type YamlKind, type YamlNode, type YamlStyle } from '../yaml/index.ts'
import { fail, NodeKindError } from './errors.ts'
import { isGoPlace } from './go-places.ts'
import { isYaml11NonString } from './scalar.ts'

/**
 * Operations on YAML nodes with the semantics of kyaml (kyaml/yaml/{rnode,fns,kfns}.go, v0.21.1). Nodes are changed in
 * place and may be shared between places, exactly where kyaml shares them: later steps see each other's changes.
 */

export const nullTag = '!!null'
export const stringTag = '!!str'
export const intTag = '!!int'

/** A string as go-yaml's Node.SetString makes it: literal style when it has several lines. */
export function newString(value: string): YamlNode {
  return newNode('scalar', value, stringTag, value.includes('\n') ? 'literal' : '')
}

/** A scalar whose type is found from its text when written, unless a style says that it is a string. */
export function newScalar(value: string): YamlNode {
  return newNode('scalar', value)
}

export function copyNode(node: YamlNode): YamlNode {
  return { ...node, content: node.content.map(copyNode) }
}

/** Replaces what a node is by what another one is; both keep their identity. */
export function assignNode(target: YamlNode, source: YamlNode): void {
  if (target === source) return
  // A value made by code that is what the file says leaves the place in the file.
  if (source.start >= 0 || source.kind !== 'scalar' || source.value !== target.value || isGoPlace(target.start)) {
    target.start = source.start
    target.end = source.end
  }
  target.kind = source.kind
  target.tag = source.tag
  target.value = source.value
  target.style = source.style
  target.anchor = source.anchor
  target.content = source.content.length === 0 ? [] : source.content.slice()
  target.headComment = source.headComment
  target.lineComment = source.lineComment
  target.footComment = source.footComment
  target.alias = source.alias
  target.explicitTag = source.explicitTag === true
}

export function isMissingOrNull(node: YamlNode | undefined): node is undefined {
  return node === undefined || node.tag === nullTag
}

export function isNilOrEmpty(node: YamlNode | undefined): boolean {
  return node === undefined || node.tag === nullTag || (node.kind !== 'scalar' && node.content.length === 0)
}

export function isEmptyMap(node: YamlNode | undefined): boolean {
  return node === undefined || node.tag === nullTag || (node.kind === 'mapping' && node.content.length === 0)
}

/** True for a scalar that is a string, or that nobody gave a type. */
export function isStringScalar(node: YamlNode): boolean {
  return node.kind === 'scalar' && (node.tag === stringTag || node.tag === '')
}

/** The text of a node, `''` for null. */
export function textValue(node: YamlNode | undefined): string {
  return node === undefined || node.tag === nullTag ? '' : node.value
}

/** Fails unless the node is null or of the kind. */
export function requireKind(node: YamlNode | undefined, kind: YamlKind): void {
  if (node === undefined || node.tag === nullTag) return
  if (node.kind !== kind) throw new NodeKindError(kind, node.kind)
}

/** Index of the first key with this text, -1 when there is none. Looks at content whatever the kind, as kyaml does. */
export function keyIndex(node: YamlNode, name: string): number {
  const { content } = node
  for (let i = 0; i + 1 < content.length; i += 2) if (content[i]!.value === name) return i
  if (content.length % 2 === 1 && node.kind !== 'mapping') fail('runtime error: index out of range')
  return -1
}

/** The value of a field of a mapping; `undefined` for any other kind. */
export function fieldOf(node: YamlNode | undefined, name: string): YamlNode | undefined {
  if (node === undefined || node.kind !== 'mapping') return undefined
  const i = keyIndex(node, name)
  return i < 0 ? undefined : node.content[i + 1]
}

/** The value of a field whatever the kind of the node. */
export function rawField(node: YamlNode | undefined, name: string): YamlNode | undefined {
  if (node === undefined) return undefined
  const i = keyIndex(node, name)
  return i < 0 ? undefined : node.content[i + 1]
}

/** kyaml's Get: `undefined` when missing; fails when the node is no mapping. */
export function getField(node: YamlNode | undefined, name: string): YamlNode | undefined {
  if (isMissingOrNull(node)) return undefined
  requireKind(node, 'mapping')
  return fieldOf(node, name)
}

/** The elements of a sequence; fails for other kinds. */
export function elementsOf(node: YamlNode): YamlNode[] {
  requireKind(node, 'sequence')
  return node.content
}

/** The names of the fields of a mapping; fails for other kinds. */
export function fieldNames(node: YamlNode): string[] {
  requireKind(node, 'mapping')
  const names: string[] = []
  for (let i = 0; i < node.content.length; i += 2) names.push(node.content[i]!.value)
  return names
}

export interface SetFieldOptions {
  /** Style of the key, if it has to be added. */
  readonly keyStyle?: YamlStyle
  /** Write null instead of taking the field away. */
  readonly keepNull?: boolean
}

/** Writes a value over a scalar (kyaml's FieldSetter without a name): the style of the old scalar stays. */
export function setScalar(target: YamlNode, value: YamlNode): void {
  quoteIfAmbiguous(value)
  requireKind(target, 'scalar')
  if (isMissingOrNull(value)) return
  takeStyle(value, target)
  assignNode(target, value)
}

/** Sets, adds or (for null) clears a field of a mapping (kyaml's FieldSetter). Returns the node that is there now. */
export function setField(
  node: YamlNode,
  name: string,
  value: YamlNode | undefined,
  options: SetFieldOptions = {},
): YamlNode | undefined {
  if (name === '') {
    if (value !== undefined) setScalar(node, value)
    return node
  }
  if (value !== undefined) quoteIfAmbiguous(value)
  if (value === undefined || (value.tag === nullTag && options.keepNull !== true)) {
    clearField(node, name)
    return undefined
  }
  const field = getField(node, name)
  if (field !== undefined) {
    takeStyle(value, field)
    assignNode(field, value)
    return field
  }
  node.content.push(newNode('scalar', name, '', options.keyStyle ?? ''), value)
  return value
}

/** Removes the first field of this name; fails when the node is no mapping. */
export function clearField(node: YamlNode, name: string): void {
  requireKind(node, 'mapping')
  const i = keyIndex(node, name)
  if (i >= 0) node.content.splice(i, 2)
}

/** kyaml's SetMapField: makes the mappings on the way. */
export function setPath(node: YamlNode, path: readonly string[], value: YamlNode): void {
  let at = node
  for (const name of path.slice(0, -1)) at = getOrCreate(at, name, 'mapping')
  setField(at, path[path.length - 1]!, value)
}

/** The field, added with an empty value of this kind when it is missing. */
export function getOrCreate(node: YamlNode, name: string, kind: YamlKind): YamlNode {
  const found = getField(node, name)
  if (found !== undefined) return found
  if (isMissingOrNull(node)) return node
  return setField(node, name, newNode(kind))!
}

function takeStyle(value: YamlNode, from: YamlNode): void {
  if (value === from) return
  value.style = from.style
  value.explicitTag = from.explicitTag === true
}

/** A string that YAML 1.1 would read as something else is quoted (IsYaml1_1NonString). */
export function quoteIfAmbiguous(value: YamlNode): void {
  if (value.style === '' && value.explicitTag !== true && isStringScalar(value) && isYaml11NonString(value.value))
    value.style = 'double'
}
