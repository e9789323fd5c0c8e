import type * as vscode from 'vscode'
import type { ClusterStore } from './cluster-store.ts'
import type { FleetStore } from './fleet-store.ts'
import type { WorkerClient } from './worker-client.ts'

/** What features are given to work with. */
export interface Services {
  readonly context: vscode.ExtensionContext
  readonly log: vscode.LogOutputChannel
  readonly worker: WorkerClient
  readonly clusters: ClusterStore
  readonly fleet: FleetStore
}
