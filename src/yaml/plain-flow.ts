import { type JsonArray, type JsonObject, type JsonValue, setOwn } from '../base/index.ts'
import { GoFloat, GoInt } from './numbers.ts'
import { resolveText } from './resolve.ts'

/** Thrown where a text is not plain; one object, for a stack would cost more than the reading. */
export const notPlain: Error = new Error('not plain YAML')

/** Deeper nesting is left to the parser. */
const maxDepth = 200

/** What a plain scalar stands for. @throws notPlain for what JSON cannot hold. */
export function plainValue(text: string): JsonValue {
  const found = resolveText(text, '', 'v2')
  if (typeof found === 'string') throw notPlain
  const { value } = found
  if (value instanceof GoInt) return value.int
  if (!(value instanceof GoFloat)) return value
  if (!Number.isFinite(value.float)) throw notPlain
  return value.float
}

/** The key that a plain scalar is. @throws notPlain for one that merges, and for what seldom is a key */
export function plainKey(text: string): string {
  if (text === '<<') throw notPlain
  const value = plainValue(text)
  if (typeof value === 'string') return value
  if (typeof value === 'boolean' || /^(0|[1-9]\d*)$/.test(text)) return String(value)
  throw notPlain
}

/** Where the closing quote of the text of a quoted scalar is; -1 when it goes on in the next line. */
export function closingQuote(line: string, from: number, quote: string): number {
  let end = line.indexOf(quote, from)
  if (quote === "'") {
    while (end >= 0 && line[end + 1] === "'") end = line.indexOf("'", end + 2)
  } else while (end >= 0 && isEscaped(line, from, end)) end = line.indexOf('"', end + 1)
  return end
}

function isEscaped(line: string, from: number, at: number): boolean {
  let slash = at
  while (slash > from && line.charCodeAt(slash - 1) === 0x5c) slash--
  return (at - slash) % 2 === 1
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\' }

/** What the text between quotes stands for. @throws notPlain for an escape that is seldom used */
export function unescaped(inner: string, quote: string): string {
  if (quote === "'") return inner.includes("''") ? inner.replaceAll("''", "'") : inner
  if (!inner.includes('\\')) return inner
  return inner.replace(/\\(.?)/g, (_, letter: string) => {
    if (!Object.hasOwn(escapes, letter)) throw notPlain
    return escapes[letter]!
  })
}

/** Reads a flow collection that is on one line. */
export class FlowReader {
  readonly #line: string
  /** Where the collection begins; when it is read, where it ended. */
  pos: number
  #depth = 0

  constructor(line: string, pos: number) {
    this.#line = line
    this.pos = pos
  }

  /** @throws notPlain */
  collection(): JsonValue {
    if (++this.#depth > maxDepth) throw notPlain
    const value = this.#line[this.pos] === '[' ? this.#sequence() : this.#mapping()
    this.#depth--
    return value
  }

  #sequence(): JsonArray {
    const out: JsonArray = []
    this.pos++
    if (this.#peek() === ']') {
      this.pos++
      return out
    }
    for (;;) {
      out.push(this.#value())
      if (this.#peek() === ':') throw notPlain
      if (this.#ends(']')) return out
    }
  }

  #mapping(): JsonObject {
    const out: JsonObject = {}
    this.pos++
    if (this.#peek() === '}') {
      this.pos++
      return out
    }
    for (;;) {
      const key = this.#key()
      if (this.#peek() !== ':') throw notPlain
      this.pos++
      setOwn(out, key, this.#value())
      if (this.#ends('}')) return out
    }
  }

  /** Passes a comma or the end of the collection, and says whether it was the end. */
  #ends(close: string): boolean {
    const char = this.#peek()
    this.pos++
    if (char === close) return true
    if (char !== ',') throw notPlain
    return false
  }

  /** The next character that is not a space; empty at the end of the line. */
  #peek(): string {
    while (this.#line.charCodeAt(this.pos) === 0x20) this.pos++
    return this.#line[this.pos] ?? ''
  }

  #key(): string {
    const char = this.#peek()
    if (char === '"' || char === "'") return this.#quoted()
    const text = this.#plain()
    if (this.#line[this.pos] !== ':') throw notPlain
    return plainKey(text)
  }

  #value(): JsonValue {
    const char = this.#peek()
    if (char === '[' || char === '{') return this.collection()
    if (char === '"' || char === "'") return this.#quoted()
    return plainValue(this.#plain())
  }

  #quoted(): string {
    const quote = this.#line[this.pos]!
    const from = this.pos + 1
    const end = closingQuote(this.#line, from, quote)
    if (end < 0 || (end - from > 1000 && this.#line[end + 1] === ':')) throw notPlain
    this.pos = end + 1
    return unescaped(this.#line.slice(from, end), quote)
  }

  /** A plain scalar; one with signs that mean something elsewhere is left to the parser. */
  #plain(): string {
    const pattern = /^(?:[^ ?:,[\]{}#&*!|>'"%@`-]|-(?![ ?:,[\]{}#]))(?:[^?:,[\]{}# ]| +(?![ ?:,[\]{}#]))*(?= *[,:\]}])/
    const text = pattern.exec(this.#line.slice(this.pos, this.pos + 1000))?.[0]
    if (text === undefined) throw notPlain
    this.pos += text.length
    if (this.#line[this.pos] === ':' && this.#line[this.pos + 1] !== ' ') throw notPlain
    return text
  }
}
