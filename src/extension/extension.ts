/** The VS Code client: wiring only. The work is done by the worker; features get their services as arguments. */
import * as vscode from 'vscode'
import { registerActions } from './features/actions/index.ts'
import { registerClusters } from './features/clusters/index.ts'
import { registerDocuments } from './features/documents/index.ts'
import { registerFleet } from './features/fleet/index.ts'
import { registerGraph } from './features/graph/index.ts'
import { registerLens } from './features/lens/index.ts'
import { registerLive } from './features/live/index.ts'
import { registerMaintenance } from './features/maintenance/index.ts'
import { registerRun } from './features/run/index.ts'
import { registerStatus } from './features/status/index.ts'
import { ClusterStore } from './infrastructure/cluster-store.ts'
import { FleetStore } from './infrastructure/fleet-store.ts'
import type { Services } from './infrastructure/services.ts'
import { WorkerClient } from './infrastructure/worker-client.ts'

/** Called by VS Code once. Awaits nothing: the worker starts beside it, views fill when it answers. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Fluxkit', { log: true })
  const worker = new WorkerClient(context, log)
  const clusters = new ClusterStore(worker, log)
  const fleet = new FleetStore(worker, log)
  const services: Services = { context, log, worker, clusters, fleet }
  context.subscriptions.push(
    log,
    worker,
    clusters,
    fleet,
    registerStatus(services),
    registerClusters(services),
    registerLive(services),
    registerFleet(services),
    registerActions(services),
    registerDocuments(services),
    registerRun(services),
    registerGraph(services),
    registerLens(services),
    registerMaintenance(services),
  )
  worker.start()
}
