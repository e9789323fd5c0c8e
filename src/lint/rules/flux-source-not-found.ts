import { type Fleet, objectKey, type Reference } from '../../fleet/index.ts'
import { didYouMean } from '../suggest.ts'
import { destinationOf, hasHiddenObjects, knownReferences, replaceFix, showRef, type TargetIndex } from '../targets.ts'
import type { FleetContext, FleetRule } from '../types.ts'

const sourceKinds: readonly string[] = [
  'Bucket',
  'ExternalArtifact',
  'GitRepository',
  'HelmChart',
  'HelmRepository',
  'OCIRepository',
]

/** `sourceRef` and `chartRef` that lead nowhere. */
export const sourceNotFound: FleetRule = {
  scope: 'fleet',
  code: 'flux/source-not-found',
  severity: 'error',
  doc: "The source that a Kustomization, HelmRelease, HelmChart, ArtifactGenerator or ImageUpdateAutomation names is in no build of its cluster. The controller would wait for it for ever. Declare the source, or correct kind, name or namespace: without `namespace`, the object's own namespace is meant.",
  check(context) {
    const { fleet } = context
    for (const { name } of fleet.clusters()) {
      const index = context.targets(name)
      const hidden = hasHiddenObjects(fleet, name)
      for (const reference of knownReferences(fleet, name, ['source', 'chart'])) {
        if (reference.location === undefined || index.has(reference.to)) continue
        // The schema names the kinds that there are.
        if (!sourceKinds.includes(reference.to.kind) || isRemote(fleet, reference)) continue
        reportMissing(context, reference, { index, hidden })
      }
    }
  },
}

function reportMissing(
  context: FleetContext,
  reference: Reference,
  found: { index: TargetIndex; hidden: boolean },
): void {
  const { to, location } = reference
  const suggestion = found.index.closestName(to)
  const elsewhere = context.fleet.locate(to)
  const hint =
    elsewhere !== undefined
      ? `: it is declared in ${elsewhere.path}, but no Kustomization of this cluster applies that file`
      : suggestion !== undefined
        ? didYouMean(suggestion)
        : ': declare it, or correct its kind, name or namespace'
  const range = location!.range
  context.report({
    message: `${showRef(to)} does not exist${hint}`,
    location: location!,
    object: reference.from,
    severity: found.hidden ? 'warning' : 'error',
    ...(suggestion === undefined || range === undefined
      ? {}
      : { fixes: [replaceFix(location!.path, range, suggestion)] }),
  })
}

/** An object that goes to another cluster finds its sources there. */
function isRemote(fleet: Fleet, reference: Reference): boolean {
  const owners = fleet.clusterObjects(reference.cluster).get(objectKey(reference.from))?.owners ?? []
  return owners.length > 0 && owners.every(({ owner }) => destinationOf(fleet, owner) !== '')
}
