import { compareStrings } from '../../base/index.ts'
import { fieldErrorsText } from '../values/field-error.ts'
import { checkQualifiedName } from '../values/names.ts'
import { bad, good, type Outcome } from '../values/outcome.ts'
import { checkRequirement, type LabelOperator, type LabelRequirement, type LabelSelector } from './label-selector.ts'

type TokenKind = 'identifier' | 'end' | 'error' | 'in' | 'notin' | ')' | '(' | ',' | '!' | '=' | '==' | '!=' | '<' | '>'

interface Token {
  readonly kind: TokenKind
  readonly text: string
}

const symbols = new Set(['(', ')', ',', '!', '=', '==', '!=', '<', '>'])
const operators: Readonly<Record<string, LabelOperator>> = {
  in: 'in',
  notin: 'notin',
  '=': '=',
  '==': '==',
  '!=': '!=',
  '>': 'gt',
  '<': 'lt',
}

/** Reads a label selector: `a=b,c!=d,e in (f,g),!h,i>1`. Errors are upstream's (apimachinery `labels.Parse`). */
export function parseLabelSelector(text: string): Outcome<LabelSelector> {
  return new Parser(tokenize(text)).parse()
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  const pattern = /[ \t\r\n]*(?:([=!(),<>]+)|([^=!(),<> \t\r\n\u0000]+))\u0000?/y
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [, special, word] = match
    if (word !== undefined) {
      tokens.push({ kind: word === 'in' || word === 'notin' ? word : 'identifier', text: word })
    } else splitSymbols(special!, tokens)
  }
  tokens.push({ kind: 'end', text: '' })
  return tokens
}

/** The longest symbols first, as upstream's scanner takes them. */
function splitSymbols(text: string, tokens: Token[]): void {
  let at = 0
  while (at < text.length) {
    const two = text.slice(at, at + 2)
    const symbol = two.length === 2 && symbols.has(two) ? two : text[at]!
    tokens.push({ kind: symbol as TokenKind, text: symbol })
    at += symbol.length
  }
}

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  parse(): Outcome<LabelSelector> {
    const requirements: LabelRequirement[] = []
    for (;;) {
      const token = this.#peek()
      if (token.kind === 'end') break
      if (token.kind !== 'identifier' && token.kind !== '!') {
        return bad(`found '${token.text}', expected: !, identifier, or 'end of string'`)
      }
      const requirement = this.#requirement()
      if (!requirement.ok) return bad(`unable to parse requirement: ${requirement.error}`)
      requirements.push(requirement.value)
      const next = this.#take()
      if (next.kind === 'end') break
      if (next.kind !== ',') return bad(`found '${next.text}', expected: ',' or 'end of string'`)
      const after = this.#peek()
      if (after.kind !== 'identifier' && after.kind !== '!') {
        return bad(`found '${after.text}', expected: identifier after ','`)
      }
    }
    return good({ requirements: requirements.sort((a, b) => compareStrings(a.key, b.key)) })
  }

  #requirement(): Outcome<LabelRequirement> {
    let token = this.#take()
    const negated = token.kind === '!'
    if (negated) token = this.#take()
    if (token.kind !== 'identifier') return bad(`found '${token.text}', expected: identifier`)
    const key = token.text
    const keyFaults = checkQualifiedName(key)
    if (keyFaults.length > 0) {
      // Upstream has no path here and prints that it has none.
      return bad(fieldErrorsText([{ type: 'Invalid', field: '<nil>', value: key, detail: keyFaults.join('; ') }]))
    }
    const next = this.#peek().kind
    if (negated || next === 'end' || next === ',')
      return this.#checked({ key, op: negated ? '!' : 'exists', values: [] })
    const found = this.#take(true)
    const op = Object.hasOwn(operators, found.text) ? operators[found.text] : undefined
    if (op === undefined || found.kind === 'identifier') {
      return bad(`found '${found.text}', expected: in, notin, =, ==, !=, gt, lt`)
    }
    const values = op === 'in' || op === 'notin' ? this.#values() : this.#exactValue()
    return values.ok ? this.#checked({ key, op, values: values.value }) : values
  }

  #checked(requirement: LabelRequirement): Outcome<LabelRequirement> {
    const faults = checkRequirement(requirement)
    return faults.length > 0 ? bad(fieldErrorsText(faults)) : good(requirement)
  }

  #values(): Outcome<string[]> {
    const open = this.#take()
    if (open.kind !== '(') return bad(`found '${open.text}' expected: '('`)
    const first = this.#peek()
    if (first.kind === ')') {
      this.#take()
      return good([''])
    }
    if (first.kind !== 'identifier' && first.kind !== ',') {
      return bad(`found '${first.text}', expected: ',', ')' or identifier`)
    }
    const values = new Set<string>()
    for (;;) {
      const token = this.#take()
      const next = this.#peek()
      if (token.kind === 'identifier') {
        values.add(token.text)
        if (next.kind !== ',' && next.kind !== ')') return bad(`found '${next.text}', expected: ',' or ')'`)
      } else if (token.kind === ',') {
        // A comma without a value on one side stands for an empty value there.
        if (values.size === 0 || next.kind === ')' || next.kind === ',') values.add('')
      } else return bad(`found '${token.text}', expected: ',', or identifier`)
      if (next.kind === ')') {
        this.#take()
        return good([...values].sort(compareStrings))
      }
    }
  }

  #exactValue(): Outcome<string[]> {
    const next = this.#peek()
    if (next.kind === 'end' || next.kind === ',') return good([''])
    const token = this.#take()
    return token.kind === 'identifier' ? good([token.text]) : bad(`found '${token.text}', expected: identifier`)
  }

  /** Where values are expected, `in` and `notin` are names like any other. */
  #peek(): Token {
    return asName(this.#tokens[Math.min(this.#at, this.#tokens.length - 1)]!)
  }

  #take(asOperator = false): Token {
    const token = this.#tokens[Math.min(this.#at++, this.#tokens.length - 1)]!
    return asOperator ? token : asName(token)
  }
}

function asName(token: Token): Token {
  return token.kind === 'in' || token.kind === 'notin' ? { kind: 'identifier', text: token.text } : token
}
