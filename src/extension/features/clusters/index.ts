import * as vscode from 'vscode'
import { inBackground, registerCommand } from '../../infrastructure/errors.ts'
import { nodesOf, type TreeNode } from '../../infrastructure/nodes.ts'
import { ensureAllowed } from '../../infrastructure/permission.ts'
import type { Services } from '../../infrastructure/services.ts'
import { createTree } from '../../infrastructure/tree.ts'
import { fluxCounts } from './view.ts'

/** The Clusters view: contexts of the kubeconfig and the dev cluster. A context is contacted when it is expanded, not before. */
export function registerClusters({ clusters, log }: Services): vscode.Disposable {
  async function open(id: string): Promise<void> {
    const cluster = clusters.cluster(id)
    if (cluster === undefined || cluster.state === 'open' || cluster.state === 'opening') return
    if (cluster.usesExec && !(await ensureAllowed(cluster, 'sign in with a program and read objects'))) return
    await clusters.open(id)
  }
  function children(node: TreeNode | undefined): readonly TreeNode[] {
    if (node === undefined) return clusters.clusters.map((cluster) => ({ type: 'cluster', cluster }))
    return node.type === 'cluster' ? fluxCounts(node.cluster, clusters.objects(node.cluster.id)) : []
  }
  const tree = createTree({
    id: 'fluxkit.clusters',
    log,
    children,
    onExpand: (node) => {
      if (node.type === 'cluster') inBackground(log, node.cluster.name, open(node.cluster.id))
    },
    changes: [clusters.onDidChange],
  })
  return vscode.Disposable.from(
    tree,
    registerCommand(log, 'openCluster', async (...args) => {
      for (const id of await chosen(args, 'closed')) await open(id)
    }),
    registerCommand(log, 'closeCluster', async (...args) => {
      for (const id of await chosen(args, 'open')) await clusters.close(id)
    }),
  )

  async function chosen(args: readonly unknown[], state: 'open' | 'closed'): Promise<readonly string[]> {
    const nodes = nodesOf(args).flatMap((node) => (node.type === 'cluster' ? [node.cluster.id] : []))
    if (nodes.length > 0) return nodes
    const candidates = clusters.clusters.filter(
      (cluster) => cluster.kind === 'context' && (cluster.state === 'open') === (state === 'open'),
    )
    const items = candidates.map(({ id, name, server }) => ({ label: name, description: server, id }))
    const picked = await vscode.window.showQuickPick(items, {
      placeHolder:
        items.length === 0 ? 'No context to choose' : `The cluster to ${state === 'open' ? 'close' : 'open'}`,
    })
    return picked === undefined ? [] : [picked.id]
  }
}
