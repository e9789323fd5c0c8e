/**
 * Semantic versions and constraints as Helm, Flux and sprig read them.
 * Source of the behaviour: Masterminds/semver v3.4 (version.go, constraints.go).
 */

/** A version that may have left out minor and patch (`v1.2`), as the library coerces it. */
export interface SemVer {
  readonly major: bigint
  readonly minor: bigint
  readonly patch: bigint
  /** Without the dash; empty for a release. */
  readonly prerelease: string
  /** Without the plus. */
  readonly metadata: string
  /** As written. */
  readonly original: string
}

const identifiers = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*'
const loosePattern = new RegExp(
  `^v?([0-9]+)(?:\\.([0-9]+))?(?:\\.([0-9]+))?(?:-(${identifiers}))?(?:\\+(${identifiers}))?$`,
)

/** Parses a version leniently (a leading `v`, missing parts, leading zeros); a string is the library's error text. */
export function parseSemVer(text: string): SemVer | string {
  const match = loosePattern.exec(text)
  if (match === null) return 'invalid semantic version'
  const [, major = '0', minor = '0', patch = '0', prerelease = '', metadata = ''] = match
  for (const part of prerelease === '' ? [] : prerelease.split('.')) {
    if (/^0[0-9]+$/.test(part)) return 'version segment starts with 0'
  }
  const limit = 2n ** 64n
  const numbers = [major, minor, patch].map(BigInt) as [bigint, bigint, bigint]
  const tooLarge = numbers.findIndex((each) => each >= limit)
  if (tooLarge >= 0) {
    const text = [major, minor, patch][tooLarge]!
    return `error parsing version segment: strconv.ParseUint: parsing ${JSON.stringify(text)}: value out of range`
  }
  return { major: numbers[0], minor: numbers[1], patch: numbers[2], prerelease, metadata, original: text }
}

/** The normal form: `1.2.3-rc.1+meta`. */
export function formatSemVer(version: SemVer): string {
  const { major, minor, patch, prerelease, metadata } = version
  return `${major}.${minor}.${patch}${prerelease && `-${prerelease}`}${metadata && `+${metadata}`}`
}

/** Order by precedence; metadata does not count. Negative, zero or positive. */
export function compareSemVer(a: SemVer, b: SemVer): number {
  for (const part of ['major', 'minor', 'patch'] as const) if (a[part] !== b[part]) return a[part] < b[part] ? -1 : 1
  return comparePrerelease(a.prerelease, b.prerelease)
}

function comparePrerelease(a: string, b: string): number {
  if (a === b) return 0
  if (a === '') return 1
  if (b === '') return -1
  const left = a.split('.')
  const right = b.split('.')
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const x = left[i]
    const y = right[i]
    if (x === undefined) return -1
    if (y === undefined) return 1
    if (x === y) continue
    const isNumberX = /^[0-9]+$/.test(x)
    const isNumberY = /^[0-9]+$/.test(y)
    if (isNumberX !== isNumberY) return isNumberX ? -1 : 1
    if (isNumberX) return BigInt(x) < BigInt(y) ? -1 : 1
    return x < y ? -1 : 1
  }
  return 0
}

/** A parsed constraint: alternatives (`||`), each a list of comparisons that must all hold. */
export interface SemVerConstraint {
  readonly alternatives: readonly (readonly Comparison[])[]
}

interface Comparison {
  readonly operator: string
  readonly version: SemVer
  /** Parts left out or written as x: the minor (and patch), or the patch only. */
  readonly minorDirty: boolean
  readonly patchDirty: boolean
  readonly dirty: boolean
}

const version =
  'v?([0-9|x|X|*]+)(\\.[0-9|x|X|*]+)?(\\.[0-9|x|X|*]+)?(-([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?(\\+([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?'
