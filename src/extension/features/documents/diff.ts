import * as vscode from 'vscode'
import { type ClusterInfo, type DiffEntry, diffWorkload, objectId, objectLabel } from '../../../protocol/index.ts'
import type { TreeNode } from '../../infrastructure/nodes.ts'
import { ensureAllowed } from '../../infrastructure/permission.ts'
import type { Services } from '../../infrastructure/services.ts'
import type { VirtualDocuments } from './virtual.ts'
import type { NamedWorkload } from './workload.ts'

/** Renders a workload, lets the cluster say what applying it would change, and shows that in the native diff view. */
export async function showDiff(
  services: Services,
  documents: VirtualDocuments,
  workload: NamedWorkload,
  node: TreeNode | undefined,
): Promise<void> {
  const cluster = node?.type === 'live' ? node.cluster : await chooseCluster(services)
  if (cluster === undefined || !(await ensureAllowed(cluster, 'send dry-run requests'))) return
  const entries = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: `Comparing ${workload.name} with ${cluster.name}`,
      cancellable: true,
    },
    (_, token) =>
      services.worker.request(
        diffWorkload,
        { fleetCluster: workload.fleetCluster, workload: workload.workload, cluster: cluster.id },
        token,
      ),
  )
  for (const { ref, message } of entries.filter(({ change }) => change === 'failed')) {
    services.log.error(`diff ${objectLabel(ref)}: ${message}`)
  }
  const changed = entries.filter(({ change }) => change !== 'unchanged')
  if (changed.length === 0) {
    await vscode.window.showInformationMessage(`${workload.name}: applying it would change nothing in ${cluster.name}.`)
    return
  }
  const sides = changed.map((entry) => sidesOf(documents, cluster, entry))
  const title = `${workload.name}: ${cluster.name} ↔ working tree`
  if (sides.length === 1) {
    await vscode.commands.executeCommand(
      'vscode.diff',
      sides[0]!.live,
      sides[0]!.merged,
      `${objectLabel(changed[0]!.ref)}: ${cluster.name} ↔ working tree`,
    )
    return
  }
  await vscode.commands.executeCommand(
    'vscode.changes',
    title,
    sides.map(({ label, live, merged }) => [label, live, merged]),
  )
}

function sidesOf(documents: VirtualDocuments, cluster: ClusterInfo, entry: DiffEntry) {
  const title = objectLabel(entry.ref).replaceAll('/', ' ')
  const key = `${cluster.id}/${objectId(entry.ref)}`
  const merged =
    entry.change === 'failed'
      ? `# the cluster refuses this object: ${entry.message.replaceAll('\n', '\n# ')}\n${entry.merged}`
      : entry.merged
  const live = documents.keep(title, `${key}#live`, entry.live)
  return { label: live, live, merged: documents.keep(title, `${key}#merged`, merged) }
}

async function chooseCluster({ clusters }: Services): Promise<ClusterInfo | undefined> {
  const open = clusters.openClusters()
  if (open.length === 0) throw new Error('no cluster is open to compare with')
  if (open.length === 1) return open[0]
  const items = open.map((cluster) => ({ label: cluster.name, description: cluster.server, cluster }))
  return (await vscode.window.showQuickPick(items, { placeHolder: 'The cluster to compare with' }))?.cluster
}
