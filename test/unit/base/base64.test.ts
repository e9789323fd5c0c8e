import { describe, expect, it } from 'vitest'
import { decodeBase64, encodeBase64 } from '../../../src/base/index.ts'

describe('base64', () => {
  it('encodes every length and every byte as Node does, and reads it back', () => {
    for (let length = 0; length < 260; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 255)
      const text = Buffer.from(bytes).toString('base64')
      expect(encodeBase64(bytes)).toBe(text)
      expect(decodeBase64(text)).toEqual(bytes)
    }
  })

  it('passes over line breaks, and over nothing else', () => {
    expect(decodeBase64('aGVs\r\nbG8=\n')).toEqual(new TextEncoder().encode('hello'))
    for (const text of ['aGVs bG8=', 'aGVs\tbG8=', ' aGVsbG8=']) expect(decodeBase64(text)).toBeUndefined()
  })

  it('refuses what Go refuses: missing and misplaced padding, other letters', () => {
    for (const text of ['a', 'aGVsbG8', 'aG=s', 'a===', '=', '====', 'aGV-', 'aGVsbG8==']) {
      expect(decodeBase64(text)).toBeUndefined()
    }
  })

  it('ignores bits behind the last byte, as Go does unless it is told to be strict', () => {
    expect(decodeBase64('aGVsbG9=')).toEqual(new TextEncoder().encode('hello'))
  })
})
