import type { Problem, Result, TextRange } from '../base/index.ts'
import { type Accept, anything, endOfText, type ScanMode, Scanner } from './scanner.ts'

/** Literal text; escapes are resolved. */
export interface TextNode {
  readonly kind: 'text'
  readonly value: string
}

/** `${param}`, or with an operator: `${param:-args}`, `${#param}`. */
export interface FuncNode {
  readonly kind: 'func'
  readonly param: string
  /** The operator: `:-`, `//`, `^^`, …; `''` for a bare reference. */
  readonly name: string
  readonly args: readonly EnvNode[]
  readonly range: TextRange
  readonly nameRange: TextRange
}

/** A node and what follows it. */
export interface ListNode {
  readonly kind: 'list'
  readonly nodes: readonly EnvNode[]
}

export type EnvNode = TextNode | FuncNode | ListNode

/** A parse and every reference in it, also those before (and around) an error. */
export interface ParseOutcome {
  readonly nodes: readonly EnvNode[]
  readonly references: readonly FuncNode[]
  readonly problem: Problem | undefined
}

/** How deep expressions may stand in one another; upstream has no limit but the stack. */
const maxDepth = 500

/**
 * Parses text with `${…}` references into upstream's tree: a text, a function, or a list of a node and the rest.
 * Errors (`envsubst/syntax`) carry upstream's text: bad substitution, missing closing brace, unable to parse variable
 * name, unable to parse substitution within function, unable to parse default function.
 * Source: fluxcd/pkg envsubst/parse.
 */
export function parse(text: string): Result<EnvNode> {
  const { nodes, problem } = parseNodes(text)
  let tree: EnvNode | undefined
  for (let i = nodes.length - 1; i >= 0; i--) {
    tree = tree === undefined ? nodes[i]! : { kind: 'list', nodes: [nodes[i]!, tree] }
  }
  return { value: tree ?? { kind: 'text', value: '' }, problems: problem === undefined ? [] : [problem] }
}

/** The flat form of `parse`, for evaluation and for editor features. */
export function parseNodes(text: string): ParseOutcome {
  const parser = new Parser(text)
  const nodes: EnvNode[] = []
  let problem: Problem | undefined
  try {
    for (let node = parser.next(); node !== undefined; node = parser.next()) nodes.push(node)
  } catch (error) {
    if (!(error instanceof BadSubstitution)) throw error
    problem = {
      code: 'envsubst/syntax',
      severity: 'error',
      message: error.message,
      location: { path: '', range: parser.errorRange() },
    }
  }
  return { nodes, references: parser.references(), problem }
}

class BadSubstitution extends Error {}

const messages = {
  bad: 'bad substitution',
  brace: 'missing closing brace',
  name: 'unable to parse variable name',
  inFunction: 'unable to parse substitution within function',
  default: 'unable to parse default function',
} as const

const colon = 0x3a
const equals = 0x3d
const hash = 0x23
const percent = 0x25
const slash = 0x2f
const closing = 0x7d

const oneOf =
  (letters: string): Accept =>
  (c) =>
    letters.includes(String.fromCodePoint(c))

const isIdent: Accept = (c) =>
  c < 128
    ? (c >= 0x30 && c <= 0x39) || (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a) || c === 0x5f
    : /[\p{L}\p{Nd}]/u.test(String.fromCodePoint(c))
const notClosing: Accept = (c) => c !== closing
const notSlash: Accept = (c) => c !== slash
const notColonOrClosing: Accept = (c) => c !== colon && c !== closing

interface OpenReference {
  readonly start: number
  param: string
  nameRange: TextRange
  done: FuncNode | undefined
}

class Parser {
  readonly #scanner: Scanner
  readonly #open: OpenReference[] = []
  #depth = 0

  constructor(text: string) {
    this.#scanner = new Scanner(text)
  }

  /** The next text or reference, `undefined` at the end. */
  next(): EnvNode | undefined {
    const scanner = this.#scanner
    scanner.accept = anything
    scanner.mode = { ident: true, open: true, escape: true }
    scanner.backslashEscapes = false
    switch (scanner.scan()) {
      case 'ident':
        return { kind: 'text', value: scanner.string() }
      case 'open':
        return this.#func()
      case 'end':
        return undefined
      default:
        throw new BadSubstitution(messages.bad)
    }
  }

