import { decodeText, encodeText } from '../base/index.ts'

/** Text as Go sees it: one character for each byte of its UTF-8. */
export function toBytes(text: string): string {
  if (isAscii(text)) return text
  let out = ''
  for (const byte of encodeText(text)) out += String.fromCharCode(byte)
  return out
}

/** The text of bytes; what is no UTF-8 becomes U+FFFD. */
export function fromBytes(bytes: string): string {
  if (isAscii(bytes)) return bytes
  return decodeText(Uint8Array.from(bytes, (c) => c.charCodeAt(0)))
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false
  return true
}

/** How many bytes the UTF-8 character at an index has; 1 for a byte that begins none. */
export function runeWidth(bytes: string, at: number): number {
  const c = bytes.charCodeAt(at)
  const width = c < 0xc2 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 1
  for (let i = 1; i < width; i++) if ((bytes.charCodeAt(at + i) & 0xc0) !== 0x80) return 1
  return width
}
