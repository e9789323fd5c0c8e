import type { TextRange } from '../base/index.ts'
import { entryOf, type FieldPath, lineStartAt, type MappingEntry, nodeAt } from '../fleet/index.ts'
import type { YamlNode } from '../yaml/index.ts'

/** A change of one file's text. */
export interface TextEdit {
  readonly range: TextRange
  readonly newText: string
}

/** Column of an offset: letters since the start of its line. */
export function columnOf(text: string, offset: number): number {
  return offset - lineStartAt(text, offset)
}

/** The end of the line that holds an offset, its newline included. */
export function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset)
  return newline < 0 ? text.length : newline + 1
}

/** The offset behind the last character of a node that is no blank. */
export function contentEnd(text: string, node: YamlNode): number {
  let end = Math.min(node.end, text.length)
  while (end > node.start && /\s/.test(text[end - 1]!)) end--
  return end
}

/** Removes an entry of a block mapping with its lines; `undefined` for one in a flow mapping, or first in a list item. */
function removeEntry(text: string, parent: YamlNode, entry: MappingEntry): TextEdit | undefined {
  if (parent.style === 'flow') return undefined
  const start = entry.key.start - columnOf(text, entry.key.start)
  const end = lineEnd(text, Math.max(contentEnd(text, entry.value), entry.key.end))
  if (text.slice(start, entry.key.start).trim() === '') return { range: { start, end }, newText: '' }
  // The first entry of a list item shares its line with the dash: what follows moves up to it.
  const index = parent.content.indexOf(entry.key)
  const next = parent.content[index + 2]
  return next === undefined ? undefined : { range: { start: entry.key.start, end: next.start }, newText: '' }
}

/** Removes the entry at a path. */
export function removeAt(text: string, root: YamlNode, path: FieldPath): TextEdit | undefined {
  const last = path[path.length - 1]
  const parent = nodeAt(root, path.slice(0, -1))
  const entry = typeof last === 'string' ? entryOf(parent, last) : undefined
  return entry === undefined || parent === undefined ? undefined : removeEntry(text, parent, entry)
}

/** The text of a block node with another indentation; blank lines stay blank. */
export function reindent(text: string, node: YamlNode, indent: number): string {
  const from = columnOf(text, node.start)
  const lines = text.slice(node.start, contentEnd(text, node)).split('\n')
  return lines
    .map((line, i) => {
      const body = i === 0 ? line : line.slice(Math.min(from, line.length - line.trimStart().length))
      return body.trim() === '' ? '' : ' '.repeat(indent) + body
    })
    .join('\n')
}
