import { intern } from './intern.ts'
import { Lexer, type Token, type TokenType } from './lexer.ts'
import type { PipeNode, SourceTree, Statement, TemplateNode, VariableNode } from './nodes.ts'
import {
  type BranchNode,
  type CommandNode,
  type FlowNode,
  type ListNode,
  type NumberNode,
  nodeText,
  type Operand,
} from './nodes.ts'
import { numberNode } from './number-node.ts'
import { quote, unquote } from './strconv.ts'

/** A text that is no template; the message is Go's, `template: NAME:LINE: …`. */
export class TemplateParseError extends Error {
  override readonly name = 'TemplateParseError'
  readonly template: string
  /** One-based. */
  readonly line: number

  constructor(template: string, line: number, message: string) {
    super(`template: ${template}:${line}: ${message}`)
    this.template = template
    this.line = line
  }
}

/** A named template: the file itself, or a `define` or `block` in it. */
export interface ParsedTemplate {
  readonly name: string
  readonly root: ListNode
  readonly tree: SourceTree
}

/** Our limit on nested parentheses; Go's is its stack. */
const maxNesting = 500
/** Our own limit on nested control structures, against stack overflow on hostile input. */
const maxBlocks = 500

/**
 * Parses a template's text into the templates that it defines, itself first.
 * Source of the behaviour: Go 1.26 text/template/parse (parse.go).
 * @throws TemplateParseError
 */
export function parseTemplate(name: string, text: string, hasFunction: (name: string) => boolean): ParsedTemplate[] {
  const parser = new Parser(name, text, hasFunction)
  return parser.parse()
}

interface Scope {
  vars: string[]
  rangeDepth: number
  parens: number
}

class Parser {
  readonly #name: string
  readonly #tree: SourceTree
  readonly #hasFunction: (name: string) => boolean
  readonly #lexer: Lexer
  readonly #tokens: Token[] = []
  readonly #defined = new Map<string, ParsedTemplate>()
  #peeked = 0
  #actionLine = 0
  #blocks = 0
  #scope: Scope = { vars: ['$'], rangeDepth: 0, parens: 0 }

  constructor(name: string, text: string, hasFunction: (name: string) => boolean) {
    this.#name = name
    this.#tree = { parseName: name, text }
    this.#hasFunction = hasFunction
    this.#lexer = new Lexer(text)
  }

  parse(): ParsedTemplate[] {
    const root: ListNode = { type: 'list', tree: this.#tree, pos: 0, nodes: [] }
    while (this.#peek().type !== 'eof') {
      if (this.#peek().type === 'leftDelim') {
        const delim = this.#next()
        if (this.#nextNonSpace().type === 'define') {
          this.#definition()
          continue
        }
        this.#backup2(delim)
      }
      const node = this.#textOrAction()
      if (node.type === 'end' || node.type === 'else') this.#fail(`unexpected ${nodeText(node)}`)
      root.nodes.push(node)
    }
    this.#add({ name: this.#name, root, tree: this.#tree })
    const own = this.#defined.get(this.#name)!
    return [own, ...[...this.#defined.values()].filter((each) => each !== own)]
  }

  /** An empty definition gives way to another of that name; two that say something are an error. */
  #add(template: ParsedTemplate): void {
    const before = this.#defined.get(template.name)
    if (before === undefined || isEmptyTree(before.root)) this.#defined.set(template.name, template)
    else if (!isEmptyTree(template.root))
      this.#fail(`template: multiple definition of template ${quote(template.name)}`)
  }

  // Tokens: up to three are read ahead, as in Go, because error lines come from the first of them.

  #next(): Token {
    if (this.#peeked > 0) this.#peeked--
    else this.#tokens[0] = this.#lexer.next()
    return this.#tokens[this.#peeked]!
  }

  #backup(): void {
    this.#peeked++
  }

  #backup2(token: Token): void {
    this.#tokens[1] = token
    this.#peeked = 2
  }

