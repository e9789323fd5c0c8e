import { isBlank, isBreak, isBreakOrEnd, isDigit } from './chars.ts'
import { scanLineComment } from './scan-comments.ts'
import { type Mark, type ScanState, Token, tokenTypes } from './scan-state.ts'

/** Scans a `|` or `>` scalar, indicators and all. Rule: YAML 1.1 section 9.2 as libyaml reads it. */
export function scanBlockScalar(s: ScanState, literal: boolean): Token {
  const start = s.mark()
  s.skip()
  const header = scanHeader(s, start)
  let indent = header.increment
  if (indent > 0 && s.indent >= 0) indent += s.indent
  const breaks = new BlockBreaks(s, start)
  indent = breaks.scan(indent)
  let value = ''
  let leadingBreak = ''
  let end = breaks.end
  let leadingBlank = false
  const text = s.text
  while (s.pos - s.lineStart === indent && s.pos < s.length) {
    const first = text.charCodeAt(s.pos)
    const trailingBlank = isBlank(first)
    if (!literal && !leadingBlank && !trailingBlank && leadingBreak === '\n') {
      if (breaks.text === '') value += ' '
    } else value += leadingBreak
    value += breaks.text
    leadingBlank = trailingBlank
    const lineEnd = s.lineEnd(s.pos)
    value += text.slice(s.pos, lineEnd)
    s.pos = lineEnd
    s.newlines = 0
    end = lineEnd
    leadingBreak = s.readBreak()
    indent = breaks.scan(indent)
  }
  if (header.chomp >= 0) value += leadingBreak
  if (header.chomp > 0) value += breaks.text
  const token = new Token(tokenTypes.scalar, start, end)
  token.value = value
  token.style = literal ? 'literal' : 'folded'
  return token
}

/** The chomping and indentation indicators in either order, a comment, the line break. */
function scanHeader(s: ScanState, start: Mark): { chomp: number; increment: number } {
  let chomp = 0
  let increment = 0
  for (let i = 0; i < 2; i++) {
    const c = s.text.charCodeAt(s.pos)
    if ((c === 0x2b || c === 0x2d) && chomp === 0) {
      chomp = c === 0x2b ? 1 : -1
      s.skip()
    } else if (isDigit(c) && increment === 0) {
      if (c === 0x30) throw fail(s, start, 'found an indentation indicator equal to 0')
      increment = c - 0x30
      s.skip()
    }
  }
  s.skipBlanks()
  if (s.text.charCodeAt(s.pos) === 0x23) {
    scanLineComment(s, start.pos)
    while (!isBreakOrEnd(s.text.charCodeAt(s.pos))) s.skip()
  }
  if (!isBreakOrEnd(s.text.charCodeAt(s.pos))) throw fail(s, start, 'did not find expected comment or line break')
  s.readBreak()
  return { chomp, increment }
}

/** Reads indentation and empty lines between the lines of a block scalar, finding out the indentation if needed. */
class BlockBreaks {
  readonly #s: ScanState
  readonly #start: Mark
  /** The empty lines' breaks of the last scan. */
  text = ''
  end: number

  constructor(s: ScanState, start: Mark) {
    this.#s = s
    this.#start = start
    this.end = s.pos
  }

  scan(indent: number): number {
    const s = this.#s
    this.text = ''
    let maxIndent = 0
    const indentation = ' '.repeat(indent)
    for (;;) {
      // At one go: most lines have all of it.
      if (indent > 0 && s.pos === s.lineStart && s.text.startsWith(indentation, s.pos)) s.pos += indent
      while ((indent === 0 || s.pos - s.lineStart < indent) && s.text.charCodeAt(s.pos) === 0x20) s.pos++
      const column = s.pos - s.lineStart
      if (column > maxIndent) maxIndent = column
      const c = s.text.charCodeAt(s.pos)
      if (c === 0x09 && (indent === 0 || column < indent)) {
        throw fail(s, this.#start, 'found a tab character where an indentation space is expected')
      }
      if (!isBreak(c)) break
      this.text += s.readBreak()
    }
    return indent === 0 ? Math.max(maxIndent, s.indent + 1, 1) : indent
  }
}

function fail(s: ScanState, start: Mark, problem: string): Error {
  return s.error(problem, start.line)
}
