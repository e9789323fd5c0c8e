import type * as vscode from 'vscode'
import { revealCommand } from '../../infrastructure/locations.ts'
import type { TreeNode } from '../../infrastructure/nodes.ts'
import type { Services } from '../../infrastructure/services.ts'
import { createTree } from '../../infrastructure/tree.ts'
import { clusterChildren, workloadChildren } from './view.ts'

/** The Fleet view: what the repository declares. Works without any cluster. */
export function registerFleet({ fleet, log }: Services): vscode.Disposable {
  async function children(node: TreeNode | undefined): Promise<readonly TreeNode[]> {
    if (node === undefined) return fleet.clusters.map((cluster) => ({ type: 'fleetCluster', cluster }))
    if (node.type === 'fleetCluster') return clusterChildren(node.cluster)
    if (node.type !== 'fleetWorkload') return []
    const objects = await fleet.objects({ fleetCluster: node.cluster.id, workload: node.workload.id })
    return workloadChildren(node.cluster, node.workload, objects)
  }
  return createTree({
    id: 'fluxkit.fleet',
    log,
    children,
    command: (node) => {
      if (node.type === 'fleetWorkload') return revealCommand(node.workload.location)
      if (node.type === 'fleetSource') return revealCommand(node.source.location)
      return node.type === 'fleetObject' ? revealCommand(node.object.location) : undefined
    },
    changes: [fleet.onDidChange],
  })
}
