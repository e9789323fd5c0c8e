import * as vscode from 'vscode'
import { findWorkload, objectLabel, type WorkloadParams } from '../../../protocol/index.ts'
import { nodesOf } from '../../infrastructure/nodes.ts'
import type { Services } from '../../infrastructure/services.ts'

export type NamedWorkload = WorkloadParams & { readonly name: string }

/** The Kustomization or HelmRelease of the fleet that a command means: the clicked row, the one in the editor, or what the user picks. */
export async function chooseWorkload(
  { fleet, worker }: Services,
  args: readonly unknown[],
  purpose: string,
): Promise<NamedWorkload | undefined> {
  const node = nodesOf(args)[0]
  if (node?.type === 'fleetWorkload') {
    return { fleetCluster: node.cluster.id, workload: node.workload.id, name: node.workload.ref.name }
  }
  if (node?.type === 'live') {
    const match = await worker.request(findWorkload, { ref: node.object.ref })
    if (match === null) throw new Error(`nothing in this workspace declares ${objectLabel(node.object.ref)}`)
    return { ...match, name: node.object.ref.name }
  }
  const all = fleet.clusters.flatMap((cluster) =>
    cluster.workloads.map((workload) => ({
      label: workload.ref.name,
      description: [workload.ref.kind, cluster.name, workload.ref.namespace, workload.detail]
        .filter(Boolean)
        .join(' · '),
      fleetCluster: cluster.id,
      workload: workload.id,
      name: workload.ref.name,
      location: workload.location,
    })),
  )
  const editor = args[0] instanceof vscode.Uri ? vscode.window.activeTextEditor : undefined
  const line = editor?.selection.active.line ?? 0
  const here = all
    .filter(({ location }) => editor !== undefined && location?.uri === editor.document.uri.toString())
    .sort((a, b) => b.location!.range.start.line - a.location!.range.start.line)
  const atCursor = here.filter(({ location }) => location!.range.start.line <= line)
  const nearest = atCursor.filter(
    ({ location }) => location!.range.start.line === atCursor[0]!.location!.range.start.line,
  )
  const items = nearest.length > 0 ? nearest : here.length > 0 ? here : all
  if (items.length === 1) return items[0]
  return vscode.window.showQuickPick(items, {
    placeHolder:
      items.length === 0 ? 'The workspace declares no Kustomization or HelmRelease' : `The workload to ${purpose}`,
    matchOnDescription: true,
  })
}
