import { RE2JS } from 're2js'

/** A pattern that is no glob. */
export class GlobError extends Error {
  override readonly name = 'GlobError'
}

const special = /[.+^$()|{}\\]/g

/**
 * Compiles a glob to a matcher of whole relative paths. `deep` is bmatcuk/doublestar: `**` spans directories and `{a,b}`
 * are alternatives; without it Go's `path.Match`: no wildcard crosses a slash. Throws `GlobError`.
 */
export function compileGlob(pattern: string, deep: boolean): (path: string) => boolean {
  const source = deep ? deepSource(pattern) : segmentSource(pattern, false)
  try {
    const regex = RE2JS.compile(`^(?:${source})$`)
    return (path) => regex.matches(path)
  } catch {
    throw new GlobError(`syntax error in pattern`)
  }
}

/** `**` between slashes stands for any number of directories, none included. */
function deepSource(pattern: string): string {
  const parts = pattern.split('/')
  let out = ''
  parts.forEach((part, i) => {
    const last = i === parts.length - 1
    if (part === '**') out += last ? '.*' : '(?:[^/]+/)*'
    else out += segmentSource(part, true) + (last ? '' : '/')
  })
  // `dir/**` also names the directory itself.
  return out.endsWith('/.*') ? `${out.slice(0, -3)}(?:/.*)?` : out
}

function segmentSource(segment: string, braces: boolean): string {
  let out = ''
  let depth = 0
  for (let i = 0; i < segment.length; i++) {
    const char = segment[i]!
    if (char === '*') out += '[^/]*'
    else if (char === '?') out += '[^/]'
    else if (char === '\\') {
      if (++i >= segment.length) throw new GlobError('syntax error in pattern')
      out += segment[i]!.replace(special, '\\$&')
    } else if (char === '[') {
      const end = segment.indexOf(']', i + 2)
      if (end < 0) throw new GlobError('syntax error in pattern')
      out += classSource(segment.slice(i + 1, end))
      i = end
    } else if (braces && char === '{') {
      depth++
      out += '(?:'
    } else if (braces && char === '}' && depth > 0) {
      depth--
      out += ')'
    } else if (braces && char === ',' && depth > 0) out += '|'
    else out += char.replace(special, '\\$&')
  }
  if (depth > 0) throw new GlobError('syntax error in pattern')
  return out
}

function classSource(body: string): string {
  const negated = body.startsWith('^') || body.startsWith('!')
  const members = (negated ? body.slice(1) : body).replace(/[\\[\]^]/g, '\\$&')
  return `[${negated ? '^' : ''}${members}]`
}

/** True when a path has wildcards. */
export function hasGlob(path: string): boolean {
  return /[*?[\]]/.test(path)
}
