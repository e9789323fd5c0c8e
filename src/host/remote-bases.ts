import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { STATUS_CODES } from 'node:http'
import { join } from 'node:path'
import { type SimpleGit, simpleGit } from 'simple-git'
import { type Cancellation, CancelledError, type Disposable, type Problem } from '../base/index.ts'
import { durationText } from '../kube/index.ts'
import type { RemoteFetcher, RemoteRepo, RemoteTree, WebAnswer } from '../kustomize/index.ts'
import { ChartError, follow, type HttpClient } from '../source/index.ts'
import { nodeFileSystem } from './file-system.ts'
import { createNodeHttpClient } from './http-client.ts'
import { makeScratchDir, sweepScratchDirs } from './scratch-dirs.ts'

/** Bytes of a file of the web; a larger one is refused. */
const maxFile = 32 << 20
const defaultMaxClone = 1 << 30
/** Milliseconds between looks at the size of a clone. */
const measureInterval = 1000
/** Milliseconds that a reference may ask for at most. */
const maxTimeout = 600_000
const webTimeout = 60_000
/** Clones at a time. */
const width = 4

export interface RemoteBasesOptions {
  /** Allows `file://` repositories: what is built may then read outside its own tree. */
  readonly localRepositories: boolean
  readonly http?: HttpClient
  /** Bytes of a clone with its working tree; a larger one is refused. Default 1 GiB. */
  readonly maxClone?: number
}

/** What the directories of clones are called (scratch-dirs.ts). */
const purpose = 'bases'

/** Fetches remote bases; disposing removes the clones. */
export interface RemoteBases extends RemoteFetcher, Disposable {}

/**
 * Clones remote bases with the `git` of the machine as kustomize does (api/internal/git/cloner.go: shallow, submodules on
 * request, a time limit for each command), each into a temporary directory of its own. The user's configuration of Git
 * counts, so that private repositories can be read, but nothing asks for a password, no hook runs, and no transport is a
 * program that a manifest names. The first clone removes what processes that were killed have left of theirs.
 */
export function createRemoteBases({
  localRepositories,
  http = createNodeHttpClient(),
  maxClone = defaultMaxClone,
}: RemoteBasesOptions): RemoteBases {
  /** The latest clone of each reference. */
  const scratches = new Map<string, string>()
  let folder: string | undefined
  const openFolder = (): string => {
    if (folder === undefined) {
      sweepScratchDirs(purpose)
      folder = makeScratchDir(purpose)
    }
    return folder
  }
  const remove = (scratch: string | undefined): void => {
    if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true })
  }
  const limit = createLimit(width)
  return {
    clone: (repo, cancellation) =>
      limit(async () => {
        const refused = refusalOf(repo, localRepositories)
        if (refused !== undefined) return failure(refused)
        const scratch = mkdtempSync(join(openFolder(), 'kustomize-'))
        let isWhole = false
        try {
          const problem = await cloneInto(scratch, repo, { cancellation, localRepositories, maxClone })
          isWhole = problem === undefined
          if (problem !== undefined) return problem
        } finally {
          if (!isWhole) remove(scratch)
        }
        const key = JSON.stringify([repo.repo, repo.ref, repo.submodules, repo.timeout])
        // Whoever asks again has no use for the older one.
        remove(scratches.get(key))
        scratches.set(key, scratch)
        return { dir: scratch, fs: nodeFileSystem } satisfies RemoteTree
      }),
    get: (url, cancellation) => download(http, url, cancellation),
    dispose() {
      remove(folder)
      folder = undefined
      scratches.clear()
    },
  }
}

