/** A name pattern as Go's `filepath.Match` reads it, for one path component. */
export type Glob = (name: string) => boolean

type Part = { readonly kind: 'star' | 'any' } | { readonly kind: 'set'; readonly test: (c: number) => boolean }

/**
 * Compiles a pattern: `*`, `?`, `[a-z]`, `[^a]`, `\c`. `undefined` when it is malformed, as `filepath.Match` says with
 * `ErrBadPattern`. Matching takes time in proportion to pattern times name at most.
 */
export function compileGlob(pattern: string): Glob | undefined {
  if (!/[*?[\\]/.test(pattern)) return (name) => name === pattern
  const points = Array.from(pattern, (letter) => letter.codePointAt(0)!)
  const parts: Part[] = []
  for (let i = 0; i < points.length; ) {
    const c = points[i]!
    if (c === 0x2a) {
      parts.push({ kind: 'star' })
      i++
    } else if (c === 0x3f) {
      parts.push({ kind: 'any' })
      i++
    } else if (c === 0x5b) {
      const set = compileSet(points, i + 1)
      if (set === undefined) return undefined
      parts.push({ kind: 'set', test: set.test })
      i = set.after
    } else {
      if (c === 0x5c && ++i >= points.length) return undefined
      const literal = points[i++]!
      parts.push({ kind: 'set', test: (point) => point === literal })
    }
  }
  return (name) => matches(parts, name)
}

function compileSet(points: readonly number[], from: number): { test: Glob1; after: number } | undefined {
  const ranges: [number, number][] = []
  let i = from
  const negated = points[i] === 0x5e
  if (negated) i++
  for (;;) {
    if (points[i] === 0x5d && ranges.length > 0) {
      const test = (c: number): boolean => ranges.some(([low, high]) => low <= c && c <= high) !== negated
      return { test, after: i + 1 }
    }
    const low = setCharacter(points, i)
    if (low === undefined) return undefined
    i = low.after
    let high = low.point
    if (points[i] === 0x2d) {
      const end = setCharacter(points, i + 1)
      if (end === undefined) return undefined
      high = end.point
      i = end.after
    }
    ranges.push([low.point, high])
  }
}

type Glob1 = (c: number) => boolean

function setCharacter(points: readonly number[], at: number): { point: number; after: number } | undefined {
  let i = at
  const c = points[i]
  if (c === undefined || c === 0x2d || c === 0x5d) return undefined
  if (c === 0x5c) i++
  const point = points[i]
  // A set's character is never the pattern's last.
  return point === undefined || i + 1 >= points.length ? undefined : { point, after: i + 1 }
}

/** After a mismatch the last star takes one character more; earlier stars need not be tried again. */
function matches(parts: readonly Part[], name: string): boolean {
  const points = Array.from(name, (letter) => letter.codePointAt(0)!)
  let part = 0
  let at = 0
  let star = -1
  let starAt = 0
  while (at < points.length) {
    const current = parts[part]
    if (current?.kind === 'star') {
      star = part++
      starAt = at
    } else if (
      current !== undefined &&
      (current.kind === 'any' || (current.kind === 'set' && current.test(points[at]!)))
    ) {
      part++
      at++
    } else if (star >= 0) {
      part = star + 1
      at = ++starAt
    } else return false
  }
  while (parts[part]?.kind === 'star') part++
  return part === parts.length
}
