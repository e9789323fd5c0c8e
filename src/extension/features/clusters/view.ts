import type { ClusterInfo, FluxObject, Health } from '../../../protocol/index.ts'
import type { TreeNode } from '../../infrastructure/nodes.ts'
import { healthWord } from '../../infrastructure/rows.ts'

const order: readonly Health[] = ['ready', 'reconciling', 'failed', 'suspended', 'unmanaged', 'unknown']

/** What hangs below an open cluster: its version, its controllers, and how many objects of each kind are in which state. */
export function fluxCounts(cluster: ClusterInfo, objects: readonly FluxObject[]): readonly TreeNode[] {
  if (cluster.state !== 'open') return []
  const kinds = new Map<string, Map<Health, number>>()
  for (const { ref, health } of objects) {
    const counts = kinds.get(ref.kind) ?? new Map<Health, number>()
    kinds.set(ref.kind, counts)
    counts.set(health, (counts.get(health) ?? 0) + 1)
  }
  const rows = [...kinds]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, counts]) => {
      const parts = order.flatMap((health) => {
        const count = counts.get(health)
        return count === undefined ? [] : [`${count} ${healthWord(health).toLowerCase()}`]
      })
      return row(cluster, kind, parts.join(', '))
    })
  return [row(cluster, 'Version', cluster.message), row(cluster, 'Controllers', controllers(cluster)), ...rows]
}

function controllers(cluster: ClusterInfo): string {
  if (cluster.engine.phase === 'running') return 'Fluxkit engine'
  return cluster.controllers === undefined || cluster.controllers === 0
    ? 'none running'
    : `${cluster.controllers} of Flux`
}

function row(cluster: ClusterInfo, label: string, detail: string): TreeNode {
  return { type: 'fluxCounts', cluster: cluster.id, label, detail }
}
