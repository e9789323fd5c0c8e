import { isBlank, isBreak, isBreakOrEnd } from './chars.ts'
import { type Mark, type PendingComment, type ScanState, type Token, tokenTypes } from './scan-state.ts'

/** How far a comment is looked for past blanks and empty lines (go-yaml's limit, part of its behaviour). */
const peekLimit = 512

const noMark: Mark = { pos: 0, line: 0, column: 0 }

/**
 * Takes a comment that follows on the line of the token just scanned; it will be the line comment of the token at
 * `tokenPos`. Rule: go-yaml scannerc.go, scan_line_comment.
 */
export function scanLineComment(s: ScanState, tokenPos: number): void {
  if (s.newlines > 0) return
  const text = s.text
  let pos = s.pos
  while (isBlank(text.charCodeAt(pos)) && pos - s.pos < peekLimit) pos++
  if (text.charCodeAt(pos) !== 0x23 || pos - s.pos >= peekLimit) return
  const start: Mark = { pos, line: s.line, column: pos - s.lineStart }
  const end = s.lineEnd(pos)
  s.pos = end
  s.newlines = 0
  s.comments.push({ scanPos: 0, tokenPos, start, endPos: 0, head: '', line: text.slice(pos, end), foot: '' })
}

/**
 * Takes the comment lines before the next token and decides which part is the foot of what came before and which the
 * head of what follows: by empty lines and indentation. Rule: go-yaml scannerc.go, scan_comments.
 */
export function scanComments(s: ScanState, scan: Mark): void {
  new CommentScan(s, scan).run()
}

class CommentScan {
  readonly #s: ScanState
  readonly #token: Token
  readonly #footLine: number
  #scanPos: number
  #tokenPos: number
  #start: Mark = noMark
  #text = ''
  #nextIndent: number
  #recentEmpty = false
  #firstEmpty: boolean
  #line: number
  #column: number
  #peek = 0

  constructor(s: ScanState, scan: Mark) {
    this.#s = s
    let token = s.tokens[s.tokens.length - 1]!
    if (token.type === tokenTypes.flowEntry && s.tokens.length > 1) token = s.tokens[s.tokens.length - 2]!
    this.#token = token
    this.#tokenPos = token.start
    this.#scanPos = scan.pos
    this.#nextIndent = Math.max(0, s.indent)
    this.#firstEmpty = s.newlines <= 1
    this.#line = s.line
    this.#column = s.pos - s.lineStart
    this.#footLine = footLine(s, scan)
  }

  run(): void {
    const s = this.#s
    for (; this.#peek < peekLimit; this.#peek++) {
      this.#column++
      const at = s.pos + this.#peek
      const c = at < s.length ? s.text.charCodeAt(at) : 0
      if (isBlank(c)) continue
      const closesFlow = s.flowLevel > 0 && (c === 0x5d || c === 0x7d)
      if (closesFlow || isBreakOrEnd(c)) {
        if (closesFlow || !this.#recentEmpty) this.#emptyLine(c, closesFlow)
        if (!isBreak(c)) break
        this.#firstEmpty = false
        this.#recentEmpty = true
        this.#column = 0
        this.#line++
        continue
      }
      if (this.#text !== '' && this.#column - 1 < this.#nextIndent && this.#column !== this.#start.column) {
        this.#takeFoot()
      }
      if (c !== 0x23) break
      this.#commentLine(at)
    }
    if (this.#text !== '') {
      const start = this.#start
      s.comments.push({
        scanPos: this.#scanPos,
        tokenPos: start.pos,
        start,
        endPos: s.pos + this.#peek - 1,
        head: this.#text,
        line: '',
        foot: '',
      })
    }
  }

  /** At the first empty line, or at the bracket that ends the collection: what was read may be a foot. */
  #emptyLine(c: number, closesFlow: boolean): void {
    const dedented = this.#start.column - 1 < this.#nextIndent
    const belowToken = this.#start.line === this.#footLine && this.#token.type !== tokenTypes.value
    if (closesFlow || (this.#firstEmpty && (belowToken || dedented))) {
      if (this.#text === '') return
      if (dedented) this.#tokenPos = this.#start.pos
      this.#takeFoot()
    } else if (this.#text !== '' && c !== 0) this.#text += '\n'
  }

  #takeFoot(): void {
    const end = this.#s.pos + this.#peek
    const foot: PendingComment = {
      scanPos: this.#scanPos,
      tokenPos: this.#tokenPos,
      start: this.#start,
      endPos: end,
      head: '',
      line: '',
      foot: this.#text,
    }
    this.#s.comments.push(foot)
    this.#scanPos = end
    this.#tokenPos = end
    this.#text = ''
  }

  #commentLine(at: number): void {
    const s = this.#s
    if (this.#text === '') this.#start = { pos: at, line: this.#line, column: this.#column }
    else this.#text += '\n'
    this.#recentEmpty = false
    while (s.pos < at) if (s.readBreak() === '') s.skip()
    const end = s.lineEnd(at)
    this.#text += s.text.slice(at, end)
    s.pos = end
    s.newlines = 0
    // The break that ends the comment is passed by the caller's step; its line is not counted (go-yaml does the same).
    this.#peek = 0
    this.#column = 0
    this.#line = s.line
    this.#nextIndent = Math.max(0, s.indent)
  }
}

/** The line on which a comment must start to still be a foot of what came before; -1 at the start of the text. */
function footLine(s: ScanState, scan: Mark): number {
  if (scan.line <= 0) return -1
  const line = s.line - s.newlines + 1
  return s.newlines === 0 && s.pos - s.lineStart > 1 ? line + 1 : line
}
