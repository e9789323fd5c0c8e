import { type JsonArray, type JsonObject, type JsonValue, setOwn } from '../base/index.ts'
import { closingQuote, FlowReader, notPlain, plainKey, plainValue, unescaped } from './plain-flow.ts'

/**
 * The value of a text that is one YAML document in the form most manifests and values files have: block mappings and
 * sequences, scalars in every style, flow collections on one line. `undefined`: the text has something else (anchors,
 * tags, merge keys, several documents, an error), and `parseDocuments` with `nodeToJson` (flavour `v2`) must read it.
 * Where there is a value, it is theirs; no nodes are made, so it comes several times as fast. Never throws.
 */
export function readPlainYaml(text: string): { readonly value: JsonValue } | undefined {
  if (/[^\t\n -~\xa0-\u2027\u202a-\ufefe\uff00-\ufffd]/.test(text)) return undefined
  try {
    return { value: new PlainReader(text).document() }
  } catch (error) {
    if (error === notPlain) return undefined
    throw error
  }
}

/** Deeper nesting is left to the parser. */
const maxDepth = 200
/** YAML's limit is 1024 characters. */
const maxKey = 1000

/** Characters that do not begin a plain scalar. A `-` or `:` may, with something behind it. */
const indicators = new Set('?:,[]{}#&*!|>\'"%@`')

/** What a line of the text holds of a mapping: a key, and where its value begins in the line. */
interface KeyAt {
  readonly key: string
  readonly value: number
}

