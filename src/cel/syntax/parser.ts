import type { CelValue } from '../values/value.ts'
import { CelUint } from '../values/value.ts'
import type { Expr, MapEntry } from './ast.ts'
import { SyntaxStop, TokenCursor } from './cursor.ts'
import { type Token, tokenize } from './lexer.ts'
import { expandMacro } from './macros.ts'
import { type CelIssue, CelSource, mostIssues, nowhere } from './source.ts'
import { unescapeBytes, unescapeString } from './unescape.ts'

/** Nesting at which cel-go gives up: of a rule in itself while it reads, of operations when it walks over them. */
const maxDepth = 250
/** The longest expression that cel-go reads. */
const maxCodePoints = 100_000
const reserved: ReadonlySet<string> = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
)
const keywords: ReadonlySet<string> = new Set(['true', 'false', 'null', 'in'])
/** Tokens that can go on where an operand was expected and is missing. */
const following: ReadonlySet<string> = new Set('in < <= >= > == != + - * / % && ||'.split(' '))

export interface ParseResult {
  readonly source: CelSource
  readonly expr: Expr | undefined
  readonly issues: readonly CelIssue[]
}

/** Parses an expression and expands its macros. Messages follow cel-go's parser (grammar parser/gen/CEL.g4). */
export function parse(text: string, extendedMacros: boolean): ParseResult {
  const source = new CelSource(text)
  const size = source.chars.length
  if (size > maxCodePoints) {
    const message = `expression code point size exceeds limit: size: ${size}, limit ${maxCodePoints}`
    return { source, expr: undefined, issues: [{ offset: nowhere, message }] }
  }
  const { tokens, issues: lexerIssues } = tokenize(source)
  const parser = new Parser(source, tokens, extendedMacros)
  try {
    const expr = parser.parseAll()
    const issues = inOrder(lexerIssues, parser.issues)
    return issues.length > 0 ? { source, expr: undefined, issues } : { source, expr, issues }
  } catch (error) {
    if (!(error instanceof SyntaxStop)) throw error
    const last = error.issue === undefined ? [] : [error.issue]
    return { source, expr: undefined, issues: inOrder(lexerIssues, [...parser.issues, ...last]) }
  }
}

function inOrder(lexer: readonly CelIssue[], parser: readonly CelIssue[]): readonly CelIssue[] {
  return [...lexer, ...parser].sort((a, b) => a.offset - b.offset).slice(0, mostIssues + 1)
}

const relations: ReadonlySet<string> = new Set(['<', '<=', '>=', '>', '==', '!=', 'in'])

class Parser {
  readonly issues: CelIssue[] = []
  readonly #source: CelSource
  readonly #at: TokenCursor
  readonly #extendedMacros: boolean
  readonly #depths = { expr: 0, relation: 0, calc: 0 }
  /** How deeply operations are nested in an expression; those of the lowest level are left out. */
  readonly #heights = new Map<Expr, number>()

  constructor(source: CelSource, tokens: readonly Token[], extendedMacros: boolean) {
    this.#source = source
    this.#at = new TokenCursor(tokens)
    this.#extendedMacros = extendedMacros
  }

  parseAll(): Expr {
    const expr = this.#expr()
    if (this.#heightOf(expr) > maxDepth)
      throw new SyntaxStop({ offset: nowhere, message: 'max recursion depth exceeded' })
    const token = this.#at.peek()
    if (token.kind !== 'eof') {
      const next = this.#at.peek(1)
      // ANTLR deletes a single stray token when the end follows it.
      const word = next?.kind === 'eof' ? 'extraneous' : 'mismatched'
      this.#at.stop(token, `${word} input '${token.text}' expecting <EOF>`)
    }
    return expr
  }

  /** One rule of the grammar inside others; cel-go counts each rule by itself. */
  #within(rule: 'expr' | 'relation' | 'calc', read: () => Expr): Expr {
    if (++this.#depths[rule] > maxDepth) {
      throw new SyntaxStop({ offset: nowhere, message: `expression recursion limit exceeded: ${maxDepth}` })
    }
    const expr = read()
    this.#depths[rule]--
    return expr
  }

  #heightOf(...parts: readonly (Expr | undefined)[]): number {
    let height = 0
    for (const part of parts) height = Math.max(height, part === undefined ? 0 : (this.#heights.get(part) ?? 0))
    return height
  }

  /** Notes that an expression holds these; `operation` when cel-go counts it as a level of its own. */
  #over(expr: Expr, parts: readonly (Expr | undefined)[], operation: boolean): Expr {
    const height = this.#heightOf(...parts) + (operation ? 1 : 0)
    if (height > 0) this.#heights.set(expr, height)
    return expr
  }

