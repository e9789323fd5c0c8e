import * as vscode from 'vscode'
import { messageOf } from '../../infrastructure/errors.ts'
import type { TreeNode } from '../../infrastructure/nodes.ts'
import type { Services } from '../../infrastructure/services.ts'
import { createTree } from '../../infrastructure/tree.ts'
import { clusterNodes, inventoryNodes, type LiveView, rootNodes } from './view.ts'

/** The views Sources and Workloads: what is in the open clusters, live by watch. */
export function registerLive({ clusters, log }: Services): vscode.Disposable {
  function childrenIn(view: LiveView) {
    return async (node: TreeNode | undefined): Promise<readonly TreeNode[]> => {
      if (node === undefined) return rootNodes(view, clusters.shownClusters(), (id) => clusters.objects(id))
      if (node.type === 'clusterGroup') return clusterNodes(view, node.cluster, clusters.objects(node.cluster.id))
      if (node.type !== 'live') return []
      try {
        return inventoryNodes(node.cluster, node.object, await clusters.inventory(node.cluster.id, node.object.ref))
      } catch (error) {
        // Closed, or on its way back, since the row was drawn; the next change draws it again.
        log.debug(`inventory: ${messageOf(error)}`)
        return []
      }
    }
  }
  const command = (node: TreeNode): vscode.Command | undefined =>
    node.type === 'live' || node.type === 'inventory'
      ? { command: 'fluxkit.openLive', title: 'Open Live Manifest', arguments: [node] }
      : undefined
  const changes = [clusters.onDidChange]
  return vscode.Disposable.from(
    createTree({ id: 'fluxkit.sources', log, children: childrenIn('sources'), command, changes }),
    createTree({ id: 'fluxkit.workloads', log, children: childrenIn('workloads'), command, changes }),
  )
}