  /** From the reference that could not be read (or the place of the error) to where reading stopped. */
  errorRange(): TextRange {
    const open = this.#open.find((reference) => reference.done === undefined)
    const end = this.#scanner.pos
    return { start: open?.start ?? this.#scanner.start, end }
  }

  references(): FuncNode[] {
    const end = this.#scanner.pos
    return this.#open
      .filter((reference) => reference.param !== '')
      .map(
        ({ start, param, nameRange, done }) =>
          done ?? { kind: 'func', param, name: '', args: [], range: { start, end }, nameRange },
      )
  }

  #func(): FuncNode {
    const scanner = this.#scanner
    const start = scanner.start
    const reference: OpenReference = { start, param: '', nameRange: { start, end: start }, done: undefined }
    this.#open.push(reference)
    if (++this.#depth > maxDepth) throw new BadSubstitution(messages.inFunction)
    scanner.backslashEscapes = true
    const { name, args } = scanner.peek() === hash ? this.#length(reference) : this.#named(reference)
    this.#depth--
    const { param, nameRange } = reference
    const node: FuncNode = { kind: 'func', param, name, args, range: { start, end: scanner.pos }, nameRange }
    reference.done = node
    return node
  }

  #length(reference: OpenReference): Operation {
    const name = this.#operator((c, index) => c === hash && index === 1)
    this.#variable(reference, messages.bad)
    this.#close()
    return { name, args: [] }
  }

  #variable(reference: OpenReference, message: string): void {
    const scanner = this.#scanner
    this.#expect(isIdent, { ident: true }, message)
    reference.param = scanner.string()
    reference.nameRange = { start: scanner.start, end: scanner.pos }
  }

  #named(reference: OpenReference): Operation {
    this.#variable(reference, messages.name)
    const scanner = this.#scanner
    switch (scanner.peek()) {
      case colon:
        return this.#defaultOrSubstring()
      case equals:
        return this.#default((c, index) => c === equals && index === 1)
      case 0x2c: // ,
      case 0x5e: // ^
        return this.#casing()
      case slash:
        return this.#replace()
      case hash:
        return this.#remove((c, index) => c === hash && index < 3)
      case percent:
        return this.#remove((c, index) => c === percent && index < 3)
    }
    scanner.mode = { close: true }
    if (scanner.scan() !== 'close') throw new BadSubstitution(messages.brace)
    return { name: '', args: [] }
  }

  #defaultOrSubstring(): Operation {
    const scanner = this.#scanner
    const next = scanner.text.codePointAt(scanner.pos + 1) ?? endOfText
    if (oneOf('=-?+')(next, 0)) {
      return this.#default((c, index) => (index === 1 ? c === colon : index === 2 && oneOf('=-?+')(c, 0)))
    }
    // Upstream steps back by the width of the character behind the colon, and so loses its place if that is not one byte.
    if (next > 0x7f || scanner.pos + 1 >= scanner.text.length) throw new BadSubstitution(messages.bad)
    return this.#substring()
  }

  #substring(): Operation {
    const name = this.#operator((c, index) => c === colon && index === 1)
    const args = [this.#param(notColonOrClosing, { ident: true })]
    const scanner = this.#scanner
    scanner.accept = oneOf(':')
    scanner.mode = { ident: true, close: true }
    const token = scanner.scan()
    if (token === 'close') return { name, args }
    if (token !== 'ident') throw new BadSubstitution(messages.bad)
    args.push(this.#param(notClosing, { ident: true }))
    this.#close()
    return { name, args }
  }

  #remove(accept: Accept): Operation {
    const name = this.#operator(accept)
    const args = [this.#param(notClosing, { ident: true })]
    this.#close()
    return { name, args }
  }

  #replace(): Operation {
    const name = this.#operator((c, index) => (index === 1 ? c === slash : index === 2 && oneOf('/#%')(c, 0)))
    const args = [this.#param(notSlash, { ident: true, escape: true })]
    this.#expect(oneOf('/'), { ident: true }, messages.bad)
    if (this.#scanner.peek() !== closing) args.push(this.#param(notClosing, { ident: true, escape: true }))
    this.#close()
    return { name, args }
  }

  #default(accept: Accept): Operation {
    this.#expect(accept, { ident: true }, messages.default)
    const name = this.#scanner.string()
    const args: EnvNode[] = []
    while (this.#scanner.peek() !== closing) args.push(this.#param(notClosing, { ident: true }))
    this.#close()
    return { name, args }
  }

  #casing(): Operation {
    const name = this.#operator((c, index) => oneOf(',^')(c, 0) && index < 3)
    this.#close()
    return { name, args: [] }
  }

  #operator(accept: Accept): string {
    this.#expect(accept, { ident: true }, messages.bad)
    return this.#scanner.string()
  }

  #param(accept: Accept, mode: ScanMode): EnvNode {
    const scanner = this.#scanner
    scanner.accept = accept
    scanner.mode = { ...mode, open: true }
    const token = scanner.scan()
    if (token === 'open') return this.#func()
    if (token !== 'ident') throw new BadSubstitution(messages.inFunction)
    return { kind: 'text', value: scanner.string() }
  }

  #close(): void {
    this.#scanner.mode = { close: true }
    if (this.#scanner.scan() !== 'close') throw new BadSubstitution(messages.bad)
  }

  #expect(accept: Accept, mode: ScanMode, message: string): void {
    this.#scanner.accept = accept
    this.#scanner.mode = mode
    if (this.#scanner.scan() !== 'ident') throw new BadSubstitution(message)
  }
}

interface Operation {
  readonly name: string
  readonly args: readonly EnvNode[]
}
