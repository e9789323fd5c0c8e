const base64Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const base32Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Standard base64 with padding. */
export function base64Encode(bytes: Uint8Array): string {
  return encode(bytes, base64Alphabet, 6, 4)
}

/** Standard base32 with padding. */
export function base32Encode(bytes: Uint8Array): string {
  return encode(bytes, base32Alphabet, 5, 8)
}

/** Decodes padded base64, line breaks ignored; a string is Go's error text. */
export function base64Decode(text: string): Uint8Array | string {
  return decode(text, { alphabet: base64Alphabet, bits: 6, group: 4, name: 'base64' })
}

/** Decodes padded base32, line breaks ignored; a string is Go's error text. */
export function base32Decode(text: string): Uint8Array | string {
  return decode(text, { alphabet: base32Alphabet, bits: 5, group: 8, name: 'base32' })
}

function encode(bytes: Uint8Array, alphabet: string, bits: number, group: number): string {
  const out: string[] = []
  let buffer = 0
  let held = 0
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte
    held += 8
    while (held >= bits) {
      held -= bits
      out.push(alphabet[(buffer >> held) & ((1 << bits) - 1)]!)
    }
    buffer &= (1 << held) - 1
  }
  if (held > 0) out.push(alphabet[(buffer << (bits - held)) & ((1 << bits) - 1)]!)
  while (out.length % group !== 0) out.push('=')
  return out.join('')
}

interface Encoding {
  readonly alphabet: string
  readonly bits: number
  readonly group: number
  readonly name: string
}

function decode(text: string, { alphabet, bits, group, name }: Encoding): Uint8Array | string {
  const illegal = (at: number): string => `illegal ${name} data at input byte ${at}`
  const out: number[] = []
  let buffer = 0
  let held = 0
  let count = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!
    if (char === '\n' || char === '\r') continue
    if (char === '=' && group === 8) return finishBase32(text, out, illegal)
    if (char === '=') return finish(text, at, { count, group, out, illegal })
    const value = alphabet.indexOf(char)
    if (value < 0) return illegal(at)
    buffer = ((buffer << bits) | value) & 0xffff
    held += bits
    count++
    if (held >= 8) {
      held -= 8
      out.push((buffer >> held) & 0xff)
    }
  }
  return count % group === 0 ? Uint8Array.from(out) : illegal(text.length - (count % group))
}

/** Padding must fill the last group exactly, and nothing but line breaks may follow it. */
function finish(
  text: string,
  at: number,
  state: { count: number; group: number; out: number[]; illegal: (at: number) => string },
): Uint8Array | string {
  const { count, group, out, illegal } = state
  const missing = group - (count % group)
  if (missing !== 1 && missing !== 2) return illegal(at)
  const rest = text.slice(at).replace(/[\r\n]/g, '')
  if (rest === '='.repeat(missing)) return Uint8Array.from(out)
  return illegal(rest.startsWith('='.repeat(missing)) ? at + missing : text.length)
}

/** encoding/base32 looks at the group of the first padding character only, and counts without line breaks. */
function finishBase32(text: string, out: number[], illegal: (at: number) => string): Uint8Array | string {
  const clean = text.replace(/[\r\n]/g, '')
  const at = clean.indexOf('=')
  const letters = at % 8
  const after = clean.length - at - 1
  if (letters < 2 || after >= 8) return illegal(at)
  if (after + letters < 7) return illegal(clean.length)
  for (let i = 0; i < 7 - letters; i++) {
    if (i < after && clean[at + 1 + i] !== '=') return illegal(at + i)
  }
  return letters === 3 || letters === 6 ? illegal(at) : Uint8Array.from(out)
}
