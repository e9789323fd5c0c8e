import { formatSemVer, parseSemVer, type SemVer } from '../../base/index.ts'

/**
 * A chart's version with the digest of the artifact that it came in as build metadata, so that a moved tag is noticed:
 * `6.5.0` of `6.5.0@sha256:cdb8…` is `6.5.0+cdb8…` with 12 digits.
 * Source: helm-controller 1.6 internal/controller (mutateChartWithSourceRevision).
 * @param revision `<tag>@<algorithm>:<hex>` or `<algorithm>:<hex>`.
 * @returns the version, or what is wrong in the controller's words.
 */
export function versionWithDigest(version: string, revision: string): { version: string } | { error: string } {
  const parsed = parseSemVer(version)
  if (typeof parsed === 'string') return { error: `invalid chart version ${version}` }
  const at = revision.indexOf('@')
  const tag = at < 0 ? revision : revision.slice(0, at)
  // A tag cannot hold `+`; Helm writes `_`.
  const tagVersion = parseSemVer(at < 0 ? tag : tag.replaceAll('_', '+'))
  if (typeof tagVersion !== 'string' && (at < 0 || !isSame(tagVersion, parsed))) {
    return { error: `artifact revision ${tag} does not match chart version ${version}` }
  }
  const digest = at >= 0 && typeof tagVersion !== 'string' ? revision.slice(at + 1) : revision
  const [, hex, ...more] = digest.split(':')
  if (hex === undefined || more.length > 0 || hex.length < 12) return { error: `invalid artifact revision ${digest}` }
  return { version: formatSemVer({ ...parsed, metadata: hex.slice(0, 12) }) }
}

function isSame(a: SemVer, b: SemVer): boolean {
  return a.major === b.major && a.minor === b.minor && a.patch === b.patch && a.prerelease === b.prerelease
}
