import { compareStrings } from '../../base/index.ts'
import { goQuote } from './go-text.ts'
import { bad, good, type Outcome } from './outcome.ts'

/** A version number of Kubernetes or of a tool (apimachinery `util/version`). */
export interface Version {
  readonly components: readonly number[]
  /** True for exactly three numbers with semantic pre-release and build parts. */
  readonly semantic: boolean
  readonly preRelease: string
  readonly build: string
}

const largestComponent = 2n ** 64n - 1n

/** Reads a semantic version; `v` and surrounding space are allowed. */
export function parseSemanticVersion(text: string): Outcome<Version> {
  return parse(text, true)
}

/** Reads two or more dotted numbers, ignoring what follows. */
export function parseGenericVersion(text: string): Outcome<Version> {
  return parse(text, false)
}

function parse(text: string, semantic: boolean): Outcome<Version> {
  const match = /^\s*v?(\d+(?:\.\d+)*)([^\n]*)$/.exec(text)
  if (match === null) return bad(`could not parse ${goQuote(text)} as version`)
  const [, numbers, extra] = match as unknown as [string, string, string]
  const parts = numbers.split('.')
  if (semantic ? parts.length !== 3 : parts.length < 2) return bad(`illegal version string ${goQuote(text)}`)
  for (const [i, part] of parts.entries()) {
    if ((i === 0 || semantic) && part.startsWith('0') && part !== '0') {
      return bad(`illegal zero-prefixed version component "${part}" in ${goQuote(text)}`)
    }
    if (BigInt(part) > largestComponent) {
      const reason = `strconv.ParseUint: parsing "${part}": value out of range`
      return bad(`illegal non-numeric version component "${part}" in ${goQuote(text)}: ${reason}`)
    }
  }
  const components = parts.map(Number)
  if (!semantic || extra === '') return good({ components, semantic, preRelease: '', build: '' })
  const suffix = /^(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?\s*$/.exec(extra)
  if (suffix === null) return bad(`could not parse pre-release/metadata (${extra}) in version ${goQuote(text)}`)
  const preRelease = suffix[1] ?? ''
  const zero = preRelease.split('.').find((part) => /^0\d+$/.test(part))
  if (zero !== undefined) return bad(`illegal zero-prefixed version component "${zero}" in ${goQuote(text)}`)
  return good({ components, semantic, preRelease, build: suffix[2] ?? '' })
}

/** Negative, zero or positive; missing numbers count as zero, builds do not count. */
export function compareVersionNumbers(a: Version, b: Version): number {
  const length = Math.max(a.components.length, b.components.length)
  for (let i = 0; i < length; i++) {
    const order = (a.components[i] ?? 0) - (b.components[i] ?? 0)
    if (order !== 0) return order
  }
  if (!a.semantic || !b.semantic || a.preRelease === b.preRelease) return 0
  if (a.preRelease === '') return 1
  if (b.preRelease === '') return -1
  return comparePreReleases(a.preRelease.split('.'), b.preRelease.split('.'))
}

function comparePreReleases(a: readonly string[], b: readonly string[]): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a[i]!
    const y = b[i]!
    const order = /^\d+$/.test(x) && /^\d+$/.test(y) ? Number(x) - Number(y) : compareStrings(x, y)
    if (order !== 0) return order
  }
  return a.length - b.length
}

/** The version as text, without what a generic version ignored. */
export function versionText(version: Version): string {
  const numbers = version.components.join('.')
  const preRelease = version.preRelease === '' ? '' : `-${version.preRelease}`
  return `${numbers}${preRelease}${version.build === '' ? '' : `+${version.build}`}`
}

/**
 * Orders API versions: GA over beta over alpha, then by number; other names come last, in reverse order. Positive when
 * `a` is to be preferred (apimachinery `CompareKubeAwareVersionStrings`).
 */
export function compareKubeVersions(a: string, b: string): number {
  if (a === b) return 0
  const left = kubeVersion(a)
  const right = kubeVersion(b)
  if (left === undefined || right === undefined) {
    if (left === right) return compareStrings(b, a)
    return left === undefined ? -1 : 1
  }
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return left[i]! - right[i]!
  return 0
}

/** Stability, then the numbers. */
function kubeVersion(text: string): readonly number[] | undefined {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(text)
  if (match === null) return undefined
  const stability = match[2] === undefined ? 2 : match[2] === 'beta' ? 1 : 0
  return [stability, Number(match[1]), Number(match[3] ?? 0)]
}