/** Names that git would take for options, and protocols that run programs. */
function refusalOf({ repo, ref, raw }: RemoteRepo, localRepositories: boolean): string | undefined {
  const host = repo.replace(/^[a-z]+:\/\//, '').replace(/^[^/@]*@/, '')
  if (host.startsWith('-') || ref.startsWith('-') || /[\0-\x20\x7f]/.test(repo + ref)) {
    return `remote base '${raw}' is no valid reference to a repository`
  }
  if (repo.startsWith('file://') && !localRepositories) {
    return `remote base '${raw}' is not allowed: it is outside of what is built`
  }
  return undefined
}

interface CloneLimits {
  readonly cancellation: Cancellation | undefined
  readonly localRepositories: boolean
  readonly maxClone: number
}

async function cloneInto(
  scratch: string,
  repo: RemoteRepo,
  { cancellation, localRepositories, maxClone }: CloneLimits,
): Promise<Problem | undefined> {
  const abort = new AbortController()
  const cancelled = cancellation?.onCancel(() => abort.abort())
  let isTooLarge = false
  const watch = setInterval(() => {
    if (sizeOf(scratch, maxClone) <= maxClone) return
    isTooLarge = true
    abort.abort()
  }, measureInterval)
  const git = openGit(scratch, repo, { signal: abort.signal, localRepositories })
  const commands = [
    ['init'],
    // Relative URLs of submodules are relative to this.
    ['remote', 'add', 'origin', repo.repo],
    ['fetch', '--depth=1', repo.repo, repo.ref === '' ? 'HEAD' : repo.ref],
    ['checkout', 'FETCH_HEAD'],
    ...(repo.submodules ? [['submodule', 'update', '--init', '--recursive']] : []),
  ]
  let running: readonly string[] = []
  try {
    for (running of commands) await git.raw([...running])
    rmSync(join(scratch, '.git'), { recursive: true, force: true })
    if (sizeOf(scratch, maxClone) > maxClone) isTooLarge = true
  } catch (error) {
    if (cancellation?.cancelled) throw new CancelledError()
    if (!isTooLarge) return explain(error, running, repo)
  } finally {
    clearInterval(watch)
    cancelled?.dispose()
  }
  return isTooLarge ? failure(`remote base '${shown(repo.raw)}' is over ${maxClone / 2 ** 20} MiB`) : undefined
}

interface GitLimits {
  readonly signal: AbortSignal
  readonly localRepositories: boolean
}

function openGit(scratch: string, repo: RemoteRepo, { signal, localRepositories }: GitLimits): SimpleGit {
  const environment: Record<string, string> = { GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: 'true', SSH_ASKPASS: 'true' }
  for (const name of passed) {
    const value = process.env[name]
    if (value !== undefined) environment[name] = value
  }
  // A key that needs a passphrase, or an unknown host: an error instead of a question.
  environment['GIT_SSH_COMMAND'] = `${process.env['GIT_SSH_COMMAND'] ?? 'ssh'} -o BatchMode=yes`
  return simpleGit({
    baseDir: scratch,
    abort: signal,
    timeout: { block: Math.min(repo.timeout, maxTimeout), stdErr: false, stdOut: false },
    config: [
      'core.hooksPath=/dev/null',
      'core.fsmonitor=false',
      'advice.detachedHead=false',
      'init.defaultBranch=master',
      // Programs as transports. Otherwise Git's own rules: no file:// in submodules, unless the user has allowed it.
      'protocol.ext.allow=never',
      'protocol.fd.allow=never',
      ...(localRepositories ? [] : ['protocol.file.allow=never']),
    ],
    errors: (error, result) => {
      // Stopped by the time limit or a cancellation, or fine.
      if (!result.exitCode) return error
      const output = Buffer.concat([...result.stdOut, ...result.stdErr]).toString('utf8')
      return Buffer.from(`${output}: exit status ${result.exitCode}`)
    },
    allowEnvironment: Object.keys(environment),
    unsafe: {
      // Each of these allows what this module itself sets above, never what a manifest says.
      allowUnsafeHooksPath: true,
      allowUnsafeFsMonitor: true,
      allowUnsafeProtocolOverride: true,
      allowUnsafeSshCommand: true,
      allowUnsafeAskPass: true,
      allowUnsafeConfigPaths: true,
    },
  }).env(environment)
}

/** What git needs of the user's environment: where its configuration is, which agent has the keys, which proxy to use. */
const passed = [
  ...['PATH', 'HOME', 'USER', 'LANG', 'TMPDIR', 'XDG_CONFIG_HOME', 'SSH_AUTH_SOCK', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
  ...['GIT_SSL_CAINFO', 'GIT_SSL_CAPATH', 'GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM', 'GIT_CONFIG_NOSYSTEM'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'ALL_PROXY', 'all_proxy'],
]

/** In kustomize's words (gitrunner.go, timedcall.go), less the credentials that a URL may hold. */
function explain(error: unknown, command: readonly string[], repo: RemoteRepo): Problem {
  const text = error instanceof Error ? error.message : String(error)
  const line = `git ${command.join(' ')}`
  if (text.includes('block timeout reached')) {
    const limit = durationText(BigInt(Math.round(Math.min(repo.timeout, maxTimeout) * 1e6)))
    return failure(shown(`hit ${limit} timeout running '${line}'`), 'kustomize/remote-timeout')
  }
  return failure(shown(`failed to run '${line}': ${text.slice(0, 2000)}`))
}

async function download(
  http: HttpClient,
  url: string,
  cancellation: Cancellation | undefined,
): Promise<WebAnswer | Problem> {
  try {
    const { status, body } = await follow(http, {
      url,
      headers: {},
      maxSize: maxFile,
      timeout: webTimeout,
      ...(cancellation === undefined ? {} : { cancellation }),
    })
    return { status, statusText: STATUS_CODES[status] ?? '', body }
  } catch (error) {
    if (error instanceof ChartError) return failure(error.message)
    throw error
  }
}

function failure(message: string, code = 'kustomize/remote-failed'): Problem {
  return { code, severity: 'error', message }
}

function shown(text: string): string {
  return text.replace(/([a-z]+:\/\/)[^/@\s]*@/gi, '$1***@')
}

/** Bytes below a directory; counting ends when the limit is passed. */
function sizeOf(dir: string, limit: number): number {
  let size = 0
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (size > limit) return
      const path = join(folder, entry.name)
      if (entry.isDirectory()) visit(path)
      // Git removes its temporary files while this looks.
      else if (entry.isFile()) size += statSync(path, { throwIfNoEntry: false })?.size ?? 0
    }
  }
  try {
    visit(dir)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return size
}

/** Runs some pieces of work at a time, the others wait. */
function createLimit(slots: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let free = slots
  return async (work) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve))
    else free--
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free++
      else next()
    }
  }
}
