/** The lexer of text/template. Source of the behaviour: Go 1.26 text/template/parse (lex.go), delimiters {{ and }}. */

export type TokenType =
  | 'error'
  | 'bool'
  | 'char'
  | 'charConstant'
  | 'complex'
  | 'assign'
  | 'declare'
  | 'eof'
  | 'field'
  | 'identifier'
  | 'leftDelim'
  | 'leftParen'
  | 'number'
  | 'pipe'
  | 'rawString'
  | 'rightDelim'
  | 'rightParen'
  | 'space'
  | 'string'
  | 'text'
  | 'variable'
  | 'dot'
  | Keyword

export type Keyword =
  | 'block'
  | 'break'
  | 'continue'
  | 'define'
  | 'else'
  | 'end'
  | 'if'
  | 'nil'
  | 'range'
  | 'template'
  | 'with'

export interface Token {
  readonly type: TokenType
  readonly pos: number
  readonly value: string
  /** One-based line. */
  readonly line: number
}

const keywords: ReadonlySet<string> = new Set<Keyword>([
  ...(['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'nil', 'range', 'template', 'with'] as const),
])

export class Lexer {
  readonly #text: string
  /** Where a name of ASCII letters, digits and `_` ends. */
  readonly #asciiWord = /\w*/y
  #pos = 0
  #line = 1
  /** Where the next line ends. */
  #newline: number
  #insideAction = false
  #parenDepth = 0
  #done: Token | undefined

  constructor(text: string) {
    this.#text = text
    this.#newline = newlineFrom(text, 0)
  }

  /** The next token; after an error or the end, that token again. */
  next(): Token {
    if (this.#done !== undefined) return this.#done
    const token = this.#insideAction ? this.#lexInside() : this.#lexText()
    if (token.type === 'error' || token.type === 'eof') this.#done = token
    return token
  }

  #emit(type: TokenType, start: number, end: number): Token {
    const token = { type, pos: start, value: this.#text.slice(start, end), line: this.#line }
    this.#advance(end)
    return token
  }

  #error(start: number, message: string): Token {
    return { type: 'error', pos: start, value: message, line: this.#line }
  }

  /** Moves on, counting lines. */
  #advance(to: number): void {
    while (this.#newline < to) {
      this.#line++
      this.#newline = newlineFrom(this.#text, this.#newline + 1)
    }
    this.#pos = to
  }

  #lexText(): Token {
    const text = this.#text
    for (;;) {
      const start = this.#pos
      const open = text.indexOf('{{', start)
      if (open < 0)
        return start < text.length ? this.#emit('text', start, text.length) : this.#emit('eof', start, start)
      if (open > start) {
        const trims = isTrimLeft(text, open + 2)
        const end = trims ? trimEnd(text, start, open) : open
        if (end > start) {
          const token = this.#emit('text', start, end)
          this.#advance(open)
          return token
        }
        this.#advance(open)
      }
      const after = open + 2 + (isTrimLeft(text, open + 2) ? 2 : 0)
      if (!text.startsWith('/*', after)) {
        const token = this.#emit('leftDelim', open, open + 2)
        this.#advance(after)
        this.#insideAction = true
        this.#parenDepth = 0
        return token
      }
      const error = this.#skipComment(after)
      if (error !== undefined) return error
    }
  }

  /** Moves past a comment; a comment must touch both delimiters. */
  #skipComment(start: number): Token | undefined {
    const text = this.#text
    const close = text.indexOf('*/', start + 2)
    if (close < 0) {
      this.#advance(start)
      return this.#error(start, 'unclosed comment')
    }
    const { found, trims } = rightDelim(text, close + 2)
    if (!found) {
      this.#advance(start)
      return this.#error(start, 'comment ends before closing delimiter')
    }
    this.#leave(close + 2, trims)
    return undefined
  }

  /** Moves past a right delimiter and the space that its trim marker removes. */
  #leave(at: number, trims: boolean): void {
    let end = at + (trims ? 4 : 2)
    if (trims) while (isSpace(this.#text.charCodeAt(end))) end++
    this.#advance(end)
  }

  #lexInside(): Token {
    const text = this.#text
    const start = this.#pos
    const code = text.charCodeAt(start)
    const isBlank = isSpace(code)
    const { found, trims } = isBlank || code === closeBrace ? rightDelim(text, start) : noDelim
    if (found) {
      if (this.#parenDepth > 0) return this.#error(start, 'unclosed left paren')
      const at = start + (trims ? 2 : 0)
      const token = { type: 'rightDelim' as const, pos: at, value: '}}', line: this.#line }
      this.#leave(start, trims)
      this.#insideAction = false
      return token
    }
    if (start >= text.length) return this.#error(start, 'unclosed action')
    if (isBlank) return this.#lexSpace(start)
    if (isAsciiLetter(code)) return this.#lexIdentifier(start)
    const char = text[start]!
    switch (char) {
      case '=':
        return this.#emit('assign', start, start + 1)
      case ':':
        if (text[start + 1] !== '=') return this.#error(start, 'expected :=')
        return this.#emit('declare', start, start + 2)
      case '|':
        return this.#emit('pipe', start, start + 1)
      case '"':
        return this.#lexQuoted('"', 'string', 'unterminated quoted string')
      case "'":
        return this.#lexQuoted("'", 'charConstant', 'unterminated character constant')
      case '`':
        return this.#lexRaw()
      case '$':
        return this.#lexName('variable', start)
      case '(':
        this.#parenDepth++
        return this.#emit('leftParen', start, start + 1)
      case ')':
        this.#parenDepth--
        if (this.#parenDepth < 0) return this.#error(start, 'unexpected right paren')
        return this.#emit('rightParen', start, start + 1)
      case '.':
        if (start + 1 < text.length && !isDigit(text.charCodeAt(start + 1))) return this.#lexName('field', start)
        return this.#lexNumber()
      case '+':
      case '-':
        return this.#lexNumber()
    }
    if (isDigit(code)) return this.#lexNumber()
    const full = String.fromCodePoint(text.codePointAt(start)!)
    if (isAlphaNumeric(full)) return this.#lexIdentifier(start)
    if (char >= '!' && char <= '~') return this.#emit('char', start, start + 1)
    return this.#error(start, `unrecognized character in action: ${describeRune(full)}`)
  }

  #lexSpace(start: number): Token {
    const text = this.#text
    let end = start
    while (isSpace(text.charCodeAt(end))) end++
    // The last space may belong to a trim marker: " -}}".
    if (text.startsWith('-}}', end)) {
      end--
      if (end === start) return this.#lexInside()
    }
    return this.#emit('space', start, end)
  }

  #lexQuoted(quote: string, type: TokenType, message: string): Token {
    const text = this.#text
    const start = this.#pos
    const close = text.indexOf(quote, start + 1)
    if (close < 0) return this.#error(start, message)
    if (!/[\\\n]/.test(text.slice(start, close))) return this.#emit(type, start, close + 1)
    for (let i = start + 1; i < text.length; i++) {
      const char = text[i]!
      if (char === '\n') break
      if (char === quote) return this.#emit(type, start, i + 1)
      if (char === '\\') {
        i++
        if (text[i] === '\n') break
      }
    }
    return this.#error(start, message)
  }

  #lexRaw(): Token {
    const end = this.#text.indexOf('`', this.#pos + 1)
    if (end < 0) return this.#error(this.#pos, 'unterminated raw quoted string')
    return this.#emit('rawString', this.#pos, end + 1)
  }

  /** `.field`, `$variable`, or the bare `.` and `$`. */
  #lexName(type: 'field' | 'variable', start: number): Token {
    const end = this.#alphaNumericEnd(start + 1)
    const bad = this.#badTerminator(end)
    if (bad !== undefined) return this.#error(start, bad)
    return this.#emit(type === 'field' && end === start + 1 ? 'dot' : type, start, end)
  }

  #lexIdentifier(start: number): Token {
    const end = this.#alphaNumericEnd(start)
    const bad = this.#badTerminator(end)
    if (bad !== undefined) return this.#error(start, bad)
    const word = this.#text.slice(start, end)
    if (keywords.has(word)) return this.#emit(word as Keyword, start, end)
    return this.#emit(word === 'true' || word === 'false' ? 'bool' : 'identifier', start, end)
  }

  #asciiEnd(from: number): number {
    this.#asciiWord.lastIndex = from
    this.#asciiWord.test(this.#text)
    return this.#asciiWord.lastIndex
  }

  #alphaNumericEnd(from: number): number {
    let end = from
    for (;;) {
      end = this.#asciiEnd(end)
      const point = this.#text.codePointAt(end)
      if (point === undefined || point < 0x80) return end
      const char = String.fromCodePoint(point)
      if (!isAlphaNumeric(char)) return end
      end += char.length
    }
  }

  /** What is wrong with the character after a name; `undefined` when the name may end there. */
  #badTerminator(at: number): string | undefined {
    const text = this.#text
    const code = text.charCodeAt(at)
    if (code === 0x20 || code === 0x29) return undefined
    const point = text.codePointAt(at)
    if (point === undefined || isSpace(point) || '.,|:)('.includes(text[at]!) || text.startsWith('}}', at))
      return undefined
    return `bad character ${describeRune(String.fromCodePoint(point))}`
  }

  #lexNumber(): Token {
    const start = this.#pos
    const end = this.#asciiEnd(start)
    // Most numbers are small and decimal.
    if (end - start < 10 && isSpaceOrClose(this.#text.charCodeAt(end)) && decimal.test(this.#text.slice(start, end)))
      return this.#emit('number', start, end)
    const rest = this.#text.slice(start, start + 400)
    const first = scanNumber(rest, 0)
    if (first.bad) return this.#error(start, `bad number syntax: ${JSON.stringify(rest.slice(0, first.end))}`)
    const sign = rest[first.end]
    if (sign === '+' || sign === '-') {
      const second = scanNumber(rest, first.end)
      if (second.bad || rest[second.end - 1] !== 'i') {
        return this.#error(start, `bad number syntax: ${JSON.stringify(rest.slice(0, second.end))}`)
      }
      return this.#emit('complex', start, start + second.end)
    }
    return this.#emit('number', start, start + first.end)
  }
}

