/**
 * Go's filepath.Match on Unix: `*` and `?` stop at `/`, `[a-z]` and `[^a]` are classes, `\` escapes.
 *
 * @returns `undefined` for a malformed pattern.
 */
export function compileFileMatch(pattern: string): RegExp | undefined {
  const chars = [...pattern]
  let out = ''
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i]!
    if (char === '*') {
      // Several stars in a row are one; as many groups would take time without end.
      if (chars[i - 1] !== '*' || chars[i - 2] === '\\') out += '[^/]*'
    } else if (char === '?') out += '[^/]'
    else if (char === '[') {
      const read = readClass(chars, i + 1)
      if (read === undefined) return undefined
      out += read.source
      i = read.end
    } else {
      const literal = char === '\\' ? chars[++i] : char
      if (literal === undefined) return undefined
      out += escaped(literal)
    }
  }
  return new RegExp(`^${out}$`, 'su')
}

function readClass(chars: readonly string[], from: number): { source: string; end: number } | undefined {
  let at = from
  const isNegated = chars[at] === '^'
  if (isNegated) at++
  const one = (): string | undefined => {
    const char = chars[at++]
    if (char === '-' || char === ']') return undefined
    return char === '\\' ? chars[at++] : char
  }
  let ranges = ''
  do {
    const low = one()
    let high = low
    if (chars[at] === '-') {
      at++
      high = one()
    }
    if (low === undefined || high === undefined || at >= chars.length) return undefined
    // A range that ends before it begins holds nothing.
    if (low.codePointAt(0)! <= high.codePointAt(0)!) ranges += `${escapedInClass(low)}-${escapedInClass(high)}`
  } while (chars[at] !== ']')
  if (ranges === '') return { source: isNegated ? '[^]' : '[]', end: at }
  return { source: `[${isNegated ? '^' : ''}${ranges}]`, end: at }
}

function escaped(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

/** In a class a hyphen is escaped too, which it may not be elsewhere. */
function escapedInClass(char: string): string {
  return char === '-' ? '\\-' : escaped(char)
}
