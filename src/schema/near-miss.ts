/**
 * The names a misspelt one may have meant, nearest first; at most `limit`. Case and separators do not count, one edit in
 * three characters does not either.
 */
export function nearMisses(name: string, candidates: Iterable<string>, limit = 3): readonly string[] {
  const plain = simplify(name)
  const scored: { readonly name: string; readonly distance: number }[] = []
  for (const candidate of candidates) {
    const other = simplify(candidate)
    const most = Math.max(1, Math.floor(Math.max(plain.length, other.length) / 3))
    if (Math.abs(plain.length - other.length) > most) continue
    const distance = editDistance(plain, other, most)
    if (distance <= most) scored.push({ name: candidate, distance })
  }
  scored.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
  return scored.slice(0, limit).map((entry) => entry.name)
}

function simplify(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '')
}

/** Edits (insert, delete, replace, swap of neighbours) between two short texts; more than `most` is not told apart. */
function editDistance(a: string, b: string, most: number): number {
  // A name longer than any field would only cost time.
  if (a.length > 64 || b.length > 64) return most + 1
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, before[j - 2]! + 1)
      row.push(best)
    }
    before = previous
    previous = row
  }
  return previous[b.length]!
}
