/**
 * The globs of `.Files.Glob`: gobwas/glob with `/` as separator. `*` and `?` stop at it, `**` does not; `[a-z]`, `[!a]`
 * and `{a,b}` are read, `\` escapes.
 *
 * @returns a matcher; `undefined` for a malformed pattern.
 */
export function compileGlob(pattern: string): ((name: string) => boolean) | undefined {
  if (pattern.length > 100_000) return undefined
  const tokens = parse(pattern, { at: 0 }, 0)
  if (tokens === undefined) return undefined
  return (name) => matchTokens(tokens, [...name])
}

type Token =
  | { readonly type: 'char'; readonly char: string }
  | { readonly type: 'any' | 'super' | 'single' }
  | { readonly type: 'class'; readonly negated: boolean; readonly ranges: readonly (readonly [string, string])[] }
  | { readonly type: 'either'; readonly options: readonly (readonly Token[])[] }

function parse(pattern: string, cursor: { at: number }, depth: number): Token[] | undefined {
  const tokens: Token[] = []
  for (; cursor.at < pattern.length; cursor.at++) {
    const char = pattern[cursor.at]!
    if (depth > 0 && (char === ',' || char === '}')) return tokens
    if (char === '\\') {
      cursor.at++
      tokens.push({ type: 'char', char: pattern[cursor.at] ?? '\\' })
    } else if (char === '*') {
      if (pattern[cursor.at + 1] === '*') {
        cursor.at++
        tokens.push({ type: 'super' })
      } else tokens.push({ type: 'any' })
    } else if (char === '?') tokens.push({ type: 'single' })
    else if (char === '[') {
      const token = parseClass(pattern, cursor)
      if (token === undefined) return undefined
      tokens.push(token)
    } else if (char === '{') {
      const options: Token[][] = []
      if (depth > 10) return undefined
      do {
        cursor.at++
        const option = parse(pattern, cursor, depth + 1)
        if (option === undefined) return undefined
        options.push(option)
      } while (pattern[cursor.at] === ',')
      if (pattern[cursor.at] !== '}') return undefined
      tokens.push({ type: 'either', options })
    } else tokens.push({ type: 'char', char: String.fromCodePoint(pattern.codePointAt(cursor.at)!) })
    if ((pattern.codePointAt(cursor.at) ?? 0) > 0xffff) cursor.at++
  }
  return tokens
}

function parseClass(pattern: string, cursor: { at: number }): Token | undefined {
  const end = pattern.indexOf(']', cursor.at + 2)
  if (end < 0) return undefined
  let body = pattern.slice(cursor.at + 1, end)
  const negated = body.startsWith('!')
  if (negated) body = body.slice(1)
  cursor.at = end
  const range = /^(.)-(.)$/u.exec(body)
  const ranges = range === null ? [...body].map((char) => [char, char] as const) : [[range[1]!, range[2]!] as const]
  return { type: 'class', negated, ranges }
}

/** Matches by the set of positions that can be reached, so that no pattern takes exponential time. */
function matchTokens(tokens: readonly Token[], chars: readonly string[]): boolean {
  return advance(tokens, chars, new Set([0])).has(chars.length)
}

function advance(tokens: readonly Token[], chars: readonly string[], starts: ReadonlySet<number>): Set<number> {
  let current = new Set(starts)
  for (const token of tokens) {
    const next = new Set<number>()
    if (token.type === 'either') {
      for (const option of token.options) for (const at of advance(option, chars, current)) next.add(at)
    } else {
      for (const start of current) {
        if (token.type === 'any' || token.type === 'super') {
          let at = start
          next.add(at)
          while (at < chars.length && (token.type === 'super' || chars[at] !== '/')) next.add(++at)
        } else if (start < chars.length && matchesOne(token, chars[start]!)) next.add(start + 1)
      }
    }
    current = next
  }
  return current
}

function matchesOne(token: Token, char: string): boolean {
  if (token.type === 'char') return token.char === char
  if (token.type === 'single') return char !== '/'
  if (token.type !== 'class') return false
  return token.ranges.some(([low, high]) => char >= low && char <= high) !== token.negated
}
