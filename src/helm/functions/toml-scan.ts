import { GoError, quote } from '../../gotemplate/index.ts'

/** A dotted key as messages show it, parts quoted where they need it. */
export function keyPath(key: readonly string[]): string {
  return key.map((part) => (/^[A-Za-z0-9_-]+$/.test(part) ? part : quote(part))).join('.')
}

/** Walks over the text of a TOML document. Source of the messages: BurntSushi/toml v1.6.0 lex.go. */
export class TomlScanner {
  readonly #text: string
  readonly #lastKey: () => string
  #at = 0

  /** @param lastKey the key that is being read, for messages */
  constructor(text: string, lastKey: () => string) {
    this.#text = text
    this.#lastKey = lastKey
  }

  get done(): boolean {
    return this.#at >= this.#text.length
  }

  /** The character ahead; '' at the end. @throws GoError where it is one that TOML does not know */
  peek(): string {
    const point = this.#text.codePointAt(this.#at)
    if (point === undefined) return ''
    if (point < 0x20 || point === 0x7f) {
      const isBreak = point === 0x0a || (point === 0x0d && this.#text.charCodeAt(this.#at + 1) === 0x0a)
      if (!isBreak && point !== 0x09) {
        this.fail(`TOML files cannot contain control characters: '0x${point.toString(16).padStart(2, '0')}'`)
      }
    }
    return String.fromCodePoint(point)
  }

  take(char: string): boolean {
    if (!this.#text.startsWith(char, this.#at)) return false
    this.#at += char.length
    return true
  }

  /** @throws GoError with the line of the place that was read last. */
  fail(message: string, at: number = this.#at): never {
    let line = 1
    for (let i = this.#text.indexOf('\n'); i >= 0 && i < at; i = this.#text.indexOf('\n', i + 1)) line++
    const key = this.#lastKey()
    throw new GoError(`toml: line ${line}${key === '' ? '' : ` (last key ${quote(key)})`}: ${message}`)
  }

  /** Fails after the character ahead; at the end, on the last line that has text. */
  failAfter(message: string): never {
    if (!this.done) return this.fail(message, this.#at + this.peek().length)
    return this.fail(message, this.#text.endsWith('\n') ? this.#text.length - 1 : this.#text.length)
  }

  skipSpace(): void {
    while (/^[ \t]$/.test(this.peek())) this.#at++
  }

  /** Skips spaces, newlines and comments. */
  skipBlank(): void {
    for (;;) {
      const char = this.peek()
      if (char === '#') this.#comment()
      else if (char !== '' && ' \t\r\n'.includes(char)) this.#at++
      else return
    }
  }

  #comment(): void {
    while (!this.done && this.peek() !== '\n') this.#at++
  }

  endOfLine(): void {
    this.skipSpace()
    const char = this.peek()
    if (char === '' || char === '\n' || char === '#' || this.#text.startsWith('\r\n', this.#at)) return
    this.failAfter(
      `expected a top-level item to end with a newline, comment, or EOF, but got ${this.#char(char)} instead`,
    )
  }

  #char(char: string): string {
    return char === '' ? "'\\x00'" : quote(char, { delimiter: "'" })
  }

  /** The name of a `[table]` or `[[array]]` with what closes it. */
  tableName(isArray: boolean): string[] {
    const key: string[] = []
    for (;;) {
      this.skipSpace()
      const char = this.peek()
      if (char === ']' || char === '') {
        this.failAfter('unexpected end of table name (table names cannot be empty)')
      }
      if (char === '.') this.failAfter('unexpected table separator (table names cannot be empty)')
      key.push(this.#keyPart())
      this.skipSpace()
      if (this.take('.')) continue
      if (!this.take(']')) {
        this.failAfter(`expected '.' or ']' to end table name, but got ${this.#char(this.peek())} instead`)
      }
      if (isArray && !this.take(']')) {
        this.failAfter(`expected end of table array name delimiter ']', but got ${this.#char(this.peek())} instead`)
      }
      return key
    }
  }

  /** `a."b c".d =`. */
  assignedKey(): string[] {
    this.skipSpace()
    const first = this.peek()
    if (first === '=' || first === '') this.failAfter("unexpected '=': key name appears blank")
    if (first === '.') this.failAfter("unexpected '.': keys cannot start with a '.'")
    const key: string[] = []
    for (;;) {
      this.skipSpace()
      const char = this.peek()
      if (key.length > 0 && (char === '=' || char === '')) this.failAfter("unexpected '='")
      if (char === '.') this.failAfter("unexpected '.'")
      key.push(this.#keyPart())
      this.skipSpace()
      if (this.take('.')) continue
      if (this.take('=')) return key
      const after = this.peek()
      if (after === '') this.failAfter("unexpected EOF; expected key separator '='")
      const message = `expected '.' or '=', but got ${this.#char(after)} instead`
      if (after === '\n') this.fail(message)
      this.failAfter(message)
    }
  }

  #keyPart(): string {
    const char = this.peek()
    if (char === '"' || char === "'") return this.#singleLine(char)
    const bare = /[A-Za-z0-9_-]*/y
    bare.lastIndex = this.#at
    const part = bare.exec(this.#text)![0]
    this.#at += part.length
    return part
  }

  /** A string of any of the four forms; `undefined` where none begins. */
  string(): string | undefined {
    const char = this.peek()
    if (char !== '"' && char !== "'") return undefined
    return this.#text.startsWith(char.repeat(3), this.#at) ? this.#multiLine(char) : this.#singleLine(char)
  }

  #singleLine(delimiter: '"' | "'"): string {
    this.#at++
    let out = ''
    for (;;) {
      const char = this.peek()
      if (char === '') this.failAfter(`unexpected EOF; expected ${delimiter === '"' ? `'"'` : `"'"`}`)
      if (char === '\n' || this.#text.startsWith('\r\n', this.#at)) this.fail('strings cannot contain newlines')
      this.#at += char.length
      if (char === delimiter) return out
      out += char === '\\' && delimiter === '"' ? this.#escape() : char
    }
  }

  #multiLine(delimiter: '"' | "'"): string {
    const close = delimiter.repeat(3)
    this.#at += 3
    if (!this.take('\n')) this.take('\r\n')
    let out = ''
    for (;;) {
      const char = this.peek()
      if (char === '') this.failAfter(`unexpected EOF; expected ${delimiter === '"' ? `'"""'` : `"'''"`}`)
      if (this.#text.startsWith(close, this.#at)) {
        let count = 3
        while (count < 6 && this.#text[this.#at + count] === delimiter) count++
        if (count === 6) this.fail(`unexpected ${delimiter === '"' ? `'""""""'` : `"''''''"`}`)
        this.#at += count
        return out + delimiter.repeat(count - 3)
      }
      this.#at += char.length
      if (char !== '\\' || delimiter === "'") out += char
      else if (!this.#lineEscape()) out += this.#escape()
    }
  }

  /** A backslash at the end of a line takes the white space after it away. */
  #lineEscape(): boolean {
    const blank = /[ \t\r]*\n[ \t\r\n]*/y
    blank.lastIndex = this.#at
    const match = blank.exec(this.#text)
    if (match === null) return false
    this.#at += match[0].length
    return true
  }

  #escape(): string {
    const char = this.peek()
    this.#at += char.length
    const simple = simpleEscapes[char]
    if (simple !== undefined) return simple
    if (char === ' ' || char === '\t') this.fail(`invalid escape: '\\${char}'`)
    const size = { x: 2, u: 4, U: 8 }[char]
    if (size === undefined) this.fail(`invalid escape in string '\\${char}'`)
    const digits = this.#text.slice(this.#at, this.#at + size)
    if (!/^[0-9a-fA-F]+$/.test(digits) || digits.length < size) {
      const count = { x: 'two', u: 'four', U: 'eight' }[char]
      this.fail(`expected ${count} hexadecimal digits after '\\${char}', but got ${quote(digits)} instead`)
    }
    this.#at += size
    const point = Number.parseInt(digits, 16)
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
      this.fail(`Escaped character '\\u${digits}' is not valid UTF-8.`)
    }
    return String.fromCodePoint(point)
  }

  /** A number, date or boolean, as it stands. */
  scalar(): { kind: 'integer' | 'float' | 'bool' | 'date'; text: string } {
    for (const { kind, pattern } of scalarForms) {
      pattern.lastIndex = this.#at
      const match = pattern.exec(this.#text)
      if (match === null) continue
      this.#at += match[0].length
      return { kind, text: match[0].trimEnd() }
    }
    return this.#badScalar()
  }

  #badScalar(): never {
    const rest = this.#text.slice(this.#at)
    const char = this.peek()
    if (char === '') this.failAfter('unexpected EOF; expected value')
    if (char === '\n') this.fail(`expected value but found ${this.#char(char)} instead`)
    if (char === '.' || /^[+-]\./.test(rest)) this.failAfter("floats must start with a digit, not '.'")
    const signed = /^[+-]0[box]/.exec(rest)
    if (signed !== null) this.failAfter(`cannot use sign with non-decimal numbers: '${signed[0]}'`)
    const special = /^[+-](in?|na?)/.exec(rest)
    if (special !== null) this.failAfter(`invalid float: '${rest.slice(0, special[0].length + 1)}'`)
    if (/^[+-]/.test(rest)) this.failAfter(`expected a digit but got ${this.#char([...rest][1] ?? '')}`)
    const word = /^\p{L}+/u.exec(rest)
    return this.failAfter(`expected value but found ${word === null ? this.#char(char) : quote(word[0])} instead`)
  }
}

const scalarForms = [
  { kind: 'bool', pattern: /(?:true|false)(?!\p{L})/uy },
  { kind: 'float', pattern: /[+-]?(?:inf|nan)/y },
  { kind: 'integer', pattern: /0x[0-9a-fA-F_]+|0o[0-7_]+|0b[01_]+/y },
  { kind: 'date', pattern: /\d+[-:][-:Tt .Zz+\d]*/y },
  { kind: 'float', pattern: /[+-]?\d[\d_]*[.eE][\d_.eE+-]*/y },
  { kind: 'integer', pattern: /[+-]?\d[\d_]*/y },
] as const

const simpleEscapes: Readonly<Record<string, string>> = {
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
  e: '\x1b',
  '"': '"',
  '\\': '\\',
}
