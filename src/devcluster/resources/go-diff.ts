/** Longer texts are not compared: the answer would help nobody and take too long. */
const MAX_LINES = 20_000
/** From here on, lines that come up often do not start a match. */
const MANY_LINES = 200
const CONTEXT = 3

interface Match {
  readonly a: number
  readonly b: number
  readonly size: number
}

interface Operation {
  readonly equal: boolean
  readonly a: readonly [number, number]
  readonly b: readonly [number, number]
}

/**
 * The unified diff of two texts without file names, as apimachinery's `diff.Diff` gives it: matching blocks of Python's
 * difflib (longest first, frequent lines of long texts passed over), three lines around each change. `''` when the texts
 * are equal or too long.
 */
export function unifiedDiff(before: string, after: string): string {
  const a = linesOf(before)
  const b = linesOf(after)
  if (a.length > MAX_LINES || b.length > MAX_LINES) return ''
  let out = ''
  for (const group of grouped(operations(matches(a, b)))) {
    const first = group[0]!
    const last = group[group.length - 1]!
    out += `@@ -${range(first.a[0], last.a[1])} +${range(first.b[0], last.b[1])} @@\n`
    for (const { equal, a: from, b: to } of group) {
      const mark = equal ? ' ' : '-'
      for (const line of a.slice(...from)) out += `${mark}${line}\n`
      if (!equal) for (const line of b.slice(...to)) out += `+${line}\n`
    }
  }
  return out
}

function linesOf(text: string): string[] {
  return text.split('\n')
}

/** Where each line of `b` stands, without those that come up too often. */
function positions(b: readonly string[]): Map<string, number[]> {
  const at = new Map<string, number[]>()
  for (const [i, line] of b.entries()) {
    const known = at.get(line)
    if (known === undefined) at.set(line, [i])
    else known.push(i)
  }
  if (b.length < MANY_LINES) return at
  const limit = Math.floor(b.length / 100) + 1
  for (const [line, found] of at) if (found.length > limit) at.delete(line)
  return at
}

function matches(a: readonly string[], b: readonly string[]): Match[] {
  const at = positions(b)
  const found: Match[] = []
  const open: [number, number, number, number][] = [[0, a.length, 0, b.length]]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [fromA, toA, fromB, toB] = next
    const match = longest(a, b, at, next)
    if (match.size === 0) continue
    found.push(match)
    if (fromA < match.a && fromB < match.b) open.push([fromA, match.a, fromB, match.b])
    const [endA, endB] = [match.a + match.size, match.b + match.size]
    if (endA < toA && endB < toB) open.push([endA, toA, endB, toB])
  }
  found.sort((x, y) => x.a - y.a)
  found.push({ a: a.length, b: b.length, size: 0 })
  return found
}

function longest(
  a: readonly string[],
  b: readonly string[],
  at: ReadonlyMap<string, readonly number[]>,
  [fromA, toA, fromB, toB]: readonly [number, number, number, number],
): Match {
  let best: Match = { a: fromA, b: fromB, size: 0 }
  let lengths = new Map<number, number>()
  for (let i = fromA; i < toA; i++) {
    const next = new Map<number, number>()
    for (const j of at.get(a[i]!) ?? []) {
      if (j < fromB) continue
      if (j >= toB) break
      const size = (lengths.get(j - 1) ?? 0) + 1
      next.set(j, size)
      if (size > best.size) best = { a: i - size + 1, b: j - size + 1, size }
    }
    lengths = next
  }
  let { a: startA, b: startB, size } = best
  while (startA > fromA && startB > fromB && a[startA - 1] === b[startB - 1]) {
    startA--
    startB--
    size++
  }
  while (startA + size < toA && startB + size < toB && a[startA + size] === b[startB + size]) size++
  return { a: startA, b: startB, size }
}

function operations(blocks: readonly Match[]): Operation[] {
  const out: Operation[] = []
  let i = 0
  let j = 0
  for (const { a, b, size } of blocks) {
    if (i < a || j < b) out.push({ equal: false, a: [i, a], b: [j, b] })
    i = a + size
    j = b + size
    const last = out[out.length - 1]
    if (size === 0) continue
    // Blocks that touch are one.
    if (last?.equal === true) out[out.length - 1] = { equal: true, a: [last.a[0], i], b: [last.b[0], j] }
    else out.push({ equal: true, a: [a, i], b: [b, j] })
  }
  return out
}

/** Changes with what stands around them; long equal parts divide. */
function grouped(all: readonly Operation[]): Operation[][] {
  if (all.every((operation) => operation.equal)) return []
  const out: Operation[][] = []
  let group: Operation[] = []
  for (const [n, operation] of all.entries()) {
    if (!operation.equal) {
      group.push(operation)
      continue
    }
    const { a, b } = operation
    const [first, last] = [n === 0, n === all.length - 1]
    const head = (): Operation => ({
      equal: true,
      a: [a[0], Math.min(a[1], a[0] + CONTEXT)],
      b: [b[0], Math.min(b[1], b[0] + CONTEXT)],
    })
    const tail = (): Operation => ({
      equal: true,
      a: [Math.max(a[0], a[1] - CONTEXT), a[1]],
      b: [Math.max(b[0], b[1] - CONTEXT), b[1]],
    })
    if (first) group.push(tail())
    else if (last) group.push(head())
    else if (a[1] - a[0] > 2 * CONTEXT) {
      out.push([...group, head()])
      group = [tail()]
    } else group.push(operation)
  }
  out.push(group)
  return out
}

function range(start: number, stop: number): string {
  const length = stop - start
  if (length === 1) return String(start + 1)
  return `${length === 0 ? start : start + 1},${length}`
}
