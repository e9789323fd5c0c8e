import { existsSync, type FSWatcher, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Disposable } from '../../base/index.ts'
import {
  clustersDir,
  createTransport,
  defaultKubeconfigPaths,
  type KubeContext,
  type Kubeconfig,
  listRecords,
  loadKubeconfig,
} from '../../host/index.ts'
import {
  type ClusterInfo,
  type ClusterState,
  clustersChanged,
  contextId,
  devClusterId,
  type EngineStatus,
  type FluxObject,
  inventoryChanged,
  objectsChanged,
} from '../../protocol/index.ts'
import { type Dispatcher, messageOf, UserError } from '../dispatch.ts'
import type { Settings } from '../settings.ts'
import { Session } from './session.ts'

interface Entry {
  state: ClusterState
  message: string
  session: Session | undefined
  opening: Promise<Session> | undefined
  controllers: number | undefined
  engine: EngineStatus
}

const idle: EngineStatus = { phase: 'stopped', message: '' }

/** Where the dev cluster answers, while it runs. */
export interface DevEndpoint {
  readonly kubeconfig: Kubeconfig
  readonly context: string
}

/**
 * The clusters that can be opened: contexts of the kubeconfig, read in-process and followed when the files change, and
 * the dev cluster. Nothing is contacted before `open`.
 */
export class ClusterRegistry implements Disposable {
  readonly #dispatcher: Dispatcher
  readonly #settings: Settings
  readonly #onObjects: () => void
  readonly #entries = new Map<string, Entry>()
  readonly #watchers: FSWatcher[] = []
  #kubeconfig: Kubeconfig | undefined
  #loading: Promise<void> | undefined
  #reload: NodeJS.Timeout | undefined
  #dev: DevEndpoint | undefined
  #devState: { readonly state: ClusterState; readonly message: string } = { state: 'closed', message: '' }

  /** @param onObjects called when live objects have changed */
  constructor(dispatcher: Dispatcher, settings: Settings, onObjects: () => void) {
    this.#dispatcher = dispatcher
    this.#settings = settings
    this.#onObjects = onObjects
  }

  /** Rows of the Clusters view, the dev cluster first. */
  async list(): Promise<readonly ClusterInfo[]> {
    await this.#load()
    return this.#infos()
  }

