import type { CelValue } from '../values/value.ts'
import { CelUint } from '../values/value.ts'
import type { Expr, MapEntry } from './ast.ts'
import { SyntaxStop, TokenCursor } from './cursor.ts'
import { type Token, tokenize } from './lexer.ts'
import { expandMacro } from './macros.ts'
import { type CelIssue, CelSource } from './source.ts'
import { unescapeBytes, unescapeString } from './unescape.ts'

/** Nesting at which cel-go gives up. */
const maxDepth = 250
const reserved: ReadonlySet<string> = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
)
const keywords: ReadonlySet<string> = new Set(['true', 'false', 'null', 'in'])
const expressionStart =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"

export interface ParseResult {
  readonly source: CelSource
  readonly expr: Expr | undefined
  readonly issues: readonly CelIssue[]
}

/** Parses an expression and expands its macros. Messages follow cel-go's parser (grammar parser/gen/CEL.g4). */
export function parse(text: string, extendedMacros: boolean): ParseResult {
  const source = new CelSource(text)
  const { tokens, issues: lexerIssues } = tokenize(source)
  const parser = new Parser(tokens, extendedMacros)
  try {
    const expr = parser.parseAll()
    const issues = inOrder(lexerIssues, parser.issues)
    return issues.length > 0 ? { source, expr: undefined, issues } : { source, expr, issues }
  } catch (error) {
    if (!(error instanceof SyntaxStop)) throw error
    return { source, expr: undefined, issues: inOrder(lexerIssues, [...parser.issues, error.issue]) }
  }
}

function inOrder(lexer: readonly CelIssue[], parser: readonly CelIssue[]): readonly CelIssue[] {
  return [...lexer, ...parser].sort((a, b) => a.offset - b.offset)
}

const relations: ReadonlySet<string> = new Set(['<', '<=', '>=', '>', '==', '!=', 'in'])

class Parser {
  readonly issues: CelIssue[] = []
  readonly #at: TokenCursor
  readonly #extendedMacros: boolean
  #depth = 0

  constructor(tokens: readonly Token[], extendedMacros: boolean) {
    this.#at = new TokenCursor(tokens)
    this.#extendedMacros = extendedMacros
  }

  parseAll(): Expr {
    const expr = this.#expr()
    const token = this.#at.peek()
    if (token.kind !== 'eof') {
      const next = this.#at.peek(1)
      // ANTLR deletes a single stray token when the end follows it.
      const word = next?.kind === 'eof' ? 'extraneous' : 'mismatched'
      this.#at.stop(token, `${word} input '${token.text}' expecting <EOF>`)
    }
    return expr
  }

