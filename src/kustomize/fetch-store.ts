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

type Fetch = (cancellation: Cancellation | undefined) => Promise<unknown>

/**
 * Lets synchronous builds use an asynchronous network: what a build asks for is fetched once, and the build is made again
 * when it is here. The same reference in one store is the same content.
 */
export class FetchStore {
  readonly #known = new Map<string, unknown>()
  readonly #wanted = new Map<string, Fetch>()

  /** The answer for a key, when it is here; else it is fetched by the next `settle`. */
  ask<T extends object>(
    key: string,
    fetch: (cancellation: Cancellation | undefined) => Promise<T>,
  ): T | Problem | 'pending' {
    if (this.#known.has(key)) return this.#known.get(key) as T
    if (this.#known.size >= maxFetches) {
      return { code: 'kustomize/remote', severity: 'error', message: `more than ${maxFetches} remote references` }
    }
    this.#wanted.set(key, fetch)
    return 'pending'
  }

  /** Fetches what was asked for in vain. @returns false when there was nothing. @throws CancelledError */
  async settle(cancellation?: Cancellation): Promise<boolean> {
    const wanted = [...this.#wanted]
    this.#wanted.clear()
    await Promise.all(
      wanted.map(async ([key, fetch]) => {
        this.#known.set(key, await fetch(cancellation))
      }),
    )
    return wanted.length > 0
  }

  /** Forgets the answers that a test picks out; they are fetched again when they are asked for. */
  forget(isOld: (answer: unknown) => boolean): void {
    for (const [key, answer] of this.#known) if (isOld(answer)) this.#known.delete(key)
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

/** Builds as `build` does, as often as it takes to fetch what the options read through the store. @throws CancelledError */
export async function buildFetching(
  target: string,
  fs: FileSystem,
  { store, ...options }: KustomizeOptions & { readonly store: FetchStore },
): Promise<KustomizeBuild> {
  for (;;) {
    const result = build(target, fs, options)
    if (!(await store.settle(options.cancellation))) return result
  }
}
