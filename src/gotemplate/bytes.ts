/**
 * Go strings are bytes. Templates mostly hold UTF-8, which JavaScript strings carry as they are; a byte that is no part
 * of valid UTF-8 is carried as the lone surrogate U+DC00 + byte, so that text survives `trunc`, `b64dec` and the like.
 */

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Bytes of a string, as Go has them. */
export function toBytes(text: string): Uint8Array {
  if (!/[\udc80-\udcff]/.test(text)) return encoder.encode(text)
  const out: number[] = []
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0xdc80 && unit <= 0xdcff) {
      out.push(unit - 0xdc00)
      continue
    }
    const point = text.codePointAt(i)!
    if (point > 0xffff) i++
    for (const byte of encoder.encode(String.fromCodePoint(point))) out.push(byte)
  }
  return Uint8Array.from(out)
}

/** The string of bytes; invalid ones become lone surrogates. */
export function fromBytes(bytes: Uint8Array): string {
  let out = ''
  let i = 0
  while (i < bytes.length) {
    const { point, size } = decodeRune(bytes, i)
    out += point < 0 ? String.fromCharCode(0xdc00 + bytes[i]!) : String.fromCodePoint(point)
    i += size
  }
  return out
}

/** As `fromBytes`, fast where all is valid UTF-8. A byte order mark at the beginning is kept. */
export function decodeBytes(bytes: Uint8Array): string {
  const text = decoder.decode(bytes)
  return text.includes('\ufffd') ? fromBytes(bytes) : text
}

/** Decodes one rune at an offset; `point` is -1 and `size` 1 for an invalid byte, as Go's utf8.DecodeRune has it. */
export function decodeRune(bytes: Uint8Array, at: number): { point: number; size: number } {
  const first = bytes[at]!
  if (first < 0x80) return { point: first, size: 1 }
  const size = first >= 0xf0 && first <= 0xf4 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0
  if (size === 0 || first > 0xf4 || at + size > bytes.length) return { point: -1, size: 1 }
  let point = first & (0x7f >> size)
  for (let i = 1; i < size; i++) {
    const next = bytes[at + i]!
    if ((next & 0xc0) !== 0x80) return { point: -1, size: 1 }
    point = (point << 6) | (next & 0x3f)
  }
  const smallest = size === 2 ? 0x80 : size === 3 ? 0x800 : 0x10000
  if (point < smallest || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return { point: -1, size: 1 }
  return { point, size }
}

/** The number of bytes of a string: Go's `len`. */
export function byteLength(text: string): number {
  let length = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) length++
    else if (unit < 0x800) length += 2
    else if (unit >= 0xd800 && unit <= 0xdbff) {
      length += 4
      i++
    } else if (unit >= 0xdc80 && unit <= 0xdcff) length++
    else length += 3
  }
  return length
}

/** Bytes `start` to `end` of a string. The caller has checked the bounds. */
export function byteSlice(text: string, start: number, end: number): string {
  if (/^[\x00-\x7f]*$/.test(text)) return text.slice(start, end)
  return fromBytes(toBytes(text).subarray(start, end))
}
