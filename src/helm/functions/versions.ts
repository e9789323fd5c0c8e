import {
  compareSemVer,
  formatSemVer,
  parseSemVer,
  parseSemVerConstraint,
  type SemVer,
  satisfies,
} from '../../base/index.ts'
import { GoError, type GoObject, type GoValue, goFunction, goObject, makeInt } from '../../gotemplate/index.ts'
import type { FunctionTable } from './shared.ts'

/** sprig's `semver` and `semverCompare` (semver.go over Masterminds/semver v3). */
export function versionFunctions(): FunctionTable {
  return {
    semver: goFunction('string', (text: string) => versionObject(mustParse(text))),
    semverCompare: goFunction('string,string', (range: string, text: string) => {
      const constraint = parseSemVerConstraint(range)
      if (typeof constraint === 'string') throw new GoError(constraint)
      return satisfies(mustParse(text), constraint)
    }),
  }
}

function mustParse(text: string): SemVer {
  const version = parseSemVer(text)
  if (typeof version === 'string') throw new GoError(version)
  return version
}

interface VersionObject extends GoObject {
  readonly version: SemVer
}

/** A *semver.Version: its accessors are methods. */
function versionObject(version: SemVer): VersionObject {
  const number = (value: bigint) => ({ method: goFunction('', () => makeInt(value, 'uint64')) })
  const text = (value: string) => ({ method: goFunction('', () => value) })
  const compare = (test: (order: number) => boolean) => ({
    method: goFunction('*semver.Version', (other: GoValue) =>
      test(compareSemVer(version, (other as VersionObject).version)),
    ),
  })
  const bump = (next: Partial<SemVer>) => ({
    method: goFunction('', () => {
      const fresh = { ...version, prerelease: '', metadata: '', ...next }
      return versionObject({ ...fresh, original: formatSemVer(fresh) })
    }),
  })
  const members: Readonly<Record<string, ReturnType<GoObject['field']>>> = {
    Major: number(version.major),
    Minor: number(version.minor),
    Patch: number(version.patch),
    Prerelease: text(version.prerelease),
    Metadata: text(version.metadata),
    Original: text(version.original),
    String: text(formatSemVer(version)),
    Compare: {
      method: goFunction('*semver.Version', (other: GoValue) =>
        makeInt(compareSemVer(version, (other as VersionObject).version)),
      ),
    },
    Equal: compare((order) => order === 0),
    LessThan: compare((order) => order < 0),
    GreaterThan: compare((order) => order > 0),
    LessThanEqual: compare((order) => order <= 0),
    GreaterThanEqual: compare((order) => order >= 0),
    IncMajor: bump({ major: version.major + 1n, minor: 0n, patch: 0n }),
    IncMinor: bump({ minor: version.minor + 1n, patch: 0n }),
    IncPatch: bump(version.prerelease === '' ? { patch: version.patch + 1n } : {}),
  }
  return goObject<{ readonly version: SemVer }>({
    version,
    goType: '*semver.Version',
    goKind: 'ptr',
    field: (name) => (Object.hasOwn(members, name) ? members[name] : undefined),
    format: () => formatSemVer(version),
  })
}
