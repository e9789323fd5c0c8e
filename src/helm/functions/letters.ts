/**
 * Go's unicode package on single characters: one letter becomes one letter (JavaScript's own mappings make `SS` of `ß`
 * and look at neighbours for `Σ`), and white space has U+0085 but not U+FEFF.
 */

/** strings.ToUpper. */
export function toUpper(text: string): string {
  return /^[\0-\x7f]*$/.test(text) ? text.toUpperCase() : mapLetters(text, upperLetter)
}

/** strings.ToLower. */
export function toLower(text: string): string {
  return /^[\0-\x7f]*$/.test(text) ? text.toLowerCase() : mapLetters(text, lowerLetter)
}

/** Every character by itself; a byte that is no UTF-8 becomes U+FFFD. */
export function mapLetters(text: string, map: (char: string) => string): string {
  let out = ''
  for (const char of text) out += char >= '\udc80' && char <= '\udcff' ? '\ufffd' : map(char)
  return out
}

export function upperLetter(char: string): string {
  const upper = char.toUpperCase()
  return isOne(upper) ? upper : (iotaLetter(char) ?? char)
}

export function lowerLetter(char: string): string {
  const lower = char.toLowerCase()
  return isOne(lower) ? lower : char === '\u0130' ? 'i' : char
}

/** unicode.ToTitle: differs from upper case for digraphs, and for Georgian, which has no title case. */
export function titleLetter(char: string): string {
  const digraph = /[\u01c4-\u01cc]/.test(char) ? 0x01c5 : /[\u01f1-\u01f3]/.test(char) ? 0x01f2 : 0
  if (digraph === 0x01f2) return '\u01f2'
  if (digraph !== 0) return String.fromCharCode(digraph + 3 * Math.floor((char.charCodeAt(0) - 0x01c4) / 3))
  return /[\u10d0-\u10fa\u10fd-\u10ff]/.test(char) ? char : upperLetter(char)
}

export function isSpace(char: string): boolean {
  return /^[\t-\r \u0085\p{Zs}\u2028\u2029]$/u.test(char)
}

function isOne(text: string): boolean {
  return text.length === 1 || (text.length === 2 && text.codePointAt(0)! > 0xffff)
}

/** Greek letters with iota: the capital that is one character. */
function iotaLetter(char: string): string | undefined {
  const code = char.charCodeAt(0)
  if (/[\u1f80-\u1f87\u1f90-\u1f97\u1fa0-\u1fa7]/.test(char)) return String.fromCharCode(code + 8)
  return /[\u1fb3\u1fc3\u1ff3]/.test(char) ? String.fromCharCode(code + 9) : undefined
}
