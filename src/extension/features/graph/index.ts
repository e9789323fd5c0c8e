import * as vscode from 'vscode'
import type { GraphParams } from '../../../protocol/index.ts'
import { registerCommand } from '../../infrastructure/errors.ts'
import { nodesOf } from '../../infrastructure/nodes.ts'
import { fleetClusterPlace } from '../../infrastructure/rows.ts'
import type { Services } from '../../infrastructure/services.ts'
import { GraphPanel } from './panel.ts'

/** The graph source → Kustomization → objects, live for a cluster or as the files declare it. */
export function registerGraph(services: Services): vscode.Disposable {
  const panels = new Map<string, GraphPanel>()
  return vscode.Disposable.from(
    registerCommand(services.log, 'showGraph', async (...args) => {
      const scope = await chooseScope(services, args)
      if (scope === undefined) return
      const key = `${scope.scope}/${scope.cluster}`
      const known = panels.get(key)
      if (known !== undefined) {
        known.show()
        return
      }
      panels.set(key, new GraphPanel(services, scope, () => panels.delete(key)))
    }),
    { dispose: () => vscode.Disposable.from(...panels.values()).dispose() },
  )
}

async function chooseScope({ clusters, fleet }: Services, args: readonly unknown[]): Promise<GraphParams | undefined> {
  const node = nodesOf(args)[0]
  if (node?.type === 'cluster' || node?.type === 'live') return { scope: 'cluster', cluster: node.cluster.id }
  if (node?.type === 'fleetCluster') return { scope: 'fleet', cluster: node.cluster.id }
  const items = [
    ...clusters
      .openClusters()
      .map(({ id, name }) => ({ label: name, description: 'live', scope: 'cluster' as const, cluster: id })),
    ...fleet.clusters.map((cluster) => ({
      label: cluster.name,
      description: ['as declared', fleetClusterPlace(cluster)].filter(Boolean).join(' · '),
      scope: 'fleet' as const,
      cluster: cluster.id,
    })),
  ]
  if (items.length <= 1) return items[0]
  return vscode.window.showQuickPick(items, { placeHolder: 'The graph to show' })
}