const plainVersion = version.replace(/\((?!\?)/g, '(?:')
const operators = '=||!=|>|<|>=|=>|<=|=<|~|~>|\\^'
const longestFirst = '!=|>=|=>|<=|=<|~>|=|>|<|~|\\^|'
const onePattern = new RegExp(`^\\s*(${longestFirst})\\s*(${version})\\s*$`)
const rangePattern = new RegExp(`\\s*(${plainVersion})\\s+-\\s+(${plainVersion})\\s*`, 'g')
const validPattern = new RegExp(
  `^\\s*(?:${operators})\\s*${plainVersion}\\s*(?:(?:\\s+|,\\s*)(?:${operators})\\s*${plainVersion}\\s*)*$`,
)
const findPattern = new RegExp(`(?:${longestFirst})\\s*${plainVersion}`, 'g')
/** Longer constraints are refused: the pattern's alternatives would make matching them slow. */
const maxConstraint = 512

/** Parses a constraint such as `^1.2 || >=3.0.0-0, <4`; a string is the library's error text. */
export function parseSemVerConstraint(text: string): SemVerConstraint | string {
  if (text.length > maxConstraint) return `improper constraint: ${text.slice(0, 40)}…`
  const rewritten = text.replace(rangePattern, (_, low: string, high: string) => `>= ${low}, <= ${high} `)
  const alternatives: Comparison[][] = []
  for (const part of rewritten.split('||')) {
    if (!validPattern.test(part)) return `improper constraint: ${part}`
    const comparisons: Comparison[] = []
    for (const each of part.match(findPattern) ?? [part]) {
      const comparison = parseComparison(each)
      if (typeof comparison === 'string') return comparison
      comparisons.push(comparison)
    }
    alternatives.push(comparisons)
  }
  return { alternatives }
}

function parseComparison(text: string): Comparison | string {
  const match = onePattern.exec(text)
  if (match === null) return `improper constraint: ${text}`
  const [, operator = '', whole = '', major = '', minor = '', patch = '', suffix = ''] = match
  const isOpen = (part: string): boolean => ['', 'x', 'X', '*'].includes(part.replace(/^\./, ''))
  let written = whole
  let minorDirty = false
  let patchDirty = false
  let dirty = true
  if (isOpen(major)) written = `0.0.0${suffix}`
  else if (isOpen(minor)) {
    minorDirty = true
    written = `${major}.0.0${suffix}`
  } else if (isOpen(patch)) {
    patchDirty = true
    written = `${major}${minor}.0${suffix}`
  } else dirty = false
  const parsed = parseSemVer(written)
  if (typeof parsed === 'string') return 'constraint parser error'
  return { operator, version: parsed, minorDirty, patchDirty, dirty }
}

/**
 * Whether a version satisfies a constraint. A prerelease does only where the alternative names one itself, or with
 * `includePrerelease`.
 */
export function satisfies(
  candidate: SemVer,
  constraint: SemVerConstraint,
  options: { readonly includePrerelease?: boolean } = {},
): boolean {
  return constraint.alternatives.some((comparisons) => {
    const allowsPre = options.includePrerelease || comparisons.some((each) => each.version.prerelease !== '')
    if (candidate.prerelease !== '' && !allowsPre) return false
    return comparisons.every((each) => holds(candidate, each))
  })
}

function holds(v: SemVer, c: Comparison): boolean {
  const order = compareSemVer(v, c.version)
  switch (c.operator) {
    case '!=':
      return notEqual(v, c, order)
    case '>':
      return greater(v, c, order)
    case '<':
      return order < 0
    case '>=':
    case '=>':
      return order >= 0
    case '<=':
    case '=<':
      if (!c.dirty) return order <= 0
      if (v.major > c.version.major) return false
      return !(v.major === c.version.major && v.minor > c.version.minor && !c.minorDirty)
    case '~':
    case '~>':
      return tilde(v, c, order)
    case '^':
      return caret(v, c, order)
    default:
      return c.dirty ? tilde(v, c, order) : order === 0
  }
}

function notEqual(v: SemVer, c: Comparison, order: number): boolean {
  if (!c.dirty) return order !== 0
  if (c.version.major !== v.major) return true
  if (c.minorDirty) return false
  if (c.version.minor !== v.minor) return true
  if (!c.patchDirty) return c.version.patch !== v.patch || order !== 0
  return (
    (v.prerelease !== '' || c.version.prerelease !== '') && comparePrerelease(v.prerelease, c.version.prerelease) !== 0
  )
}

function greater(v: SemVer, c: Comparison, order: number): boolean {
  if (!c.dirty) return order > 0
  if (v.major !== c.version.major) return v.major > c.version.major
  if (c.minorDirty) return false
  return c.patchDirty ? v.minor > c.version.minor : order > 0
}

function tilde(v: SemVer, c: Comparison, order: number): boolean {
  if (order < 0) return false
  const { major, minor, patch } = c.version
  if (major === 0n && minor === 0n && patch === 0n && !c.minorDirty && !c.patchDirty) return true
  return v.major === major && (v.minor === minor || c.minorDirty)
}

function caret(v: SemVer, c: Comparison, order: number): boolean {
  if (order < 0) return false
  const { major, minor, patch } = c.version
  if (major > 0n || c.minorDirty) return v.major === major
  if (v.major > 0n) return false
  if (minor > 0n || c.patchDirty) return v.minor === minor
  return v.minor === 0n && v.patch === patch
}
