import type { Fleet } from '../../fleet/index.ts'
import type { FleetRule } from '../types.ts'

/** A Kustomization that is in its own build, directly or through its children. */
export const kustomizationCycle: FleetRule = {
  scope: 'fleet',
  code: 'flux/kustomization-cycle',
  severity: 'warning',
  doc: 'A Kustomization builds a directory that holds its own declaration (or that of the Kustomization which applies it). It then owns itself, and pruning can remove it. Move the declaration out of the directory that it builds. The Kustomization that Flux was bootstrapped with is meant to contain itself.',
  check({ fleet, report }) {
    for (const kustomization of fleet.kustomizations()) {
      const { id, ref, cluster } = kustomization
      if (cluster === '-') continue
      const inside = fleet.otherParents(id).filter((parent) => isBelow(fleet, parent, id))
      if (inside.length === 0) continue
      const location = fleet.kustomizationField(id, ['spec', 'path']) ?? kustomization.declared
      if (location === undefined) continue
      const through = inside[0] === id ? 'its own build' : `the build of ${short(inside[0]!)}, which it applies`
      report({
        message: `Kustomization/${short(id)} is in ${through}: it would apply, and could prune, itself. Move its declaration out of the directory`,
        location,
        object: ref,
      })
    }
  },
}

/** True when a Kustomization is another one, or is applied by it at any depth. */
function isBelow(fleet: Fleet, id: string, ancestor: string): boolean {
  let current: string | undefined = id
  for (let depth = 0; current !== undefined && depth < 100; depth++) {
    if (current === ancestor) return true
    current = fleet.kustomization(current)?.parent
  }
  return false
}

function short(id: string): string {
  return id.split('/').slice(1).join('/')
}
