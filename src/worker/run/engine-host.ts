import type { Disposable } from '../../base/index.ts'
import type { ClusterRegistry } from '../clusters/registry.ts'
import { type Dispatcher, UserError } from '../dispatch.ts'
import type { Settings } from '../settings.ts'
import type { FleetViews } from '../workspace/fleet-views.ts'
import type { Workspace } from '../workspace/workspace.ts'

export interface EngineHostOptions {
  readonly clusters: ClusterRegistry
  readonly dispatcher: Dispatcher
  readonly workspace: Workspace
  readonly views: FleetViews
  readonly settings: Settings
}

export class EngineHost implements Disposable {
  readonly #options: EngineHostOptions

  constructor(options: EngineHostOptions) {
    this.#options = options
  }

  async run(cluster: string, _fleetCluster: string | undefined): Promise<void> {
    this.#options.clusters.requireAllowed(cluster)
    throw new UserError('the engine is not part of this build')
  }

  async stop(_cluster: string): Promise<void> {}

  dispose(): void {}
}
