/**
 * Orders mapping keys as go-yaml's encoder does: runs of digits by their value, letters after everything else.
 * Source: sorter.go; `v3` treats letters that follow digits the other way round.
 */
export function compareKeys(a: string, b: string, v3: boolean): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    // Two small letters, which most keys differ by.
    if (x >= 0x61 && x <= 0x7a && y >= 0x61 && y <= 0x7a) return x - y
    const at = x >= 0xdc00 && x <= 0xdfff ? i - 1 : i
    return comparePoints(a, b, { at, digits: v3 && i > 0 && isDigit(a.charCodeAt(i - 1)) })
  }
  return a.length - b.length
}

function comparePoints(a: string, b: string, state: { at: number; digits: boolean }): number {
  const at = state.at
  const x = a.codePointAt(at)!
  const y = b.codePointAt(at)!
  const xLetter = isLetter(x)
  const yLetter = isLetter(y)
  if (xLetter && yLetter) return x - y
  if (xLetter || yLetter) return (state.digits ? xLetter : yLetter) ? -1 : 1
  // A zero counts as a place only behind another digit.
  let start = 0
  if (x === 0x30 || y === 0x30) {
    for (let j = at - 1; j >= 0 && isDigit(a.charCodeAt(j)); j--) {
      if (a.charCodeAt(j) !== 0x30) {
        start = 1
        break
      }
    }
  }
  const m = digitRun(a, at, start)
  const n = digitRun(b, at, start)
  if (m.value !== n.value) return m.value < n.value ? -1 : 1
  if (m.end !== n.end) return m.end - n.end
  return x - y
}

function digitRun(text: string, from: number, start: number): { value: bigint; end: number } {
  let value = BigInt(start)
  let end = from
  for (; end < text.length && isDigit(text.charCodeAt(end)); end++) {
    // Go's int64 arithmetic, overflow and all.
    value = BigInt.asIntN(64, value * 10n + BigInt(text.charCodeAt(end) - 0x30))
  }
  return { value, end }
}

function isDigit(c: number): boolean {
  return c < 128 ? c >= 0x30 && c <= 0x39 : /\p{Nd}/u.test(String.fromCharCode(c))
}

function isLetter(c: number): boolean {
  if (c < 128) return (c >= 0x61 && c <= 0x7a) || (c >= 0x41 && c <= 0x5a)
  return /\p{L}/u.test(String.fromCodePoint(c))
}
