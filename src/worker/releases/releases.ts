import type { Connection } from 'vscode-languageserver'
import { CancellationSource, CancelledError, type Disposable } from '../../base/index.ts'
import { type FleetRelease, listReleases } from '../../fleet/index.ts'
import type { ReleaseStore, RenderedRelease } from '../../fleet/releases/index.ts'
import { systemClock } from '../../host/index.ts'
import { type Dispatcher, messageOf } from '../dispatch.ts'
import type { Settings } from '../settings.ts'
import type { Folder } from '../workspace/folder.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { DownloadProgress } from './download-progress.ts'

/** Milliseconds without an edit after which releases are looked at: renders never come between keystrokes. */
const quiet = 150
/** Releases that wait for their charts at a time. */
const lanes = 4
/** Milliseconds in which outcomes are gathered before they are told: others may wait for a network for long. */
const gather = 50

export interface ReleasesContext {
  readonly connection: Connection
  readonly dispatcher: Dispatcher
  readonly workspace: Workspace
  readonly settings: Settings
}

/** What goes on in a folder. */
interface Work {
  timer: NodeJS.Timeout | undefined
  /** Waits for the next time that repositories are asked for newer charts. */
  renewal: NodeJS.Timeout | undefined
  /** Releases that are being rendered, or wait for their charts. */
  readonly busy: Set<string>
  /** Grows with each change: lanes of an older number take nothing more. */
  round: number
  /** A release that is busy was stale again. */
  again: boolean
  /** The outcomes that were told last: their number in the store, and the files that their problems are in. */
  told: { readonly store: ReleaseStore; readonly revision: number; readonly paths: readonly string[] } | undefined
  telling: NodeJS.Timeout | undefined
}

/**
 * Renders the HelmReleases of the workspace in the background, those of open files first, whenever what they are made
 * of has changed and the user pauses. Charts are fetched only where workspace and user allow it.
 */
export class Releases implements Disposable {
  readonly #context: ReleasesContext
  readonly #work = new Map<Folder, Work>()
  #progress: DownloadProgress | undefined
  #network: { readonly allowed: boolean; readonly cancellation: CancellationSource }
  #disposed = false
  readonly #subscription: Disposable