class PlainReader {
  readonly #text: string
  readonly #tabs: boolean
  /** Where the content of the current line begins, or its part after `- `. */
  #pos = 0
  /** The column of `#pos`; -1 at the end of the text. */
  #column = -1
  #lineEnd = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
    this.#tabs = text.includes('\t')
  }

  document(): JsonValue {
    this.#next(this.#text.startsWith('---\n') ? 4 : 0)
    if (this.#column < 0) return null
    const value = this.#block()
    if (this.#column >= 0) throw notPlain
    return value
  }

  /** Goes to the next line with content, from the start of a line. */
  #next(from: number): void {
    const text = this.#text
    let start = from
    while (start < text.length) {
      let at = start
      let char = text.charCodeAt(at)
      while (char === 0x20) char = text.charCodeAt(++at)
      if (char === 0x0a) {
        start = at + 1
        continue
      }
      const end = lineEndFrom(text, at)
      if (char === 0x23 || at === end) {
        start = end + 1
        continue
      }
      if (at === start && (char === 0x2d || char === 0x2e) && isMarker(text, at)) throw notPlain
      this.#pos = at
      this.#column = at - start
      this.#lineEnd = end
      if (this.#tabs && text.slice(at, end).includes('\t')) throw notPlain
      return
    }
    this.#column = -1
  }

  #line(): string {
    return this.#text.slice(this.#pos, this.#lineEnd)
  }

  /** The collection that begins on the current line. */
  #block(): JsonValue {
    if (++this.#depth > maxDepth) throw notPlain
    const line = this.#line()
    let value: JsonValue
    if (isItem(line)) value = this.#sequence(this.#column)
    else {
      const first = keyAt(line)
      if (first !== undefined) value = this.#mapping(first, line)
      else {
        // Only a flow collection can stand alone without a doubt about where it ends.
        if (line[0] !== '{' && line[0] !== '[') throw notPlain
        value = this.#inline(line, 0, -1)
      }
    }
    this.#depth--
    return value
  }

  #mapping(first: KeyAt, firstLine: string): JsonObject {
    const column = this.#column
    const out: JsonObject = {}
    let entry: KeyAt | undefined = first
    let line = firstLine
    for (;;) {
      setOwn(out, entry.key, this.#valueOf(line, entry.value, column))
      if (this.#column < column) return out
      if (this.#column > column) throw notPlain
      line = this.#line()
      entry = keyAt(line)
      if (entry === undefined) throw notPlain
    }
  }

  /** The value of a key: the rest of its line, or what is indented below it; a sequence need not be. */
  #valueOf(line: string, from: number, column: number): JsonValue {
    const rest = skipSpaces(line, from)
    if (rest < line.length && line.charCodeAt(rest) !== 0x23) return this.#inline(line, rest, column)
    this.#next(this.#lineEnd + 1)
    if (this.#column > column) return this.#block()
    if (this.#column === column && isItem(this.#line())) return this.#sequence(column)
    return null
  }

  #sequence(column: number): JsonArray {
    const out: JsonArray = []
    for (;;) {
      out.push(this.#item(this.#line(), column))
      if (this.#column > column) throw notPlain
      if (this.#column < column || !isItem(this.#line())) return out
    }
  }

  #item(line: string, column: number): JsonValue {
    const rest = skipSpaces(line, 1)
    if (rest >= line.length || line.charCodeAt(rest) === 0x23) {
      this.#next(this.#lineEnd + 1)
      return this.#column > column ? this.#block() : null
    }
    const inner = line.slice(rest)
    const entry = keyAt(inner)
    if (entry === undefined && !isItem(inner)) return this.#inline(line, rest, column)
    if (++this.#depth > maxDepth) throw notPlain
    this.#pos += rest
    this.#column += rest
    const value = entry === undefined ? this.#sequence(this.#column) : this.#mapping(entry, inner)
    this.#depth--
    return value
  }

  /** A value that begins on a line, at an offset in it, inside a collection at a column; then goes to the next line. */
  #inline(line: string, from: number, column: number): JsonValue {
    const char = line[from]!
    switch (char) {
      case '"':
      case "'":
        return this.#quoted(line, from)
      case '[':
      case '{': {
        const flow = new FlowReader(line, from)
        const value = flow.collection()
        this.#endOfLine(line, flow.pos)
        return value
      }
      case '|':
      case '>':
        return this.#blockScalar(line.slice(from + 1), char === '>', column)
    }
    if (!beginsPlain(line, from)) throw notPlain
    return this.#plain(line, from, column)
  }

  #quoted(line: string, from: number): string {
    const quote = line[from]!
    let more = line
    let start = from + 1
    let end = closingQuote(line, start, quote)
    const parts: string[] = []
    while (end < 0) {
      // It goes on: the blanks around a line break go, one break is a space, each empty line another break.
      parts.push(trimEnd(more.slice(start)))
      const at = nextText(this.#text, this.#lineEnd)
      if (at < 0 || more.endsWith('\\')) throw notPlain
      if (isMarker(this.#text, at) && this.#text.charCodeAt(at - 1) === 0x0a) throw notPlain
      const breaks = this.#text.slice(this.#lineEnd, at).split('\n').length - 1
      parts.push(breaks === 1 ? ' ' : '\n'.repeat(breaks - 1))
      this.#lineEnd = lineEndFrom(this.#text, at)
      more = this.#text.slice(at, this.#lineEnd)
      if (more.includes('\t')) throw notPlain
      start = 0
      end = closingQuote(more, 0, quote)
    }
    parts.push(more.slice(start, end))
    this.#endOfLine(more, end + 1)
    return unescaped(parts.join(''), quote)
  }

  /** Only a comment may follow on the line. */
  #endOfLine(line: string, from: number): void {
    const rest = skipSpaces(line, from)
    if (rest < line.length && (rest === from || line.charCodeAt(rest) !== 0x23)) throw notPlain
    this.#next(this.#lineEnd + 1)
  }

  #plain(line: string, from: number, column: number): JsonValue {
    let text = plainText(line, from)
    const isCommented = text.length < trimEnd(line).length - from
    let newlines = 1
    let start = this.#lineEnd + 1
    this.#next(start)
    while (this.#column > column) {
      // Go on with the scalar, unless a comment has ended it: nothing else may be indented here.
      if (isCommented) throw notPlain
      const gap = this.#text.slice(start, this.#pos - this.#column)
      if (gap.includes('#')) throw notPlain
      newlines = 1
      for (let i = gap.indexOf('\n'); i >= 0; i = gap.indexOf('\n', i + 1)) newlines++
      const next = this.#line()
      const more = plainText(next, 0)
      if (more.length < trimEnd(next).length) throw notPlain
      text += (newlines === 1 ? ' ' : '\n'.repeat(newlines - 1)) + more
      start = this.#lineEnd + 1
      this.#next(start)
    }
    return plainValue(text)
  }

  /** A `|` or `>` scalar in a collection at a column; the header is what follows the indicator. */
  #blockScalar(header: string, isFolded: boolean, column: number): string {
    if (!/^[+-]? *$/.test(header)) throw notPlain
    const text = this.#text
    let start = this.#lineEnd + 1
    const indent = indentOfBlock(text, start)
    const parts: string[] = []
    let lineBreak = ''
    let breaks = ''
    let wasIndented = false
    while (indent > column && start < text.length) {
      const end = lineEndFrom(text, start)
      const at = passIndent(text, start, Math.min(end, start + indent))
      if (at < end) {
        // Less indented: the end, unless a tab makes it an error.
        if (at - start < indent && text.charCodeAt(at) === 0x09) throw notPlain
        if (at - start < indent) break
        const isIndented = text.charCodeAt(at) === 0x20 || text.charCodeAt(at) === 0x09
        if (!isFolded || wasIndented || isIndented || lineBreak === '') parts.push(lineBreak)
        else if (breaks === '') parts.push(' ')
        parts.push(breaks, text.slice(at, end))
        wasIndented = isIndented
        lineBreak = end < text.length ? '\n' : ''
        breaks = ''
      } else if (end < text.length) breaks += '\n'
      start = end + 1
    }
    this.#next(start)
    if (header[0] !== '-') parts.push(lineBreak)
    if (header[0] === '+') parts.push(breaks)
    return parts.join('')
  }
}

/** The indentation of the first line with text of a block scalar; empty lines before it must not be indented more. */
function indentOfBlock(text: string, from: number): number {
  let start = from
  let longest = 0
  while (start < text.length) {
    const at = passIndent(text, start, text.length)
    const char = text.charCodeAt(at)
    if (char === 0x09 || (char !== 0x0a && longest > at - start)) throw notPlain
    if (char !== 0x0a) return at - start
    longest = Math.max(longest, at - start)
    start = at + 1
  }
  throw notPlain
}

function passIndent(text: string, from: number, limit: number): number {
  let at = from
  while (at < limit && text.charCodeAt(at) === 0x20) at++
  return at
}

/** A line that marks the start or the end of a document. */
function isMarker(text: string, at: number): boolean {
  if (!text.startsWith('---', at) && !text.startsWith('...', at)) return false
  const char = text.charCodeAt(at + 3)
  return Number.isNaN(char) || char <= 0x20
}

/** Where the next line with text has it; -1 at the end. */
function nextText(text: string, from: number): number {
  const blanks = /[ \n]*/y
  blanks.lastIndex = from
  blanks.test(text)
  return blanks.lastIndex < text.length ? blanks.lastIndex : -1
}

function isItem(line: string): boolean {
  return line.charCodeAt(0) === 0x2d && (line.length === 1 || line.charCodeAt(1) === 0x20)
}

function beginsPlain(line: string, at: number): boolean {
  const char = line[at]!
  if (char === '-' || char === ':') return at + 1 < line.length && line.charCodeAt(at + 1) !== 0x20
  return !indicators.has(char)
}

function skipSpaces(line: string, from: number): number {
  let at = from
  while (line.charCodeAt(at) === 0x20) at++
  return at
}

function trimEnd(line: string): string {
  let end = line.length
  while (line.charCodeAt(end - 1) === 0x20) end--
  return line.slice(0, end)
}

function lineEndFrom(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}

/** The key at the start of a line; `undefined` where there is none. */
function keyAt(line: string): KeyAt | undefined {
  const first = line[0]!
  if (first === '"' || first === "'") {
    const end = closingQuote(line, 1, first)
    if (end < 0 || line[end + 1] !== ':' || (end + 2 < line.length && line[end + 2] !== ' ')) return undefined
    if (end > maxKey) throw notPlain
    return { key: unescaped(line.slice(1, end), first), value: end + 2 }
  }
  if (!beginsPlain(line, 0)) return undefined
  let colon = line.indexOf(': ')
  if (colon < 0) {
    if (!line.endsWith(':')) return undefined
    colon = line.length - 1
  }
  const key = line.slice(0, colon)
  if (key.includes(' #')) return undefined
  if (colon > maxKey || key.endsWith(' ')) throw notPlain
  return { key: plainKey(key), value: colon + 1 }
}

/** The text of a plain scalar on a line, up to a comment. */
function plainText(line: string, from: number): string {
  const rest = line.slice(from)
  const comment = rest.indexOf(' #')
  const text = trimEnd(comment < 0 ? rest : rest.slice(0, comment))
  if (text.includes(': ') || text.endsWith(':')) throw notPlain
  return text
}
