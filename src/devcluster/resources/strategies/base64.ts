import { encodeText } from '../../../base/index.ts'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** UTF-8 text in standard base64. */
export function toBase64(text: string): string {
  return encodeBase64(encodeText(text))
}

/** Bytes in standard base64. */
export function encodeBase64(bytes: Uint8Array): string {
  let out = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b, c] = [bytes[i]!, bytes[i + 1], bytes[i + 2]]
    out += LETTERS[a >> 2]! + LETTERS[((a & 3) << 4) | ((b ?? 0) >> 4)]!
    out += b === undefined ? '=' : LETTERS[((b & 15) << 2) | ((c ?? 0) >> 6)]!
    out += c === undefined ? '=' : LETTERS[c & 63]!
  }
  return out
}

/** The offset at which Go's base64 reader gives up; undefined for well-formed text. */
export function base64Fault(text: string): number | undefined {
  const clean = text.replace(/[\r\n]/g, '')
  const match = /^[A-Za-z0-9+/]*/.exec(clean)![0].length
  const padding = clean.slice(match)
  if (padding === '') return match % 4 === 0 ? undefined : match - (match % 4)
  // Text that ends too early is told by the group it breaks off in.
  if (!padding.startsWith('=') || match % 4 < 2) return match
  const wanted = 4 - (match % 4)
  if (wanted === 2 && padding.length === 1) return clean.length
  if (wanted === 2 && padding[1] !== '=') return match + 1
  return padding.length > wanted ? match + wanted : undefined
}

/** The bytes of base64; undefined for text that is none. */
export function fromBase64(text: string): Uint8Array | undefined {
  if (base64Fault(text) !== undefined) return undefined
  const letters = text.replace(/[\r\n=]/g, '')
  const out = new Uint8Array(Math.floor((letters.length * 3) / 4))
  let bits = 0
  let held = 0
  let at = 0
  for (const letter of letters) {
    held = ((held << 6) | LETTERS.indexOf(letter)) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    out[at++] = (held >> bits) & 0xff
  }
  return out
}
