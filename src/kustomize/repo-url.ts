import { cleanPath } from '../base/index.ts'

/** A reference to a directory in a git repository (api/internal/git/repospec.go). */
export interface RepoUrl {
  readonly raw: string
  /** What git would clone. */
  readonly repo: string
  /** Directory inside the repository, `''` for its root. */
  readonly path: string
  readonly ref: string
}

const schemes = ['ssh://', 'https://', 'http://', 'file://']

/** Reads a base as a git URL; `undefined` when it is a local path. */
export function parseRepoUrl(raw: string): RepoUrl | undefined {
  if (raw.startsWith('/')) return undefined
  const question = raw.indexOf('?')
  const query = question < 0 ? '' : raw.slice(question + 1)
  const host = splitHost(question < 0 ? raw : raw.slice(0, question))
  if (host === undefined) return undefined
  const parts = splitPath(host.rest, host.prefix.startsWith('file://'))
  if (parts === undefined || parts.repo === '') return undefined
  const inside = cleanPath(parts.path.replace(/^\//, ''))
  if (inside === '..' || inside.startsWith('../')) return undefined
  const values = new URLSearchParams(query)
  const ref = values.get('ref') || values.get('version') || ''
  return { raw, repo: host.prefix + parts.repo, path: parts.path.replace(/^\//, ''), ref }
}

/** True for a resource that is a file on the web. */
export function isWebUrl(path: string): boolean {
  return /^https?:/i.test(path)
}

function splitHost(text: string): { prefix: string; rest: string } | undefined {
  let rest = text.toLowerCase().startsWith('git::') ? text.slice(5) : text
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
