import { lineStartAt } from '../fleet/index.ts'

/** Where a cursor stands in a YAML text, found by indentation so that it works in a document that does not parse. */
export interface Cursor {
  /** Path of the mapping or list that the cursor writes in. */
  readonly parent: readonly (string | number)[]
  /** `key`: a key is being written; `value`: the value of `key`; `item`: an item of a list of scalars (or its first key). */
  readonly at: 'key' | 'value' | 'item'
  readonly key: string | undefined
  /** What is written so far of the key or value. */
  readonly prefix: string
  /** Offset where the key or value begins. */
  readonly start: number
  /** Offset behind the key or value, for replacing all of it. */
  readonly end: number
  /** Column at which keys of the parent stand. */
  readonly column: number
  /** Start and end of the document. */
  readonly document: { readonly start: number; readonly end: number }
  /** True inside a block scalar or a comment: nothing structural can be completed there. */
  readonly inText: boolean
}

interface Line {
  readonly start: number
  readonly text: string
}

interface LineShape {
  /** Columns of the dashes at the beginning of the line. */
  readonly dashes: readonly number[]
  /** Column of what follows the dashes. */
  readonly column: number
  /** The key, when what follows is one. */
  readonly key: string | undefined
  readonly value: string
}

const maxLines = 20_000

/** Finds where an offset stands. */
export function cursorAt(text: string, offset: number): Cursor {
  const document = documentBounds(text, offset)
  const lineStart = lineStartAt(text, offset)
  const lineEndAt = text.indexOf('\n', offset)
  const lineEnd = lineEndAt < 0 ? text.length : lineEndAt
  const before = text.slice(lineStart, offset)
  const lines = linesBefore(text, document.start, lineStart)
  const shape = shapeOf(before)
  const parent = parentPath(lines, shape)
  const inText = isInText(lines, before)
  const base = { document, column: shape.column, inText }
  if (
    shape.key !== undefined &&
    /:\s/.test(`${before.slice(shape.column + shape.key.length)} `) &&
    hasColon(before, shape)
  ) {
    const valueStart = lineStart + before.length - shape.value.length
    return {
      ...base,
      parent,
      at: 'value',
      key: shape.key,
      prefix: shape.value,
      start: valueStart,
      end: valueEnd(text, valueStart, lineEnd),
    }
  }
  const prefix = before.slice(shape.column)
  const start = lineStart + shape.column
  const rest = /^[^\s:]*/.exec(text.slice(offset, lineEnd))![0]
  return {
    ...base,
    parent,
    at: shape.dashes.length > 0 ? 'item' : 'key',
    key: undefined,
    prefix,
    start,
    end: offset + rest.length,
  }
}

function hasColon(before: string, shape: LineShape): boolean {
  return before.slice(shape.column).includes(':')
}

/** The end of a plain or quoted value: before a comment, without blanks. */
function valueEnd(text: string, start: number, lineEnd: number): number {
  const rest = text.slice(start, lineEnd).replace(/\s+#.*$/, '')
  return start + rest.trimEnd().length
}

function documentBounds(text: string, offset: number): { start: number; end: number } {
  let start = 0
  let end = text.length
  for (const match of text.matchAll(/^---(?=\s|$).*$/gm)) {
    if (match.index < offset - 3) start = match.index + match[0].length + 1
    else {
      end = match.index
      break
    }
  }
  return { start: Math.min(start, text.length), end }
}

/** Lines from the start of the document to the one before the cursor's, nearest first; blank ones and comments left out. */
function linesBefore(text: string, from: number, lineStart: number): Line[] {
  const out: Line[] = []
  let end = lineStart - 1
  while (end >= from && out.length < maxLines) {
    const start = Math.max(from, lineStartAt(text, end))
    const line = text.slice(start, end)
    if (line.trim() !== '' && !line.trimStart().startsWith('#')) out.push({ start, text: line })
    end = start - 1
  }
  return out
}

function shapeOf(line: string): LineShape {
  const dashes: number[] = []
  let column = line.length - line.trimStart().length
  while (line[column] === '-' && (line[column + 1] === ' ' || line[column + 1] === undefined)) {
    dashes.push(column)
    column++
    while (line[column] === ' ') column++
  }
  const rest = line.slice(column)
  const match =
    /^("(?:[^"\\]|\\.)*"|'[^']*'|[^\s#:'"{}[\],&*!|>%@`][^#:]*?|[^\s#'"{}[\],&*!|>%@`][^\s#]*?)\s*:(?:\s+|$)(.*)$/.exec(
      rest,
    )
  if (match === null) return { dashes, column, key: undefined, value: rest }
  return { dashes, column, key: match[1]!.replace(/^["']|["']$/g, ''), value: match[2]! }
}

/** Climbs from the cursor's line to the root by indentation. */
function parentPath(lines: readonly Line[], cursor: LineShape): (string | number)[] {
  const path: (string | number)[] = []
  let column = cursor.column
  /** Dashes of the current item that still have to be resolved, innermost last. */
  let dashes = [...cursor.dashes]
  let index = 0
  for (let i = 0; i <= lines.length; i++) {
    // An item of a list: count the items before it, up to the key that holds the list.
    const dash = dashes[dashes.length - 1]
    const line = lines[i]
    if (line === undefined) {
      if (dash !== undefined) path.unshift(index)
      break
    }
    const shape = shapeOf(line.text)
    const first = shape.dashes[0] ?? shape.column
    if (dash !== undefined) {
      if (shape.dashes.includes(dash) && shape.dashes.indexOf(dash) === 0) index++
      else if (first <= dash && shape.dashes.length === 0 && shape.key !== undefined) {
        path.unshift(shape.key, index)
        column = shape.column
        dashes = []
        index = 0
      } else if (shape.key !== undefined && shape.column <= dash && shape.dashes.every((other) => other < dash)) {
        path.unshift(shape.key, index)
        column = shape.column
        dashes = [...shape.dashes]
        index = 0
      }
      continue
    }
    if (shape.column === column && shape.dashes.length > 0) {
      // The first key of the item that the cursor's mapping belongs to.
      dashes = [...shape.dashes]
      index = 0
    } else if (shape.column < column && shape.key !== undefined) {
      path.unshift(shape.key)
      column = shape.column
      dashes = [...shape.dashes]
      index = 0
    }
  }
  return path
}

/** True in a comment, or below a key with `|` or `>`. */
function isInText(lines: readonly Line[], before: string): boolean {
  if (/(^|\s)#/.test(before)) return true
  let column = before.trim() === '' ? before.length : before.length - before.trimStart().length
  for (const line of lines) {
    const shape = shapeOf(line.text)
    const at = shape.dashes[0] ?? shape.column
    if (at >= column) continue
    if (/^[|>][-+0-9]*\s*(#.*)?$/.test(shape.value)) return true
    column = at
    if (column === 0) return false
  }
  return false
}
