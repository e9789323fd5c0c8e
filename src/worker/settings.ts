import { isWorkerSettings, type WorkerSettings } from '../protocol/index.ts'

/** The settings as the client last gave them. */
export interface Settings {
  readonly current: WorkerSettings
}

/** What holds for a client that gives no settings, such as another editor: no cluster is contacted, nothing fetched. */
export function initialSettings(options: unknown, storage: string): WorkerSettings {
  if (isWorkerSettings(options)) return options
  return {
    kubeconfigs: [],
    allowedContexts: [],
    trusted: false,
    storage,
    pollInterval: 10,
    downloadCharts: false,
    remoteBases: false,
    oldFluxVersions: false,
  }
}
