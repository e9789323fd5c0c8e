/**
 * Go's filepath.Match on Unix: `*` and `?` stop at `/`, `[a-z]` and `[^a]` are classes, `\` escapes.
 *
 * @returns `undefined` for a malformed pattern.
 */
export function compileFileMatch(pattern: string): RegExp | undefined {
  const chars = [...pattern]
  /** What stands before, between and after the stars; each takes a fixed number of characters. */
  const chunks = ['']
  const add = (source: string): void => {
    chunks[chunks.length - 1] += source
  }
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i]!
    if (char === '*') {
      // Several stars in a row are one.
      if (chunks.length === 1 || chunks.at(-1) !== '') chunks.push('')
    } else if (char === '?') add('[^/]')
    else if (char === '[') {
      const read = readClass(chars, i + 1)
      if (read === undefined) return undefined
      add(read.source)
      i = read.end
    } else {
      const literal = char === '\\' ? chars[++i] : char
      if (literal === undefined) return undefined
      add(escaped(literal))
    }
  }
  return new RegExp(`^${joined(chunks)}$`, 'su')
}

/** Go takes the first place where what follows a star fits and never comes back to it: no pattern takes long. */
function joined(chunks: readonly string[]): string {
  const [first = '', ...starred] = chunks
  const last = starred.pop()
  const between = starred.map((chunk, i) => `(?=([^/]*?${chunk}))\\${i + 1}`)
  return first + between.join('') + (last === undefined ? '' : `[^/]*${last}`)
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
