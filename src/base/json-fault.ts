/** Nesting at which Go's scanner gives up. */
const MAX_NESTING = 10_000

/** The message of Go's encoding/json for the first thing that is wrong with a text that is no JSON. */
export function jsonFault(text: string): string {
  return new JsonScanner(text).firstError()
}

/** Finds the first error of a text that is no JSON, and says it as Go's scanner does. */
class JsonScanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  firstError(): string {
    const error = this.#value('looking for beginning of value', 0) ?? this.#end()
    return error ?? 'unexpected end of JSON input'
  }

  #space(): void {
    while (' \t\r\n'.includes(this.#text[this.#at] ?? 'x')) this.#at++
  }

  #bad(context: string): string {
    const char = this.#text[this.#at]
    // At the end Go's scanner is given a blank, which some places take.
    if (char === undefined) {
      return /^(looking|after (object|array|top))/.test(context)
        ? 'unexpected end of JSON input'
        : `invalid character ' ' ${context}`
    }
    return `invalid character '${shownByte(this.#text, this.#at)}' ${context}`
  }

  #end(): string | undefined {
    this.#space()
    return this.#at < this.#text.length ? this.#bad('after top-level value') : undefined
  }

  #value(context: string, depth: number): string | undefined {
    this.#space()
    const char = this.#text[this.#at]
    if (char === undefined) return 'unexpected end of JSON input'
    if (depth > MAX_NESTING) return 'exceeded max depth'
    if (char === '{') return this.#object(depth)
    if (char === '[') return this.#array(depth)
    if (char === '"') return this.#string()
    if (char === '-' || (char >= '0' && char <= '9')) return this.#number()
    for (const word of ['true', 'false', 'null']) if (char === word[0]) return this.#literal(word)
    return this.#bad(context)
  }

  #object(depth: number): string | undefined {
    this.#at++
    this.#space()
    if (this.#text[this.#at] === '}') {
      this.#at++
      return undefined
    }
    for (;;) {
      this.#space()
      if (this.#text[this.#at] !== '"') return this.#bad('looking for beginning of object key string')
      const error = this.#string()
      if (error !== undefined) return error
      this.#space()
      if (this.#text[this.#at] !== ':') return this.#bad('after object key')
      this.#at++
      const inner = this.#value('looking for beginning of value', depth + 1)
      if (inner !== undefined) return inner
      this.#space()
      const char = this.#text[this.#at]
      if (char !== ',' && char !== '}') return this.#bad('after object key:value pair')
      this.#at++
      if (char === '}') return undefined
    }
  }

  #array(depth: number): string | undefined {
    this.#at++
    this.#space()
    if (this.#text[this.#at] === ']') {
      this.#at++
      return undefined
    }
    for (;;) {
      const inner = this.#value('looking for beginning of value', depth + 1)
      if (inner !== undefined) return inner
      this.#space()
      const char = this.#text[this.#at]
      if (char !== ',' && char !== ']') return this.#bad('after array element')
      this.#at++
      if (char === ']') return undefined
    }
  }

  #string(): string | undefined {
    this.#at++
    for (;;) {
      const char = this.#text[this.#at]
      if (char === undefined) return 'unexpected end of JSON input'
      if (char === '"') {
        this.#at++
        return undefined
      }
      if (char < ' ') return this.#bad('in string literal')
      this.#at++
      if (char !== '\\') continue
      const escaped = this.#text[this.#at]
      if (escaped === undefined) return this.#bad('in string escape code')
      if (!'"\\/bfnrtu'.includes(escaped)) return this.#bad('in string escape code')
      this.#at++
      if (escaped !== 'u') continue
      for (let i = 0; i < 4; i++) {
        if (!/[0-9a-fA-F]/.test(this.#text[this.#at] ?? '')) return this.#bad('in \\u hexadecimal character escape')
        this.#at++
      }
    }
  }

  #number(): string | undefined {
    if (this.#text[this.#at] === '-') {
      this.#at++
      if (!/[0-9]/.test(this.#text[this.#at] ?? '')) return this.#bad('in numeric literal')
    }
    if (this.#text[this.#at] === '0') this.#at++
    else this.#digits()
    if (this.#text[this.#at] === '.') {
      this.#at++
      if (!/[0-9]/.test(this.#text[this.#at] ?? '')) return this.#bad('after decimal point in numeric literal')
      this.#digits()
    }
    if (/[eE]/.test(this.#text[this.#at] ?? '')) {
      this.#at++
      if (/[+-]/.test(this.#text[this.#at] ?? '')) this.#at++
      if (!/[0-9]/.test(this.#text[this.#at] ?? '')) return this.#bad('in exponent of numeric literal')
      this.#digits()
    }
    return undefined
  }

  #digits(): void {
    while (/[0-9]/.test(this.#text[this.#at] ?? '')) this.#at++
  }

  #literal(word: string): string | undefined {
    for (let i = 0; i < word.length; i++, this.#at++) {
      if (this.#text[this.#at] !== word[i]) return this.#bad(`in literal ${word} (expecting '${word[i]}')`)
    }
    return undefined
  }
}

const namedControls = '\x07\b\t\n\v\f\r'

/** Go looks at bytes: it shows the first one of a character, as the character of that number, escaped where unprintable. */
function shownByte(text: string, at: number): string {
  const byte = new TextEncoder().encode(String.fromCodePoint(text.codePointAt(at) ?? 0))[0] ?? 0
  const char = String.fromCharCode(byte)
  const named = namedControls.indexOf(char)
  if (named >= 0) return `\\${'abtnvfr'[named]}`
  if (char === "'" || char === '\\') return `\\${char}`
  if (byte < 0x20 || byte === 0x7f) return `\\x${byte.toString(16).padStart(2, '0')}`
  return (byte >= 0x80 && byte <= 0xa0) || byte === 0xad ? `\\u${byte.toString(16).padStart(4, '0')}` : char
}
