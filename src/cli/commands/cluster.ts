import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { sleep } from '../../base/index.ts'
import { type ApiServer, forkCluster } from '../../devcluster/index.ts'
import { startDevCluster } from '../../devcluster/server/index.ts'
import {
  clustersDir,
  isAlive,
  listRecords,
  readRecord,
  removeRecord,
  systemClock,
  writeRecord,
} from '../../host/index.ts'
import { type KubeClient, KubeError } from '../../kube/index.ts'
import { type Command, CommandError, type FlagValues, stringFlag, type Terminal, UsageError } from '../command.ts'
import { createProgress } from '../output.ts'
import { withSession } from '../session.ts'

const serveFlags = {
  port: { type: 'string', default: '0', about: 'port on 127.0.0.1; 0 takes a free one' },
  kubeconfig: { type: 'string', about: 'where to write the kubeconfig (default: in the cache folder)' },
  state: { type: 'string', about: 'keep the state in this folder; without it the cluster is in memory only' },
  detach: { type: 'boolean', about: 'go on in the background' },
  owner: { type: 'string', about: 'end when the process of this id has ended' },
} as const

const nameFlag = { type: 'string', default: 'dev', about: 'name of the dev cluster' } as const

/** `cluster start`: a Kubernetes API server on loopback, in the foreground unless `--detach`. */
const startCommand: Command = {
  path: ['cluster', 'start'],
  about: 'Start the embedded dev cluster; its kubeconfig is written when it answers',
  flags: {
    name: nameFlag,
    ...serveFlags,
    'flux-old-versions': {
      type: 'boolean',
      about: 'also serve the Flux API versions of 2.0 to 2.8, converted, each with a warning that tells how to migrate',
    },
  },
  async run(terminal, flags) {
    const place = freePlace(terminal, flags)
    if (flags['detach']) return detach(terminal, place, 15)
    return serve(terminal, flags, { ...place, oldVersions: flags['flux-old-versions'] === true })
  },
}

/** `cluster fork`: a dev cluster with what another cluster holds. That cluster is only read. */
const forkCommand: Command = {
  path: ['cluster', 'fork'],
  about: 'Start a dev cluster as a copy of another cluster, which is only read',
  flags: {
    name: nameFlag,
    ...serveFlags,
    context: { type: 'string', about: 'kubeconfig context of the cluster to copy (default: the current one)' },
    'from-kubeconfig': { type: 'string', about: 'kubeconfig file of the cluster to copy' },
    'include-secrets': { type: 'boolean', about: 'copy Secrets too; without it no Secret is read' },
  },
  async run(terminal, flags) {
    const place = freePlace(terminal, flags)
    if (flags['detach']) return detach(terminal, place, 300)
    const source: FlagValues = { context: flags['context'], kubeconfig: flags['from-kubeconfig'] }
    const prepare = (server: ApiServer): Promise<void> =>
      withSession(terminal, source, ({ client, context }) => copy(terminal, { client, context, server }, flags))
    return serve(terminal, flags, { ...place, flux: false, prepare })
  },
}

/** `cluster stop`: ends a dev cluster and removes its kubeconfig. */
const stopCommand: Command = {
  path: ['cluster', 'stop'],
  about: 'Stop a dev cluster',
  flags: { name: nameFlag },
  async run(terminal, flags) {
    const name = clusterName(flags)
    const record = readRecord(terminal.env, name)
    if (record === undefined) throw new CommandError(`no dev cluster "${name}" is running`)
    process.kill(record.pid, 'SIGTERM')
    for (let i = 0; i < 50 && isAlive(record.pid); i++) await sleep(systemClock, 100)
    if (isAlive(record.pid)) process.kill(record.pid, 'SIGKILL')
    removeRecord(terminal.env, name, record.pid)
    createProgress(terminal).success(`dev cluster "${name}" stopped`)
    return 0
  },
}

/** `cluster list`: the dev clusters that run. */
const listCommand: Command = {
  path: ['cluster', 'list'],
  about: 'List the running dev clusters',
  flags: {},
  async run(terminal) {
    for (const { name, url, kubeconfig } of listRecords(terminal.env))
      terminal.stdout(`${name}\t${url}\t${kubeconfig}\n`)
    return 0
  },
}

export const clusterCommands: readonly Command[] = [startCommand, forkCommand, stopCommand, listCommand]

interface Place {
  readonly name: string
  readonly kubeconfig: string
}

interface Serving extends Place {
  readonly oldVersions?: boolean
  readonly flux?: false
  /** Runs before the cluster is announced. */
  readonly prepare?: (server: ApiServer) => Promise<void>
}

