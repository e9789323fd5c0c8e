import { cleanPath } from '../base/index.ts'
import { durationMilliseconds } from '../kube/index.ts'
import type { RemoteRepo } from './types.ts'

const schemes = ['ssh://', 'https://', 'http://', 'file://']

/** Milliseconds that one command of git may take. */
const defaultTimeout = 27_000

/**
 * Reads a base as a git URL; `undefined` when it is a local path. All forms of kustomize 5.8: `git::`, ssh, http, https
 * and file URLs, `user@host:path`, `github.com/org/repo`, `_git/`, `.git`, `//path` and the query's `ref` (or
 * `version`), `timeout` and `submodules` (api/internal/git/repospec.go).
 */
export function parseRepoUrl(raw: string): RemoteRepo | undefined {
  if (raw.startsWith('/')) return undefined
  const question = raw.indexOf('?')
  const host = splitHost(question < 0 ? raw : raw.slice(0, question))
  if (host === undefined) return undefined
  const parts = splitPath(host.rest, host.prefix.startsWith('file://'))
  if (parts === undefined || parts.repo === '') return undefined
  const path = parts.path.replace(/^\//, '')
  const inside = cleanPath(path)
  if (inside === '..' || inside.startsWith('../')) return undefined
  return { raw, repo: host.prefix + parts.repo, path, ...parseQuery(question < 0 ? '' : raw.slice(question + 1)) }
}

/** True for a base whose prefix kustomize strips with a warning. */
export function isForcedGit(raw: string): boolean {
  return /^git::/i.test(raw)
}

/** True for a resource that is a file on the web. */
export function isWebUrl(path: string): boolean {
  return /^https?:/i.test(path)
}

function parseQuery(query: string): Pick<RemoteRepo, 'ref' | 'timeout' | 'submodules'> {
  const values = queryValues(query)
  return {
    ref: values?.get('ref') || values?.get('version') || '',
    timeout: timeoutOf(values?.get('timeout') ?? ''),
    submodules: !/^(0|f|F|FALSE|false|False)$/.test(values?.get('submodules') ?? ''),
  }
}

/** The first value of each key; `undefined` for what Go's `url.ParseQuery` refuses. */
function queryValues(query: string): ReadonlyMap<string, string> | undefined {
  const out = new Map<string, string>()
  for (const pair of query.split('&')) {
    if (pair.includes(';') || /%(?![0-9a-fA-F]{2})/.test(pair)) return undefined
    const equal = pair.indexOf('=')
    const key = unescapeQuery(equal < 0 ? pair : pair.slice(0, equal))
    if (pair !== '' && !out.has(key)) out.set(key, equal < 0 ? '' : unescapeQuery(pair.slice(equal + 1)))
  }
  return out
}

function unescapeQuery(text: string): string {
  const spaced = text.replaceAll('+', ' ')
  try {
    return decodeURIComponent(spaced)
  } catch {
    // Bytes that are no UTF-8: no reference of git is written with them.
    return spaced
  }
}

/** Whole seconds, or a Go duration; what is neither, or not positive, is the default. */
function timeoutOf(text: string): number {
  const seconds = /^[+-]?\d+$/.test(text) ? Number(text) : 0
  if (seconds > 0) return seconds * 1000
  const duration = durationMilliseconds(text) ?? 0
  return duration > 0 ? duration : defaultTimeout
}

function splitHost(text: string): { prefix: string; rest: string } | undefined {
  let rest = isForcedGit(text) ? text.slice(5) : text
  let scheme = schemes.find((prefix) => rest.toLowerCase().startsWith(prefix)) ?? ''
  rest = rest.slice(scheme.length)
  let user = /^[a-zA-Z][a-zA-Z0-9-]*@/.exec(rest)?.[0] ?? ''
  rest = rest.slice(user.length)
  const github = /^github\.com[/:]/i.test(rest)
  const scp = scheme === '' && (user !== '' || github)
  if (scheme === '' && !scp) return undefined
  if (scheme === 'file://') return { prefix: scheme, rest: user + rest }
  const separator = findSeparator(rest, scp)
  let host = separator < 0 ? rest : rest.slice(0, separator + 1)
  rest = separator < 0 ? '' : rest.slice(separator + 1)
  if (github) {
    if (scheme === 'ssh://' || user !== '') {
      scheme = ''
      host = 'github.com:'
    } else {
      scheme = 'https://'
      user = ''
      host = 'github.com/'
    }
  }
  return host === '' ? undefined : { prefix: scheme + user + host, rest }
}

function findSeparator(text: string, scp: boolean): number {
  const slash = text.indexOf('/')
  if (!scp) return slash
  const colon = text.indexOf(':')
  return slash < 0 || (colon > 0 && colon < slash) ? colon : slash
}

function splitPath(text: string, whole: boolean): { repo: string; path: string } | undefined {
  const azure = text.indexOf('_git/')
  if (azure >= 0) {
    const [name = '', ...path] = text.slice(azure + 5).split('/')
    return { repo: text.slice(0, azure + 5) + name, path: path.join('/') }
  }
  const double = text.indexOf('//')
  if (double >= 0) return { repo: text.slice(0, double), path: text.slice(double + 2) }
  const git = text.indexOf('.git')
  if (git >= 0) return { repo: text.slice(0, git + 4), path: text.slice(git + 4) }
  if (whole) return { repo: text, path: '' }
  const segments = text.split('/')
  if (segments.length < 2) return undefined
  return { repo: segments.slice(0, 2).join('/'), path: segments.slice(2).join('/') }
}
