import { CancellationSource, CancelledError, type Disposable } from '../../base/index.ts'
import { createRemoteBases, type RemoteBases } from '../../host/index.ts'
import { FetchStore, fetchedRemotes, type RemoteSource, refusedRemotes } from '../../kustomize/index.ts'
import type { Settings } from '../settings.ts'

/** Milliseconds in which the questions of several builds are gathered. */
const gather = 50
/** Milliseconds after which a repository that could not be read is asked again, at the next build. */
const retry = 60_000

const hint = 'allow it with the setting fluxkit.kustomize.remoteBases, in a trusted workspace'

export interface RemoteBasesContext {
  readonly settings: Settings
  /** Something was fetched, or may now be fetched, or no more: builds that read it are to be made again. */
  readonly onChange: () => void
  readonly onError: (error: unknown) => void
  /** Milliseconds after which a clone is fetched again when a build asks; default never. */
  readonly maxAge?: number
}

/**
 * The remote bases of the workspace's kustomizations, fetched in the background where the user allows it: a build that
 * needs one ends with `kustomize/remote-pending` and is made again when it is here. Repositories on this machine are
 * never read: a workspace does not reach outside itself.
 */
export class WorkspaceRemotes implements Disposable {
  readonly source: RemoteSource
  readonly #context: RemoteBasesContext
  readonly #store: FetchStore
  readonly #cancellation = new CancellationSource()
  #bases: RemoteBases | undefined
  #timer: NodeJS.Timeout | undefined
  #isAllowed = false

  constructor(context: RemoteBasesContext) {
    this.#context = context
    const { maxAge } = context
    this.#store = new FetchStore({
      now: Date.now,
      maxProblemAge: retry,
      onWanted: () => this.#soon(),
      ...(maxAge === undefined ? {} : { maxAge }),
    })
    const fetched = fetchedRemotes(this.#store, {
      clone: (repo, cancellation) => this.#open().clone(repo, cancellation),
      get: (url, cancellation) => this.#open().get(url, cancellation),
    })
    const refused = refusedRemotes(hint)
    this.source = {
      clone: (repo) => (this.#isAllowed ? fetched : refused).clone(repo),
      get: (url) => (this.#isAllowed ? fetched : refused).get(url),
    }
    this.configure()
  }

  /** Settings or trust have changed. */
  configure(): void {
    const { trusted, remoteBases } = this.#context.settings.current
    const isAllowed = trusted && remoteBases
    if (isAllowed === this.#isAllowed) return
    this.#isAllowed = isAllowed
    this.#context.onChange()
  }

  /** Fetches what was asked for. @throws CancelledError when the worker ends. */
  settle(): Promise<boolean> {
    return this.#store.settle(this.#cancellation)
  }

  dispose(): void {
    clearTimeout(this.#timer)
    this.#cancellation.cancel()
    this.#bases?.dispose()
  }

  #open(): RemoteBases {
    this.#bases ??= createRemoteBases({ localRepositories: false })
    return this.#bases
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.settle()
        .then((isNew) => {
          if (isNew && !this.#cancellation.cancelled) this.#context.onChange()
        })
        .catch((error: unknown) => {
          if (!(error instanceof CancelledError)) this.#context.onError(error)
        })
    }, gather)
  }
}
