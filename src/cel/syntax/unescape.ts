import { encodeText } from '../../base/index.ts'

const simple: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  "'": 39,
  '"': 34,
  '`': 96,
  '?': 63,
}

/** The value of a string literal (prefix letters and quotes included), or why it has none. */
export function unescapeString(literal: string): { value: string } | { error: string } {
  const body = strip(literal)
  if (body.raw || !body.text.includes('\\')) return { value: body.text }
  let out = ''
  const error = scan(body.text, false, (code) => {
    out += typeof code === 'string' ? code : String.fromCodePoint(code)
  })
  return error === undefined ? { value: out } : { error }
}

/** The value of a bytes literal: text as UTF-8, `\x` and octal escapes as single bytes. */
export function unescapeBytes(literal: string): { value: Uint8Array } | { error: string } {
  const body = strip(literal.slice(1))
  if (body.raw || !body.text.includes('\\')) return { value: encodeText(body.text) }
  const bytes: number[] = []
  const error = scan(body.text, true, (code) => {
    if (typeof code === 'string') bytes.push(...encodeText(code))
    else bytes.push(code & 0xff)
  })
  return error === undefined ? { value: Uint8Array.from(bytes) } : { error }
}

function strip(literal: string): { text: string; raw: boolean } {
  const raw = literal[0] === 'r' || literal[0] === 'R'
  // Newlines are normalised as in a source file.
  const quoted = (raw ? literal.slice(1) : literal).replace(/\r\n?/g, '\n')
  const triple = quoted.length >= 6 && (quoted.startsWith("'''") || quoted.startsWith('"""'))
  return { text: triple ? quoted.slice(3, -3) : quoted.slice(1, -1), raw }
}

function scan(text: string, bytes: boolean, emit: (code: number | string) => void): string | undefined {
  let i = 0
  while (i < text.length) {
    if (text[i] !== '\\') {
      const char = String.fromCodePoint(text.codePointAt(i)!)
      emit(char)
      i += char.length
      continue
    }
    const letter = text[i + 1]
    if (letter === undefined) return "unable to unescape string, found '\\' as last character"
    const plain = Object.hasOwn(simple, letter) ? simple[letter] : undefined
    if (plain !== undefined) {
      emit(plain)
      i += 2
    } else if ('xXuU'.includes(letter)) {
      const length = letter === 'u' ? 4 : letter === 'U' ? 8 : 2
      const digits = text.slice(i + 2, i + 2 + length)
      if ((bytes && length > 2) || !/^[0-9a-fA-F]+$/.test(digits) || digits.length !== length)
        return 'unable to unescape string'
      const code = Number.parseInt(digits, 16)
      if (!bytes && !isScalar(code)) return 'invalid unicode code point'
      emit(code)
      i += 2 + length
    } else if ('0123'.includes(letter)) {
      const digits = text.slice(i + 1, i + 4)
      if (!/^[0-3][0-7][0-7]$/.test(digits)) return 'unable to unescape octal sequence in string'
      emit(Number.parseInt(digits, 8))
      i += 4
    } else return 'unable to unescape string'
  }
  return undefined
}

function isScalar(code: number): boolean {
  return code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
}
