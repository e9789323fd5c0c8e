import type { JsonValue, TextRange } from '../base/index.ts'
import { jsonToNode } from './build.ts'
import { emitNode } from './emit.ts'
import type { YamlNode } from './node.ts'
import { parseDocuments } from './parse.ts'
import { followAlias, type YamlPath } from './path.ts'
import { resolveText } from './resolve.ts'

/** A replacement in a text. */
export interface TextEdit {
  readonly range: TextRange
  readonly newText: string
}

/** Applies edits that do not overlap; their ranges are those of the text before any of them. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let out = ''
  let at = 0
  for (const { range, newText } of [...edits].sort((a, b) => a.range.start - b.range.start)) {
    out += text.slice(at, range.start) + newText
    at = range.end
  }
  return out + text.slice(at)
}

/**
 * The edits that set the value at a path of a document, making the mappings on the way. Everything else in the text,
 * comments and formatting included, stays as it is; a path through an alias changes what the alias stands for.
 * No edits when there is no such document, or a list's index lies behind its end.
 */
export function setIn(text: string, documentIndex: number, path: YamlPath, value: JsonValue): TextEdit[] {
  const document = parseDocuments(text).documents[documentIndex]
  if (document === undefined) return []
  const editor = new Editor(text, document.root)
  const edits =
    document.root === undefined || path.length === 0
      ? editor.replaceRoot(document.root, document.range, wrap(path, value))
      : editor.set(document.root, path, value)
  // A block scalar at the end of a text needs the line break that is part of it.
  return edits.map(({ range, newText }) => {
    const open = range.end === text.length && (newText.includes('\n') || document.root === undefined)
    return open ? { range, newText: `${newText}\n` } : { range, newText }
  })
}

/**
 * The edits that remove a mapping's key or a list's item, with the comment above it. Its parent becomes `{}` or `[]`
 * when nothing else is in it. No edits when there is nothing at the path.
 */
export function deleteIn(text: string, documentIndex: number, path: YamlPath): TextEdit[] {
  const root = parseDocuments(text).documents[documentIndex]?.root
  if (root === undefined || path.length === 0) return []
  return new Editor(text, root).delete(root, path)
}

/** A value below a path: `['a', 'b']` and 1 give `{a: {b: 1}}`. */
function wrap(path: YamlPath, value: JsonValue): JsonValue {
  let out = value
  for (let i = path.length - 1; i >= 0; i--) {
    const step = path[i]!
    out = typeof step === 'number' ? [out] : Object.fromEntries([[step, out]])
  }
  return out
}

interface Found {
  readonly parent: YamlNode
  /** Index into the parent's content of the value. */
  readonly at: number
  readonly inFlow: boolean
}

function isCollection(value: JsonValue): boolean {
  return typeof value === 'object' && value !== null && (Array.isArray(value) ? value : Object.keys(value)).length > 0
}

class Editor {
  readonly #text: string
  readonly #wide: boolean

  constructor(text: string, root: YamlNode | undefined) {
    this.#text = text
    this.#wide = root === undefined || (widthOfSequences(text, root) ?? true)
  }

  replaceRoot(root: YamlNode | undefined, range: TextRange, value: JsonValue): TextEdit[] {
    const newText = this.#block(value, 0)
    if (root !== undefined) return [{ range: { start: root.start, end: root.end }, newText }]
    const at = range.end
    const lead = at > 0 && this.#text[at - 1] !== '\n' ? '\n' : ''
    return [{ range: { start: at, end: at }, newText: `${lead}${newText}` }]
  }

  set(root: YamlNode, path: YamlPath, value: JsonValue): TextEdit[] {
    let node = root
    let inFlow = root.style === 'flow'
    let found: Found | undefined
    for (let i = 0; i < path.length; i++) {
      const container = followAlias(node)
      inFlow ||= container.style === 'flow' && container.kind !== 'scalar'
      const at = stepInto(container, path[i]!)
      if (at >= 0) {
        found = { parent: container, at, inFlow }
        node = container.content[at]!
        continue
      }
      return this.#insert({ container, found, inFlow }, path[i]!, wrap(path.slice(i + 1), value))
    }
    return found === undefined ? [] : this.#replace(found, value)
  }

