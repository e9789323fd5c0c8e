import type { Disposable } from '../../base/index.ts'
import { createEngine, type Engine, type EngineEvent } from '../../engine/index.ts'
import { fluxKinds } from '../../flux/index.ts'
import { createGitFetcher, systemClock } from '../../host/index.ts'
import { createKubeClient } from '../../kube/index.ts'
import { build } from '../../kustomize/index.ts'
import { devClusterId } from '../../protocol/index.ts'
import type { ClusterRegistry } from '../clusters/registry.ts'
import { type Dispatcher, messageOf, UserError } from '../dispatch.ts'
import type { Settings } from '../settings.ts'
import type { FleetViews } from '../workspace/fleet-views.ts'
import { WorkspaceRemotes } from '../workspace/remote-bases.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { bootstrap } from './bootstrap.ts'
import { liveSources } from './live-source.ts'

export interface EngineHostOptions {
  readonly clusters: ClusterRegistry
  readonly dispatcher: Dispatcher
  readonly workspace: Workspace
  readonly views: FleetViews
  readonly settings: Settings
}

interface Running {
  readonly engine: Engine
  readonly transport: Disposable
  readonly poll: NodeJS.Timeout
  readonly remotes: Disposable
}

/** Milliseconds after which a reconcile fetches remote bases again; the controller does at each. */
const remoteAge = 300_000

/** Runs the reconciliation engine, at most one in each cluster, on the working tree. */
export class EngineHost implements Disposable {
  readonly #options: EngineHostOptions
  readonly #running = new Map<string, Running>()
  #busy: Promise<void> = Promise.resolve()

  constructor(options: EngineHostOptions) {
    this.#options = options
  }

  /** Reconciles an entry point of the workspace in a cluster until stopped. One that runs there already gives way. */
  run(cluster: string, fleetCluster: string | undefined): Promise<void> {
    return this.#serialised(async () => {
      const { clusters } = this.#options
      clusters.requireAllowed(cluster)
      await this.#stop(cluster)
      clusters.setEngine(cluster, { phase: 'starting', message: '' })
      try {
        await this.#start(cluster, fleetCluster ?? this.#onlyEntry())
        clusters.setEngine(cluster, { phase: 'running', message: '' })
      } catch (error) {
        await this.#stop(cluster)
        clusters.setEngine(cluster, { phase: 'failed', message: messageOf(error) })
        // A cluster that refuses us, or in which Flux runs: the message is the user's.
        throw error instanceof Error && error.name !== 'Error' && error.name !== 'TypeError'
          ? new UserError(error.message)
          : error
      }
    })
  }

  stop(cluster: string): Promise<void> {
    return this.#serialised(() => this.#stop(cluster))
  }

  dispose(): void {
    for (const { engine, transport, poll, remotes } of this.#running.values()) {
      clearInterval(poll)
      remotes.dispose()
      void engine.stop().finally(() => transport.dispose())
    }
    this.#running.clear()
  }

  async #start(cluster: string, fleetCluster: string): Promise<void> {
    const { clusters, dispatcher, views, workspace, settings } = this.#options
    const session = await clusters.open(cluster)
    const { folder, cluster: name } = views.entry(fleetCluster)
    const entry = folder.fleet.clusters().find((candidate) => candidate.name === name)
    if (entry === undefined) throw new UserError(`the workspace has no entry point ${name}`)
    const transport = clusters.transport(cluster)
    const client = createKubeClient(transport, systemClock)
    const isDev = cluster === devClusterId
    const remotes = new WorkspaceRemotes({
      settings,
      onChange: () => undefined,
      onError: (error) => dispatcher.log('error', `remote bases: ${messageOf(error)}`),
      maxAge: remoteAge,
    })
    const engine = createEngine({
      client,
      clock: systemClock,
      build: (dir, fs, rest) => {
        remotes.configure()
        return build(dir, fs, { ...rest, remotes: remotes.source })
      },
      fetchRemotes: () => remotes.settle(),
      registry: folder.registry,
      git: createGitFetcher(),
      liveSources: liveSources({
        fleet: folder.fleet,
        cluster: entry,
        onDiskChange: (listener) => workspace.onDiskChange(listener),
      }),
      log: (level, message, fields) =>
        dispatcher.log(level, fields === undefined ? message : `${message} ${JSON.stringify(fields)}`),
      onEvent: (event) => dispatcher.log(event.type === 'Warning' ? 'warn' : 'info', eventLine(event)),
      ownCluster: isDev,
      random: Math.random,
      // Waiting is for real clusters; the dev cluster's workloads are ready within moments.
      ...(isDev ? { healthInterval: 500, dependencyInterval: 2000 } : {}),
    })
    const poll = setInterval(() => engine.liveSourceChanged(), settings.current.pollInterval * 1000)
    this.#running.set(cluster, { engine, transport, poll, remotes })
    await bootstrap({ client, fleet: folder.fleet, registry: folder.registry, cluster: entry })
    await engine.start()
    await session.watchNewKinds()
    const managed = fluxKinds.map(({ kind }) => kind).filter((kind) => !engine.unmanagedKinds.includes(kind))
    session.setEngineKinds(new Set(managed))
  }

  async #stop(cluster: string): Promise<void> {
    const running = this.#running.get(cluster)
    this.#running.delete(cluster)
    if (running !== undefined) {
      clearInterval(running.poll)
      running.remotes.dispose()
      await running.engine.stop()
      running.transport.dispose()
    }
    const { clusters } = this.#options
    for (const [id, session] of clusters.sessions()) if (id === cluster) session.setEngineKinds(new Set())
    if (clusters.engine(cluster).phase !== 'stopped') clusters.setEngine(cluster, { phase: 'stopped', message: '' })
  }

  #onlyEntry(): string {
    const entries = this.#options.views.tree().filter(({ path }) => path !== '')
    if (entries.length === 1) return entries[0]!.id
    throw new UserError(
      entries.length === 0
        ? 'no Flux entry point was found in this workspace'
        : `which entry point: ${entries.map(({ name }) => name).join(', ')}?`,
    )
  }

  #serialised(work: () => Promise<void>): Promise<void> {
    const next = this.#busy.then(work, work)
    this.#busy = next.catch(() => undefined)
    return next
  }
}

function eventLine({ object, reason, message }: EngineEvent): string {
  return `${object.kind}/${object.namespace ?? ''}/${object.name}: ${reason}: ${message}`
}