function scanNumber(text: string, from: number): { end: number; bad: boolean } {
  const pattern =
    /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y
  pattern.lastIndex = from
  const match = pattern.exec(text)
  const end = from + (match?.[0].length ?? 0)
  const point = text.codePointAt(end)
  if (point !== undefined && isAlphaNumeric(String.fromCodePoint(point))) {
    return { end: end + String.fromCodePoint(point).length, bad: true }
  }
  return { end, bad: false }
}

const closeBrace = 0x7d
const noDelim = { found: false, trims: false } as const
const decimal = /^[0-9]+$/

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

function isAsciiLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95
}

/** A space, a parenthesis or a brace that closes. */
function isSpaceOrClose(code: number): boolean {
  return code === 0x20 || code === 0x29 || code === closeBrace
}

function isSpace(code: number): boolean {
  return code === 32 || code === 9 || code === 13 || code === 10
}

/** The next newline; past the end when there is none. */
function newlineFrom(text: string, from: number): number {
  const at = text.indexOf('\n', from)
  return at < 0 ? Number.POSITIVE_INFINITY : at
}

function isAsciiWord(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95
}

function isAlphaNumeric(char: string): boolean {
  if (char.charCodeAt(0) < 0x80) return isAsciiWord(char.charCodeAt(0))
  return /^[\p{L}\p{Nd}_]$/u.test(char)
}

/** `{{- ` : a minus that is followed by a space. */
function isTrimLeft(text: string, at: number): boolean {
  return text[at] === '-' && isSpace(text.charCodeAt(at + 1))
}

function rightDelim(text: string, at: number): { found: boolean; trims: boolean } {
  if (text.startsWith('}}', at)) return { found: true, trims: false }
  const trims = isSpace(text.charCodeAt(at)) && text.startsWith('-}}', at + 1)
  return { found: trims, trims }
}

function trimEnd(text: string, start: number, end: number): number {
  let at = end
  while (at > start && isSpace(text.charCodeAt(at - 1))) at--
  return at
}

/** Go's %#U: `U+0040 '@'`. */
function describeRune(char: string): string {
  return `U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')} '${char}'`
}
