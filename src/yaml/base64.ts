import { decodeText } from '../base/index.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Decodes standard base64 with padding (line breaks allowed) to UTF-8 text; `undefined` when it is malformed. */
export function decodeBase64(text: string): string | undefined {
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
  return decodeText(out)
}
