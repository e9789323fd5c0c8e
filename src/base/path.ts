/** Path functions with the semantics of Go's `path` package: `/` separated, lexical only. */

/** An empty element, or one that begins with a dot and so may be no name. */
const unclean = /(?:^|\/)\.|\/\/|[\s\S]\/$/

/** The shortest equivalent path: no `.`, no inner `..`, no double slash; `""` becomes `"."`. */
export function cleanPath(path: string): string {
  if (path === '') return '.'
  if (!unclean.test(path)) return path
  const rooted = path.startsWith('/')
  const out: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') {
      if (out.length > 0 && out[out.length - 1] !== '..') out.pop()
      else if (!rooted) out.push('..')
    } else out.push(part)
  }
  const joined = out.join('/')
  if (rooted) return `/${joined}`
  return joined === '' ? '.' : joined
}

/** Joins with `/` and cleans; empty parts are ignored. */
export function joinPath(...parts: string[]): string {
  const kept = parts.filter((part) => part !== '')
  return kept.length === 0 ? '' : cleanPath(kept.join('/'))
}

/** All but the last element, cleaned. */
export function dirname(path: string): string {
  const slash = path.lastIndexOf('/')
  return cleanPath(path.slice(0, slash + 1))
}

/** The last element; trailing slashes are dropped first. */
export function basename(path: string): string {
  if (path === '') return '.'
  const trimmed = path.replace(/\/+$/, '')
  return trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1)
}

/** True when `path` is `root` or lies below it. Both absolute and clean. */
export function isWithin(root: string, path: string): boolean {
  return path === root || path.startsWith(root === '/' ? '/' : `${root}/`)
}

/** The path from one clean absolute directory to another clean absolute path, with `..` where needed. */
export function relativePath(from: string, to: string): string {
  const a = from.split('/').filter(Boolean)
  const b = to.split('/').filter(Boolean)
  let shared = 0
  while (shared < a.length && shared < b.length && a[shared] === b[shared]) shared++
  const out = [...a.slice(shared).map(() => '..'), ...b.slice(shared)].join('/')
  return out === '' ? '.' : out
}
