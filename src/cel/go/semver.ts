/** A semantic version as github.com/blang/semver holds it. */
export interface SemVersion {
  readonly major: bigint
  readonly minor: bigint
  readonly patch: bigint
  readonly pre: readonly (string | bigint)[]
  readonly build: readonly string[]
}

/** Parses strictly (`1.2.3-rc.1+build`). Errors in the library's words. */
export function parseSemver(text: string): SemVersion | { readonly error: string } {
  if (text === '') return { error: 'Version string empty' }
  const plus = text.indexOf('+')
  const dash = text.indexOf('-')
  const coreEnd = [plus, dash].filter((at) => at >= 0).reduce((a, b) => Math.min(a, b), text.length)
  const all = text.slice(0, coreEnd).split('.')
  if (all.length < 3) return { error: 'No Major.Minor.Patch elements found' }
  const parts = [all[0]!, all[1]!, all.slice(2).join('.')]
  const names = ['major', 'minor', 'patch']
  for (const [i, part] of parts.entries()) {
    if (part === '') return { error: 'strconv.ParseUint: parsing "": invalid syntax' }
    if (!/^\d+$/.test(part)) return { error: `Invalid character(s) found in ${names[i]} number "${part}"` }
    if (part.length > 1 && part.startsWith('0')) {
      return {
        error: `${names[i]![0]!.toUpperCase()}${names[i]!.slice(1)} number must not contain leading zeroes "${part}"`,
      }
    }
  }
  const preText = dash >= 0 && (plus < 0 || dash < plus) ? text.slice(dash + 1, plus < 0 ? undefined : plus) : undefined
  const pre: (string | bigint)[] = []
  for (const part of preText === undefined ? [] : preText.split('.')) {
    if (part === '') return { error: 'Prerelease is empty' }
    if (!/^[0-9A-Za-z-]+$/.test(part)) return { error: `Invalid character(s) found in prerelease "${part}"` }
    if (/^\d+$/.test(part)) {
      if (part.length > 1 && part.startsWith('0')) {
        return { error: `Numeric PreRelease version must not contain leading zeroes "${part}"` }
      }
      pre.push(BigInt(part))
    } else pre.push(part)
  }
  const build = plus < 0 ? [] : text.slice(plus + 1).split('.')
  for (const part of build) {
    if (part === '') return { error: 'Build meta data is empty' }
    if (!/^[0-9A-Za-z-]+$/.test(part)) return { error: `Invalid character(s) found in build meta data "${part}"` }
  }
  const [major, minor, patch] = parts.map(BigInt) as [bigint, bigint, bigint]
  return { major, minor, patch, pre, build }
}

/** Accepts `v1.2` and leading zeros too, as Kubernetes' `semver(text, true)` does. */
export function parseSemverLoosely(text: string): SemVersion | { readonly error: string } {
  const bare = text.startsWith('v') ? text.slice(1) : text
  const first = bare.split('.')
  const parts = first.length > 3 ? [first[0]!, first[1]!, first.slice(2).join('.')] : first
  const cleaned = parts.map((part) => {
    if (part.length <= 1) return part
    const trimmed = part.replace(/^0+/, '')
    return /^\d/.test(trimmed) ? trimmed : `0${trimmed}`
  })
  if (cleaned.length < 3) {
    if (/[+-]/.test(cleaned[cleaned.length - 1]!)) {
      return { error: 'short version cannot contain PreRelease/Build meta data' }
    }
    while (cleaned.length < 3) cleaned.push('0')
  }
  return parseSemver(cleaned.join('.'))
}

/** -1, 0 or 1 by semver precedence; build data does not count. */
export function compareSemver(a: SemVersion, b: SemVersion): number {
  for (const key of ['major', 'minor', 'patch'] as const) if (a[key] !== b[key]) return a[key] < b[key] ? -1 : 1
  if (a.pre.length === 0 || b.pre.length === 0)
    return Math.sign(Number(a.pre.length === 0) - Number(b.pre.length === 0))
  for (let i = 0; i < Math.min(a.pre.length, b.pre.length); i++) {
    const x = a.pre[i]!
    const y = b.pre[i]!
    if (x === y) continue
    if (typeof x !== typeof y) return typeof x === 'bigint' ? -1 : 1
    return x < y ? -1 : 1
  }
  return Math.sign(a.pre.length - b.pre.length)
}
