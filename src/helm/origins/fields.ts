import { isObject } from '../../base/index.ts'
import { followAlias, nodeToJson, type YamlNode } from '../../yaml/index.ts'
import type { ValuePath } from './types.ts'

/** A field of a mapping: its key and its value. */
interface Entry {
  readonly key: YamlNode
  readonly value: YamlNode
}

/** The node at a path of the JSON that a document stands for: keys as Helm reads them, merged maps with their fields. */
export function fieldAt(root: YamlNode | undefined, path: ValuePath): YamlNode | undefined {
  let current = root
  for (const step of path) {
    if (current === undefined) return undefined
    const node = followAlias(current)
    if (node.kind === 'sequence') current = typeof step === 'number' ? node.content[step] : undefined
    else current = entryAt(node, String(step))?.value
  }
  return current
}

/** The key of a field; `undefined` for an item of a list and for the document. */
export function keyAt(root: YamlNode | undefined, path: ValuePath): YamlNode | undefined {
  const last = path.at(-1)
  const holder = typeof last === 'string' ? fieldAt(root, path.slice(0, -1)) : undefined
  return holder === undefined ? undefined : entryAt(followAlias(holder), String(last))?.key
}

function entryAt(mapping: YamlNode, name: string, depth = 0): Entry | undefined {
  if (mapping.kind !== 'mapping' || depth > 8) return undefined
  const entries = entriesOf(mapping)
  const written = entries.findLast(({ key }) => key.kind === 'scalar' && key.value === name)
  if (written !== undefined) return written
  // `n: x` is a field named `false`.
  const read = entries.findLast(({ key }) => key.kind === 'scalar' && key.style === '' && keyName(key) === name)
  if (read !== undefined) return read
  for (const { value } of entries.filter(({ key }) => key.value === '<<')) {
    const target = followAlias(value)
    const merged = target.kind === 'sequence' ? target.content.map(followAlias) : [target]
    for (const each of merged) {
      const found = entryAt(each, name, depth + 1)
      if (found !== undefined) return found
    }
  }
  return undefined
}

function entriesOf(mapping: YamlNode): Entry[] {
  const out: Entry[] = []
  for (let i = 0; i + 1 < mapping.content.length; i += 2) {
    out.push({ key: mapping.content[i]!, value: mapping.content[i + 1]! })
  }
  return out
}

/** The name that a key has in JSON. */
function keyName(key: YamlNode): string | undefined {
  const { value } = nodeToJson({ ...key, kind: 'mapping', tag: '!!map', value: '', content: [key, key] }, { text: '' })
  return isObject(value) ? Object.keys(value)[0] : undefined
}
