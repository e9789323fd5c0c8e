import { entryOf, type FieldPath, itemsOf, type LocatedObject, nodeAt } from '../fleet/index.ts'
import type { Migration } from '../flux/index.ts'
import type { YamlNode } from '../yaml/index.ts'
import { columnOf, contentEnd, lineEnd, reindent, removeAt, type TextEdit } from './edits.ts'

/**
 * The edits that bring a Flux object to the API version that Flux 2.9 serves: the version itself, and fields that were
 * removed or are written in another way. `undefined` when a field cannot be converted by text alone.
 */
export function migrationEdits(text: string, located: LocatedObject, migration: Migration): TextEdit[] | undefined {
  const edits: TextEdit[] = []
  const version = nodeAt(located.root, ['apiVersion'])
  if (version !== undefined && migration.from !== migration.to) {
    edits.push({ range: { start: version.start, end: version.end }, newText: migration.to })
  }
  const patches = new Map<string, FieldPath[]>()
  for (const { path, rule } of migration.fields) {
    if (rule.action === 'deprecated') continue
    const last = String(path[path.length - 1])
    if (rule.action === 'convert' && /^patches/.test(last)) {
      const key = JSON.stringify(path.slice(0, -1))
      patches.set(key, [...(patches.get(key) ?? []), path])
      continue
    }
    const edit = rule.action === 'delete' ? removeAt(text, located.root, path) : toList(text, located.root, path)
    if (edit === undefined) return undefined
    edits.push(edit)
  }
  for (const paths of patches.values()) {
    const made = mergePatches(text, located.root, paths)
    if (made === undefined) return undefined
    edits.push(...made)
  }
  return edits
}

/** `valuesFile: x` becomes `valuesFiles:` with one item; where there is a list already, the field goes. */
function toList(text: string, root: YamlNode, path: FieldPath): TextEdit | undefined {
  const name = String(path[path.length - 1])
  const parent = nodeAt(root, path.slice(0, -1))
  const entry = entryOf(parent, name)
  if (entry === undefined || parent === undefined) return undefined
  if (entryOf(parent, `${name}s`) !== undefined) return removeAt(text, root, path)
  const value = text.slice(entry.value.start, contentEnd(text, entry.value))
  const range = { start: entry.key.start, end: contentEnd(text, entry.value) }
  if (parent.style === 'flow') return { range, newText: `${name}s: [${value}]` }
  const indent = ' '.repeat(columnOf(text, entry.key.start) + 2)
  return { range, newText: `${name}s:\n${indent}- ${value}` }
}

/** `patchesStrategicMerge` and `patchesJson6902` become items of `patches`, strategic merges first. */
function mergePatches(text: string, root: YamlNode, paths: readonly FieldPath[]): TextEdit[] | undefined {
  const parent = nodeAt(root, paths[0]!.slice(0, -1))
  if (parent === undefined || parent.style === 'flow') return undefined
  const keyColumn = columnOf(text, parent.start)
  const items: string[] = []
  const edits: TextEdit[] = []
  for (const path of [...paths].sort((a, b) => (String(a.at(-1)) < String(b.at(-1)) ? 1 : -1))) {
    const strategic = path[path.length - 1] === 'patchesStrategicMerge'
    for (const item of itemsOf(nodeAt(root, path))) {
      const made = strategic ? patchItem(text, item, undefined, keyColumn + 2) : json6902Item(text, item, keyColumn + 2)
      if (made === undefined) return undefined
      items.push(made)
    }
    const removal = removeAt(text, root, path)
    if (removal === undefined) return undefined
    edits.push(removal)
  }
  const existing = nodeAt(parent, ['patches'])
  const first = edits[0]!
  if (existing !== undefined && itemsOf(existing).length > 0) {
    if (existing.style === 'flow') return undefined
    const at = lineEnd(text, contentEnd(text, existing))
    const column = columnOf(text, existing.start)
    return [
      ...edits,
      {
        range: { start: at, end: at },
        newText: `${items.map((item) => shift(item, column - keyColumn - 2)).join('\n')}\n`,
      },
    ]
  }
  edits[0] = { range: first.range, newText: `${' '.repeat(keyColumn)}patches:\n${items.join('\n')}\n` }
  return edits
}

function json6902Item(text: string, item: YamlNode, indent: number): string | undefined {
  const patch = nodeAt(item, ['patch'])
  const target = nodeAt(item, ['target'])
  return patch === undefined || target === undefined ? undefined : patchItem(text, patch, target, indent)
}

/** One item of `patches`: the text of the node as a block scalar. */
function patchItem(text: string, patch: YamlNode, target: YamlNode | undefined, indent: number): string | undefined {
  if (patch.style === 'flow' || target?.style === 'flow' || patch.kind === 'alias') return undefined
  const pad = ' '.repeat(indent)
  const body =
    patch.kind === 'scalar' ? indentText(patch.value.trimEnd(), indent + 4) : reindent(text, patch, indent + 4)
  const lines = [`${pad}- patch: |`, body]
  if (target !== undefined) lines.push(`${pad}  target:`, reindent(text, target, indent + 4))
  return lines.join('\n')
}

function indentText(text: string, indent: number): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : ' '.repeat(indent) + line))
    .join('\n')
}

function shift(text: string, by: number): string {
  if (by === 0) return text
  const lines = text.split('\n')
  return lines
    .map((line) =>
      by > 0
        ? line === ''
          ? ''
          : ' '.repeat(by) + line
        : line.slice(Math.min(-by, line.length - line.trimStart().length)),
    )
    .join('\n')
}
