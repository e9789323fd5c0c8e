import { didYouMean } from '../suggest.ts'
import { hasHiddenObjects, knownReferences, replaceFix, showRef } from '../targets.ts'
import type { FleetRule } from '../types.ts'

/** `dependsOn` that leads nowhere. */
export const dependencyNotFound: FleetRule = {
  scope: 'fleet',
  code: 'flux/dependency-not-found',
  severity: 'error',
  doc: "An entry of `spec.dependsOn` names an object that is in no build of the cluster: the controller reports `DependencyNotReady` for ever. Correct the name or the namespace (default: the object's own), or remove the entry.",
  check(context) {
    const { fleet, report } = context
    for (const { name } of fleet.clusters()) {
      const index = context.targets(name)
      const severity = hasHiddenObjects(fleet, name) ? 'warning' : 'error'
      for (const { to, from, location } of knownReferences(fleet, name, ['dependency'])) {
        if (location === undefined || index.has(to)) continue
        const suggestion = index.closestName(to)
        const elsewhere = suggestion === undefined ? otherNamespace(fleet.clusterObjects(name).values(), to) : undefined
        const hint =
          elsewhere !== undefined
            ? `: there is one in namespace "${elsewhere}". Set namespace: ${elsewhere}`
            : suggestion !== undefined
              ? didYouMean(suggestion)
              : ': correct its name or namespace, or remove the entry'
        report({
          message: `${showRef(to)} does not exist${hint}`,
          location,
          object: from,
          severity,
          ...(suggestion === undefined || location.range === undefined
            ? {}
            : { fixes: [replaceFix(location.path, location.range, suggestion)] }),
        })
      }
    }
  },
}

function otherNamespace(
  objects: Iterable<{ readonly ref: { kind: string; name: string; namespace?: string } }>,
  to: { kind: string; name: string },
): string | undefined {
  for (const { ref } of objects) if (ref.kind === to.kind && ref.name === to.name) return ref.namespace
  return undefined
}
