import type { YamlNode } from '../yaml/index.ts'
import { fail } from './errors.ts'
import { copyNode } from './rnode.ts'

/** How many nodes the expansion of aliases may make: a bound that only an alias bomb reaches. */
const maxNodes = 400_000

/** Expands aliases and merge keys, as kyaml's DeAnchor does. Returns the node that stands in place of the given one. */
export function deAnchor(node: YamlNode): YamlNode {
  const state: State = { open: new Set(), done: new Set(), made: 0 }
  return expand(node, state)
}

interface State {
  readonly open: Set<YamlNode>
  /** What has no alias left in it. */
  readonly done: Set<YamlNode>
  made: number
}

function expand(node: YamlNode, state: State): YamlNode {
  if (node.anchor !== '' && node.kind !== 'alias') node.anchor = ''
  if (node.kind === 'scalar' || state.done.has(node)) return node
  if (state.open.has(node)) fail('yaml: anchor value contains itself')
  state.open.add(node)
  let out = node
  if (node.kind === 'alias') {
    if (node.alias === undefined) fail(`yaml: unknown anchor '${node.value}' referenced`)
    out = copyCounted(expand(node.alias, state), state)
  } else {
    if (node.kind === 'mapping' && mayMerge(node)) merge(node)
    const { content } = node
    for (let i = 0; i < content.length; i++) {
      const child = content[i]!
      if (child.kind === 'scalar') child.anchor = ''
      else content[i] = expand(child, state)
    }
  }
  state.open.delete(node)
  if (node.kind !== 'alias') state.done.add(node)
  return out
}

function mayMerge({ content }: YamlNode): boolean {
  for (let i = 0; i < content.length; i += 2) {
    const { tag, value } = content[i]!
    if (tag === '!!merge' || value === '<<') return true
  }
  return false
}

/** Takes `<<` out of a mapping and adds the fields that it stands for; own fields win, then later mappings. */
function merge(node: YamlNode): void {
  let value: YamlNode | undefined
  const own: YamlNode[] = []
  for (let i = 0; i + 1 < node.content.length; i += 2) {
    const key = node.content[i]!
    if (key.tag === '!!merge') {
      if (value !== undefined) fail('duplicate merge key')
      value = node.content[i + 1]!
    } else own.push(key, node.content[i + 1]!)
  }
  if (value === undefined) {
    // What merely looks like a merge key goes as well.
    const i = own.findIndex((key, index) => index % 2 === 0 && key.value === '<<')
    if (i >= 0) node.content.splice(i, 2)
    return
  }
  const position = new Map<string, number>()
  for (let i = own.length - 2; i >= 0; i -= 2) position.set(own[i]!.value, i)
  const mine = new Set(position.keys())
  for (const mapping of mergeValues(value)) {
    for (let i = 0; i + 1 < mapping.content.length; i += 2) {
      const key = copyNode(mapping.content[i]!)
      const item = copyNode(mapping.content[i + 1]!)
      if (mine.has(key.value)) continue
      const at = position.get(key.value)
      if (at === undefined) {
        position.set(key.value, own.length)
        own.push(key, item)
      } else {
        own[at] = key
        own[at + 1] = item
      }
    }
  }
  node.content = own
}

/** The mappings that a merge key names, the weakest first. */
function mergeValues(node: YamlNode): YamlNode[] {
  if (node.kind === 'mapping') return [node]
  if (node.kind === 'alias') {
    if (node.alias?.kind !== 'mapping') fail('invalid map merge: received alias for a non-map value')
    return [node.alias]
  }
  if (node.kind !== 'sequence') fail('map merge requires map or sequence of maps as the value')
  const out: YamlNode[] = []
  for (const item of node.content) {
    if (item.kind === 'sequence') fail('invalid map merge: received a nested sequence')
    out.unshift(...mergeValues(item))
  }
  return out
}

function copyCounted(node: YamlNode, state: State): YamlNode {
  if (++state.made > maxNodes) fail('yaml: document contains excessive aliasing', { code: 'kustomize/alias' })
  return { ...node, content: node.content.map((child) => copyCounted(child, state)) }
}
