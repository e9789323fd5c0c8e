import type { YamlNode } from './node.ts'

/** Steps from a root to a node: keys of mappings, indexes of sequences. */
export type YamlPath = readonly (string | number)[]

/** The node itself, or what an alias stands for. */
export function followAlias(node: YamlNode): YamlNode {
  let current = node
  for (let i = 0; current.kind === 'alias' && current.alias !== undefined && i < 100; i++) current = current.alias
  return current
}

/** The value of a mapping's key, the last one where the key is repeated; follows an alias to the mapping. */
export function getField(node: YamlNode | undefined, key: string): YamlNode | undefined {
  const pair = findPair(node, key)
  return pair < 0 ? undefined : followAlias(node!).content[pair + 1]
}

/** The key's own node. */
export function getKeyNode(node: YamlNode | undefined, key: string): YamlNode | undefined {
  const pair = findPair(node, key)
  return pair < 0 ? undefined : followAlias(node!).content[pair]
}

function findPair(node: YamlNode | undefined, key: string): number {
  if (node === undefined) return -1
  const target = followAlias(node)
  if (target.kind !== 'mapping') return -1
  for (let i = target.content.length - 2; i >= 0; i -= 2) {
    const candidate = target.content[i]!
    if (candidate.kind === 'scalar' && candidate.value === key) return i
  }
  return -1
}

/** The node at a path, `undefined` where a step is missing. */
export function nodeAt(root: YamlNode | undefined, path: YamlPath): YamlNode | undefined {
  let current = root?.kind === 'document' ? root.content[0] : root
  for (const step of path) {
    if (current === undefined) return undefined
    const target = followAlias(current)
    if (typeof step === 'number' && target.kind === 'sequence') current = target.content[step]
    else current = getField(target, String(step))
  }
  return current
}

/** Where an offset lies: the innermost node there, its path, and whether it is a mapping's key. */
export interface PathAtOffset {
  readonly path: (string | number)[]
  readonly node: YamlNode
  readonly isKey: boolean
}

/** The path of the innermost node that holds an offset; at a key, the path ends with that key. */
export function pathAt(root: YamlNode, offset: number): PathAtOffset | undefined {
  let node = root.kind === 'document' ? root.content[0] : root
  if (node === undefined || offset < node.start || offset > node.end) return undefined
  const path: (string | number)[] = []
  for (;;) {
    const child = childAt(node, offset)
    if (child === undefined) return { path, node, isKey: false }
    path.push(child.step)
    node = child.node
    if (child.isKey) return { path, node, isKey: true }
  }
}

function childAt(
  node: YamlNode,
  offset: number,
): { step: string | number; node: YamlNode; isKey: boolean } | undefined {
  const content = node.content
  for (let i = 0; i < content.length; i++) {
    const child = content[i]!
    if (offset < child.start || offset > child.end || child.start < 0) continue
    if (node.kind === 'sequence') return { step: i, node: child, isKey: false }
    if (node.kind !== 'mapping') continue
    const isKey = i % 2 === 0
    return { step: content[isKey ? i : i - 1]!.value, node: child, isKey }
  }
  return undefined
}
