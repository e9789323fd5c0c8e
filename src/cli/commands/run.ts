import { watch } from 'node:fs'
import { resolve } from 'node:path'
import type { Disposable, ObjectRef } from '../../base/index.ts'
import { startDevCluster } from '../../devcluster/server/index.ts'
import { createEngine, type Engine, FluxRunningError, type Settled } from '../../engine/index.ts'
import { type Cluster, createFleet, type Fleet } from '../../fleet/index.ts'
import {
  type ClosableTransport,
  createGitFetcher,
  createTransport,
  loadKubeconfig,
  nodeFileSystem,
  parseKubeconfig,
  readRecord,
  systemClock,
} from '../../host/index.ts'
import { createKubeClient } from '../../kube/index.ts'
import { build } from '../../kustomize/index.ts'
import { createSchemaRegistry, type SchemaRegistry } from '../../schema/index.ts'
import { bootstrap, liveSources } from '../../worker/index.ts'
import {
  type Command,
  CommandError,
  exitCodes,
  type FlagValues,
  stringFlag,
  type Terminal,
  UsageError,
} from '../command.ts'
import { createProgress, formatTable, type Progress, shortenHex } from '../output.ts'
import { type BuildRemotes, buildRemotes, remoteFlag } from '../remotes.ts'
import { durationFlag } from '../session.ts'

/** `run`: reconciles the working tree in a cluster, as Flux would with every save pushed. */
export const runCommand: Command = {
  path: ['run'],
  about: 'Reconcile the working tree in a dev cluster or an allowed context',
  flags: {
    path: { type: 'string', default: '.', about: 'the repository, or a folder of several' },
    cluster: {
      type: 'string',
      about: 'entry point to reconcile, by name (default: the only one; with --once all, one after another)',
    },
    context: { type: 'string', about: 'apply to this kubeconfig context; naming it is the permission' },
    kubeconfig: { type: 'string', about: 'kubeconfig file of --context' },
    'dev-cluster': {
      type: 'boolean',
      about: 'apply to the running dev cluster, or to one that lives as long as this command',
    },
    name: { type: 'string', default: 'dev', about: 'name of the dev cluster to look for' },
    ...remoteFlag,
    once: { type: 'boolean', about: 'stop when everything is ready or has failed' },
    timeout: { type: 'string', default: '5m', about: 'how long --once waits' },
  },
  async run(terminal, flags) {
    if ((stringFlag(flags, 'context') === undefined) === (flags['dev-cluster'] !== true)) {
      throw new UsageError('say where to apply: either --dev-cluster or --context NAME')
    }
    const remotes = buildRemotes(flags, { localRepositories: false, maxAge: remoteAge })
    try {
      return await runAll(terminal, flags, remotes)
    } finally {
      remotes.dispose()
    }
  },
}

/** Milliseconds after which a reconcile fetches remote bases again; the controller does at each. */
const remoteAge = 300_000

async function runAll(terminal: Terminal, flags: FlagValues, remotes: BuildRemotes): Promise<number> {
  const { interrupted } = terminal
  const registry = createSchemaRegistry()
  const fleet = createFleet({
    fs: nodeFileSystem,
    root: resolve(terminal.cwd, stringFlag(flags, 'path') ?? '.'),
    registry,
    remotes: remotes.source,
  })
  for (fleet.settle(); await remotes.store.settle(); fleet.refetched());
  const entries = selectEntries(fleet, stringFlag(flags, 'cluster'))
  const target = await openTarget(terminal, flags)
  const once = flags['once'] === true
  if (entries.length > 1 && !(once && target === undefined)) {
    throw new UsageError(`the repository has several entry points; choose one with --cluster: ${names(entries)}`)
  }
  let code: number = exitCodes.fine
  for (const cluster of entries) {
    const run = { terminal, interrupted, flags, registry, fleet, cluster, remotes }
    code = Math.max(code, await (target === undefined ? runInOwnCluster(run) : runIn(target, run)))
  }
  return code
}

interface Run {
  readonly terminal: Terminal
  readonly interrupted: Promise<void>
  readonly flags: FlagValues
  readonly registry: SchemaRegistry
  readonly fleet: Fleet
  readonly cluster: Cluster
  readonly remotes: BuildRemotes
}

interface Target {
  readonly transport: ClosableTransport
  readonly isDev: boolean
  readonly name: string
}

function names(entries: readonly Cluster[]): string {
  return entries.map((each) => each.name).join(', ')
}

function selectEntries(fleet: Fleet, wanted: string | undefined): readonly Cluster[] {
  const found = fleet.clusters().filter((each) => each.foundBy !== 'unreferenced-kustomization')
  const entries = found.length > 0 ? found : fleet.clusters()
  if (entries.length === 0)
    throw new CommandError(
      `${fleet.root} has no Flux entry point (a flux-system folder, a FluxInstance or a Flux Kustomization)`,
    )
  if (wanted === undefined) return entries
  const selected = fleet.clusters().filter((each) => each.name === wanted || each.entryPath === wanted)
  if (selected.length === 0)
    throw new UsageError(`there is no entry point "${wanted}"; found: ${names(fleet.clusters())}`)
  return selected
}

