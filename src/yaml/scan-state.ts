import { isBlank, isBreak, isBreakOrEnd } from './chars.ts'

export const tokenTypes = {
  streamStart: 0,
  streamEnd: 1,
  versionDirective: 2,
  tagDirective: 3,
  documentStart: 4,
  documentEnd: 5,
  blockSequenceStart: 6,
  blockMappingStart: 7,
  blockEnd: 8,
  flowSequenceStart: 9,
  flowSequenceEnd: 10,
  flowMappingStart: 11,
  flowMappingEnd: 12,
  blockEntry: 13,
  flowEntry: 14,
  key: 15,
  value: 16,
  alias: 17,
  anchor: 18,
  tag: 19,
  scalar: 20,
} as const

export type ScalarStyle = '' | 'single' | 'double' | 'literal' | 'folded'

/** One lexical token. `value` and `extra` hold scalar text, anchor name, tag handle and suffix, directive parts. */
export class Token {
  readonly type: number
  readonly start: number
  readonly line: number
  readonly column: number
  end: number
  value = ''
  extra = ''
  style: ScalarStyle = ''

  constructor(type: number, mark: { pos: number; line: number; column: number }, end: number) {
    this.type = type
    this.start = mark.pos
    this.line = mark.line
    this.column = mark.column
    this.end = end
  }
}

/** A place in the text: offset, zero-based line, zero-based column. */
export interface Mark {
  readonly pos: number
  readonly line: number
  readonly column: number
}

/**
 * A comment that waits for the token it belongs to. Positions are offsets; which token takes it is decided by comparing
 * them with the starts of tokens (go-yaml's yaml_comment_t).
 */
export interface PendingComment {
  scanPos: number
  tokenPos: number
  start: Mark
  endPos: number
  head: string
  line: string
  foot: string
}

export interface SimpleKey {
  possible: boolean
  required: boolean
  tokenNumber: number
  pos: number
  line: number
  column: number
}

/** A syntax error: go-yaml's text, the marks that decide the line it names, and where it is. */
export class YamlError extends Error {
  readonly scanning: boolean
  readonly contextLine: number
  readonly problemLine: number
  readonly pos: number
  override readonly name = 'YamlError'

  constructor(message: string, at: { scanning: boolean; contextLine: number; problemLine: number; pos: number }) {
    super(message)
    this.scanning = at.scanning
    this.contextLine = at.contextLine
    this.problemLine = at.problemLine
    this.pos = at.pos
  }
}

/** How deep collections may nest. go-yaml allows 10,000, which would overflow the JavaScript stack. */
export const maxDepth = 1000

/** Where to begin in a text, and whether to read as yaml.v2 does, which tells other errors first. */
export interface StreamStart {
  readonly pos: number
  readonly line: number
  readonly v2?: boolean
}

/** What the scanner knows while it goes through a text. */
export class ScanState {
  /** The text with NULs behind it. */
  readonly text: string
  /** Length of the text without them. */
  readonly length: number
  /** True when LF is the only line break in the text. */
  readonly onlyLf: boolean
  /** Tokens read beyond the next one: yaml.v3 needs two to place comments, yaml.v2 reads none. */
  readonly lookahead: number
  pos: number
  line: number
  lineStart: number
  /** Line breaks since the last character that was not blank. */
  newlines = 0
  flowLevel = 0
  indent = -1
  readonly indents: number[] = []
  readonly simpleKeys: SimpleKey[] = []
  /** No key below this index is possible; spares going through the stack for each token. */
  firstKey = 0
  simpleKeyAllowed = true
  tokens: Token[] = []
  head = 0
  tokensParsed = 0
  tokenAvailable = false
  streamStarted = false
  streamEnded = false
  readonly comments: PendingComment[] = []
  commentsHead = 0

  constructor(text: string, length: number, start: StreamStart) {
    this.text = text
    this.lookahead = start.v2 === true ? 0 : 2
    this.length = length
    this.onlyLf = !/[\r\x85\u2028\u2029]/.test(text)
    this.pos = start.pos
    this.line = start.line
    this.lineStart = start.pos
  }

  mark(): Mark {
    return { pos: this.pos, line: this.line, column: this.pos - this.lineStart }
  }

  /** Passes one character that is not a line break. */
  skip(): void {
    if (!isBlank(this.text.charCodeAt(this.pos))) this.newlines = 0
    this.pos++
  }

  /** Passes spaces and tabs. */
  skipBlanks(): void {
    while (isBlank(this.text.charCodeAt(this.pos))) this.pos++
  }

  /** Passes a line break, if there is one, and returns what it counts as in a scalar. */
  readBreak(): string {
    const c = this.text.charCodeAt(this.pos)
    if (!isBreak(c)) return ''
    this.pos += c === 0x0d && this.text.charCodeAt(this.pos + 1) === 0x0a ? 2 : 1
    this.line++
    this.lineStart = this.pos
    this.newlines++
    return c === 0x2028 ? '\u2028' : c === 0x2029 ? '\u2029' : '\n'
  }

  /** Offset of the end of the line that holds `pos`. */
  lineEnd(pos: number): number {
    if (this.onlyLf) {
      const found = this.text.indexOf('\n', pos)
      return found < 0 ? this.length : found
    }
    while (!isBreakOrEnd(this.text.charCodeAt(pos))) pos++
    return pos
  }

  /** True at a `---` or `...` line. */
  atDocumentIndicator(): boolean {
    if (this.pos !== this.lineStart) return false
    const c = this.text.charCodeAt(this.pos)
    if (c !== 0x2d && c !== 0x2e) return false
    if (this.text.charCodeAt(this.pos + 1) !== c || this.text.charCodeAt(this.pos + 2) !== c) return false
    const after = this.text.charCodeAt(this.pos + 3)
    return isBlank(after) || isBreakOrEnd(after)
  }

  /** A scanner error, in go-yaml's terms: `contextLine` is the line where the construct began. */
  error(message: string, contextLine: number): YamlError {
    return new YamlError(message, { scanning: true, contextLine, problemLine: this.line, pos: this.pos })
  }
}
