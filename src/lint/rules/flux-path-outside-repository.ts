import { cleanPath, getString } from '../../base/index.ts'
import { replaceFix } from '../targets.ts'
import type { FleetRule } from '../types.ts'

/** `spec.path` that climbs above the root of the source. */
export const pathOutsideRepository: FleetRule = {
  scope: 'fleet',
  code: 'flux/path-outside-repository',
  severity: 'warning',
  doc: 'With `..` the path would leave the source. Flux stops at the root of the artifact, so that `../apps` means `apps`. Write the path from the root.',
  check({ fleet, report }) {
    for (const { id, object, ref, path, cluster } of fleet.kustomizations()) {
      const written = getString(object, 'spec', 'path')
      if (cluster === '-' || written === undefined || !cleanPath(written.replace(/^\/+/, '')).startsWith('..')) continue
      const location = fleet.kustomizationField(id, ['spec', 'path'])
      if (location === undefined) continue
      const fixed = path === '.' ? './' : `./${path}`
      report({
        message: `"${written}" leads outside the repository; Flux stays inside and reads "${fixed}". Write that`,
        location,
        object: ref,
        ...(location.range === undefined ? {} : { fixes: [replaceFix(location.path, location.range, fixed)] }),
      })
    }
  },
}