  delete(root: YamlNode, path: YamlPath): TextEdit[] {
    let node = root
    let inFlow = false
    let outer: Found | undefined
    let found: Found | undefined
    for (const step of path) {
      const container = followAlias(node)
      inFlow ||= container.style === 'flow'
      const at = stepInto(container, step)
      if (at < 0) return []
      outer = found
      found = { parent: container, at, inFlow }
      node = container.content[at]!
    }
    if (found === undefined) return []
    const size = found.parent.kind === 'mapping' ? 2 : 1
    if (found.parent.content.length === size) return this.#empty(root, outer, found.parent)
    return [found.inFlow ? this.#deleteFlow(found, size) : this.#deleteBlock(found, size)]
  }

  #empty(root: YamlNode, outer: Found | undefined, parent: YamlNode): TextEdit[] {
    const value: JsonValue = parent.kind === 'mapping' ? {} : []
    if (outer !== undefined) return this.#replace(outer, value)
    return this.replaceRoot(root, { start: root.start, end: root.end }, value)
  }

  #deleteFlow(found: Found, size: number): TextEdit {
    const { content } = found.parent
    const first = found.at - size + 1
    const next = content[first + size]
    if (next !== undefined) return edit(content[first]!.start, next.start, '')
    return edit(content[first - 1]!.end, content[found.at]!.end, '')
  }

  #deleteBlock(found: Found, size: number): TextEdit {
    const { content } = found.parent
    const first = content[found.at - size + 1]!
    const start = size === 2 ? first.start : this.#dashBefore(first.start)
    const lineStart = this.#lineStart(start)
    const next = content[found.at + 1]
    const sameLine = this.#text.slice(lineStart, start).trim() !== ''
    if (sameLine && next !== undefined) {
      return edit(start, size === 2 ? next.start : this.#dashBefore(next.start), '')
    }
    let from = lineStart
    if (first.headComment !== '') {
      for (let count = first.headComment.split('\n').length; count > 0 && from > 0; count--) {
        const above = this.#lineStart(from - 1)
        if (!this.#text.slice(above, from).trim().startsWith('#')) break
        from = above
      }
    }
    const end = this.#lineEnd(Math.max(content[found.at]!.end, start))
    return edit(from, Math.min(end + 1, this.#text.length), '')
  }

  #replace(found: Found, value: JsonValue): TextEdit[] {
    const { parent, at } = found
    const node = parent.content[at]!
    if (found.inFlow) return [edit(node.start, node.end, this.#flow(value))]
    const indent = this.#column(parent.kind === 'mapping' ? parent.content[at - 1]!.start : node.start)
    const wasCollection = node.kind === 'mapping' || node.kind === 'sequence'
    if (parent.kind === 'sequence') {
      if (node.start === node.end) return [this.#lines(node.start, node.end, ` ${this.#block(value, indent + 1)}`)]
      return [this.#lines(node.start, node.end, this.#item(value, this.#dashBefore(node.start), indent))]
    }
    const colon = this.#text.indexOf(':', parent.content[at - 1]!.end) + 1
    if (!isCollection(value) && !wasCollection && node.start !== node.end) {
      return [this.#lines(node.start, node.end, this.#block(value, indent))]
    }
    return [this.#lines(colon, Math.max(colon, node.end), this.#afterColon(value, indent))]
  }

  /** Replaces a range; when lines are put in, a comment behind the range stays on the first one. */
  #lines(start: number, end: number, newText: string): TextEdit {
    const lineEnd = this.#lineEnd(end)
    const behind = this.#text.slice(end, lineEnd)
    const at = newText.indexOf('\n')
    if (at < 0 || !behind.trim().startsWith('#')) return edit(start, end, newText)
    return edit(start, lineEnd, newText.slice(0, at) + behind + newText.slice(at))
  }

  #insert(
    place: { container: YamlNode; found: Found | undefined; inFlow: boolean },
    step: string | number,
    value: JsonValue,
  ): TextEdit[] {
    const { container, found, inFlow } = place
    const isMapping = container.kind === 'mapping'
    const isSequence = container.kind === 'sequence'
    if (isSequence ? typeof step !== 'number' || step > container.content.length : typeof step === 'number') return []
    const usable = (isMapping || isSequence) && container.content.length > 0
    if (!usable && found !== undefined && container === found.parent.content[found.at]) {
      return this.#replace({ ...found, inFlow: found.inFlow }, wrap([step], value))
    }
    if (!usable)
      return found === undefined ? [edit(container.start, container.end, this.#block(wrap([step], value), 0))] : []
    const last = container.content[container.content.length - 1]!
    if (inFlow) {
      const entry = isMapping ? `${this.#flow(step)}: ${this.#flow(value)}` : this.#flow(value)
      return [edit(last.end, last.end, `, ${entry}`)]
    }
    const at = this.#lineEnd(Math.max(container.end, last.end))
    const first = container.content[0]!
    const column = this.#column(isMapping ? first.start : this.#dashBefore(first.start))
    const entry = isMapping
      ? `${this.#block(String(step), column)}:${this.#afterColon(value, column)}`
      : `- ${this.#item(value, this.#lineStart(first.start) + column, column + 2)}`
    return [edit(at, at, `\n${' '.repeat(column)}${entry}`)]
  }

  /** A list's item: text of several lines is indented from the dash, a collection from its first key. */
  #item(value: JsonValue, dash: number, indent: number): string {
    return this.#block(value, isCollection(value) ? indent : this.#column(dash))
  }

  /** What follows `key:` for a key at a column. */
  #afterColon(value: JsonValue, column: number): string {
    if (!isCollection(value)) return ` ${this.#block(value, column)}`
    const indent = Array.isArray(value) && !this.#wide ? column : column + 2
    return `\n${' '.repeat(indent)}${this.#block(value, indent)}`
  }

  /** The value in block style; lines after the first are indented. */
  #block(value: JsonValue, indent: number): string {
    const text = emitNode(quoted(jsonToNode(value)), { sequenceIndent: this.#wide ? 'wide' : 'compact' }).replace(
      /\n$/,
      '',
    )
    return text.replace(/\n(?!\n|$)/g, `\n${' '.repeat(indent)}`)
  }

  #flow(value: JsonValue): string {
    const node = quoted(jsonToNode(value))
    node.style = node.kind === 'scalar' ? '' : 'flow'
    if (node.kind !== 'scalar') return emitNode(node).trimEnd()
    // Inside brackets more must be quoted than at the top.
    return emitNode({ ...quoted(jsonToNode([value])), style: 'flow' })
      .trimEnd()
      .slice(1, -1)
  }

  #dashBefore(offset: number): number {
    return this.#text.lastIndexOf('-', offset - 1)
  }

  #lineStart(offset: number): number {
    return this.#text.lastIndexOf('\n', offset - 1) + 1
  }

  #lineEnd(offset: number): number {
    const end = this.#text.indexOf('\n', offset)
    if (end < 0) return this.#text.length
    return this.#text[end - 1] === '\r' && end - 1 >= offset ? end - 1 : end
  }

  #column(offset: number): number {
    return offset - this.#lineStart(offset)
  }
}