  #expr(): Expr {
    return this.#within('expr', () => {
      const condition = this.#or()
      const question = this.#at.accept('?')
      if (question === undefined) return condition
      const whenTrue = this.#or()
      this.#at.expect(':')
      const parts = [condition, whenTrue, this.#expr()]
      return this.#over(call('_?_:_', question.offset, parts), parts, true)
    })
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
    return offsets.length === 0 ? terms[0]! : this.#over(build(0, offsets.length - 1), terms, false)
  }

  #relation(): Expr {
    const operand = (): Expr => this.#within('calc', () => this.#sum())
    return this.#within('relation', () => {
      let left = operand()
      while (relations.has(this.#at.peek().text) && (this.#at.peek().kind === 'op' || this.#at.is('in'))) {
        const operator = this.#at.next()
        const name = operator.text === 'in' ? '@in' : `_${operator.text}_`
        left = this.#binary(name, operator, left, this.#within('relation', operand))
      }
      return left
    })
  }

  #binary(name: string, operator: Token, left: Expr, right: Expr): Expr {
    const parts = [left, right]
    return this.#over(call(name, operator.offset, parts), parts, true)
  }

  #sum(): Expr {
    let left = this.#product()
    while (this.#at.is('+') || this.#at.is('-')) {
      const operator = this.#at.next()
      left = this.#binary(
        `_${operator.text}_`,
        operator,
        left,
        this.#within('calc', () => this.#product()),
      )
    }
    return left
  }

  #product(): Expr {
    let left = this.#unary()
    while (this.#at.is('*') || this.#at.is('/') || this.#at.is('%')) {
      const operator = this.#at.next()
      left = this.#binary(
        `_${operator.text}_`,
        operator,
        left,
        this.#within('calc', () => this.#unary()),
      )
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
      const end = this.#at.peek()
      // The one place where ANTLR, which would leave the end out, says so.
      if (end.kind === 'eof') this.#at.stop(end, `extraneous input '<EOF>' expecting ${expressionStart()}`)
      const operand = this.#member()
      return count % 2 === 0 ? operand : this.#over(call(name, first.offset, [operand]), [operand], false)
    }
    return this.#member()
  }

  #member(): Expr {
    let expr = this.#primary()
    for (;;) {
      const dot = this.#at.accept('.')
      if (dot !== undefined) expr = this.#afterDot(expr, dot)
      else {
        const bracket = this.#at.accept('[')
        if (bracket === undefined) break
        const optional = this.#at.accept('?') !== undefined
        if (!optional) this.#expectStart(']', "'?'")
        const index = this.#expr()
        this.#at.expect(']')
        const parts = [expr, index]
        expr = this.#over(call(optional ? '_[?_]' : '_[_]', bracket.offset, parts), parts, true)
      }
    }
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
      if (optional) {
        this.#report(token, `mismatched input '${token.text}' expecting {IDENTIFIER, ESC_IDENTIFIER}`)
        throw new SyntaxStop({ offset: token.offset, message: 'unsupported ident kind' })
      }
      return this.#withoutField(operand, dot, token)
    }
    this.#at.next()
    if (!optional && this.#at.is('(')) {
      const open = this.#at.next()
      const args = this.#arguments()
      return this.#over(this.#expand(open.offset, token.text, operand, args), [operand, ...args], true)
    }
    return this.#select(operand, dot, token, token.text, optional)
  }

  /** A dot without a name behind it. Words that are literals are taken for names, operators go on after the error. */
  #withoutField(operand: Expr, dot: Token, token: Token): Expr {
    if (token.kind === 'ident' && token.text !== 'in') {
      this.#report(token, `mismatched input '${token.text}' expecting IDENTIFIER`)
      this.#at.next()
      if (this.#at.accept('(') !== undefined) this.#arguments()
      return operand
    }
    const shown =
      token.kind === 'eof' ? '' : this.#source.chars.slice(dot.offset + 1, token.offset).join('') + token.text
    this.#report(token, `no viable alternative at input '.${shown}'`)
    if (!this.#atFollowing()) throw new SyntaxStop()
    return operand
  }

  #atFollowing(): boolean {
    const { kind, text } = this.#at.peek()
    return following.has(text) && (kind === 'op' || text === 'in')
  }

  #report(token: Token, message: string): void {
    this.issues.push({ offset: token.offset, message: `Syntax error: ${message}` })
  }

  /** An expression has to begin here, or one of the other tokens stand; says so when neither is the case. */
  #expectStart(closer: string, others: string): void {
    const token = this.#at.peek()
    if (token.kind !== 'eof' && !this.#at.is(closer) && !this.#at.is(',')) return
    this.#at.stop(token, `mismatched input '${token.text}' expecting ${expressionStart(others)}`)
  }

  #select(operand: Expr, dot: Token, token: Token, field: string, optional: boolean): Expr {
    const select: Expr = optional
      ? call('_?._', dot.offset, [operand, { kind: 'literal', offset: token.offset, value: field }])
      : { kind: 'select', offset: dot.offset, operand, field, testOnly: false }
    return this.#over(select, [operand], true)
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
    this.#expectStart(')', "')'")
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
        return this.#withoutField({ kind: 'literal', offset: token.offset, value: null }, token, name)
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
      const args = this.#arguments()
      return this.#over(this.#expand(open.offset, name, undefined, args), args, false)
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
    let comma = true
    while (comma && !this.#closing('}', fields.length)) {
      const optional = this.#at.accept('?') !== undefined
      const field = this.#at.next()
      if (field.kind !== 'ident' && field.kind !== 'escaped') {
        const others = optional ? '' : "'}', ',', '?', "
        this.#at.stop(field, `mismatched input '${field.text}' expecting {${others}IDENTIFIER, ESC_IDENTIFIER}`)
      }
      const colon = this.#at.expect(':')
      const fieldName = field.kind === 'escaped' ? field.text.slice(1, -1) : field.text
      fields.push({ offset: colon.offset, name: fieldName, value: this.#expr(), optional })
      comma = this.#at.accept(',') !== undefined
    }
    if (fields.length === 0) this.#at.accept(',')
    this.#at.close('}', !comma)
    const struct: Expr = { kind: 'struct', offset: open.offset, name, fields }
    return this.#over(
      struct,
      fields.map((field) => field.value),
      false,
    )
  }

  #list(): Expr {
    const open = this.#at.next()
    const elements: Expr[] = []
    const optional = new Set<number>()
    let comma = true
    if (this.#at.peek().kind === 'eof') this.#expectStart(']', "']' ',' '?'")
    while (comma && !this.#closing(']', elements.length)) {
      if (this.#at.accept('?') !== undefined) optional.add(elements.length)
      elements.push(this.#expr())
      comma = this.#at.accept(',') !== undefined
    }
    if (elements.length === 0) this.#at.accept(',')
    this.#at.close(']', !comma)
    return this.#over({ kind: 'list', offset: open.offset, elements, optional }, elements, false)
  }

  #map(): Expr {
    const open = this.#at.next()
    const entries: MapEntry[] = []
    let comma = true
    if (this.#at.peek().kind === 'eof') this.#expectStart('}', "'}' ',' '?'")
    while (comma && !this.#closing('}', entries.length)) {
      const optional = this.#at.accept('?') !== undefined
      const key = this.#expr()
      const colon = this.#at.expect(':')
      entries.push({ offset: colon.offset, key, value: this.#expr(), optional })
      comma = this.#at.accept(',') !== undefined
    }
    if (entries.length === 0) this.#at.accept(',')
    this.#at.close('}', !comma)
    const parts = entries.flatMap((entry) => [entry.key, entry.value])
    return this.#over({ kind: 'map', offset: open.offset, entries }, parts, false)
  }

  /** Whether a list of things ends here; after a comma it may end with the text, too. */
  #closing(text: string, count: number): boolean {
    return this.#at.is(text) || this.#at.is(',') || (count > 0 && this.#at.peek().kind === 'eof')
  }

  #literal(): Expr {
    const minus = this.#at.is('-') ? this.#at.next() : undefined
    if (minus === undefined && this.#stray()) return this.#unary()
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
        return this.#at.stop(token, `mismatched input '${token.text}' expecting ${expressionStart()}`)
    }
  }

  /** Reports a token that begins no operand. True when parsing goes on: without it, or with it as an operator. */
  #stray(): boolean {
    const token = this.#at.peek()
    if (token.kind === 'eof' || (token.kind !== 'op' && token.text !== 'in')) return false
    const next = this.#at.peek(1)
    const starts = next.kind === 'op' ? '[{(.-!'.includes(next.text) : next.kind !== 'eof' && next.text !== 'in'
    if (!starts) return false
    this.#report(token, `extraneous input '${token.text}' expecting ${expressionStart()}`)
    this.#at.next()
    return true
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

/** What an expression may begin with, and what else may stand there, in the order of ANTLR's tokens. */
function expressionStart(others = ''): string {
  const tokens = "'[' ']' '{' '}' '(' ')' '.' ',' '-' '!' '?'".split(' ')
  const always = new Set("'[' '{' '(' '.' '-' '!'".split(' '))
  const shown = tokens.filter((token) => always.has(token) || others.split(' ').includes(token))
  return `{${shown.join(', ')}, 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}`
}

function call(name: string, offset: number, args: readonly Expr[]): Expr {
  return { kind: 'call', offset, name, target: undefined, args }
}
