import { createRemoteBases, type RemoteBases } from '../host/index.ts'
import { FetchStore, fetchedRemotes, parseRepoUrl, type RemoteSource, refusedRemotes } from '../kustomize/index.ts'
import type { Flag, FlagValues } from './command.ts'

/** The flag of commands that build kustomizations. */
export const remoteFlag: Readonly<Record<string, Flag>> = {
  'allow-remote': { type: 'boolean', about: 'fetch remote bases and resources of the web' },
}

const hint = 'run with --allow-remote to fetch it'

export interface BuildRemotes {
  readonly store: FetchStore
  readonly source: RemoteSource
  /** Removes what was cloned. */
  dispose(): void
}

export interface BuildRemotesOptions {
  /** The reference that the user named on the command line: needs no flag. */
  readonly target?: string
  /** `file://` repositories too. */
  readonly localRepositories: boolean
  /** Milliseconds after which something is fetched again when it is asked for; default never. */
  readonly maxAge?: number
}

/**
 * What a command's builds may fetch: everything with `--allow-remote`, else only the repository that the user named as
 * the target.
 */
export function buildRemotes(
  flags: FlagValues,
  { target, localRepositories, maxAge }: BuildRemotesOptions,
): BuildRemotes {
  const store = new FetchStore({ now: Date.now, ...(maxAge === undefined ? {} : { maxAge, maxProblemAge: maxAge }) })
  const refused = refusedRemotes(hint)
  let bases: RemoteBases | undefined
  const open = (): RemoteBases => {
    bases ??= createRemoteBases({ localRepositories })
    return bases
  }
  const fetched = fetchedRemotes(store, {
    clone: (repo, cancellation) => open().clone(repo, cancellation),
    get: (url, cancellation) => open().get(url, cancellation),
  })
  const isAllowed = flags['allow-remote'] === true
  const isTarget = (raw: string): boolean => target !== undefined && parseRepoUrl(target)?.raw === raw
  const source: RemoteSource = {
    clone: (repo) => (isAllowed || isTarget(repo.raw) ? fetched : refused).clone(repo),
    get: (url) => (isAllowed ? fetched : refused).get(url),
  }
  return { store, source, dispose: () => bases?.dispose() }
}