/** Quotes the strings that YAML 1.1, and so kubectl and Flux, would read as something else: `yes`, `on`, `1e3`. */
function quoted(node: YamlNode): YamlNode {
  if (node.kind === 'scalar' && node.tag === '!!str' && node.style === '') {
    const resolved = resolveText(node.value, '', 'v2')
    if (typeof resolved === 'string' || resolved.tag !== '!!str') node.style = 'double'
  }
  for (const child of node.content) quoted(child)
  return node
}

function edit(start: number, end: number, newText: string): TextEdit {
  return { range: { start, end }, newText }
}

/** Index of the value in the container's content, -1 when the step leads nowhere. */
function stepInto(container: YamlNode, step: string | number): number {
  if (container.kind === 'sequence') return typeof step === 'number' && step < container.content.length ? step : -1
  if (container.kind !== 'mapping') return -1
  for (let i = container.content.length - 2; i >= 0; i -= 2) {
    if (container.content[i]!.value === String(step)) return i + 1
  }
  return -1
}

/** Whether the first sequence under a key is indented; `undefined` when there is none. */
function widthOfSequences(text: string, node: YamlNode): boolean | undefined {
  const column = (offset: number): number => offset - (text.lastIndexOf('\n', offset - 1) + 1)
  for (let i = 0; i < node.content.length; i++) {
    const child = node.content[i]!
    if (child.kind === 'sequence' && child.style !== 'flow' && node.kind === 'mapping' && i % 2 === 1) {
      if (child.content.length > 0) return column(child.start) > column(node.content[i - 1]!.start)
    }
    const found = widthOfSequences(text, child)
    if (found !== undefined) return found
  }
  return undefined
}
