import { fail } from './errors.ts'

/** Tests the labels (or annotations) of an object. */
export type LabelTest = (labels: ReadonlyMap<string, string>) => boolean

type Token = { readonly type: 'word' | 'operator'; readonly text: string }

/** Parses a label selector as Kubernetes does: `a=b,c!=d,e in (f,g),!h`. The empty one matches everything. */
export function parseLabelSelector(selector: string): LabelTest {
  const tokens = tokenize(selector)
  const tests: LabelTest[] = []
  let at = 0
  const next = (): Token | undefined => tokens[at++]
  while (at < tokens.length) {
    tests.push(parseRequirement(selector, next, () => tokens[at]))
    const token = next()
    if (token === undefined) break
    if (token.text !== ',' || token.type !== 'operator')
      fail(`unable to parse requirement: found '${token.text}', expected: ','`)
    if (at === tokens.length) fail(`unable to parse requirement: found '', expected: identifier after ','`)
  }
  return (labels) => tests.every((test) => test(labels))
}

function parseRequirement(selector: string, next: () => Token | undefined, peek: () => Token | undefined): LabelTest {
  let token = next()
  const negated = token?.type === 'operator' && token.text === '!'
  if (negated) token = next()
  if (token?.type !== 'word')
    fail(`unable to parse requirement: found '${token?.text ?? ''}', expected: !, identifier, or 'end of string'`)
  const key = token.text
  checkKey(key)
  if (negated) return (labels) => !labels.has(key)
  const following = peek()
  if (following === undefined || following.text === ',') return (labels) => labels.has(key)
  const operator = next()!.text
  if (operator === 'in' || operator === 'notin') {
    const values = parseValues(selector, next)
    return operator === 'in'
      ? (labels) => labels.has(key) && values.has(labels.get(key)!)
      : (labels) => !labels.has(key) || !values.has(labels.get(key)!)
  }
  const value = parseValue(next, peek)
  switch (operator) {
    case '=':
    case '==':
      return (labels) => labels.get(key) === value
    case '!=':
      return (labels) => labels.get(key) !== value
    case '>':
    case '<':
      return comparison(key, operator, value)
    default:
      fail(`unable to parse requirement: found '${operator}', expected: in, notin, =, ==, !=, gt, lt`)
  }
}

function comparison(key: string, operator: string, value: string): LabelTest {
  const limit = integer(value)
  if (limit === undefined)
    fail(`values[0][${key}]: Invalid value: "${value}": for 'Gt', 'Lt' operators, the value must be an integer`)
  return (labels) => {
    const found = integer(labels.get(key) ?? '')
    return found !== undefined && (operator === '>' ? found > limit : found < limit)
  }
}

function integer(text: string): bigint | undefined {
  return /^[+-]?[0-9]+$/.test(text) ? BigInt(text.replace(/^\+/, '')) : undefined
}

function parseValue(next: () => Token | undefined, peek: () => Token | undefined): string {
  const token = peek()
  // `a=` and `a=,b` mean the empty value.
  if (token === undefined || token.text === ',') return ''
  if (token.type !== 'word') fail(`unable to parse requirement: found '${token.text}', expected: identifier`)
  next()
  checkValue(token.text)
  return token.text
}

function parseValues(selector: string, next: () => Token | undefined): Set<string> {
  const open = next()
  if (open?.text !== '(') fail(`unable to parse requirement: found '${open?.text ?? ''}', expected: '('`)
  const values = new Set<string>()
  let expectValue = true
  for (;;) {
    const token = next()
    if (token === undefined) fail(`unable to parse requirement: missing ')' in '${selector}'`)
    if (token.type === 'word') {
      checkValue(token.text)
      values.add(token.text)
      expectValue = false
    } else if (token.text === ',' || token.text === ')') {
      if (expectValue) values.add('')
      if (token.text === ')') return values
      expectValue = true
    } else fail(`unable to parse requirement: found '${token.text}', expected: ',', ')' or identifier`)
  }
}

function tokenize(selector: string): Token[] {
  const tokens: Token[] = []
  const pattern = /\s*(==|!=|[=!<>(),]|[^\s=!<>(),]+)/gy
  const text = selector.trimEnd()
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text)
    if (match === null) break
    const word = match[1]!
    const isOperator = /^[=!<>(),]/.test(word) || word === 'in' || word === 'notin'
    tokens.push({ type: isOperator ? 'operator' : 'word', text: word })
  }
  // `in` and `notin` are only operators after a key.
  return tokens.map((token, i) => {
    if (token.text !== 'in' && token.text !== 'notin') return token
    const before = tokens[i - 1]
    return before?.type === 'word' ? token : { type: 'word', text: token.text }
  })
}

const name = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/
const prefix = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

function checkKey(key: string): void {
  const parts = key.split('/')
  const last = parts[parts.length - 1]!
  const wrong = parts.length > 2 || last.length > 63 || !name.test(last)
  if (wrong || (parts.length === 2 && (!prefix.test(parts[0]!) || parts[0]!.length > 253))) {
    fail(
      `unable to parse requirement: <nil>: Invalid value: "${key}": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`,
    )
  }
}

function checkValue(value: string): void {
  if (value === '' || (value.length <= 63 && name.test(value))) return
  fail(
    `unable to parse requirement: values: Invalid value: "${value}": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`,
  )
}
