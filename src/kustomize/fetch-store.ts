import type { Cancellation, FileSystem, Problem } from '../base/index.ts'
import { build } from './build.ts'
import type { KustomizeBuild, KustomizeOptions, RemoteRepo, RemoteSource, RemoteTree, WebAnswer } from './types.ts'

/** What can be fetched from the network; rejects only with `CancelledError`. */
export interface RemoteFetcher {
  clone(repo: RemoteRepo, cancellation: Cancellation | undefined): Promise<RemoteTree | Problem>
  get(url: string, cancellation: Cancellation | undefined): Promise<WebAnswer | Problem>
}

/** Fetches of one store; more are a mistake, or an attack. */
const maxFetches = 500

type Fetch = (cancellation: Cancellation | undefined) => Promise<object>

export interface FetchStoreOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Milliseconds after which an answer is fetched again when it is asked for; default never. */
  readonly maxAge?: number
  /** The same for problems; default never. */
  readonly maxProblemAge?: number
  /** Called when a build asks for something that is not here. */
  readonly onWanted?: () => void
}

interface Known {
  readonly answer: object
  readonly until: number
}

/**
 * Lets synchronous builds use an asynchronous network: what a build asks for is fetched once, and the build is made again
 * when it is here. The same reference in one store is the same content, until it is too old.
 */
export class FetchStore {
  readonly #known = new Map<string, Known>()
  readonly #wanted = new Map<string, Fetch>()
  readonly #running = new Map<string, Promise<void>>()
  readonly #options: FetchStoreOptions

  constructor(options: FetchStoreOptions = { now: () => 0 }) {
    this.#options = options
  }

  /** The answer for a key, when it is here; else it is fetched by the next `settle`. */
  ask<T extends object>(
    key: string,
    fetch: (cancellation: Cancellation | undefined) => Promise<T>,
  ): T | Problem | 'pending' {
    const known = this.#known.get(key)
    if (known !== undefined && known.until > this.#options.now()) return known.answer as T
    if (known === undefined && this.#known.size + this.#wanted.size >= maxFetches) {
      return { code: 'kustomize/remote', severity: 'error', message: `more than ${maxFetches} remote references` }
    }
    if (this.#running.has(key)) return 'pending'
    this.#wanted.set(key, fetch)
    this.#options.onWanted?.()
    return 'pending'
  }

  /**
   * Fetches what was asked for in vain, and waits for what others are fetching.
   * @returns false when there was nothing. @throws CancelledError
   */
  async settle(cancellation?: Cancellation): Promise<boolean> {
    const wanted = [...this.#wanted]
    this.#wanted.clear()
    for (const [key, fetch] of wanted) {
      this.#running.set(
        key,
        this.#fetch(key, fetch, cancellation).finally(() => this.#running.delete(key)),
      )
    }
    const running = [...this.#running.values()]
    await Promise.all(running)
    return running.length > 0
  }

  async #fetch(key: string, fetch: Fetch, cancellation: Cancellation | undefined): Promise<void> {
    const answer = await fetch(cancellation)
    const { now, maxAge = Infinity, maxProblemAge = Infinity } = this.#options
    this.#known.set(key, { answer, until: now() + ('severity' in answer ? maxProblemAge : maxAge) })
  }
}

/** Remote bases and files of the web for builds, fetched through a store. */
export function fetchedRemotes(store: FetchStore, fetcher: RemoteFetcher): RemoteSource {
  return {
    clone: (repo) =>
      store.ask(JSON.stringify(['clone', repo.repo, repo.ref, repo.submodules, repo.timeout]), (cancellation) =>
        fetcher.clone(repo, cancellation),
      ),
    get: (url) => store.ask(JSON.stringify(['get', url]), (cancellation) => fetcher.get(url, cancellation)),
  }
}

/**
 * Refuses everything remote and says how to allow it.
 * @param hint what the user has to do: `run with --allow-remote`.
 */
export function refusedRemotes(hint: string): RemoteSource {
  const refuse = (what: string): Problem => ({
    code: 'kustomize/remote',
    severity: 'error',
    message: `${what} is not allowed; ${hint}`,
  })
  return {
    clone: ({ raw }) => refuse(`remote base '${raw}'`),
    get: (url) => refuse(`remote resource '${url}'`),
  }
}

/** True for a result that lacks something of the network only. */
export function isPending(result: Pick<KustomizeBuild, 'problems'>): boolean {
  return result.problems.some(({ code }) => code === 'kustomize/remote-pending')
}

/** Builds as `build` does, as often as it takes to fetch what the options read through the store. @throws CancelledError */
export async function buildFetching(
  target: string,
  fs: FileSystem,
  { store, ...options }: KustomizeOptions & { readonly store: FetchStore },
): Promise<KustomizeBuild> {
  for (;;) {
    const result = build(target, fs, options)
    if (!isPending(result)) return result
    await store.settle(options.cancellation)
  }
}
