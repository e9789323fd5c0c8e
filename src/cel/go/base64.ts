const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Decodes base64, padded or not; with `url`, the URL alphabet (`-` and `_`), which then must be padded. */
export function decodeBase64(text: string, url = false): Uint8Array | undefined {
  // Go skips line breaks.
  const compact = text.replace(/[\r\n]/g, '')
  const standard = url ? compact.replace(/[+/]/g, '!').replaceAll('-', '+').replaceAll('_', '/') : compact
  const match = /^([A-Za-z0-9+/]*)(={0,2})$/.exec(standard)
  if (match === null) return undefined
  const [, digits, padding] = match as unknown as [string, string, string]
  const padded = (digits.length + padding.length) % 4 === 0
  if (digits.length % 4 === 1 || (!padded && (url || padding !== ''))) return undefined
  const out = new Uint8Array(Math.floor((digits.length * 3) / 4))
  let bits = 0
  let count = 0
  let at = 0
  for (const digit of digits) {
    bits = (bits << 6) | alphabet.indexOf(digit)
    count += 6
    if (count >= 8) {
      count -= 8
      out[at++] = (bits >> count) & 0xff
    }
  }
  return out
}
