import * as vscode from 'vscode'
import type { ObjectRef } from '../../../base/index.ts'
import {
  isObjectRef,
  isSourceLocation,
  isString,
  objectLabel,
  optional,
  record,
  type SourceLocation,
} from '../../../protocol/index.ts'
import { registerCommand } from '../../infrastructure/errors.ts'
import { reveal } from '../../infrastructure/locations.ts'
import type { TreeNode } from '../../infrastructure/nodes.ts'
import type { Services } from '../../infrastructure/services.ts'

interface LensArguments {
  readonly command: string
  readonly ref: ObjectRef
  readonly workload?: string | undefined
  readonly target?: SourceLocation | undefined
}

const isLensArguments = record<LensArguments>({
  command: isString,
  ref: isObjectRef,
  workload: optional(isString),
  target: optional(isSourceLocation),
})

/** What a click on a code lens does: the command of the trees, on the node that the lens stands above. */
export function registerLens(services: Services): vscode.Disposable {
  return registerCommand(services.log, 'lens', async (lens) => {
    if (!isLensArguments(lens)) return
    switch (lens.command) {
      case 'build':
      case 'diff':
        await vscode.commands.executeCommand(`fluxkit.${lens.command}`, workloadNode(services, lens.workload))
        return
      case 'showGraph':
        await vscode.commands.executeCommand('fluxkit.showGraph', clusterNode(services, lens.workload))
        return
      case 'reconcile':
      case 'suspend':
      case 'resume':
        await vscode.commands.executeCommand(`fluxkit.${lens.command}`, liveNode(services, lens.ref))
        return
      case 'openDirectory':
        if (lens.target !== undefined) {
          await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.parse(lens.target.uri))
        }
        return
      default:
        if (lens.target !== undefined) await reveal([lens.target], objectLabel(lens.ref))
    }
  })
}

function workloadNode({ fleet }: Services, id: string | undefined): TreeNode | undefined {
  for (const cluster of fleet.clusters) {
    const workload = cluster.workloads.find((candidate) => candidate.id === id)
    if (workload !== undefined) return { type: 'fleetWorkload', cluster, workload }
  }
  return undefined
}

function clusterNode({ fleet }: Services, id: string | undefined): TreeNode | undefined {
  const cluster = fleet.clusters.find(({ workloads }) => workloads.some((workload) => workload.id === id))
  return cluster === undefined ? undefined : { type: 'fleetCluster', cluster }
}

function liveNode({ clusters }: Services, ref: ObjectRef): TreeNode | undefined {
  for (const cluster of clusters.openClusters()) {
    const object = clusters.object(cluster.id, ref)
    if (object !== undefined) return { type: 'live', cluster, object }
  }
  return undefined
}
