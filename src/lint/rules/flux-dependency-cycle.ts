import { objectKey, type Reference } from '../../fleet/index.ts'
import { knownReferences, showRef } from '../targets.ts'
import type { FleetRule } from '../types.ts'

/** `dependsOn` that leads back to where it started. */
export const dependencyCycle: FleetRule = {
  scope: 'fleet',
  code: 'flux/dependency-cycle',
  severity: 'error',
  doc: 'Objects depend on each other in a circle through `spec.dependsOn`, so that none of them is ever reconciled. Remove one of the entries.',
  check({ fleet, report }) {
    for (const { name } of fleet.clusters()) {
      const edges = new Map<string, Reference[]>()
      for (const reference of knownReferences(fleet, name, ['dependency'])) {
        const key = objectKey(reference.from)
        edges.set(key, [...(edges.get(key) ?? []), reference])
      }
      for (const cycle of findCycles(edges)) {
        const path = [...cycle.map((reference) => showRef(reference.from)), showRef(cycle[0]!.from)].join(' → ')
        for (const reference of cycle) {
          if (reference.location === undefined) continue
          report({
            message: `dependsOn goes in a circle: ${path}. Remove one of the entries`,
            location: reference.location,
            object: reference.from,
            related: cycle
              .filter((other) => other !== reference && other.location !== undefined)
              .map((other) => ({
                location: other.location!,
                message: `${showRef(other.from)} depends on ${showRef(other.to)}`,
              })),
          })
        }
      }
    }
  },
}

/** One shortest-found circle for each group of objects that reach each other; depth-first, without recursion. */
function findCycles(edges: ReadonlyMap<string, readonly Reference[]>): Reference[][] {
  const cycles: Reference[][] = []
  const state = new Map<string, 'open' | 'done'>()
  for (const start of edges.keys()) {
    if (state.has(start)) continue
    const stack: { key: string; next: number; via: Reference | undefined }[] = [{ key: start, next: 0, via: undefined }]
    state.set(start, 'open')
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!
      const edge = edges.get(top.key)?.[top.next++]
      if (edge === undefined) {
        state.set(top.key, 'done')
        stack.pop()
        continue
      }
      const target = objectKey(edge.to)
      const known = state.get(target)
      if (known === 'open') {
        const from = stack.findIndex((frame) => frame.key === target)
        cycles.push([...stack.slice(from + 1).map((frame) => frame.via!), edge])
      } else if (known === undefined) {
        state.set(target, 'open')
        stack.push({ key: target, next: 0, via: edge })
      }
    }
  }
  return cycles
}