/** The cluster that the flags name; `undefined` for a dev cluster that is to be made for this run. */
async function openTarget(terminal: Terminal, flags: FlagValues): Promise<Target | undefined> {
  const context = stringFlag(flags, 'context')
  if (context !== undefined) {
    const file = stringFlag(flags, 'kubeconfig')
    const kubeconfig = await loadKubeconfig(file === undefined ? undefined : [resolve(terminal.cwd, file)])
    const isDev = kubeconfig.contexts.some(
      (each) => each.name === context && /^https:\/\/127\.0\.0\.1:/.test(each.server) && context.startsWith('fluxkit-'),
    )
    return { transport: createTransport(kubeconfig, context, { allowExec: true }), isDev, name: context }
  }
  const record = readRecord(terminal.env, stringFlag(flags, 'name') ?? 'dev')
  if (record === undefined) return undefined
  const kubeconfig = await loadKubeconfig([record.kubeconfig])
  const name = kubeconfig.currentContext ?? ''
  return { transport: createTransport(kubeconfig, name), isDev: true, name }
}

async function runInOwnCluster(run: Run): Promise<number> {
  const server = await startDevCluster({ clusterName: `fluxkit-${run.cluster.name}` })
  const kubeconfig = await parseKubeconfig(server.kubeconfig)
  try {
    const transport = createTransport(kubeconfig, kubeconfig.currentContext ?? '')
    return await runIn({ transport, isDev: true, name: 'dev cluster' }, run)
  } finally {
    await server.close()
  }
}

async function runIn(target: Target, run: Run): Promise<number> {
  const { terminal, flags, fleet, cluster, registry, remotes } = run
  const progress = createProgress(terminal)
  progress.action(`reconciling ${cluster.name} (${cluster.entryPath}) in ${target.name}`)
  const client = createKubeClient(target.transport, systemClock)
  const changes = watchFolder(fleet.root)
  const engine = createEngine({
    client,
    clock: systemClock,
    build: (dir, fs, options) => build(dir, fs, { ...options, remotes: remotes.source }),
    fetchRemotes: () => remotes.store.settle(),
    git: createGitFetcher(),
    liveSources: liveSources({ fleet, cluster, onDiskChange: changes.subscribe }),
    onEvent: ({ type, object, message }) => {
      const line = `${object.kind}/${object.namespace}/${object.name}: ${shortenHex(message)}`
      if (type === 'Warning') progress.failure(line)
      else progress.success(line)
    },
    ownCluster: target.isDev,
    random: Math.random,
    ...(target.isDev ? { healthInterval: 500, dependencyInterval: 2000 } : {}),
  })
  try {
    await bootstrap({ client, fleet, registry, cluster })
    await engine.start()
    if (flags['once']) return report(terminal, await settle(engine, run, progress))
    progress.waiting(`watching ${fleet.root}; stop with Ctrl+C`)
    await run.interrupted
    return exitCodes.fine
  } catch (error) {
    if (error instanceof FluxRunningError || (error instanceof Error && error.name === 'UserError')) {
      throw new CommandError(error.message)
    }
    throw error
  } finally {
    changes.dispose()
    await engine.stop()
    target.transport.dispose()
  }
}

async function settle(engine: Engine, run: Run, progress: Progress): Promise<Settled> {
  progress.waiting('waiting for everything to be ready or to fail')
  const timeout = durationFlag(run.flags, 'timeout', '5m')
  return engine.settle(timeout)
}

function report(terminal: Terminal, settled: Settled): number {
  const label = (ref: ObjectRef): string[] => [ref.namespace ?? '', `${ref.kind.toLowerCase()}/${ref.name}`]
  const rows = [
    ...settled.ready.map((ref) => [...label(ref), 'True', '']),
    ...settled.failed.map(({ ref, reason, message }) => [
      ...label(ref),
      'False',
      `${reason}: ${shortenHex(message).split('\n')[0]}`,
    ]),
    ...settled.suspended.map((ref) => [...label(ref), 'Suspended', '']),
  ]
  terminal.stdout(formatTable(['Namespace', 'Name', 'Ready', 'Message'], rows))
  return settled.failed.length > 0 ? exitCodes.finding : exitCodes.fine
}

/** Tells of changed files below a folder, a moment after they have settled. */
function watchFolder(
  root: string,
): Disposable & { subscribe(listener: (paths: readonly string[]) => void): Disposable } {
  const listeners = new Set<(paths: readonly string[]) => void>()
  const changed = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  const watcher = watch(root, { recursive: true }, (_, file) => {
    if (file === null || /(^|\/)(\.git|node_modules)(\/|$)/.test(file)) return
    changed.add(resolve(root, file))
    clearTimeout(timer)
    timer = setTimeout(() => {
      const paths = [...changed]
      changed.clear()
      for (const listener of listeners) listener(paths)
    }, 100)
  })
  // A tree that cannot be watched (too many folders) is still reconciled at each interval.
  watcher.on('error', () => watcher.close())
  return {
    subscribe(listener) {
      listeners.add(listener)
      return { dispose: () => listeners.delete(listener) }
    },
    dispose() {
      clearTimeout(timer)
      watcher.close()
    },
  }
}