async function serve(terminal: Terminal, flags: FlagValues, serving: Serving): Promise<number> {
  const { name, kubeconfig, prepare, oldVersions = false } = serving
  const port = Number(stringFlag(flags, 'port'))
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new UsageError(`--port: "${flags['port']}" is no port`)
  const state = stringFlag(flags, 'state')
  const { interrupted } = terminal
  const cluster = await startDevCluster({
    port,
    kubeconfigFile: kubeconfig,
    clusterName: `fluxkit-${name}`,
    oldVersions,
    ...(serving.flux === undefined ? {} : { flux: serving.flux }),
    ...(state === undefined ? {} : { stateDir: resolve(terminal.cwd, state) }),
  })
  try {
    await prepare?.(cluster.server)
    writeRecord(terminal.env, { name, pid: process.pid, url: cluster.url, kubeconfig })
    terminal.stdout(`dev cluster "${name}" answers at ${cluster.url}\nexport KUBECONFIG=${kubeconfig}\n`)
    const owner = ownerOf(flags)
    await (owner === undefined ? interrupted : Promise.race([interrupted, ended(owner)]))
  } finally {
    await cluster.close()
    removeRecord(terminal.env, name, process.pid)
    rmSync(kubeconfig, { force: true })
  }
  return 0
}

function ownerOf(flags: FlagValues): number | undefined {
  const text = stringFlag(flags, 'owner')
  if (text === undefined) return undefined
  if (!/^[1-9]\d*$/.test(text)) throw new UsageError(`--owner: "${text}" is no process id`)
  return Number(text)
}

/** Resolves when a process that is not our child has ended: an editor that crashed cannot stop its cluster. */
async function ended(pid: number): Promise<void> {
  while (isAlive(pid)) await sleep(systemClock, 2000)
}

/** Copies the objects of a cluster and says what came of it. */
async function copy(
  terminal: Terminal,
  { client, context, server }: { client: KubeClient; context: string; server: ApiServer },
  flags: FlagValues,
): Promise<void> {
  const progress = createProgress(terminal)
  progress.action(`reading ${context}`)
  let outcome: Awaited<ReturnType<typeof forkCluster>>
  try {
    outcome = await forkCluster(client, server, { includeSecrets: flags['include-secrets'] === true })
  } catch (error) {
    if (error instanceof KubeError) throw new CommandError(`${context} cannot be copied: ${error.message}`)
    throw error
  }
  for (const problem of outcome.problems) progress.warning(problem.message)
  const { copied } = outcome.value
  const objects = [...copied.values()].reduce((sum, count) => sum + count, 0)
  progress.success(`${objects} objects of ${copied.size} kinds copied from ${context}`)
}

/** The name and kubeconfig file of a cluster to start. @throws CommandError when one of that name runs */
function freePlace(terminal: Terminal, flags: FlagValues): Place {
  const name = clusterName(flags)
  const running = readRecord(terminal.env, name)
  if (running !== undefined) {
    throw new CommandError(
      `dev cluster "${name}" already runs at ${running.url} (kubeconfig ${running.kubeconfig}); stop it with "fluxkit cluster stop --name ${name}"`,
    )
  }
  return { name, kubeconfig: kubeconfigPath(terminal, flags, name) }
}

/** Starts this program again without a terminal and waits, some seconds at most, until the cluster answers. */
async function detach(terminal: Terminal, { name, kubeconfig }: Place, seconds: number): Promise<number> {
  const words = process.argv.slice(2).filter((word) => word !== '--detach' && word !== '--detach=true')
  rmSync(kubeconfig, { force: true })
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...words], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd: terminal.cwd,
    env: terminal.env,
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-4000)
  })
  for (let i = 0; i < seconds * 20; i++) {
    const record = readRecord(terminal.env, name)
    if (record?.pid === child.pid && record !== undefined) {
      child.stderr.destroy()
      child.unref()
      terminal.stderr(said)
      terminal.stdout(`dev cluster "${name}" answers at ${record.url}\nexport KUBECONFIG=${kubeconfig}\n`)
      return 0
    }
    if (child.exitCode !== null) throw new CommandError(said.trim() || 'the dev cluster ended before it answered')
    await sleep(systemClock, 50)
  }
  child.kill('SIGKILL')
  throw new CommandError(`the dev cluster did not answer within ${seconds} s; ${said.trim()}`)
}

function clusterName(flags: FlagValues): string {
  const name = stringFlag(flags, 'name') ?? 'dev'
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
    throw new UsageError(`--name: "${name}" must be lower-case letters, digits and dashes`)
  }
  return name
}

function kubeconfigPath(terminal: Terminal, flags: FlagValues, name: string): string {
  const given = stringFlag(flags, 'kubeconfig')
  return given === undefined ? join(clustersDir(terminal.env), `${name}.kubeconfig`) : resolve(terminal.cwd, given)
}
