import { hexValue, isBlank, isBlankOrEnd, isBreak, isFlowIndicator } from './chars.ts'
import { type Mark, type ScanState, Token, tokenTypes } from './scan-state.ts'

/** Line breaks met inside a scalar that folds them: the first, and those of the empty lines after it. */
class Folding {
  first = ''
  rest = ''

  add(lineBreak: string): void {
    if (this.first === '') this.first = lineBreak
    else this.rest += lineBreak
  }

  /** What the breaks count as in the scalar: one is a space, n + 1 are n; LS and PS are kept. */
  take(): string {
    const out = this.first === '\n' ? (this.rest === '' ? ' ' : this.rest) : this.first + this.rest
    this.first = ''
    this.rest = ''
    return out
  }
}

/** Scans a plain scalar, over lines if it goes on. Rule: libyaml scan_plain_scalar. */
export function scanPlainScalar(s: ScanState): Token {
  const start = s.mark()
  const indent = s.indent + 1
  const folding = new Folding()
  let value = ''
  let end = start.pos
  let leadingBlanks = false
  for (;;) {
    if (s.atDocumentIndicator() || s.text.charCodeAt(s.pos) === 0x23) break
    const from = s.pos
    const to = plainRun(s)
    if (to > from) {
      if (leadingBlanks) {
        value += folding.take()
        leadingBlanks = false
      }
      value += s.text.slice(from, to)
      end = to
      s.newlines = 0
    }
    if (!isBreak(s.text.charCodeAt(s.pos))) break
    while (isBreak(s.text.charCodeAt(s.pos))) {
      folding.add(s.readBreak())
      leadingBlanks = true
      skipIndentation(s, indent, start)
    }
    if (s.flowLevel === 0 && s.pos - s.lineStart < indent) break
  }
  if (leadingBlanks) s.simpleKeyAllowed = true
  const token = new Token(tokenTypes.scalar, start, end)
  token.value = value
  return token
}

function skipIndentation(s: ScanState, indent: number, start: Mark): void {
  for (;;) {
    const c = s.text.charCodeAt(s.pos)
    if (!isBlank(c)) return
    if (c === 0x09 && s.pos - s.lineStart < indent) {
      throw s.error('found a tab character that violates indentation', start.line)
    }
    s.pos++
  }
}

/**
 * Passes the characters of a plain scalar that are on this line, and blanks after them. Returns where the text ends;
 * the state then stands at a break, a comment, an indicator that ends the scalar, or the end.
 */
function plainRun(s: ScanState): number {
  const text = s.text
  const inFlow = s.flowLevel > 0
  let i = s.pos
  let end = i
  for (;;) {
    const c = text.charCodeAt(i)
    if (c > 0x3a && c < 0x80) {
      if (inFlow && isFlowIndicator(c)) break
      end = ++i
    } else if (c > 0x20 && c < 0x3a) {
      if (inFlow && c === 0x2c) break
      end = ++i
    } else if (c === 0x20 || c === 0x09) {
      do i++
      while (isBlank(text.charCodeAt(i)))
      if (text.charCodeAt(i) === 0x23) break
    } else if (isBlankOrEnd(c) || (c === 0x3a && isBlankOrEnd(text.charCodeAt(i + 1)))) break
    else end = ++i
  }
  s.pos = i
  return end
}

/** Scans a quoted scalar. Rule: libyaml scan_flow_scalar. */
export function scanQuotedScalar(s: ScanState, single: boolean): Token {
  const start = s.mark()
  s.pos++
  s.newlines = 0
  const simple = quotedOnOneLine(s, single)
  let value: string
  if (simple >= 0) {
    value = s.text.slice(s.pos, simple)
    s.pos = simple + 1
  } else value = scanQuotedText(s, single, start)
  const token = new Token(tokenTypes.scalar, start, s.pos)
  token.value = value
  token.style = single ? 'single' : 'double'
  return token
}

/** Where the closing quote is, when there is no escape and no line break before it; -1 otherwise. */
function quotedOnOneLine(s: ScanState, single: boolean): number {
  const text = s.text
  const quote = single ? 0x27 : 0x22
  for (let i = s.pos; ; i++) {
    const c = text.charCodeAt(i)
    if (c === quote) return single && text.charCodeAt(i + 1) === quote ? -1 : i
    if (c < 0x20 ? c !== 0x09 : c === 0x5c ? !single : c > 0x7e && isBreak(c)) return -1
  }
}

function scanQuotedText(s: ScanState, single: boolean, start: Mark): string {
  const text = s.text
  const quote = single ? 0x27 : 0x22
  const folding = new Folding()
  let value = ''
  for (;;) {
    if (s.atDocumentIndicator()) throw s.error('found unexpected document indicator', start.line)
    if (s.pos >= s.length) throw s.error('found unexpected end of stream', start.line)
    let leadingBlanks = false
    while (!isBlankOrEnd(text.charCodeAt(s.pos))) {
      const c = text.charCodeAt(s.pos)
      if (c === quote) {
        if (!single || text.charCodeAt(s.pos + 1) !== quote) break
        value += "'"
        s.pos += 2
      } else if (c === 0x5c && !single) {
        if (isBreak(text.charCodeAt(s.pos + 1))) {
          s.pos++
          s.newlines = 0
          s.readBreak()
          leadingBlanks = true
          break
        }
        value += scanEscape(s, start)
      } else {
        const from = s.pos
        s.pos = quotedRun(s, single)
        value += text.slice(from, s.pos)
      }
      s.newlines = 0
    }
    if (text.charCodeAt(s.pos) === quote) break
    let whitespace = s.pos
    let whitespaceEnd = s.pos
    for (;;) {
      const c = text.charCodeAt(s.pos)
      if (isBlank(c)) {
        s.pos++
        if (!leadingBlanks) whitespaceEnd = s.pos
      } else if (isBreak(c)) {
        if (leadingBlanks) folding.rest += s.readBreak()
        else {
          folding.first = s.readBreak()
          leadingBlanks = true
        }
        whitespace = whitespaceEnd
      } else break
    }
    value += leadingBlanks ? folding.take() : text.slice(whitespace, whitespaceEnd)
  }
  s.pos++
  return value
}

/** The end of a run of characters that stand for themselves. */
function quotedRun(s: ScanState, single: boolean): number {
  const text = s.text
  let i = s.pos + 1
  for (;;) {
    const c = text.charCodeAt(i)
    if (isBlankOrEnd(c) || (single ? c === 0x27 : c === 0x22 || c === 0x5c)) return i
    i++
  }
}

const escapes: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  "'": "'",
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
}

const codeLengths: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }

function scanEscape(s: ScanState, start: Mark): string {
  const letter = s.text.charAt(s.pos + 1)
  const length = Object.hasOwn(codeLengths, letter) ? codeLengths[letter]! : 0
  if (length === 0) {
    if (!Object.hasOwn(escapes, letter)) throw s.error('found unknown escape character', start.line)
    s.pos += 2
    return escapes[letter]!
  }
  s.pos += 2
  s.newlines = 0
  let value = 0
  for (let i = 0; i < length; i++) {
    const digit = hexValue(s.text.charCodeAt(s.pos + i))
    if (digit < 0) throw s.error('did not find expected hexdecimal number', start.line)
    value = value * 16 + digit
  }
  if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff) {
    throw s.error('found invalid Unicode character escape code', start.line)
  }
  s.pos += length
  return String.fromCodePoint(value)
}
