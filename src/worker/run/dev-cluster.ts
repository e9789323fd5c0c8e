import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Disposable, sleep } from '../../base/index.ts'
import { createTransport, loadKubeconfig, systemClock } from '../../host/index.ts'
import { devClusterId } from '../../protocol/index.ts'
import type { ClusterRegistry, DevEndpoint } from '../clusters/registry.ts'
import { type Dispatcher, messageOf, UserError } from '../dispatch.ts'
import type { Settings } from '../settings.ts'

/** Milliseconds that a dev cluster may take until it answers. */
const startTimeout = 60_000
const stopTimeout = 5_000

/** What is written beside the kubeconfig, so that a worker that was started again finds the process. */
interface DevRecord {
  readonly pid: number
}

/**
 * The dev cluster as a process of its own (`fluxkit cluster start`): it outlives a crash of the worker, which finds it
 * again by its kubeconfig, and ends with the worker when that ends in order.
 */
export class DevCluster implements Disposable {
  readonly #registry: ClusterRegistry
  readonly #dispatcher: Dispatcher
  readonly #settings: Settings
  readonly #cli: string
  #child: ChildProcess | undefined
  #busy: Promise<void> = Promise.resolve()
  #isHandedOver = false

  constructor(options: { registry: ClusterRegistry; dispatcher: Dispatcher; settings: Settings; cli: string }) {
    this.#registry = options.registry
    this.#dispatcher = options.dispatcher
    this.#settings = options.settings
    this.#cli = options.cli
  }

  /** Resolves when no command is at work; what the first rows of the Clusters view wait for. */
  get settled(): Promise<void> {
    return this.#busy
  }

  /** Another worker takes over: the process is not ended with this one. */
  handOver(): void {
    this.#isHandedOver = true
  }