  constructor(context: ReleasesContext) {
    this.#context = context
    this.#network = { allowed: false, cancellation: new CancellationSource() }
    this.#subscription = context.workspace.onUpdate((folder, paths) => {
      folder.releases?.touch(paths)
      this.#soon(folder)
    })
  }

  /** The client can show progress. */
  showProgress(): void {
    this.#progress = new DownloadProgress(this.#context.connection, () => this.#stopDownloads())
  }

  /** Settings or trust have changed: charts may now be fetched, or no more. */
  configure(): void {
    const { trusted, downloadCharts } = this.#context.settings.current
    const allowed = trusted && downloadCharts
    if (allowed === this.#network.allowed) return
    this.#useNetwork(allowed)
  }

  /** What a release renders to; waits for its chart. @throws CancelledError */
  async rendered(folder: Folder, release: FleetRelease): Promise<RenderedRelease> {
    const rendered = await (await this.#store(folder)).rendered(release)
    this.#tellSoon(folder)
    return rendered
  }

  /** As `rendered`, with the origin of every field. @throws CancelledError */
  async traced(folder: Folder, release: FleetRelease): Promise<RenderedRelease> {
    return (await this.#store(folder)).traced(release)
  }

  /** The user asked for what sources have now: which charts there are is looked up without waiting for intervals. */
  renew(): void {
    for (const folder of this.#context.workspace.folders) this.#renew(folder, true)
  }

  dispose(): void {
    this.#disposed = true
    this.#subscription.dispose()
    this.#progress?.dispose()
    this.#network.cancellation.cancel()
    for (const { timer, renewal, telling } of this.#work.values()) {
      clearTimeout(timer)
      clearTimeout(renewal)
      clearTimeout(telling)
    }
    this.#work.clear()
  }

  /** The user does not want to wait: what is not on this machine is left out until the settings change. */
  #stopDownloads(): void {
    this.#progress?.dispose()
    this.#useNetwork(false)
  }

  #useNetwork(allowed: boolean): void {
    this.#network.cancellation.cancel()
    this.#network = { allowed, cancellation: new CancellationSource() }
    for (const folder of this.#context.workspace.folders) {
      if (folder.releases === undefined) continue
      folder.releases = undefined
      this.#context.workspace.recheck(folder, this.#workOf(folder).told?.paths ?? [])
      this.#soon(folder)
    }
  }

  async #store(folder: Folder): Promise<ReleaseStore> {
    const { openReleaseStore } = await import('./engine.ts')
    const { allowed, cancellation } = this.#network
    folder.releases ??= openReleaseStore(folder, {
      allowed,
      cancellation,
      onProgress: (url) => this.#progress?.saw(url),
      onStale: (message) => this.#context.dispatcher.log('warn', message),
    })
    return folder.releases
  }

  #soon(folder: Folder): void {
    if (this.#disposed) return
    const work = this.#workOf(folder)
    work.round++
    clearTimeout(work.timer)
    work.timer = setTimeout(() => {
      work.timer = undefined
      this.#run(folder, work).catch((error: unknown) => {
        if (!(error instanceof CancelledError)) this.#context.dispatcher.log('error', `HelmReleases: ${textOf(error)}`)
      })
    }, quiet)
  }

  #workOf(folder: Folder): Work {
    const known = this.#work.get(folder)
    if (known !== undefined) return known
    const work: Work = {
      timer: undefined,
      renewal: undefined,
      busy: new Set(),
      round: 0,
      again: false,
      told: undefined,
      telling: undefined,
    }
    this.#work.set(folder, work)
    return work
  }

  /** Has what is new in the store published, whoever had it rendered; a few outcomes at a time. */
  #tellSoon(folder: Folder): void {
    if (this.#disposed) return
    const work = this.#workOf(folder)
    work.telling ??= setTimeout(() => {
      work.telling = undefined
      const store = folder.releases
      const { told } = work
      if (store === undefined || (told?.store === store && told.revision === store.revision)) return
      const paths = store.problemPaths()
      this.#context.workspace.recheck(folder, new Set([...(told?.paths ?? []), ...paths]))
      work.told = { store, revision: store.revision, paths }
    }, gather)
  }

  async #run(folder: Folder, work: Work): Promise<void> {
    const { workspace } = this.#context
    if (!workspace.folders.includes(folder)) {
      clearTimeout(work.renewal)
      this.#work.delete(folder)
      return
    }
    workspace.flush()
    // Fleets without a HelmRelease never need the engine.
    if (folder.releases === undefined && listReleases(folder.fleet).length === 0) return
    const { round } = work
    const store = await this.#store(folder)
    const stale = store.stale()
    this.#tellSoon(folder)
    const isOpen = ({ path }: { readonly path: string }): boolean => workspace.isOpen(folder.absolute(path))
    const first = stale.filter((release) => isOpen(release.locate() ?? { path: '' }))
    const queue = [...first, ...stale.filter((release) => !first.includes(release))]
    const lane = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        if (work.round !== round || folder.releases !== store) return
        if (work.busy.has(next.id)) work.again = true
        else {
          await this.#render(store, next, work)
          this.#tellSoon(folder)
        }
        // Messages first.
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    await Promise.all(Array.from({ length: lanes }, lane))
    this.#renewLater(folder, work)
    if (work.again && work.busy.size === 0) {
      work.again = false
      this.#soon(folder)
    }
  }

  /** Charts of ranges are looked up again after the interval of their source, where the network may be used. */
  #renewLater(folder: Folder, work: Work): void {
    clearTimeout(work.renewal)
    const next = this.#network.allowed ? folder.releases?.nextRenewal() : undefined
    if (next === undefined || this.#disposed) return
    const wait = Math.max(next - systemClock.now(), 1_000)
    work.renewal = setTimeout(() => this.#renew(folder, false), wait)
    work.renewal.unref()
  }

  #renew(folder: Folder, all: boolean): void {
    if (this.#disposed || !this.#network.allowed) return
    folder.releases
      ?.renewCharts(all)
      .then(() => this.#soon(folder))
      .catch((error: unknown) => {
        if (!(error instanceof CancelledError)) this.#context.dispatcher.log('error', `charts: ${textOf(error)}`)
      })
  }

  async #render(store: ReleaseStore, release: FleetRelease, work: Work): Promise<void> {
    work.busy.add(release.id)
    try {
      await store.refresh(release)
    } catch (error) {
      if (error instanceof CancelledError) throw error
      // A fault of the program ends one render, not those of the others.
      this.#context.dispatcher.log('error', `HelmRelease ${release.id}: ${textOf(error)}`)
    } finally {
      work.busy.delete(release.id)
    }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : messageOf(error)
}
