import { isWord } from './chars.ts'
import { emptyScalar, endOfContent, makeNode, makeScalar } from './make-node.ts'
import type { YamlNode } from './node.ts'
import type { ParsedDocument } from './parser.ts'
import { scanBlockScalar } from './scan-block-scalar.ts'
import { scanPlainScalar, scanQuotedScalar } from './scan-flow-scalar.ts'
import { ScanState, YamlError } from './scan-state.ts'

/** What was read of a text, and where the documents begin that need the whole grammar. */
export interface PlainDocuments {
  readonly documents: readonly ParsedDocument[]
  /** Offset and line of the document to go on with; `undefined` at the end of the text. */
  readonly rest: { readonly pos: number; readonly line: number } | undefined
}

/**
 * Reads the part of YAML that nearly all manifests keep to: block mappings and sequences, one key or item a line,
 * scalars in any style, anchors, comments right above a key or behind a value. Line by line and with the engine's own
 * string functions it is several times as fast as the token parser, above all in code that has not been optimised yet,
 * which is how every process begins. At the first line that is anything else (an error too) it leaves the document to
 * the token parser; the nodes of what it does read are equal (test/unit/yaml/plain-documents.test.ts).
 *
 * `text` ends in NULs, `length` is without them. Comments of these shapes go to the same nodes in v2 and v3.
 */
export function readPlainDocuments(text: string, length: number): PlainDocuments {
  const none: PlainDocuments = { documents: [], rest: { pos: 0, line: 0 } }
  if (foreign.test(text)) return none
  const lines = new Lines(text, length)
  const documents: ParsedDocument[] = []
  try {
    nextLine(lines, 0)
    while (!lines.ended) {
      lines.documentStart = lines.marker ? lines.markerPos : lines.pos
      const document = readDocument(lines, documents.length === 0)
      documents.push(document)
    }
  } catch (error) {
    if (!(error instanceof NotPlain || error instanceof YamlError)) throw error
    // The last one again: reading ahead, the token parser may meet the error of the next one in it.
    const pos = documents.pop()?.start
    if (pos === undefined || documents.length === 0) return none
    return { documents, rest: { pos, line: countLines(text, pos) } }
  }
  return documents.length === 0 ? none : { documents, rest: undefined }
}

/** Tabs, breaks other than LF, a byte order mark. */
const foreign = /[\t\r\x85\u2028\u2029\ufeff]/