  /** Takes up a dev cluster that a worker before this one has started, if it still answers. */
  attach(): Promise<void> {
    return this.#serialised(async () => {
      if (!this.#settings.current.trusted || !existsSync(this.#paths().kubeconfig)) return
      const endpoint = await this.#answering()
      if (endpoint === undefined) return
      this.#dispatcher.log('info', 'the dev cluster of before still answers')
      await this.#adopt(endpoint)
    })
  }

  start(): Promise<void> {
    return this.#serialised(() => this.#start())
  }

  stop(): Promise<void> {
    return this.#serialised(() => this.#stop())
  }

  /** Throws everything in it away; a cluster that ran runs again afterwards, empty. */
  reset(): Promise<void> {
    return this.#serialised(async () => {
      const ran = this.#pid() !== undefined
      await this.#stop()
      rmSync(this.#paths().state, { recursive: true, force: true })
      if (ran) await this.#start()
    })
  }

  /** Ends the process: nothing of ours is to run when nobody looks. State on disk stays. */
  dispose(): void {
    if (this.#isHandedOver) return
    const pid = this.#pid()
    if (pid !== undefined) end(pid, 'SIGTERM')
    rmSync(this.#paths().record, { force: true })
    rmSync(this.#paths().kubeconfig, { force: true })
  }

  /** One command after the other, whatever became of the one before. */
  #serialised(work: () => Promise<void>): Promise<void> {
    const next = this.#busy.then(work, work)
    this.#busy = next.catch(() => undefined)
    return next
  }

  async #start(): Promise<void> {
    if (!this.#settings.current.trusted) throw new UserError('no dev cluster is started from a restricted workspace')
    const running = this.#pid() === undefined ? undefined : await this.#answering()
    if (running !== undefined) return this.#adopt(running)
    this.#registry.setDev(undefined, 'opening', '')
    try {
      await this.#spawn()
      await this.#adopt(await this.#awaitAnswer())
    } catch (error) {
      this.#kill()
      this.#registry.setDev(undefined, 'failed', messageOf(error))
      throw error
    }
  }

  async #stop(): Promise<void> {
    const pid = this.#pid()
    // From here on its end is no failure.
    this.#child = undefined
    this.#registry.setDev(undefined, 'closed', '')
    if (pid !== undefined) {
      end(pid, 'SIGTERM')
      for (let waited = 0; isAlive(pid) && waited < stopTimeout; waited += 50) await sleep(systemClock, 50)
      end(pid, 'SIGKILL')
    }
    rmSync(this.#paths().record, { force: true })
    rmSync(this.#paths().kubeconfig, { force: true })
  }

  async #spawn(): Promise<void> {
    const { folder, kubeconfig, state, record, log } = this.#paths()
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    rmSync(kubeconfig, { force: true })
    // Its errors go to a file: a pipe would break, and take the cluster with it, when the worker crashes.
    const errors = openSync(log, 'w', 0o600)
    const name = `code-${createHash('sha256').update(folder).digest('hex').slice(0, 10)}`
    // It outlives a worker that crashes, for the next worker to find, but not the editor behind both.
    const owner = String(process.ppid)
    const place = ['--port', '0', '--kubeconfig', kubeconfig, '--state', state, '--owner', owner]
    if (this.#settings.current.oldFluxVersions) place.push('--flux-old-versions')
    const child = spawn(process.execPath, [this.#cli, 'cluster', 'start', '--name', name, ...place], {
      stdio: ['ignore', 'ignore', errors],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    })
    closeSync(errors)
    this.#child = child
    child.on('error', (error) => this.#dispatcher.log('error', `dev cluster: ${error.message}`))
    child.on('exit', (code, signal) => {
      if (this.#child !== child) return
      this.#child = undefined
      const reason = this.#lastWords() || `ended with ${signal ?? `code ${code}`}`
      this.#dispatcher.log('error', `dev cluster: ${reason}`)
      this.#registry.setDev(undefined, 'failed', reason)
    })
    if (child.pid !== undefined)
      writeFileSync(record, JSON.stringify({ pid: child.pid } satisfies DevRecord), { mode: 0o600 })
  }

  async #awaitAnswer(): Promise<DevEndpoint> {
    for (let waited = 0; waited < startTimeout; waited += 50) {
      const child = this.#child
      if (child === undefined || child.exitCode !== null) {
        throw new UserError(`the dev cluster did not start: ${this.#lastWords() || 'it ended at once'}`)
      }
      if (existsSync(this.#paths().kubeconfig)) {
        const endpoint = await this.#answering()
        if (endpoint !== undefined) return endpoint
      }
      await sleep(systemClock, 50)
    }
    throw new UserError(`the dev cluster did not answer within ${startTimeout / 1000} s`)
  }

  /** The endpoint in the kubeconfig, if somebody answers there. */
  async #answering(): Promise<DevEndpoint | undefined> {
    const kubeconfig = await loadKubeconfig([this.#paths().kubeconfig])
    const context = kubeconfig.currentContext
    if (context === undefined) return undefined
    const transport = createTransport(kubeconfig, context, { timeout: 2000 })
    try {
      const { status } = await transport.request({ method: 'GET', path: '/version' })
      return status === 200 ? { kubeconfig, context } : undefined
    } catch {
      // Nobody there: a file left over by a process that was killed.
      return undefined
    } finally {
      transport.dispose()
    }
  }

  async #adopt(endpoint: DevEndpoint): Promise<void> {
    this.#registry.setDev(endpoint, 'open', '')
    await this.#registry.open(devClusterId)
  }

  #kill(): void {
    const pid = this.#pid()
    this.#child = undefined
    if (pid !== undefined) end(pid, 'SIGKILL')
    rmSync(this.#paths().record, { force: true })
  }

  #pid(): number | undefined {
    if (this.#child?.pid !== undefined) return this.#child.pid
    try {
      const { pid } = JSON.parse(readFileSync(this.#paths().record, 'utf8')) as DevRecord
      return isAlive(pid) ? pid : undefined
    } catch {
      // No record, or half of one: no process of ours.
      return undefined
    }
  }

  /** The line of its log that says what went wrong: the first with an error, else the last. */
  #lastWords(): string {
    try {
      const lines = readFileSync(this.#paths().log, 'utf8').trim().split('\n')
      return (lines.find((line) => /error|✗/i.test(line)) ?? lines.at(-1) ?? '').slice(0, 400)
    } catch {
      // The file is an aid; without it the exit code has to do.
      return ''
    }
  }

  #paths(): Record<'folder' | 'kubeconfig' | 'state' | 'record' | 'log', string> {
    const folder = join(this.#settings.current.storage, 'dev-cluster')
    return {
      folder,
      kubeconfig: join(folder, 'kubeconfig'),
      state: join(folder, 'state'),
      record: join(folder, 'process.json'),
      log: join(folder, 'errors.log'),
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function end(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended by itself.
  }
}
