import { isObject, type JsonArray, type JsonObject, type JsonValue, setOwn } from '../../base/index.ts'

/** Containers nested deeper than this are refused, as in YAML; Kubernetes' own reader (`sigs.k8s.io/json`) ends at 10000. */
const maxDepth = 1000

/**
 * Reads JSON text. Integers beyond 2^53 become `bigint`, so that no digit is lost; everything else is as `JSON.parse`.
 * @throws SyntaxError when the text is no JSON value; callers at an edge turn it into their own error.
 */
export function parseJson(text: string): JsonValue {
  checkDepth(text)
  // A long run of digits is the only sign of a number that a double cannot hold; it is rare, and scanning is cheap.
  if (!/\d{16}/.test(text)) return JSON.parse(text) as JsonValue
  const reader = new BigJsonReader(text)
  return reader.readDocument()
}

/**
 * Bounds the nesting of JSON text before anything recursive meets it.
 * @throws SyntaxError when containers are nested too deeply.
 */
export function checkDepth(text: string): void {
  if (text.length <= maxDepth) return
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === quote) {
      for (i++; i < text.length && text.charCodeAt(i) !== quote; i++) if (text.charCodeAt(i) === backslash) i++
    } else if (code === openList || code === openObject) {
      if (++depth > maxDepth) throw new SyntaxError('exceeded max depth')
    } else if (code === closeList || code === closeObject) depth--
  }
}

const [quote, backslash, openList, closeList, openObject, closeObject] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d]

/** Writes compact JSON; `bigint` as a plain integer. */
export function stringifyJson(value: JsonValue): string {
  if (!hasBigInt(value)) return JSON.stringify(value)
  return write(value)
}

function hasBigInt(value: JsonValue): boolean {
  if (typeof value === 'bigint') return true
  if (Array.isArray(value)) return value.some(hasBigInt)
  if (!isObject(value)) return false
  for (const key in value) if (hasBigInt(value[key]!)) return true
  return false
}

function write(value: JsonValue): string {
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value)
  return `{${Object.keys(value)
    .map((key) => `${JSON.stringify(key)}:${write(value[key]!)}`)
    .join(',')}}`
}

/** A plain recursive reader for the rare text with large integers. Strings are left to `JSON.parse`. */
class BigJsonReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  readDocument(): JsonValue {
    const value = this.#value()
    this.#space()
    if (this.#at < this.#text.length) this.#fail()
    return value
  }

  #value(): JsonValue {
    this.#space()
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object()
      case '[':
        return this.#array()
      case '"':
        return this.#string()
      default:
        return this.#scalar()
    }
  }

  #object(): JsonObject {
    const out: JsonObject = {}
    this.#at++
    this.#space()
    if (this.#take('}')) return out
    for (;;) {
      this.#space()
      if (this.#text[this.#at] !== '"') this.#fail()
      const key = this.#string()
      this.#space()
      if (!this.#take(':')) this.#fail()
      setOwn(out, key, this.#value())
      this.#space()
      if (this.#take('}')) return out
      if (!this.#take(',')) this.#fail()
    }
  }

  #array(): JsonArray {
    const out: JsonArray = []
    this.#at++
    this.#space()
    if (this.#take(']')) return out
    for (;;) {
      out.push(this.#value())
      this.#space()
      if (this.#take(']')) return out
      if (!this.#take(',')) this.#fail()
    }
  }

  #string(): string {
    const pattern = /"(?:[^"\\]|\\.)*"/y
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match === null) this.#fail()
    this.#at = pattern.lastIndex
    return JSON.parse(match[0]) as string
  }

  #scalar(): JsonValue {
    const pattern = /[-+.\w]+/y
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match === null) this.#fail()
    const value = JSON.parse(match[0]) as JsonValue
    this.#at = pattern.lastIndex
    if (typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(match[0])) return BigInt(match[0])
    return value
  }

  #space(): void {
    const pattern = /[ \t\r\n]*/y
    pattern.lastIndex = this.#at
    pattern.test(this.#text)
    this.#at = pattern.lastIndex
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false
    this.#at++
    return true
  }

  #fail(): never {
    throw new SyntaxError(`invalid JSON at offset ${this.#at}`)
  }
}
