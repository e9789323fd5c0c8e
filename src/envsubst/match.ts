import { fromBytes, runeWidth } from './bytes.ts'

const noMatch = -1
const malformed = -2

/**
 * Whether a shell pattern (`*`, `?`, `[a-z]`, `\\`) matches the whole of a name; unlike in a file name, `*` also matches
 * `/`. Both are strings of bytes. `undefined` when the pattern is malformed. Source: fluxcd/pkg envsubst/path/match.go.
 */
export function matchPattern(pattern: string, name: string): boolean | undefined {
  let rest = pattern
  let at = 0
  while (rest !== '') {
    const { star, chunk, after } = nextChunk(rest)
    rest = after
    if (star && chunk === '') return true
    const last = rest === ''
    let found = matchChunk(chunk, name, at)
    if (found === malformed) return undefined
    // The last part must use up the name; after a star it may begin later.
    if (found === noMatch || (last && found < name.length)) {
      found = star ? matchLater(chunk, name, { at, last }) : noMatch
    }
    if (found === malformed) return undefined
    if (found === noMatch) return false
    at = found
  }
  return at === name.length
}

function matchLater(chunk: string, name: string, from: { at: number; last: boolean }): number {
  for (let i = from.at + 1; i <= name.length; i++) {
    const found = matchChunk(chunk, name, i)
    if (found === malformed || (found >= 0 && (!from.last || found === name.length))) return found
  }
  return noMatch
}

/** The next part of a pattern: perhaps stars, then what has none. */
function nextChunk(pattern: string): { star: boolean; chunk: string; after: string } {
  let start = 0
  while (pattern[start] === '*') start++
  let inRange = false
  let i = start
  for (; i < pattern.length; i++) {
    const c = pattern[i]
    if (c === '\\' && i + 1 < pattern.length) i++
    else if (c === '[') inRange = true
    else if (c === ']') inRange = false
    else if (c === '*' && !inRange) break
  }
  return { star: start > 0, chunk: pattern.slice(start, i), after: pattern.slice(i) }
}

/** Where in the name the match of a chunk ends that begins at an index. */
function matchChunk(chunk: string, name: string, from: number): number {
  let at = from
  let i = 0
  while (i < chunk.length) {
    if (at >= name.length) return noMatch
    const c = chunk[i]
    if (c === '[') {
      const width = runeWidth(name, at)
      const found = matchClass(chunk, i + 1, name.slice(at, at + width))
      if (found === undefined) return malformed
      if (!found.match) return noMatch
      at += width
      i = found.after
    } else if (c === '?') {
      at += runeWidth(name, at)
      i++
    } else {
      if (c === '\\' && ++i >= chunk.length) return malformed
      if (chunk[i] !== name[at]) return noMatch
      at++
      i++
    }
  }
  return at
}

function matchClass(chunk: string, from: number, rune: string): { match: boolean; after: number } | undefined {
  const point = fromBytes(rune).codePointAt(0)!
  let i = from
  const negated = chunk[i] === '^'
  if (negated) i++
  let match = false
  for (let count = 0; ; count++) {
    if (chunk[i] === ']' && count > 0) return { match: match !== negated, after: i + 1 }
    const low = classCharacter(chunk, i)
    if (low === undefined) return undefined
    i = low.after
    let high = low.point
    if (chunk[i] === '-') {
      const end = classCharacter(chunk, i + 1)
      if (end === undefined) return undefined
      high = end.point
      i = end.after
    }
    if (low.point <= point && point <= high) match = true
  }
}

/** A character of a class, which must not be the pattern's last. */
function classCharacter(chunk: string, at: number): { point: number; after: number } | undefined {
  let i = at
  if (i >= chunk.length || chunk[i] === '-' || chunk[i] === ']') return undefined
  if (chunk[i] === '\\' && ++i >= chunk.length) return undefined
  const width = runeWidth(chunk, i)
  const after = i + width
  if (after >= chunk.length || (width === 1 && chunk.charCodeAt(i) > 0x7f)) return undefined
  return { point: fromBytes(chunk.slice(i, after)).codePointAt(0)!, after }
}
