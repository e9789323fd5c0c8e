import { getString, type ObjectRef } from '../../base/index.ts'
import { type Fleet, objectKey } from '../../fleet/index.ts'
import { didYouMean } from '../suggest.ts'
import { destinationOf, hasHiddenObjects, knownReferences, replaceFix, showRef } from '../targets.ts'
import type { FleetRule } from '../types.ts'

/** ConfigMaps and Secrets of `substituteFrom` and `valuesFrom` that nothing in the fleet makes. */
export const valuesNotFound: FleetRule = {
  scope: 'fleet',
  code: 'flux/values-not-found',
  severity: 'hint',
  doc: 'A ConfigMap or Secret of `substituteFrom` or `valuesFrom` is in no build of the cluster. It may well be made in the cluster (by hand, by an operator), so this is a hint only; it is a warning when a name that is nearly the same exists. Mark the entry `optional: true` when the object need not exist.',
  check(context) {
    const { fleet, report } = context
    for (const { name } of fleet.clusters()) {
      const index = context.targets(name)
      const made = secretsMadeByOperators(fleet, name)
      if (hasHiddenObjects(fleet, name)) continue
      for (const { to, from, location, optional } of knownReferences(fleet, name, ['values', 'substitution'])) {
        if (optional || location === undefined || index.has(to) || made.has(`${to.namespace ?? ''}/${to.name}`))
          continue
        const owners = fleet.clusterObjects(name).get(objectKey(from))?.owners ?? []
        if (owners.some(({ owner }) => destinationOf(fleet, owner) !== '')) continue
        const suggestion = index.closestName(to)
        report({
          message: `${showRef(to)} is in no build of this cluster${suggestion === undefined ? '; it has to be made in the cluster by other means' : didYouMean(suggestion)}`,
          location,
          object: from,
          severity: suggestion === undefined ? 'hint' : 'warning',
          ...(suggestion === undefined || location.range === undefined
            ? {}
            : { fixes: [replaceFix(location.path, location.range, suggestion)] }),
        })
      }
    }
  },
}

/** `namespace/name` of Secrets that well-known operators make of objects in the fleet. */
function secretsMadeByOperators(fleet: Fleet, cluster: string): Set<string> {
  const out = new Set<string>()
  for (const { ref, owners } of fleet.clusterObjects(cluster).values()) {
    const name = secretNameOf(ref, owners[0]!.rendered.object)
    if (name !== undefined) out.add(`${ref.namespace ?? ''}/${name}`)
  }
  return out
}

function secretNameOf(ref: ObjectRef, object: Parameters<typeof getString>[0]): string | undefined {
  switch (ref.kind) {
    case 'ExternalSecret':
      return getString(object, 'spec', 'target', 'name') ?? ref.name
    case 'SealedSecret':
    case 'OnePasswordItem':
    case 'ConfigMap':
      return ref.name
    case 'Certificate':
      return getString(object, 'spec', 'secretName')
    default:
      return undefined
  }
}
