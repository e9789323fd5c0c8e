import {
  compareSemVer,
  parseSemVer,
  parseSemVerConstraint,
  type SemVer,
  type SemVerConstraint,
  satisfies,
} from '../../base/index.ts'
import { ChartError } from './http.ts'

/** A version that somebody offers. */
export interface Offered {
  readonly version: string
  /** Milliseconds since 1970; decides between versions that differ by build metadata only. */
  readonly created?: number
}

/**
 * Parses a version that has all three numbers; a leading `v` and leading zeros are allowed. Source: fluxcd/pkg
 * version/version.go. `undefined` for anything else.
 */
export function parseFullVersion(text: string): SemVer | undefined {
  if (text.split('.').length < 3) return undefined
  const parsed = parseSemVer(text)
  return typeof parsed === 'string' ? undefined : parsed
}

/**
 * The offer that a version expression asks for: the one of exactly this version, else the newest that satisfies it as
 * a range (a prerelease only where the range names one); empty and `*` ask for the newest stable one. `undefined` when
 * there is none. Source: source-controller internal/helm/repository/chart_repository.go.
 * @throws ChartError for an expression that is no range.
 */
export function chooseVersion<T extends Offered>(offers: readonly T[], expression: string): T | undefined {
  if (expression !== '') {
    const exact = offers.find((offer) => offer.version === expression)
    if (exact !== undefined) return exact
  }
  const constraint = parseRange(expression === '' ? '*' : expression)
  let best: { readonly offer: T; readonly version: SemVer } | undefined
  for (const offer of offers) {
    const version = parseFullVersion(offer.version)
    if (version === undefined || !satisfies(version, constraint)) continue
    if (best === undefined || isNewer({ offer, version }, best)) best = { offer, version }
  }
  return best?.offer
}

/** Parses a range. @throws ChartError in the library's words. */
export function parseRange(expression: string): SemVerConstraint {
  const constraint = parseSemVerConstraint(expression)
  if (typeof constraint === 'string') throw new ChartError(constraint)
  return constraint
}

function isNewer<T extends Offered>(
  a: { readonly offer: T; readonly version: SemVer },
  b: { readonly offer: T; readonly version: SemVer },
): boolean {
  const order = compareSemVer(a.version, b.version)
  return order === 0 ? (a.offer.created ?? 0) > (b.offer.created ?? 0) : order > 0
}
