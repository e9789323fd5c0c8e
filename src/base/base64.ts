const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Base64 with padding (Go's base64.StdEncoding). */
export function encodeBase64(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    const left = bytes.length - i
    text += alphabet[group >> 18]! + alphabet[(group >> 12) & 63]!
    text += left > 1 ? alphabet[(group >> 6) & 63]! : '='
    text += left > 2 ? alphabet[group & 63]! : '='
  }
  return text
}

/**
 * Decodes base64 with padding, as Go's base64.StdEncoding and therefore Kubernetes reads the `data` of a Secret: line
 * breaks are passed over, other white space is not; bits behind the last byte do not count. `undefined`: malformed.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const clean = text.replace(/[\r\n]/g, '')
  if (clean.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(clean)) return undefined
  const padding = clean.endsWith('==') ? 2 : clean.endsWith('=') ? 1 : 0
  const out = new Uint8Array((clean.length / 4) * 3 - padding)
  let at = 0
  for (let i = 0; i < clean.length; i += 4) {
    let bits = 0
    for (let j = 0; j < 4; j++) bits = bits * 64 + Math.max(0, alphabet.indexOf(clean[i + j]!))
    for (let shift = 16; shift >= 0 && at < out.length; shift -= 8) out[at++] = (bits >> shift) & 255
  }
  return out
}
