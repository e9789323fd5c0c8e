import { countBefore } from '../base/index.ts'
import { parseDocuments, type YamlNode } from '../yaml/index.ts'

/**
 * Lines and columns as go-yaml notes them on nodes. Only the hash of a kind other than ConfigMap and Secret looks at
 * them (hash.ts), so they cost the usual build nothing: a build that needs one runs again with `start` of every node
 * being such a place instead of an offset. A place is larger than any offset, which tells the two apart.
 *
 * In that mode `end` says whether a collection is Go's nil list (`end` equals `start`: nothing was ever in it) or an
 * empty one.
 */
const base = 2 ** 51
const unknownPlace = base
const lineUnit = 2 ** 24

/** True for a place, false for an offset and for what code made. */
export function isGoPlace(start: number): boolean {
  return start >= base
}

/** Line and column, from 1; 0 for a node that code made, `undefined` where they are not known. */
export function goPlaceOf({ start }: YamlNode): { readonly line: number; readonly column: number } | undefined {
  if (start === unknownPlace) return undefined
  if (!isGoPlace(start)) return { line: 0, column: 0 }
  return { line: Math.floor((start - base) / lineUnit), column: (start - base) % lineUnit }
}

/** Puts places in place of the offsets of a tree that was parsed from this text. */
export function setGoPlaces(root: YamlNode, text: string): void {
  const placeAt = createPlaces(text)
  const seen = new Set<YamlNode>()
  const visit = (node: YamlNode): void => {
    if (seen.has(node)) return
    seen.add(node)
    const lost = node.kind === 'mapping' ? missingValue(node, text) : undefined
    const isNil = node.content.length === 0
    node.start = placeAt(node.start)
    node.end = node.start + (isNil ? 0 : 1)
    if (node.alias !== undefined) visit(node.alias)
    for (const child of node.content) visit(child)
    if (lost !== undefined) lost.start = unknownPlace
  }
  visit(root)
}

/** The place of an offset. Those asked for in order count each line once, however long it is. */
function createPlaces(text: string): (offset: number) => number {
  const lines = lineStarts(text)
  const last = { line: -1, offset: 0, column: 0 }
  return (offset) => {
    const line = Math.max(0, countBefore(lines, (start) => start <= offset) - 1)
    if (line !== last.line || offset < last.offset) Object.assign(last, { line, offset: lines[line]!, column: 0 })
    // Columns count characters.
    for (const _ of text.slice(last.offset, offset)) last.column++
    last.offset = offset
    return base + (line + 1) * lineUnit + last.column + 1
  }
}

/**
 * The value that a last entry `? key` or an entry `[key: ]` does not have: go-yaml notes it where the scanner happens to
 * be, which comments and the end of the text move.
 */
function missingValue({ style, content, start }: YamlNode, text: string): YamlNode | undefined {
  const value = content[content.length - 1]
  if (value?.kind !== 'scalar' || value.value !== '' || value.style !== '') return undefined
  if (value.anchor !== '' || value.explicitTag === true) return undefined
  const isLost = style === 'flow' ? text[start] !== '{' : text[value.start - 1] !== ':'
  return isLost ? value : undefined
}

/** The root of a text that Go wrote, with places. */
export function parseWithGoPlaces(text: string): YamlNode | undefined {
  const root = parseDocuments(text).documents[0]?.root
  if (root !== undefined) setGoPlaces(root, text)
  return root
}

function lineStarts(text: string): number[] {
  // A byte order mark does not count.
  const starts = [text.startsWith('\ufeff') ? 1 : 0]
  for (const match of text.matchAll(/\r\n|[\n\r\x85\u2028\u2029]/g)) starts.push(match.index + match[0].length)
  return starts
}