/** Keys without quotes: what may stand in them without a closer look. */
const plainKey = /[\w./$<(~][\w./$<>()~+@*-]*/y

/** Longer keys, deeper nesting are left to the token parser and its limits. */
const longestKey = 1000
const deepest = 100

/** The text needs the token parser. One object: it says nothing but that. */
class NotPlain {}
const notPlain = new NotPlain()

/** A place in the text: always the first character of a line's content when nothing of the line was read. */
class Lines {
  readonly text: string
  readonly length: number
  readonly anchors = new Map<string, YamlNode>()
  pos = 0
  /** Of the line's first character; -1 at the end of a document. */
  column = 0
  /** The comment lines right above. */
  head = ''
  /** True when what ended the document is `---`, which stands at `markerPos`. */
  marker = false
  markerPos = 0
  ended = false
  documentStart = 0
  #scan: ScanState | undefined

  constructor(text: string, length: number) {
    this.text = text
    this.length = length
  }

  /** A scanner that stands at `pos`, inside a collection of the given indentation. */
  scanner(indent: number): ScanState {
    this.#scan ??= new ScanState(this.text, this.length, { pos: 0, line: 0 })
    const scan = this.#scan
    scan.pos = this.pos
    scan.lineStart = this.text.lastIndexOf('\n', this.pos - 1) + 1
    scan.indent = indent
    return scan
  }
}

/**
 * The first character behind the indentation. Warm it is as fast as a loop; cold the loop, six rounds a line, is what the
 * engine's compilers take up first and longest (6 of 120 ms of a first pass over a fleet).
 */
const afterSpaces = /[^ ]/g

/** Goes to the next line with content, from the start of a line. */
function nextLine(s: Lines, from: number): void {
  const { text, length } = s
  let start = from
  let head = ''
  let headColumn = 0
  for (;;) {
    afterSpaces.lastIndex = start
    const i = afterSpaces.test(text) ? afterSpaces.lastIndex - 1 : start
    const c = text.charCodeAt(i)
    if (c === 0x0a && head === '') {
      start = i + 1
      continue
    }
    const column = i - start
    if (c === 0x23 && (head === '' || column === headColumn)) {
      const end = endOfLine(s, i)
      head = head === '' ? text.slice(i, end) : `${head}\n${text.slice(i, end)}`
      headColumn = column
      start = end + 1
      if (end < length) continue
    }
    s.ended = i >= length
    s.marker = column === 0 && c === 0x2d && isMarker(text, i)
    if (s.ended || s.marker) {
      // A comment at the end is the foot of something.
      if (head !== '') throw notPlain
      s.column = -1
      s.markerPos = Math.min(i, length)
    } else {
      if (c === 0x23 || c === 0x0a || (head !== '' && headColumn !== column)) throw notPlain
      s.column = column
      s.head = head
    }
    s.pos = i
    return
  }
}

function isMarker(text: string, at: number): boolean {
  return text.startsWith('---', at) && text.charCodeAt(at + 3) <= 0x20
}

function endOfLine(s: Lines, from: number): number {
  const end = s.text.indexOf('\n', from)
  return end < 0 ? s.length : end
}

function countLines(text: string, to: number): number {
  let line = 0
  for (let i = text.indexOf('\n'); i >= 0 && i < to; i = text.indexOf('\n', i + 1)) line++
  return line
}

function readDocument(s: Lines, first: boolean): ParsedDocument {
  const document = makeNode('document', s.documentStart)
  if (s.marker) {
    if (s.text.charCodeAt(s.pos + 3) !== 0x0a) throw notPlain
    nextLine(s, s.pos + 4)
  } else if (!first) throw notPlain
  if (s.column < 0) throw notPlain
  s.anchors.clear()
  document.content.push(readBlock(s, 0))
  if (s.column >= 0) throw notPlain
  document.end = s.markerPos
  return { node: document, start: document.start, end: document.end, error: undefined }
}

function isDash(s: Lines): boolean {
  return s.text.charCodeAt(s.pos) === 0x2d && s.text.charCodeAt(s.pos + 1) <= 0x20
}

/** Reads the collection whose first line the reader stands at. */
function readBlock(s: Lines, depth: number): YamlNode {
  if (depth > deepest) throw notPlain
  const isSequence = isDash(s)
  const node = makeNode(isSequence ? 'sequence' : 'mapping', s.pos)
  if (isSequence) readSequence(s, node, s.column, depth)
  else readMapping(s, node, s.column, depth)
  return node
}

function readMapping(s: Lines, node: YamlNode, column: number, depth: number): void {
  node.tag = '!!map'
  do {
    const key = readKey(s)
    if (key === undefined) throw notPlain
    key.headComment = s.head
    s.head = ''
    node.content.push(key)
    node.content.push(readValue(s, column, depth, true))
  } while (s.column === column)
  if (s.column > column) throw notPlain
  node.end = endOfContent(node)
}

function readSequence(s: Lines, node: YamlNode, column: number, depth: number): void {
  node.tag = '!!seq'
  do {
    const head = s.head
    s.head = ''
    const inner = itemColumn(s, column)
    if (inner < 0) node.content.push(withHead(readValue(s, column, depth, false), head))
    else {
      // The item is a collection that begins on this line.
      s.column = inner
      const item = readBlock(s, depth + 1)
      item.headComment = head
      node.content.push(item)
    }
  } while (s.column === column && isDash(s))
  if (s.column > column) throw notPlain
  node.end = endOfContent(node)
}

function withHead(node: YamlNode, head: string): YamlNode {
  if (head !== '') {
    // An empty item hands its comment on.
    if (node.kind === 'scalar' && node.start === node.end) throw notPlain
    node.headComment = head
  }
  return node
}

/** Stands at a dash: goes behind it, and returns the column of a collection that begins on the line, or -1. */
function itemColumn(s: Lines, column: number): number {
  const { text } = s
  const dash = s.pos
  let i = dash + 1
  while (text.charCodeAt(i) === 0x20) i++
  s.pos = i
  if (isDash(s) || isKeyLine(s)) return column + (i - dash)
  s.pos = dash
  return -1
}

/** True when a key and its colon stand here. */
function isKeyLine(s: Lines): boolean {
  const end = keyEnd(s)
  return end >= 0 && s.text.charCodeAt(end) === 0x3a && s.text.charCodeAt(end + 1) <= 0x20
}

/** Where a key that may stand here ends; -1 when there is none. */
function keyEnd(s: Lines): number {
  const c = s.text.charCodeAt(s.pos)
  if (c === 0x22 || c === 0x27) {
    const close = s.text.indexOf(c === 0x22 ? '"' : "'", s.pos + 1)
    return close < 0 ? -1 : close + 1
  }
  plainKey.lastIndex = s.pos
  return plainKey.test(s.text) ? plainKey.lastIndex : -1
}

/** Reads a key and stands at its colon; `undefined` when what is here is no such key. */
function readKey(s: Lines): YamlNode | undefined {
  const { text } = s
  const start = s.pos
  const end = keyEnd(s)
  if (end < 0 || end - start > longestKey) return undefined
  if (text.charCodeAt(end) !== 0x3a || text.charCodeAt(end + 1) > 0x20) return undefined
  s.pos = end
  return scalarBetween(text, start, end)
}

/** The scalar that `keyEnd` found; `undefined` when there is more to it than its characters. */
function scalarBetween(text: string, start: number, end: number): YamlNode | undefined {
  const c = text.charCodeAt(start)
  if (c !== 0x22 && c !== 0x27) return makeScalar(text.slice(start, end), '', start, end)
  const value = text.slice(start + 1, end - 1)
  const again = c === 0x22 ? value.includes('\\') : text.charCodeAt(end) === 0x27
  if (again || value.includes('\n')) return undefined
  return makeScalar(value, c === 0x22 ? 'double' : 'single', start, end)
}

/** Reads what follows a colon or a dash, and goes to the next line. */
function readValue(s: Lines, indent: number, depth: number, ofKey: boolean): YamlNode {
  const { text } = s
  const from = s.pos + 1
  let i = from
  let c = text.charCodeAt(i)
  while (c === 0x20) c = text.charCodeAt(++i)
  s.pos = i
  if (c === 0x0a || i >= s.length) return readBelow(s, indent, depth, ofKey) ?? emptyScalar(from)
  let anchor = ''
  const start = i
  if (c === 0x26) {
    anchor = readName(s)
    c = text.charCodeAt(s.pos)
    if (c === 0x0a || s.pos >= s.length) {
      // Inside, the name stands for the collection, which is not known yet: no alias is found.
      s.anchors.delete(anchor)
      const node = readBelow(s, indent, depth, ofKey)
      if (node === undefined) throw notPlain
      return anchored(s, node, anchor, start)
    }
  }
  const node = readInline(s, indent, c)
  if (anchor === '') return node
  if (node.kind === 'alias') throw notPlain
  return anchored(s, node, anchor, start)
}

function anchored(s: Lines, node: YamlNode, anchor: string, start: number): YamlNode {
  node.anchor = anchor
  node.start = start
  s.anchors.set(anchor, node)
  return node
}

/** The name of an anchor or alias; stands behind it and the blanks that follow. */
function readName(s: Lines): string {
  const { text } = s
  const start = s.pos + 1
  let i = start
  while (isWord(text.charCodeAt(i))) i++
  const name = text.slice(start, i)
  if (name === '' || text.charCodeAt(i) > 0x20) throw notPlain
  while (text.charCodeAt(i) === 0x20) i++
  s.pos = i
  return name
}

/** Reads the collection that is the value of what stands at the end of the line above; `undefined` for none. */
function readBelow(s: Lines, indent: number, depth: number, ofKey: boolean): YamlNode | undefined {
  nextLine(s, s.pos + 1)
  if (s.column > indent) return readBlock(s, depth + 1)
  if (!ofKey || s.column !== indent || !isDash(s)) return undefined
  if (s.head !== '') throw notPlain
  return readBlock(s, depth + 1)
}

/** Reads a scalar, an alias or a flow collection that begins here, and goes to the next line. */
function readInline(s: Lines, indent: number, c: number): YamlNode {
  if (c === 0x7c || c === 0x3e) return readBlockScalar(s, indent, c === 0x7c)
  let node: YamlNode
  if (c === 0x22 || c === 0x27) node = readQuoted(s, indent, c)
  else if (c === 0x2a) node = readAlias(s)
  else if (c === 0x5b || c === 0x7b) node = readFlow(s, 0)
  else return readPlain(s, indent, c)
  endLine(s, node)
  return node
}

/** Passes the rest of a line, which is a comment if anything. */
function endLine(s: Lines, node: YamlNode): void {
  const { text } = s
  const from = s.pos
  let i = from
  while (text.charCodeAt(i) === 0x20) i++
  const c = text.charCodeAt(i)
  let end = i
  if (c === 0x23 && i > from && node.kind === 'scalar') {
    end = endOfLine(s, i)
    node.lineComment = text.slice(i, end)
  } else if (c !== 0x0a && i < s.length) throw notPlain
  nextLine(s, end + 1)
}

function readAlias(s: Lines): YamlNode {
  const node = makeNode('alias', s.pos)
  node.value = readName(s)
  node.end = node.start + 1 + node.value.length
  node.alias = s.anchors.get(node.value)
  if (node.alias === undefined) throw notPlain
  return node
}

/** A flow collection of simple scalars and of such collections that ends on its line; stands behind it. */
function readFlow(s: Lines, depth: number): YamlNode {
  if (depth > deepest) throw notPlain
  const { text } = s
  const isSequence = text.charCodeAt(s.pos) === 0x5b
  const node = makeNode(isSequence ? 'sequence' : 'mapping', s.pos)
  node.tag = isSequence ? '!!seq' : '!!map'
  node.style = 'flow'
  const close = isSequence ? 0x5d : 0x7d
  s.pos++
  for (let c = skipSpaces(s); c !== close || node.content.length > 0; c = skipSpaces(s)) {
    if (!isSequence) {
      node.content.push(readFlowScalar(s))
      if (text.charCodeAt(s.pos) !== 0x3a || text.charCodeAt(s.pos + 1) !== 0x20) throw notPlain
      s.pos++
      c = skipSpaces(s)
    }
    node.content.push(c === 0x5b || c === 0x7b ? readFlow(s, depth + 1) : readFlowScalar(s))
    c = skipSpaces(s)
    if (c === close) break
    if (c !== 0x2c) throw notPlain
    s.pos++
  }
  node.end = ++s.pos
  return node
}

function skipSpaces(s: Lines): number {
  while (s.text.charCodeAt(s.pos) === 0x20) s.pos++
  return s.text.charCodeAt(s.pos)
}

function readFlowScalar(s: Lines): YamlNode {
  const { text } = s
  const start = s.pos
  const end = keyEnd(s)
  if (end < 0 || end - start > longestKey) throw notPlain
  s.pos = end
  const node = scalarBetween(text, start, end)
  if (node === undefined) throw notPlain
  return node
}

/** A quoted scalar; one that does not end on its line, or with escapes, is the scanner's. */
function readQuoted(s: Lines, indent: number, c: number): YamlNode {
  const { text } = s
  const start = s.pos
  const quote = c === 0x22 ? '"' : "'"
  const close = text.indexOf(quote, start + 1)
  if (close < 0) throw notPlain
  const value = text.slice(start + 1, close)
  const again = c === 0x22 ? value.includes('\\') : text.charCodeAt(close + 1) === 0x27
  if (!again && !value.includes('\n')) {
    s.pos = close + 1
    return makeScalar(value, c === 0x22 ? 'double' : 'single', start, close + 1)
  }
  const scan = s.scanner(indent)
  const token = scanQuotedScalar(scan, c === 0x27)
  s.pos = scan.pos
  return makeScalar(token.value, token.style, token.start, token.end)
}

function readBlockScalar(s: Lines, indent: number, literal: boolean): YamlNode {
  const scan = s.scanner(indent)
  const token = scanBlockScalar(scan, literal)
  if (scan.comments.length > 0) throw notPlain
  // The last line may lack its break.
  nextLine(s, scan.pos >= s.length ? s.length : scan.lineStart)
  // Where a comment behind a block scalar belongs depends on its end.
  if (s.head !== '') throw notPlain
  return makeScalar(token.value, token.style, token.start, token.end)
}

/** Characters that cannot begin a plain scalar here, or need a closer look: indicators. */
const indicators = '-?:,[]{}#&*!|>\'"%@`'

function readPlain(s: Lines, indent: number, c: number): YamlNode {
  const { text } = s
  const start = s.pos
  const lineEnd = endOfLine(s, start)
  if (indicators.includes(text.charAt(start)) && !(c === 0x2d && text.charCodeAt(start + 1) > 0x20)) throw notPlain
  let value = text.slice(start, lineEnd)
  let comment = ''
  if (value.includes('#')) {
    const at = value.indexOf(' #')
    if (at >= 0) {
      comment = value.slice(at + 1)
      value = value.slice(0, at)
    }
  }
  if (value.charCodeAt(value.length - 1) === 0x20) value = value.replace(/ +$/, '')
  if (value.includes(':') && (value.includes(': ') || value.endsWith(':'))) throw notPlain
  const node = makeScalar(value, '', start, start + value.length)
  node.lineComment = comment
  nextLine(s, lineEnd + 1)
  if (s.column <= indent) return node
  if (comment !== '') throw notPlain
  return readFolded(s, start, indent)
}

/** A plain scalar that goes on below. */
function readFolded(s: Lines, start: number, indent: number): YamlNode {
  s.pos = start
  const token = scanPlainScalar(s.scanner(indent))
  const node = makeScalar(token.value, token.style, token.start, token.end)
  s.pos = node.end
  if (endOfLine(s, node.end) !== node.end) throw notPlain
  nextLine(s, node.end + 1)
  return node
}
