import * as vscode from 'vscode'
import { type ClusterInfo, type DevClusterCommand, devClusterId } from '../../../protocol/index.ts'
import { registerCommand } from '../../infrastructure/errors.ts'
import { nodesOf } from '../../infrastructure/nodes.ts'
import { ensureAllowed } from '../../infrastructure/permission.ts'
import { fleetClusterPlace } from '../../infrastructure/rows.ts'
import type { Services } from '../../infrastructure/services.ts'
import { runOnOpen } from './auto.ts'

/** The dev cluster (start, stop, reset) and the engine (run, stop). */
export function registerRun(services: Services): vscode.Disposable {
  const { log } = services
  return vscode.Disposable.from(
    runOnOpen(services),
    registerCommand(log, 'startDevCluster', () => command(services, 'start', 'Starting the dev cluster')),
    registerCommand(log, 'stopDevCluster', () => command(services, 'stop', 'Stopping the dev cluster')),
    registerCommand(log, 'resetDevCluster', () => reset(services)),
    registerCommand(log, 'runEngine', (...args) => runEngine(services, args)),
    registerCommand(log, 'stopEngine', (...args) => stopEngine(services, args)),
  )
}

async function command({ clusters }: Services, what: DevClusterCommand, title: string): Promise<void> {
  await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
    clusters.commandDevCluster(what),
  )
}

async function reset(services: Services): Promise<void> {
  const answer = await vscode.window.showWarningMessage(
    'Reset the dev cluster?',
    { modal: true, detail: 'Every object in it is thrown away; the files of the workspace stay as they are.' },
    'Reset',
  )
  if (answer === 'Reset') await command(services, 'reset', 'Resetting the dev cluster')
}

async function runEngine(services: Services, args: readonly unknown[]): Promise<void> {
  const cluster = await engineCluster(services, args)
  if (cluster === undefined) return
  const fleetCluster = await entryPoint(services, args)
  if (fleetCluster === undefined) return
  if (!(await ensureAllowed(cluster, 'apply the working tree'))) return
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: `Running the engine in ${cluster.name}` },
    () => services.clusters.runEngine(cluster.id, fleetCluster),
  )
}

/** Where to run: the clicked cluster, the only open one, or the dev cluster (started if need be). */
async function engineCluster(services: Services, args: readonly unknown[]): Promise<ClusterInfo | undefined> {
  const clicked = nodesOf(args).find((node) => node.type === 'cluster')
  if (clicked?.type === 'cluster') return clicked.cluster
  const open = services.clusters.openClusters()
  if (open.length > 1) {
    const items = open.map((cluster) => ({ label: cluster.name, description: cluster.server, cluster }))
    return (await vscode.window.showQuickPick(items, { placeHolder: 'The cluster to reconcile' }))?.cluster
  }
  if (open[0] !== undefined) return open[0]
  await command(services, 'start', 'Starting the dev cluster')
  return services.clusters.cluster(devClusterId)
}

/** What to run: the clicked entry point, the only one of the workspace, or what the user picks. */
async function entryPoint(services: Services, args: readonly unknown[]): Promise<string | undefined> {
  const clicked = nodesOf(args).find((node) => node.type === 'fleetCluster')
  if (clicked?.type === 'fleetCluster') return clicked.cluster.id
  // What nothing reaches has no path, and cannot be run.
  const clusters = services.fleet.clusters.filter(({ path }) => path !== '')
  if (clusters.length === 0) throw new Error('no Flux entry point was found in this workspace')
  if (clusters.length === 1) return clusters[0]!.id
  const items = clusters.map((each) => ({ label: each.name, description: fleetClusterPlace(each), id: each.id }))
  return (await vscode.window.showQuickPick(items, { placeHolder: 'The entry point to reconcile' }))?.id
}

async function stopEngine({ clusters }: Services, args: readonly unknown[]): Promise<void> {
  const clicked = nodesOf(args).find((node) => node.type === 'cluster')
  const running =
    clicked?.type === 'cluster'
      ? [clicked.cluster]
      : clusters.clusters.filter(({ engine }) => engine.phase === 'running' || engine.phase === 'starting')
  for (const cluster of running) await clusters.stopEngine(cluster.id)
}