  #backup3(second: Token, first: Token): void {
    this.#tokens[1] = first
    this.#tokens[2] = second
    this.#peeked = 3
  }

  #peek(): Token {
    if (this.#peeked > 0) return this.#tokens[this.#peeked - 1]!
    this.#peeked = 1
    this.#tokens[0] = this.#lexer.next()
    return this.#tokens[0]
  }

  #nextNonSpace(): Token {
    for (;;) {
      const token = this.#next()
      if (token.type !== 'space') return token
    }
  }

  #peekNonSpace(): Token {
    const token = this.#nextNonSpace()
    this.#backup()
    return token
  }

  #expect(types: readonly TokenType[], context: string): Token {
    const token = this.#nextNonSpace()
    if (!types.includes(token.type)) this.#unexpected(token, context)
    return token
  }

  #fail(message: string): never {
    throw new TemplateParseError(this.#name, this.#tokens[0]?.line ?? 1, message)
  }

  #unexpected(token: Token, context: string): never {
    if (token.type === 'error') {
      let extra = ''
      if (this.#actionLine !== 0 && this.#actionLine !== token.line) {
        extra = ` in action started at ${this.#name}:${this.#actionLine}`
        if (token.value.endsWith(' action')) extra = extra.slice(' in action'.length)
      }
      this.#fail(token.value + extra)
    }
    this.#fail(`unexpected ${tokenText(token)} in ${context}`)
  }

  #definition(): void {
    const context = 'define clause'
    const token = this.#expect(['string', 'rawString'], context)
    const name = intern(this.#unquote(token))
    this.#expect(['rightDelim'], context)
    this.#body(name, context)
  }

  /** The body of a `define` or `block`, which has variables of its own. */
  #body(name: string, context: string): void {
    const outer = this.#scope
    this.#scope = { vars: ['$'], rangeDepth: 0, parens: 0 }
    const { list, end } = this.#itemList()
    if (end.type !== 'end') this.#fail(`unexpected ${nodeText(end)} in ${context}`)
    this.#add({ name, root: list, tree: this.#tree })
    this.#scope = outer
  }

  #itemList(): { list: ListNode; end: FlowNode } {
    if (++this.#blocks > maxBlocks) this.#fail('max block depth exceeded')
    const list: ListNode = { type: 'list', tree: this.#tree, pos: this.#peekNonSpace().pos, nodes: [] }
    while (this.#peekNonSpace().type !== 'eof') {
      const node = this.#textOrAction()
      if (node.type === 'end' || node.type === 'else') {
        this.#blocks--
        return { list, end: node as FlowNode }
      }
      list.nodes.push(node)
    }
    this.#fail('unexpected EOF')
  }

  #textOrAction(): Statement {
    const token = this.#nextNonSpace()
    if (token.type === 'text') return { type: 'text', tree: this.#tree, pos: token.pos, text: token.value }
    if (token.type !== 'leftDelim') this.#unexpected(token, 'input')
    this.#actionLine = token.line
    const node = this.#action()
    this.#actionLine = 0
    return node
  }

  #action(): Statement {
    const token = this.#nextNonSpace()
    switch (token.type) {
      case 'block':
        return this.#block()
      case 'break':
      case 'continue':
        return this.#flow(token.type, token)
      case 'else':
        return this.#else()
      case 'end':
        return this.#node('end', this.#expect(['rightDelim'], 'end').pos)
      case 'if':
      case 'range':
      case 'with':
        return this.#control(token.type)
      case 'template':
        return this.#template()
    }
    this.#backup()
    const first = this.#peek()
    return { type: 'action', tree: this.#tree, pos: first.pos, pipe: this.#pipeline('command', 'rightDelim') }
  }

  #node(type: FlowNode['type'], pos: number): FlowNode {
    return { type, tree: this.#tree, pos }
  }

  #flow(type: 'break' | 'continue', keyword: Token): FlowNode {
    const token = this.#nextNonSpace()
    if (token.type !== 'rightDelim') this.#unexpected(token, `{{${type}}}`)
    if (this.#scope.rangeDepth === 0) this.#fail(`{{${type}}} outside {{range}}`)
    return this.#node(type, keyword.pos)
  }

  #else(): FlowNode {
    // `else if` and `else with` leave their keyword pending; the control that the else belongs to reads it.
    const token = this.#peekNonSpace()
    if (token.type === 'if' || token.type === 'with') return this.#node('else', token.pos)
    return this.#node('else', this.#expect(['rightDelim'], 'else').pos)
  }

  #control(type: 'if' | 'range' | 'with'): BranchNode {
    const marked = this.#scope.vars.length
    const pipe = this.#pipeline(type, 'rightDelim')
    if (type === 'range') this.#scope.rangeDepth++
    const { list, end } = this.#itemList()
    if (type === 'range') this.#scope.rangeDepth--
    let elseList: ListNode | undefined
    if (end.type === 'else') {
      if (type !== 'range' && this.#peek().type === type) {
        this.#next()
        if (++this.#blocks > maxBlocks) this.#fail('max block depth exceeded')
        elseList = { type: 'list', tree: this.#tree, pos: end.pos, nodes: [this.#control(type)] }
        this.#blocks--
      } else {
        const rest = this.#itemList()
        elseList = rest.list
        if (rest.end.type !== 'end') this.#fail(`expected end; found ${nodeText(rest.end)}`)
      }
    }
    this.#scope.vars.length = marked
    return { type, tree: this.#tree, pos: pipe.pos, pipe, list, elseList }
  }

  #block(): TemplateNode {
    const context = 'block clause'
    const token = this.#nextNonSpace()
    const name = this.#templateName(token, context)
    const pipe = this.#pipeline(context, 'rightDelim')
    this.#body(name, context)
    return { type: 'template', tree: this.#tree, pos: token.pos, name, pipe }
  }

  #template(): TemplateNode {
    const context = 'template clause'
    const token = this.#nextNonSpace()
    const name = this.#templateName(token, context)
    let pipe: PipeNode | undefined
    if (this.#nextNonSpace().type !== 'rightDelim') {
      this.#backup()
      pipe = this.#pipeline(context, 'rightDelim')
    }
    return { type: 'template', tree: this.#tree, pos: token.pos, name, pipe }
  }

  #templateName(token: Token, context: string): string {
    if (token.type !== 'string' && token.type !== 'rawString') this.#unexpected(token, context)
    return intern(this.#unquote(token))
  }

  #unquote(token: Token): string {
    const { value } = token
    // Nothing in it stands for something else.
    if (token.type === 'string' && !/[\\\udc80-\udcff]/.test(value)) return value.slice(1, -1)
    return unquote(value) ?? this.#fail('invalid syntax')
  }

  #pipeline(context: string, end: TokenType): PipeNode {
    const first = this.#peekNonSpace()
    const pipe: PipeNode = { type: 'pipe', tree: this.#tree, pos: first.pos, isAssign: false, decl: [], cmds: [] }
    this.#declarations(pipe, context)
    for (;;) {
      const token = this.#nextNonSpace()
      if (token.type === end) {
        this.#checkPipeline(pipe, context)
        return pipe
      }
      if (!operandStarts.has(token.type)) this.#unexpected(token, context)
      this.#backup()
      pipe.cmds.push(this.#command())
    }
  }

  #declarations(pipe: PipeNode, context: string): void {
    for (;;) {
      const variable = this.#peekNonSpace()
      if (variable.type !== 'variable') return
      this.#next()
      const after = this.#peek()
      const next = this.#peekNonSpace()
      if (next.type === 'assign' || next.type === 'declare') {
        pipe.isAssign = next.type === 'assign'
        this.#nextNonSpace()
        this.#declare(pipe, variable)
        return
      }
      if (next.type === 'char' && next.value === ',') {
        this.#nextNonSpace()
        this.#declare(pipe, variable)
        if (context === 'range' && pipe.decl.length < 2) {
          const following = this.#peekNonSpace().type
          if (following === 'variable' || following === 'rightDelim' || following === 'rightParen') continue
          this.#fail('range can only initialize variables')
        }
        this.#fail(`too many declarations in ${context}`)
      }
      if (after.type === 'space') this.#backup3(variable, after)
      else this.#backup2(variable)
      return
    }
  }

  #declare(pipe: PipeNode, token: Token): void {
    pipe.decl.push(this.#variable(token))
    this.#scope.vars.push(token.value)
  }

  #checkPipeline(pipe: PipeNode, context: string): void {
    if (pipe.cmds.length === 0) this.#fail(`missing value for ${context}`)
    for (let i = 1; i < pipe.cmds.length; i++) {
      if (['bool', 'dot', 'nil', 'number', 'string'].includes(pipe.cmds[i]!.args[0]!.type)) {
        this.#fail(`non executable command in pipeline stage ${i + 1}`)
      }
    }
  }

  #command(): CommandNode {
    const command: CommandNode = { type: 'command', tree: this.#tree, pos: this.#peekNonSpace().pos, args: [] }
    for (;;) {
      this.#peekNonSpace()
      const operand = this.#operand()
      if (operand !== undefined) command.args.push(operand)
      const token = this.#next()
      if (token.type === 'space') continue
      if (token.type === 'rightDelim' || token.type === 'rightParen') this.#backup()
      else if (token.type !== 'pipe') this.#unexpected(token, 'operand')
      break
    }
    if (command.args.length === 0) this.#fail('empty command')
    return command
  }

  #operand(): Operand | undefined {
    const node = this.#term()
    if (node === undefined) return node
    const { type: following, pos } = this.#peek()
    if (following !== 'field') return node
    const field: string[] = []
    while (this.#peek().type === 'field') field.push(intern(this.#next().value.slice(1)))
    switch (node.type) {
      case 'field':
        return { type: 'field', tree: this.#tree, pos, ident: [...node.ident, ...field] }
      case 'variable':
        return { type: 'variable', tree: this.#tree, pos, ident: [...node.ident, ...field] }
      case 'bool':
      case 'string':
      case 'number':
      case 'nil':
      case 'dot':
        return this.#fail(`unexpected . after term ${quote(nodeText(node))}`)
    }
    return { type: 'chain', tree: this.#tree, pos, node, field }
  }

  #term(): Operand | undefined {
    const token = this.#nextNonSpace()
    const tree = this.#tree
    const { pos } = token
    switch (token.type) {
      case 'identifier':
        if (!this.#hasFunction(token.value)) this.#fail(`function ${quote(token.value)} not defined`)
        return { type: 'identifier', tree, pos, name: intern(token.value) }
      case 'dot':
      case 'nil':
        return { type: token.type, tree, pos }
      case 'variable':
        return this.#useVariable(token)
      case 'field':
        return { type: 'field', tree, pos, ident: [intern(token.value.slice(1))] }
      case 'bool':
        return { type: 'bool', tree, pos, value: token.value === 'true' }
      case 'charConstant':
      case 'complex':
      case 'number':
        return this.#number(token)
      case 'leftParen': {
        if (this.#scope.parens >= maxNesting || this.#scope.parens + this.#blocks >= maxBlocks) {
          this.#fail('max expression depth exceeded')
        }
        this.#scope.parens++
        const pipe = this.#pipeline('parenthesized pipeline', 'rightParen')
        this.#scope.parens--
        return pipe
      }
      case 'string':
      case 'rawString':
        return { type: 'string', tree, pos, quoted: token.value, value: intern(this.#unquote(token)) }
    }
    this.#backup()
    return undefined
  }

  #variable(token: Token): VariableNode {
    return { type: 'variable', tree: this.#tree, pos: token.pos, ident: token.value.split('.').map(intern) }
  }

  #useVariable(token: Token): VariableNode {
    const node = this.#variable(token)
    if (!this.#scope.vars.includes(node.ident[0]!)) this.#fail(`undefined variable ${quote(node.ident[0]!)}`)
    return node
  }

  #number(token: Token): NumberNode {
    const made = numberNode(token)
    if (typeof made === 'string') this.#fail(made)
    return { type: 'number', tree: this.#tree, pos: token.pos, ...made }
  }
}

const operandStarts: ReadonlySet<TokenType> = new Set<TokenType>([
  ...(['bool', 'charConstant', 'complex', 'dot', 'field', 'identifier'] as const),
  ...(['number', 'nil', 'rawString', 'string', 'variable', 'leftParen'] as const),
])

function isEmptyTree(list: ListNode): boolean {
  return list.nodes.every((node) => node.type === 'text' && node.text.trim() === '')
}

/** A token as error messages show it: keywords in brackets, long text cut to ten characters. */
function tokenText(token: Token): string {
  if (token.type === 'eof') return 'EOF'
  if (token.type === 'error') return token.value
  if (keywordTypes.has(token.type)) return `<${token.value}>`
  const chars = [...token.value]
  return chars.length > 10 ? `${quote(chars.slice(0, 10).join(''))}...` : quote(token.value)
}

const keywordTypes: ReadonlySet<TokenType> = new Set<TokenType>([
  ...(['dot', 'block', 'break', 'continue', 'define', 'else', 'end', 'if'] as const),
  ...(['nil', 'range', 'template', 'with'] as const),
])
