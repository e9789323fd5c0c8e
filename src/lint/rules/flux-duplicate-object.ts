import type { EffectiveObject, Fleet } from '../../fleet/index.ts'
import { destinationOf, showRef } from '../targets.ts'
import type { FleetRule } from '../types.ts'

/** One object that two Kustomizations apply. */
export const duplicateObject: FleetRule = {
  scope: 'fleet',
  code: 'flux/duplicate-object',
  severity: 'warning',
  doc: 'Two Kustomizations of one cluster apply the same object. Each overwrites the other at every reconciliation, and when one of them drops it, pruning deletes it for both. Keep it in one of them. Namespaces that several Kustomizations bring along are left out: they are the same everywhere.',
  check({ fleet, report }) {
    for (const { name } of fleet.clusters()) {
      for (const { ref, owners } of fleet.clusterObjects(name).values()) {
        if (owners.length < 2 || ref.name.includes('${')) continue
        for (const group of byDestination(fleet, owners)) {
          const first = group[0]!
          const other = group.find((one) => one.owner !== first.owner)
          if (other === undefined || isSameEverywhere(group)) continue
          reportAll(group, { fleet, report, name: showRef(ref) })
        }
      }
    }
  },
}

interface Reporter {
  readonly fleet: Fleet
  readonly report: Parameters<FleetRule['check']>[0]['report']
  readonly name: string
}

function reportAll(group: readonly EffectiveObject[], { fleet, report, name }: Reporter): void {
  const owners = [...new Set(group.map((one) => one.owner))]
  const places = group.map((one) => ({ one, location: fleet.fieldLocation(one.rendered, ['metadata', 'name']) }))
  const list = owners.map((id) => `Kustomization/${id.split('/').slice(1).join('/')}`).join(' and ')
  for (const { one, location } of places) {
    if (location === undefined) continue
    report({
      message: `${name} is applied by ${list}: each would overwrite, and prune, what the other applies. Keep it in one of them`,
      location,
      object: one.ref,
      related: places
        .filter((other) => other.one !== one && other.location !== undefined && other.location.path !== location.path)
        .map((other) => ({ location: other.location!, message: `also applied by ${other.one.owner}` })),
    })
  }
}

function byDestination(fleet: Fleet, owners: readonly EffectiveObject[]): EffectiveObject[][] {
  const groups = new Map<string, EffectiveObject[]>()
  for (const one of owners) {
    const key = destinationOf(fleet, one.owner)
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups.values()]
}

/** Namespaces are brought along by many; nobody fights over an equal one. */
function isSameEverywhere(group: readonly EffectiveObject[]): boolean {
  return group[0]!.ref.kind === 'Namespace'
}