  #enter(): void {
    if (++this.#depth > maxDepth) {
      throw new SyntaxStop({ offset: 0, message: `expression recursion limit exceeded: ${maxDepth}` })
    }
  }

  #expr(): Expr {
    this.#enter()
    const condition = this.#or()
    const question = this.#at.accept('?')
    if (question === undefined) {
      this.#depth--
      return condition
    }
    const whenTrue = this.#or()
    this.#at.expect(':')
    const whenFalse = this.#expr()
    this.#depth--
    return call('_?_:_', question.offset, [condition, whenTrue, whenFalse])
  }

  #or(): Expr {
    return this.#logical('||', '_||_', () => this.#logical('&&', '_&&_', () => this.#relation()))
  }

  /** A chain of one operator as a balanced tree, so that long chains do not nest deeply. */
  #logical(operator: string, name: string, operand: () => Expr): Expr {
    const terms = [operand()]
    const offsets: number[] = []
    for (let token = this.#at.accept(operator); token !== undefined; token = this.#at.accept(operator)) {
      offsets.push(token.offset)
      terms.push(operand())
    }
    const build = (low: number, high: number): Expr => {
      const middle = (low + high + 1) >> 1
      const left = middle === low ? terms[middle]! : build(low, middle - 1)
      const right = middle === high ? terms[middle + 1]! : build(middle + 1, high)
      return call(name, offsets[middle]!, [left, right])
    }
    return offsets.length === 0 ? terms[0]! : build(0, offsets.length - 1)
  }

  #relation(): Expr {
    let left = this.#sum()
    while (relations.has(this.#at.peek().text) && (this.#at.peek().kind === 'op' || this.#at.is('in'))) {
      const operator = this.#at.next()
      const name = operator.text === 'in' ? '@in' : `_${operator.text}_`
      left = call(name, operator.offset, [left, this.#sum()])
    }
    return left
  }

  #sum(): Expr {
    let left = this.#product()
    while (this.#at.is('+') || this.#at.is('-')) {
      const operator = this.#at.next()
      left = call(`_${operator.text}_`, operator.offset, [left, this.#product()])
    }
    return left
  }

  #product(): Expr {
    let left = this.#unary()
    while (this.#at.is('*') || this.#at.is('/') || this.#at.is('%')) {
      const operator = this.#at.next()
      left = call(`_${operator.text}_`, operator.offset, [left, this.#unary()])
    }
    return left
  }

  #unary(): Expr {
    const first = this.#at.peek()
    for (const [operator, name] of [
      ['!', '!_'],
      ['-', '-_'],
    ] as const) {
      if (!this.#at.is(operator)) continue
      const following = this.#at.peek(1)
      if (operator === '-' && (following?.kind === 'int' || following?.kind === 'float')) return this.#member()
      let count = 0
      while (this.#at.accept(operator) !== undefined) count++
      const operand = this.#member()
      return count % 2 === 0 ? operand : call(name, first.offset, [operand])
    }
    return this.#member()
  }

  #member(): Expr {
    let expr = this.#primary()
    let chained = 0
    for (;;) {
      const dot = this.#at.accept('.')
      if (dot !== undefined) expr = this.#afterDot(expr, dot)
      else {
        const bracket = this.#at.accept('[')
        if (bracket === undefined) break
        const optional = this.#at.accept('?') !== undefined
        const index = this.#expr()
        this.#at.expect(']')
        expr = call(optional ? '_[?_]' : '_[_]', bracket.offset, [expr, index])
      }
      this.#enter()
      chained++
    }
    this.#depth -= chained
    return expr
  }

  #afterDot(operand: Expr, dot: Token): Expr {
    const optional = this.#at.accept('?') !== undefined
    const token = this.#at.peek()
    if (token.kind === 'escaped') {
      this.#at.next()
      this.issues.push({ offset: token.offset, message: "unsupported syntax: '`'" })
      return this.#select(operand, dot, token, token.text.slice(1, -1), optional)
    }
    if (token.kind !== 'ident' || keywords.has(token.text)) {
      const shown = token.kind === 'eof' ? '' : token.text
      this.#at.stop(token, `no viable alternative at input '.${shown}'`)
    }
    this.#at.next()
    if (!optional && this.#at.is('(')) {
      const open = this.#at.next()
      const args = this.#arguments()
      return this.#expand(open.offset, token.text, operand, args)
    }
    return this.#select(operand, dot, token, token.text, optional)
  }

  #select(operand: Expr, dot: Token, token: Token, field: string, optional: boolean): Expr {
    if (!optional) return { kind: 'select', offset: dot.offset, operand, field, testOnly: false }
    return call('_?._', dot.offset, [operand, { kind: 'literal', offset: token.offset, value: field }])
  }

  #expand(offset: number, name: string, target: Expr | undefined, args: readonly Expr[]): Expr {
    const expanded = expandMacro({ offset, name, target, args }, this.#extendedMacros, (issue) =>
      this.issues.push(issue),
    )
    return expanded ?? { kind: 'call', offset, name, target, args }
  }

  #arguments(): Expr[] {
    const args: Expr[] = []
    if (this.#at.accept(')') !== undefined) return args
    do args.push(this.#expr())
    while (this.#at.accept(',') !== undefined)
    this.#at.expect(')')
    return args
  }

  #primary(): Expr {
    const token = this.#at.peek()
    if (token.kind === 'ident' && token.text !== 'in') return this.#identifier(token, '')
    if (token.kind === 'op') {
      if (token.text === '(') {
        this.#at.next()
        const inner = this.#expr()
        this.#at.expect(')')
        return inner
      }
      if (token.text === '[') return this.#list()
      if (token.text === '{') return this.#map()
      if (token.text === '.') {
        this.#at.next()
        const name = this.#at.peek()
        if (name.kind === 'ident' && !keywords.has(name.text)) return this.#identifier(name, '.')
        this.#at.stop(name, `no viable alternative at input '.${name.kind === 'eof' ? '' : name.text}'`)
      }
    }
    return this.#literal()
  }

  #identifier(token: Token, leadingDot: string): Expr {
    this.#at.next()
    if (leadingDot === '' && token.text === 'true') return { kind: 'literal', offset: token.offset, value: true }
    if (leadingDot === '' && token.text === 'false') return { kind: 'literal', offset: token.offset, value: false }
    if (leadingDot === '' && token.text === 'null') return { kind: 'literal', offset: token.offset, value: null }
    if (reserved.has(token.text)) {
      this.issues.push({ offset: token.offset, message: `reserved identifier: ${token.text}` })
    }
    const name = leadingDot + token.text
    if (this.#at.is('(')) {
      const open = this.#at.next()
      return this.#expand(open.offset, name, undefined, this.#arguments())
    }
    const struct = this.#structName(name)
    if (struct !== undefined) return this.#struct(struct)
    return { kind: 'ident', offset: token.offset, name }
  }

  /** `a.b.C{` is a message; looks ahead without consuming when it is not. */
  #structName(first: string): string | undefined {
    let ahead = 0
    let name = first
    while (this.#at.peek(ahead).text === '.' && this.#at.peek(ahead + 1).kind === 'ident') {
      name += `.${this.#at.peek(ahead + 1).text}`
      ahead += 2
    }
    const brace = this.#at.peek(ahead)
    if (brace.kind !== 'op' || brace.text !== '{') return undefined
    this.#at.skip(ahead)
    return name
  }

  #struct(name: string): Expr {
    const open = this.#at.next()
    const fields: { offset: number; name: string; value: Expr; optional: boolean }[] = []
    while (!this.#at.is('}')) {
      const optional = this.#at.accept('?') !== undefined
      const field = this.#at.next()
      if (field.kind !== 'ident' && field.kind !== 'escaped') {
        this.#at.stop(field, `mismatched input '${field.text}' expecting {'}', ',', IDENTIFIER, ESC_IDENTIFIER}`)
      }
      const colon = this.#at.expect(':')
      const fieldName = field.kind === 'escaped' ? field.text.slice(1, -1) : field.text
      fields.push({ offset: colon.offset, name: fieldName, value: this.#expr(), optional })
      if (this.#at.accept(',') === undefined) break
    }
    this.#at.expect('}')
    return { kind: 'struct', offset: open.offset, name, fields }
  }

  #list(): Expr {
    const open = this.#at.next()
    const elements: Expr[] = []
    const optional = new Set<number>()
    let comma = true
    while (comma && !this.#at.is(']') && !this.#at.is(',')) {
      if (this.#at.accept('?') !== undefined) optional.add(elements.length)
      elements.push(this.#expr())
      comma = this.#at.accept(',') !== undefined
    }
    if (elements.length === 0) this.#at.accept(',')
    this.#at.close(']', !comma)
    return { kind: 'list', offset: open.offset, elements, optional }
  }

  #map(): Expr {
    const open = this.#at.next()
    const entries: MapEntry[] = []
    let comma = true
    while (comma && !this.#at.is('}') && !this.#at.is(',')) {
      const optional = this.#at.accept('?') !== undefined
      const key = this.#expr()
      const colon = this.#at.expect(':')
      entries.push({ offset: colon.offset, key, value: this.#expr(), optional })
      comma = this.#at.accept(',') !== undefined
    }
    if (entries.length === 0) this.#at.accept(',')
    this.#at.close('}', !comma)
    return { kind: 'map', offset: open.offset, entries }
  }

  #literal(): Expr {
    const minus = this.#at.is('-') ? this.#at.next() : undefined
    const token = this.#at.next()
    const offset = minus?.offset ?? token.offset
    const value = this.#literalValue(token, minus === undefined ? '' : '-', offset)
    return { kind: 'literal', offset, value }
  }

  #literalValue(token: Token, sign: string, offset: number): CelValue {
    switch (token.kind) {
      case 'int': {
        const value = BigInt(token.text) * (sign === '' ? 1n : -1n)
        return BigInt.asIntN(64, value) === value ? value : this.#bad(offset, 'invalid int literal')
      }
      case 'uint': {
        const value = BigInt(token.text.slice(0, -1))
        return new CelUint(BigInt.asUintN(64, value) === value ? value : this.#badUint(offset))
      }
      case 'float': {
        const value = Number(sign + token.text)
        return Number.isFinite(value) ? value : this.#bad(offset, 'invalid double literal')
      }
      case 'string': {
        const text = unescapeString(token.text)
        return 'value' in text ? text.value : this.#bad(offset, text.error)
      }
      case 'bytes': {
        const bytes = unescapeBytes(token.text)
        return 'value' in bytes ? bytes.value : this.#bad(offset, bytes.error)
      }
      default:
        return this.#at.stop(token, `${this.#strayWord(token)} input '${token.text}' expecting ${expressionStart}`)
    }
  }

  /** The token was taken; the next one tells whether leaving it out would do. */
  #strayWord(token: Token): string {
    const next = this.#at.peek()
    const starts = next.kind === 'op' ? '[{(.-!'.includes(next.text) : next.kind !== 'eof' && next.text !== 'in'
    return token.kind !== 'eof' && starts ? 'extraneous' : 'mismatched'
  }

  #bad(offset: number, message: string): null {
    this.issues.push({ offset, message })
    return null
  }

  #badUint(offset: number): bigint {
    this.#bad(offset, 'invalid uint literal')
    return 0n
  }
}

function call(name: string, offset: number, args: readonly Expr[]): Expr {
  return { kind: 'call', offset, name, target: undefined, args }
}
