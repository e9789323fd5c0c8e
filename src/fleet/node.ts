import type { TextRange } from '../base/index.ts'
import type { YamlNode } from '../yaml/index.ts'

/** A key of a mapping with its value. */
export interface MappingEntry {
  readonly key: YamlNode
  readonly value: YamlNode
}

export type FieldPath = readonly (string | number)[]

/** The node itself, or what an alias stands for. */
export function resolveAlias(node: YamlNode | undefined): YamlNode | undefined {
  let current = node
  for (let i = 0; i < 16 && current?.kind === 'alias'; i++) current = current.alias
  return current
}

/** The entry of a mapping; `undefined` for a missing key and for anything but a mapping. */
export function entryOf(node: YamlNode | undefined, key: string): MappingEntry | undefined {
  const mapping = resolveAlias(node)
  if (mapping?.kind !== 'mapping') return undefined
  for (let i = 0; i + 1 < mapping.content.length; i += 2) {
    if (mapping.content[i]!.value === key) return { key: mapping.content[i]!, value: mapping.content[i + 1]! }
  }
  return undefined
}

/** The entries of a mapping in order; empty for anything else. */
export function entriesOf(node: YamlNode | undefined): MappingEntry[] {
  const mapping = resolveAlias(node)
  if (mapping?.kind !== 'mapping') return []
  const out: MappingEntry[] = []
  for (let i = 0; i + 1 < mapping.content.length; i += 2) {
    out.push({ key: mapping.content[i]!, value: mapping.content[i + 1]! })
  }
  return out
}

/** The items of a sequence; empty for anything else. */
export function itemsOf(node: YamlNode | undefined): readonly YamlNode[] {
  const sequence = resolveAlias(node)
  return sequence?.kind === 'sequence' ? sequence.content : []
}

/** The node at a path of keys and indexes. */
export function nodeAt(root: YamlNode | undefined, path: FieldPath): YamlNode | undefined {
  let current = root
  for (const step of path) {
    current = typeof step === 'number' ? itemsOf(current)[step] : entryOf(current, step)?.value
    if (current === undefined) return undefined
  }
  return current
}

/** The text of the scalar at a path; `undefined` when it is missing or no scalar. */
export function scalarAt(root: YamlNode | undefined, path: FieldPath): string | undefined {
  const node = resolveAlias(nodeAt(root, path))
  return node?.kind === 'scalar' ? node.value : undefined
}

/** The range of a node. */
export function rangeOf(node: YamlNode): TextRange {
  return { start: node.start, end: node.end }
}

/**
 * The range to mark for a path: the value of a scalar, the key of a mapping or list; where the path ends too early,
 * the last key that is there.
 */
export function rangeAt(root: YamlNode, path: FieldPath): TextRange {
  let current: YamlNode | undefined = root
  let mark: YamlNode | undefined
  for (const step of path) {
    if (typeof step === 'number') {
      current = itemsOf(current)[step]
      if (current === undefined) break
      mark = current.kind === 'scalar' || current.kind === 'alias' ? current : firstKey(current)
    } else {
      const entry = entryOf(current, step)
      if (entry === undefined) break
      current = entry.value
      mark = isMarkable(entry.value) ? entry.value : entry.key
    }
  }
  return rangeOf(mark ?? firstKey(root))
}

function isMarkable(node: YamlNode): boolean {
  return (
    (node.kind === 'scalar' && node.start >= 0 && node.end > node.start && !isBlockScalar(node)) ||
    node.kind === 'alias'
  )
}

function isBlockScalar(node: YamlNode): boolean {
  return node.style === 'literal' || node.style === 'folded'
}

function firstKey(node: YamlNode): YamlNode {
  return node.kind === 'mapping' && node.content.length > 0 ? node.content[0]! : node
}

/** The range of the key at a path, `undefined` when there is none. */
export function keyRangeAt(root: YamlNode, path: FieldPath): TextRange | undefined {
  const last = path[path.length - 1]
  if (typeof last !== 'string') return undefined
  const entry = entryOf(nodeAt(root, path.slice(0, -1)), last)
  return entry === undefined ? undefined : rangeOf(entry.key)
}

/** Where an offset is in a document: the path, and whether it is on a key or in a value. */
export interface NodePosition {
  readonly path: FieldPath
  readonly node: YamlNode
  readonly onKey: boolean
  /** The mappings and sequences from the root to the node, the node itself last. */
  readonly parents: readonly YamlNode[]
}

/** Finds the innermost node that touches an offset. */
export function positionAt(root: YamlNode, offset: number): NodePosition {
  const path: (string | number)[] = []
  const parents: YamlNode[] = [root]
  let current = root
  for (;;) {
    const next = childAt(current, offset)
    if (next === undefined) return { path, node: current, onKey: false, parents }
    path.push(next.step)
    if (next.onKey) return { path, node: next.node, onKey: true, parents }
    current = next.node
    parents.push(current)
  }
}

function childAt(
  node: YamlNode,
  offset: number,
): { step: string | number; node: YamlNode; onKey: boolean } | undefined {
  if (node.kind === 'sequence') {
    const index = node.content.findIndex((item) => touches(item, offset))
    return index < 0 ? undefined : { step: index, node: node.content[index]!, onKey: false }
  }
  if (node.kind !== 'mapping') return undefined
  for (const { key, value } of entriesOf(node)) {
    if (touches(key, offset)) return { step: key.value, node: key, onKey: true }
    if (touches(value, offset)) return { step: key.value, node: value, onKey: false }
  }
  return undefined
}

function touches(node: YamlNode, offset: number): boolean {
  return node.start >= 0 && node.start <= offset && offset <= node.end
}
