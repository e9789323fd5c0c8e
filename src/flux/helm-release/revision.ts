import { formatSemVer, parseSemVer, type SemVer } from '../../base/index.ts'

/** A version, or what is wrong in the controller's words. */
export type VersionResult = { readonly version: string } | { readonly error: string }

/**
 * A chart's version with the digest of the artifact that it came in as build metadata, so that a moved tag is noticed:
 * `6.5.0` of `6.5.0@sha256:cdb8…` is `6.5.0+cdb8…` with 12 digits.
 * Source: helm-controller 1.6 internal/controller (mutateChartWithSourceRevision).
 * @param revision `<tag>@<algorithm>:<hex>` or `<algorithm>:<hex>`.
 */
export function versionWithDigest(version: string, revision: string): VersionResult {
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

/** What decides whether a chart's version gets build metadata, and which. */
export interface ChartRevision {
  readonly reconcileStrategy: 'ChartVersion' | 'Revision'
  /** True for a chart of a Git repository or bucket, whose revision counts. */
  readonly isLocal: boolean
  /** Of the artifact that holds the chart, as its source names it; `undefined` when it is not known. */
  readonly revision: string | undefined
  readonly valuesFiles: readonly string[]
  /** Of the HelmChart object: 1 for one that has just been made. */
  readonly generation: number
}

/**
 * The version that source-controller gives a chart which it packs: with 12 digits of the source's revision where the
 * strategy is `Revision`, and with the generation of the HelmChart where `valuesFiles` replace its values.
 * Source: source-controller 1.9 internal/controller/helmchart_controller.go (buildFrom…).
 */
export function packedChartVersion(
  version: string,
  { reconcileStrategy, isLocal, revision, valuesFiles, generation }: ChartRevision,
): VersionResult {
  const hash = /^(?:.*[@/])?(?:[a-z0-9]+:)?([0-9a-f]{12,})$/.exec(revision ?? '')?.[1]
  const parts = [
    ...(isLocal && reconcileStrategy === 'Revision' && hash !== undefined ? [hash.slice(0, 12)] : []),
    ...(valuesFiles.length > 0 ? [String(generation)] : []),
  ]
  if (parts.length === 0) return { version }
  const parsed = parseSemVer(version)
  if (typeof parsed === 'string') {
    return { error: `chart metadata patch error: failed to parse version from chart metadata as SemVer: ${parsed}` }
  }
  return { version: formatSemVer({ ...parsed, metadata: parts.join('.') }) }
}

function isSame(a: SemVer, b: SemVer): boolean {
  return a.major === b.major && a.minor === b.minor && a.patch === b.patch && a.prerelease === b.prerelease
}
