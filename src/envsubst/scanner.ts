/** What a scan found. `string()` of the scanner is then its text. */
export type TokenKind = 'illegal' | 'end' | 'ident' | 'open' | 'close'

/** Which tokens a scan may find; `escape` lets `$$`, `\/` and `\\` stand for their second character. */
export interface ScanMode {
  readonly ident?: boolean
  readonly open?: boolean
  readonly close?: boolean
  readonly escape?: boolean
}

/** Whether a character may be part of an identifier; `index` counts from one. */
export type Accept = (c: number, index: number) => boolean

/** Accepts every character, as text between references does. */
export const anything: Accept = () => true

/** What can neither end text nor escape in it. */
const plain = /[^$\0]+/y

/** NUL counts as the end of the text, as upstream. */
export const endOfText = 0

/**
 * The scanner of fluxcd/pkg envsubst (parse/scan.go). Upstream deletes escape characters from its buffer; here they are
 * left out of the token's text instead, so that positions stay those of the original text.
 */
export class Scanner {
  readonly text: string
  pos = 0
  start = 0
  accept: Accept = () => false
  mode: ScanMode = {}
  /** In text only `$` escapes itself; inside an expression `\` also does. */
  backslashEscapes = false
  #pieces: string[] = []
  #pieceStart = 0
  #dropped = 0

  constructor(text: string) {
    this.text = text
  }

  /** The next character without taking it. */
  peek(): number {
    return this.text.codePointAt(this.pos) ?? endOfText
  }

  /** The text of the last token. */
  string(): string {
    return this.#pieces.join('') + this.text.slice(this.#pieceStart, this.pos)
  }

  scan(): TokenKind {
    this.start = this.pos
    this.#pieces = []
    this.#pieceStart = this.pos
    this.#dropped = 0
    const c = this.peek()
    if (c === endOfText) return 'end'
    if (this.mode.open === true && this.#atOpen()) {
      this.pos += 2
      return 'open'
    }
    if (this.mode.close === true && c === 0x7d) {
      this.pos++
      return 'close'
    }
    return this.mode.ident === true && this.#scanIdent() ? 'ident' : 'illegal'
  }

  #scanIdent(): boolean {
    const isText = this.accept === anything && !this.backslashEscapes
    for (let first = true; ; first = false) {
      if (isText && this.#passPlain()) continue
      const c = this.peek()
      if (c === endOfText) return !first
      if (!first && this.mode.open === true && this.#atOpen()) return true
      if (this.mode.escape === true && this.#atEscape(c)) {
        this.#pieces.push(this.text.slice(this.#pieceStart, this.pos))
        this.#pieceStart = this.pos + 1
        this.#dropped++
        this.pos += 2
        continue
      }
      const width = c > 0xffff ? 2 : 1
      if (!this.accept(c, this.pos + width - this.start - this.#dropped)) return !first
      this.pos += width
    }
  }

  /** Passes text at the speed of the engine's own search; most of a manifest has no reference. */
  #passPlain(): boolean {
    plain.lastIndex = this.pos
    if (!plain.test(this.text)) return false
    this.pos = plain.lastIndex
    return true
  }

  #atOpen(): boolean {
    return this.text.charCodeAt(this.pos) === 0x24 && this.text.charCodeAt(this.pos + 1) === 0x7b
  }

  #atEscape(c: number): boolean {
    const next = this.text.charCodeAt(this.pos + 1)
    if (c === 0x24) return next === 0x24
    return c === 0x5c && this.backslashEscapes && (next === 0x2f || next === 0x5c)
  }
}
