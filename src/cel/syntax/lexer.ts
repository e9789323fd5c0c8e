import type { CelIssue, CelSource } from './source.ts'

export type TokenKind = 'int' | 'uint' | 'float' | 'string' | 'bytes' | 'ident' | 'escaped' | 'op' | 'eof'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
  /** In code points. */
  readonly offset: number
}

const operators = ['==', '!=', '<=', '>=', '&&', '||', ...'<>[]{}().,-!?:+*/%'] as const

/** Splits an expression into tokens, ending with `eof`. Characters that begin no token are reported and skipped. */
export function tokenize(source: CelSource): { tokens: readonly Token[]; issues: readonly CelIssue[] } {
  const { text } = source
  const tokens: Token[] = []
  const issues: CelIssue[] = []
  let index = 0
  let offset = 0
  const take = (length: number): string => {
    const piece = text.slice(index, index + length)
    index += length
    for (const _ of piece) offset++
    return piece
  }
  while (index < text.length) {
    const blank = /^(?:[ \t\r\n\f]+|\/\/[^\n]*)/.exec(text.slice(index, index + blankWindow(text, index)))
    if (blank !== null) {
      take(blank[0].length)
      continue
    }
    const start = offset
    const [kind, length] = nextToken(text, index)
    const piece = take(length)
    if (kind === undefined)
      issues.push({ offset: start, message: `Syntax error: token recognition error at: '${piece}'` })
    else tokens.push({ kind, text: piece, offset: start })
  }
  tokens.push({ kind: 'eof', text: '<EOF>', offset })
  return { tokens, issues }
}

/** A comment may be long; other blanks are short. Slicing the rest of the text for each token would be quadratic. */
function blankWindow(text: string, index: number): number {
  if (text[index] !== '/') return 256
  const end = text.indexOf('\n', index)
  return (end < 0 ? text.length : end) - index
}

function nextToken(text: string, index: number): [kind: TokenKind | undefined, length: number] {
  const char = text[index]!
  const string = stringLength(text, index)
  if (string !== undefined) return string
  if (/[A-Za-z_]/.test(char)) return ['ident', match(identPattern, text, index)!]
  if (/[0-9]/.test(char) || (char === '.' && /[0-9]/.test(text[index + 1] ?? ''))) return numberToken(text, index)
  if (char === '`') {
    const length = match(escapedPattern, text, index)
    return length === undefined ? [undefined, 1] : ['escaped', length]
  }
  for (const operator of operators) if (text.startsWith(operator, index)) return ['op', operator.length]
  // Half of a two-character operator takes the character with it that shows it is none.
  if ('=&|'.includes(char)) return [undefined, Math.min(2, text.length - index)]
  return [undefined, char >= '\ud800' && char < '\udc00' ? 2 : 1]
}

const identPattern = /[A-Za-z_][A-Za-z0-9_]*/y
const escapedPattern = /`[A-Za-z0-9_.\-/ ]+`/y
const floatPattern = /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)/y
const uintPattern = /(?:0x[0-9a-fA-F]+|\d+)[uU]/y
const intPattern = /(?:0x[0-9a-fA-F]+|\d+)/y
const prefixPattern = /(?:[bB][rR]?|[rR])?(?="|')/y

function numberToken(text: string, index: number): [TokenKind, number] {
  const float = match(floatPattern, text, index)
  if (float !== undefined) return ['float', float]
  const uint = match(uintPattern, text, index)
  return uint === undefined ? ['int', match(intPattern, text, index)!] : ['uint', uint]
}

/** Sticky patterns are shared; `lastIndex` is set before each use, so they carry no state between calls. */
function match(pattern: RegExp, text: string, index: number): number | undefined {
  const sticky = new RegExp(pattern.source, 'y')
  sticky.lastIndex = index
  return sticky.exec(text)?.[0].length
}

/**
 * A string or bytes literal with its prefix. What does not end or has a bad escape is no token up to and with the
 * character that shows it; the letters in front of it are an identifier then.
 */
function stringLength(text: string, index: number): [TokenKind | undefined, number] | undefined {
  const prefix = match(prefixPattern, text, index)
  if (prefix === undefined) return undefined
  const letters = text.slice(index, index + prefix).toLowerCase()
  const kind = letters.startsWith('b') ? 'bytes' : 'string'
  const start = index + prefix
  const quote = text[start]!
  const triple = text.startsWith(quote.repeat(3), start)
  const close = triple ? quote.repeat(3) : quote
  const end = stringEnd(text, start + close.length, { close, raw: letters.includes('r') })
  if (end > 0) return [kind, end - index]
  // `""` is an empty string even where a third quote opens a literal that never ends.
  if (triple) return [kind, prefix + 2]
  return prefix > 0 ? ['ident', prefix] : [undefined, Math.min(-end + 1, text.length) - index]
}

/** The offset after the closing quote; negated, the offset of the character at which the literal fails. */
function stringEnd(text: string, start: number, { close, raw }: { close: string; raw: boolean }): number {
  let i = start
  while (i < text.length) {
    if (text.startsWith(close, i)) return i + close.length
    const char = text[i]!
    if (close.length === 1 && (char === '\n' || char === '\r')) return -i
    if (char !== '\\' || raw) i++
    else {
      const length = match(escapePattern, text, i)
      if (length === undefined) return -badEscapeAt(text, i)
      i += length
    }
  }
  return -text.length
}

const escapePattern = /\\(?:[abfnrtv"'\\?`]|[0-3][0-7][0-7]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})/y
const escapeStart = /\\(?:[0-3][0-7]?|[xX][0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7})?/y

/** The character that makes an escape a bad one. */
function badEscapeAt(text: string, index: number): number {
  return index + (match(escapeStart, text, index) ?? 1)
}
