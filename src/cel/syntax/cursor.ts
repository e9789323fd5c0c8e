import type { Token } from './lexer.ts'
import type { CelIssue } from './source.ts'

/** Ends parsing: at a syntax error, or without one of its own after one that was reported. */
export class SyntaxStop {
  readonly issue: CelIssue | undefined
  constructor(issue?: CelIssue) {
    this.issue = issue
  }
}

/** Walks over tokens and words syntax errors as ANTLR does for cel-go. */
export class TokenCursor {
  readonly #tokens: readonly Token[]
  #position = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  /** The token some places ahead, without taking it; `eof` beyond the end. */
  peek(ahead = 0): Token {
    return this.#tokens[this.#position + ahead] ?? this.#tokens[this.#tokens.length - 1]!
  }

  /** Skips tokens that were looked at. */
  skip(count: number): void {
    this.#position += count
  }

  /** Takes a token; `eof` stays. */
  next(): Token {
    const token = this.#tokens[this.#position]!
    if (token.kind !== 'eof') this.#position++
    return token
  }

  /** Is the next token this operator (or the keyword `in`)? */
  is(text: string): boolean {
    const token = this.peek()
    return token.text === text && (token.kind === 'op' || (token.kind === 'ident' && text === 'in'))
  }

  /** Takes the next token if it is this operator. */
  accept(text: string): Token | undefined {
    return this.is(text) ? this.next() : undefined
  }

  /** Takes an operator that has to be here. */
  expect(text: string): Token {
    const token = this.accept(text)
    if (token !== undefined) return token
    const found = this.peek()
    if (found.kind === 'eof' && text !== ':') return this.stop(found, `missing '${text}' at '<EOF>'`)
    if (text === ':' && found.kind !== 'eof' && found.kind !== 'op') {
      return this.stop(found, `missing ':' at '${found.text}'`)
    }
    return this.unexpected(found, `'${text}'`, [text])
  }

  /** ANTLR calls a token extraneous when the one after it would do. */
  unexpected(found: Token, expected: string, would: readonly string[]): never {
    const next = this.#tokens[this.#position + 1]
    const word = next !== undefined && next.kind === 'op' && would.includes(next.text) ? 'extraneous' : 'mismatched'
    return this.stop(found, `${word} input '${found.text}' expecting ${expected}`)
  }

  /** The end of a list or map; `another` when an element came last, so that a comma could follow. */
  close(text: string, another: boolean): void {
    if (this.accept(text) !== undefined) return
    const found = this.peek()
    if (found.kind === 'eof' && !another) this.stop(found, `missing '${text}' at '<EOF>'`)
    if (another) this.unexpected(found, `{'${text}', ','}`, [text, ','])
    this.unexpected(found, `'${text}'`, [text])
  }

  /** Gives up with a syntax error. */
  stop(token: Token, message: string): never {
    throw new SyntaxStop({ offset: token.offset, message: `Syntax error: ${message}` })
  }
}
