import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type SimpleGit, simpleGit } from 'simple-git'
import { compareSemVer, parseSemVer, parseSemVerConstraint, type SemVer, satisfies } from '../base/index.ts'
import type { GitCheckout, GitFetcher, GitRequest } from '../engine/index.ts'

/** Bytes of one checkout that are read; a larger repository is refused. */
const maxCheckout = 1024 * 1024 * 1024

/**
 * Fetches Git repositories over http(s), ssh and file with the `git` of the machine, by `simple-git`: shallow, without
 * hooks, filters or the user's own configuration, and with the credentials of the source's Secret only.
 * Revisions are written as source-controller does (`main@sha1:…`, `v1.2.3@sha1:…`, `sha1:…`).
 */
export function createGitFetcher(): GitFetcher {
  return { fetch: fetchRepository }
}

async function fetchRepository(request: GitRequest): Promise<GitCheckout> {
  const scratch = mkdtempSync(join(tmpdir(), 'fluxkit-git-'))
  const abort = new AbortController()
  const cancelled = request.cancellation?.onCancel(() => abort.abort())
  try {
    checkUrl(request.url)
    const tree = join(scratch, 'tree')
    const git = openGit(scratch, request, abort.signal)
    const { refspec, label } = await resolveRef(git, request)
    await git.raw(['init', '--quiet', tree])
    await git.cwd(tree)
    if (request.sparseCheckout.length > 0) {
      await git.raw(['sparse-checkout', 'set', '--cone', ...request.sparseCheckout.map(cleanSparsePath)])
    }
    // A commit alone may be anywhere in the history of its branch.
    const depth = request.ref.commit === undefined ? ['--depth=1'] : []
    await git.raw(['fetch', '--quiet', '--no-tags', ...depth, request.url, refspec])
    await git.raw(['checkout', '--quiet', '--detach', request.ref.commit ?? 'FETCH_HEAD'])
    if (request.recurseSubmodules) await git.raw(['submodule', 'update', '--init', '--recursive', '--depth=1'])
    const [commit = '', message = ''] = (await git.raw(['log', '-1', '--format=%H%n%s'])).trim().split('\n')
    return { revision: label === '' ? `sha1:${commit}` : `${label}@sha1:${commit}`, message, files: readTree(tree) }
  } catch (error) {
    throw new Error(`unable to clone '${request.url}': ${explain(error, request)}`)
  } finally {
    cancelled?.dispose()
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** Only the schemes of the GitRepository API, and files for tests and local remotes; `ext::` would run a program. */
function checkUrl(url: string): void {
  if (!/^(https?|ssh|file):\/\/[^-]/.test(url))
    throw new Error('the URL must begin with http://, https://, ssh:// or file://')
}

function cleanSparsePath(path: string): string {
  return path.replace(/^\.?\/+/, '').replace(/^-/, './-') || '.'
}

function openGit(scratch: string, request: GitRequest, signal: AbortSignal): SimpleGit {
  const environment: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: scratch,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    ...credentialEnvironment(scratch, request),
  }
  return simpleGit({
    baseDir: scratch,
    abort: signal,
    timeout: { block: request.timeout, stdErr: false, stdOut: false },
    config: ['core.hooksPath=/dev/null', 'core.fsmonitor=false', 'protocol.ext.allow=never'],
    allowEnvironment: Object.keys(environment),
    unsafe: {
      // Each of these allows what this module itself sets above, never what a manifest says.
      allowUnsafeHooksPath: true,
      allowUnsafeFsMonitor: true,
      allowUnsafeProtocolOverride: true,
      allowUnsafeConfigPaths: true,
      allowUnsafeConfigEnvCount: true,
      allowUnsafeSshCommand: true,
    },
  }).env(environment)
}

/** Credentials by environment and private files, never by arguments, which other users of the machine can see. */
function credentialEnvironment(scratch: string, { url, credentials, proxy }: GitRequest): Record<string, string> {
  const out: Record<string, string> = {}
  if (proxy?.['address'] !== undefined) {
    const address = new URL(proxy['address'])
    address.username = encodeURIComponent(proxy['username'] ?? '')
    address.password = encodeURIComponent(proxy['password'] ?? '')
    out['HTTPS_PROXY'] = address.href
    out['HTTP_PROXY'] = address.href
  }
  if (credentials === undefined) return out
  const secretFile = (name: string, content: string): string => {
    const path = join(scratch, name)
    writeFileSync(path, content.endsWith('\n') ? content : `${content}\n`, { mode: 0o600 })
    return path
  }
  const ca = credentials['ca.crt'] ?? credentials['caFile']
  if (ca !== undefined) out['GIT_SSL_CAINFO'] = secretFile('ca.crt', ca)
  const { username, password, bearerToken, identity } = credentials
  const basic = username === undefined ? undefined : Buffer.from(`${username}:${password ?? ''}`).toString('base64')
  const header =
    bearerToken !== undefined ? `Bearer ${bearerToken}` : basic === undefined ? undefined : `Basic ${basic}`
  if (header !== undefined && /^https?:/.test(url)) {
    out['GIT_CONFIG_COUNT'] = '1'
    out['GIT_CONFIG_KEY_0'] = 'http.extraHeader'
    out['GIT_CONFIG_VALUE_0'] = `Authorization: ${header}`
  }
  if (identity !== undefined) {
    const key = secretFile('identity', identity)
    const hosts = secretFile('known_hosts', credentials['known_hosts'] ?? '')
    out['GIT_SSH_COMMAND'] =
      `ssh -F /dev/null -i '${key}' -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile='${hosts}'`
  }
  return out
}

/** The ref to fetch and the name that stands in the revision, by the precedence of the API: name, semver, tag, branch. */
async function resolveRef(git: SimpleGit, { url, ref }: GitRequest): Promise<{ refspec: string; label: string }> {
  if (ref.commit !== undefined && !/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(ref.commit)) {
    throw new Error(`'${ref.commit}' is no commit`)
  }
  if (ref.name !== undefined && ref.name !== '') return { refspec: checkRef(ref.name), label: ref.name }
  if (ref.semver !== undefined && ref.semver !== '') {
    const tag = await newestTag(git, url, ref.semver)
    return { refspec: `refs/tags/${tag}`, label: tag }
  }
  if (ref.tag !== undefined && ref.tag !== '') return { refspec: `refs/tags/${checkRef(ref.tag)}`, label: ref.tag }
  if (ref.commit !== undefined && (ref.branch === undefined || ref.branch === '')) {
    return { refspec: 'HEAD', label: '' }
  }
  const branch = ref.branch || 'master'
  return { refspec: `refs/heads/${checkRef(branch)}`, label: branch }
}

function checkRef(name: string): string {
  if (!/^[^-\s:~^?*[\\][^\s:~^?*[\\]*$/.test(name) || name.includes('..'))
    throw new Error(`'${name}' is no valid reference`)
  return name
}

async function newestTag(git: SimpleGit, url: string, range: string): Promise<string> {
  const constraint = parseSemVerConstraint(range)
  if (typeof constraint === 'string') throw new Error(`semver parse error: ${constraint}`)
  const listed = await git.raw(['ls-remote', '--tags', '--refs', url])
  let best: SemVer | undefined
  for (const line of listed.split('\n')) {
    const tag = line.split('\t')[1]?.replace('refs/tags/', '')
    if (tag === undefined) continue
    const version = parseSemVer(tag)
    if (typeof version === 'string' || !satisfies(version, constraint)) continue
    if (best === undefined || compareSemVer(version, best) > 0) best = version
  }
  if (best === undefined) throw new Error(`no match found for semver: ${range}`)
  return best.original
}

function readTree(root: string): { path: string; content: Uint8Array }[] {
  const files: { path: string; content: Uint8Array }[] = []
  let size = 0
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.name === '.git') continue
      if (entry.isDirectory()) visit(path)
      else if (entry.isFile()) {
        const content = readFileSync(join(root, path))
        size += content.length
        if (size > maxCheckout) throw new Error(`the repository is over ${maxCheckout >> 20} MiB`)
        files.push({ path, content })
      }
    }
  }
  visit('')
  return files
}

/** Git's own complaint, without hints, and without the credentials that a URL may hold. */
function explain(error: unknown, request: GitRequest): string {
  if (request.cancellation?.cancelled) return 'cancelled'
  const text = error instanceof Error ? error.message : String(error)
  if (/block timeout reached/.test(text)) return `no answer within ${request.timeout / 1000} s`
  const lines = text.split('\n').filter((line) => /^(fatal|error|ssh|remote):? /i.test(line))
  return (lines.length > 0 ? lines.join('; ') : text.trim()).replace(/(:\/\/)[^/@\s]*@/g, '$1***@').slice(0, 500)
}
