/**
 * Character classes as libyaml and go-yaml define them. Besides LF and CR, the Unicode breaks NEL, LS and PS end a line.
 * The scanned text ends in NULs, so that looking ahead needs no bounds check.
 */
const blank = 1
const lineBreak = 2
const nul = 4
const flowIndicator = 8
const word = 16

const table: Uint8Array = makeTable()

function makeTable(): Uint8Array {
  const flags = new Uint8Array(128)
  flags[0x20] = blank
  flags[0x09] = blank
  flags[0x0a] = lineBreak
  flags[0x0d] = lineBreak
  flags[0] = nul
  for (const c of ',?[]{}') flags[c.charCodeAt(0)] = flowIndicator
  for (const c of '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-') flags[c.charCodeAt(0)] = word
  return flags
}

/** Space or tab. */
export function isBlank(c: number): boolean {
  return c === 0x20 || c === 0x09
}

/** CR, LF, NEL, LS or PS. */
export function isBreak(c: number): boolean {
  return c === 0x0a || c === 0x0d || c === 0x85 || c === 0x2028 || c === 0x2029
}

/** A break or the end of the text. */
export function isBreakOrEnd(c: number): boolean {
  return c === 0x0a || c === 0 || c === 0x0d || c === 0x85 || c === 0x2028 || c === 0x2029
}

/** A blank, a break or the end of the text. */
export function isBlankOrEnd(c: number): boolean {
  if (c < 128) return (table[c]! & (blank | lineBreak | nul)) !== 0
  return c === 0x85 || c === 0x2028 || c === 0x2029
}

/** An indicator that ends a plain scalar inside a flow collection. */
export function isFlowIndicator(c: number): boolean {
  return c < 128 && (table[c]! & flowIndicator) !== 0
}

/** What anchors, tag handles and directive names are made of: letters, digits, `_`, `-`. */
export function isWord(c: number): boolean {
  return c < 128 && (table[c]! & word) !== 0
}

export function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39
}

/** The value of a hexadecimal digit, -1 for any other character. */
export function hexValue(c: number): number {
  if (c >= 0x30 && c <= 0x39) return c - 0x30
  if (c >= 0x41 && c <= 0x46) return c - 0x37
  if (c >= 0x61 && c <= 0x66) return c - 0x57
  return -1
}
