import { getString, joinPath } from '../../base/index.ts'
import type { Fleet } from '../../fleet/index.ts'
import { closest, didYouMean } from '../suggest.ts'
import { replaceFix, showRef } from '../targets.ts'
import type { FleetRule } from '../types.ts'

/** `spec.path` of a Kustomization that is not there. */
export const pathNotFound: FleetRule = {
  scope: 'fleet',
  code: 'flux/path-not-found',
  severity: 'error',
  doc: "The directory that `spec.path` names does not exist in the source. The path is relative to the root of the source's artifact (for a GitRepository, the root of the repository), whatever file the Kustomization is written in.",
  check({ fleet, report }) {
    for (const kustomization of fleet.kustomizations()) {
      const { object, ref, source, declared, cluster } = kustomization
      const written = getString(object, 'spec', 'path')
      if (written === undefined || written.includes('${') || cluster === '-' || declared === undefined) continue
      if (source.type !== 'directory' || kustomization.directory === undefined) continue
      if (fleet.exists(kustomization.directory)) continue
      const location = fleet.kustomizationField(kustomization.id, ['spec', 'path'])
      const suggestion = similarDirectory(fleet, source.dir, kustomization.path)
      const where = source.ref === undefined ? 'the repository' : showRef(source.ref)
      report({
        message: `"${written}" does not exist in ${where}${didYouMean(suggestion)}`,
        location: location ?? declared,
        object: ref,
        ...(suggestion === undefined || location?.range === undefined
          ? {}
          : { fixes: [replaceFix(location.path, location.range, suggestion)] }),
      })
    }
  },
}

/** The path with its first missing step corrected, when the result exists. */
function similarDirectory(fleet: Fleet, root: string, path: string): string | undefined {
  const kept: string[] = []
  let corrected = false
  for (const step of path.split('/')) {
    const dir = joinPath(fleet.root, root, ...kept)
    const entries = fleet.fs.readDir(dir) ?? []
    const names = entries.filter((entry) => entry.kind === 'directory').map((entry) => entry.name)
    if (names.includes(step)) {
      kept.push(step)
      continue
    }
    const name = corrected ? undefined : closest(step, names)
    if (name === undefined) return undefined
    corrected = true
    kept.push(name)
  }
  return corrected ? `./${kept.join('/')}` : undefined
}