  /** Connects unless connected. Rejects with the reason, which the row shows too. */
  async open(id: string): Promise<Session> {
    if (!this.#settings.current.trusted) throw new UserError('clusters are not contacted from a restricted workspace')
    await this.#load()
    const entry = this.#entry(id)
    if (entry.session !== undefined && entry.state === 'open') return entry.session
    entry.opening ??= this.#connect(id, entry).finally(() => {
      entry.opening = undefined
    })
    return entry.opening
  }

  /** The session of an open cluster. */
  session(id: string): Session {
    const entry = this.#entries.get(id)
    if (entry?.session === undefined || entry.state !== 'open')
      throw new UserError(`the cluster ${nameOf(id)} is not open`)
    return entry.session
  }

  sessions(): readonly (readonly [id: string, session: Session])[] {
    return [...this.#entries].flatMap(([id, { session, state }]) =>
      session === undefined || state !== 'open' ? [] : [[id, session] as const],
    )
  }

  close(id: string): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    entry.session?.dispose()
    this.#entries.delete(id)
    this.#announce()
  }

  /** True where Fluxkit may write: the dev cluster, and contexts that the user has named. */
  isAllowed(id: string): boolean {
    return id === devClusterId || this.#settings.current.allowedContexts.includes(nameOf(id))
  }

  /** Throws unless Fluxkit may write there. */
  requireAllowed(id: string): void {
    if (!this.#settings.current.trusted) throw new UserError('nothing is changed from a restricted workspace')
    if (!this.isAllowed(id)) throw new UserError(`the context ${nameOf(id)} is not among fluxkit.allowedContexts`)
  }

  setEngine(id: string, engine: EngineStatus): void {
    this.#entry(id).engine = engine
    this.#announce()
  }

  engine(id: string): EngineStatus {
    return this.#entries.get(id)?.engine ?? idle
  }

  /** The dev cluster answers (`endpoint`), is on its way, or has ended. */
  setDev(endpoint: DevEndpoint | undefined, state: ClusterState, message: string): void {
    if (endpoint === undefined) {
      this.#entries.get(devClusterId)?.session?.dispose()
      this.#entries.delete(devClusterId)
    }
    this.#dev = endpoint
    this.#devState = { state, message }
    this.#announce()
  }

  /** The way to a cluster for somebody else than the session, such as the engine. */
  transport(id: string): ReturnType<typeof createTransport> {
    const { kubeconfig, context } = this.#endpoint(id)
    return createTransport(kubeconfig, context, { allowExec: this.isAllowed(id) })
  }

  /** Settings have changed: other kubeconfig files may count. */
  async refresh(): Promise<void> {
    this.#loading = undefined
    await this.#load()
    this.#announce()
  }

  dispose(): void {
    clearTimeout(this.#reload)
    for (const watcher of this.#watchers.splice(0)) watcher.close()
    for (const { session } of this.#entries.values()) session?.dispose()
    this.#entries.clear()
  }

  async #connect(id: string, entry: Entry): Promise<Session> {
    entry.state = 'opening'
    entry.message = ''
    this.#announce()
    let session: Session | undefined
    try {
      session = new Session(this.transport(id), {
        onObjects: (upserted, removed) => this.#tellObjects(id, upserted, removed),
        onInventory: (ref, items) => this.#dispatcher.send(inventoryChanged, { cluster: id, ref, items }),
        onControllers: (count) => {
          if (entry.controllers === count) return
          entry.controllers = count
          if (entry.state === 'open') this.#announce()
        },
        onTrouble: (error) => this.#dispatcher.log('warn', `${nameOf(id)}: ${error.message}`),
      })
      entry.session = session
      entry.message = await session.open()
      entry.state = 'open'
    } catch (error) {
      session?.dispose()
      entry.session = undefined
      entry.state = 'failed'
      entry.message = messageOf(error)
      throw error
    } finally {
      this.#announce()
    }
    return session
  }

  #tellObjects(id: string, upserted: readonly FluxObject[], removed: readonly string[]): void {
    this.#dispatcher.send(objectsChanged, { cluster: id, upserted, removed })
    this.#onObjects()
  }

  #endpoint(id: string): DevEndpoint {
    if (id === devClusterId) {
      if (this.#dev === undefined) throw new UserError('the dev cluster is not running')
      return this.#dev
    }
    if (this.#kubeconfig === undefined) throw new UserError('the kubeconfig has not been read')
    return { kubeconfig: this.#kubeconfig, context: nameOf(id) }
  }

  #entry(id: string): Entry {
    let entry = this.#entries.get(id)
    if (entry === undefined) {
      entry = {
        state: 'closed',
        message: '',
        session: undefined,
        opening: undefined,
        controllers: undefined,
        engine: idle,
      }
      this.#entries.set(id, entry)
    }
    return entry
  }

  #load(): Promise<void> {
    this.#loading ??= (async () => {
      const { kubeconfigs, trusted } = this.#settings.current
      if (!trusted) return
      const own = kubeconfigs.length > 0 ? kubeconfigs : defaultKubeconfigPaths()
      // Dev clusters that were started on the command line stand beside the contexts; windows keep theirs to themselves.
      const started = listRecords(process.env).filter(({ name }) => !name.startsWith('code-'))
      const paths = [...own, ...started.map(({ kubeconfig }) => kubeconfig)]
      this.#kubeconfig = await loadKubeconfig(paths)
      for (const { message } of this.#kubeconfig.problems) this.#dispatcher.log('warn', message)
      this.#watchFiles(paths)
    })()
    return this.#loading
  }

  /** Watches the folders of the files: editors and tools replace a kubeconfig rather than write into it. */
  #watchFiles(paths: readonly string[]): void {
    for (const watcher of this.#watchers.splice(0)) watcher.close()
    for (const path of paths) this.#watchFolder(dirname(path), (name) => name === basename(path))
    this.#watchFolder(clustersDir(process.env), (name) => name.endsWith('.json') && !name.startsWith('code-'))
  }

  #watchFolder(folder: string, concerns: (name: string) => boolean): void {
    if (!existsSync(folder)) return
    const watcher = watch(folder, { persistent: false }, (_, name) => {
      if (name !== null && !concerns(name)) return
      clearTimeout(this.#reload)
      this.#reload = setTimeout(() => void this.refresh(), 100)
    })
    watcher.on('error', (error) => this.#dispatcher.log('warn', `watching ${folder}: ${error.message}`))
    this.#watchers.push(watcher)
  }

  #announce(): void {
    this.#dispatcher.send(clustersChanged, this.#infos())
  }

  #infos(): readonly ClusterInfo[] {
    if (!this.#settings.current.trusted) return []
    const contexts = this.#kubeconfig?.contexts ?? []
    return [this.#devInfo(), ...contexts.map((context) => this.#contextInfo(context))]
  }

  #devInfo(): ClusterInfo {
    const entry = this.#entries.get(devClusterId)
    const context = this.#dev?.kubeconfig.contexts.find(({ name }) => name === this.#dev?.context)
    return {
      id: devClusterId,
      name: 'Dev cluster',
      kind: 'dev',
      state: this.#dev === undefined ? this.#devState.state : (entry?.state ?? this.#devState.state),
      message: entry?.message || this.#devState.message,
      server: context?.server ?? '',
      current: false,
      allowed: true,
      usesExec: false,
      ...(entry?.controllers === undefined ? {} : { controllers: entry.controllers }),
      engine: entry?.engine ?? idle,
    }
  }

  #contextInfo(context: KubeContext): ClusterInfo {
    const id = contextId(context.name)
    const entry = this.#entries.get(id)
    return {
      id,
      name: context.name,
      kind: 'context',
      state: entry?.state ?? 'closed',
      message: entry?.message ?? '',
      server: context.server,
      current: context.current,
      allowed: this.isAllowed(id),
      usesExec: context.usesExec && !this.isAllowed(id),
      ...(entry?.controllers === undefined ? {} : { controllers: entry.controllers }),
      engine: entry?.engine ?? idle,
    }
  }
}

function nameOf(id: string): string {
  return id === devClusterId ? 'Dev cluster' : id.slice('context:'.length)
}
