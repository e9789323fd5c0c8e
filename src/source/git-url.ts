/** Hosts on which names differ only in case mean the same repository. */
const caseless = new Set(['github.com', 'gitlab.com', 'bitbucket.org', 'dev.azure.com', 'codeberg.org', 'gitea.com'])

/** Hosts that serve SSH under another name. */
const aliases: ReadonlyMap<string, string> = new Map([
  ['ssh.github.com', 'github.com'],
  ['altssh.gitlab.com', 'gitlab.com'],
  ['altssh.bitbucket.org', 'bitbucket.org'],
  ['ssh.dev.azure.com', 'dev.azure.com'],
  ['vs-ssh.visualstudio.com', 'dev.azure.com'],
  ['www.github.com', 'github.com'],
])

const defaultPorts: ReadonlyMap<string, string> = new Map([
  ['ssh', '22'],
  ['https', '443'],
  ['http', '80'],
  ['git', '9418'],
])

interface Address {
  readonly host: string
  readonly path: string
}

/**
 * What a Git URL names, without how it is reached: `host/path`. The forms `https://user@host/x.git/`,
 * `ssh://git@host:22/x`, `git@host:x.git` and those of Azure DevOps come out the same. A local path (also as `file://`)
 * stays a path. `undefined` for text that is no Git URL.
 */
export function normalizeGitUrl(url: string): string | undefined {
  const text = url.trim()
  if (text === '' || /[\s\0]/.test(text)) return undefined
  if (text.startsWith('file://')) return trimPath(text.slice('file://'.length))
  const address = parseUrl(text) ?? parseScp(text)
  if (address === undefined) return text.startsWith('/') || text.startsWith('.') ? trimPath(text) : undefined
  const host = aliases.get(address.host) ?? address.host
  const path = azurePath(host, trimPath(address.path).replace(/^\/+/, ''))
  if (path === '') return undefined
  return `${host}/${caseless.has(host) ? path.toLowerCase() : path}`
}

/** True when two URLs name the same repository. */
export function sameRepository(a: string, b: string): boolean {
  const left = normalizeGitUrl(a)
  return left !== undefined && left === normalizeGitUrl(b)
}

function parseUrl(text: string): Address | undefined {
  const m = /^(ssh|https?|git|git\+ssh|ssh\+git):\/\/(?:[^/@]*@)?(\[[^\]]+\]|[^/:]+)(?::(\d*))?(\/.*)?$/i.exec(text)
  if (m === null) return undefined
  const scheme = m[1]!.toLowerCase().includes('ssh') ? 'ssh' : m[1]!.toLowerCase()
  const port = m[3] ?? ''
  const host = m[2]!.toLowerCase()
  // SSH over the port of HTTPS is a way around firewalls, not another server.
  const usual = port === '' || port === defaultPorts.get(scheme) || (aliases.has(host) && port === '443')
  return { host: usual ? host : `${host}:${port}`, path: decodePath(m[4] ?? '') }
}

/** `user@host:path`, also without user; a single letter before the colon is a drive of Windows. */
function parseScp(text: string): Address | undefined {
  const m = /^(?:[^@/:]+@)?(\[[^\]]+\]|[^@/:]{2,}):(?!\/\/)(.+)$/.exec(text)
  return m === null ? undefined : { host: m[1]!.toLowerCase(), path: m[2]! }
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function trimPath(path: string): string {
  const clean = path
    .replace(/[?#].*$/, '')
    .replace(/\/{2,}/g, '/')
    .replace(/\/+$/, '')
  return clean.endsWith('.git') && clean.length > 4 ? clean.slice(0, -4).replace(/\/+$/, '') : clean
}

/** Azure DevOps: `v3/org/project/repo` over SSH is `org/project/_git/repo` over HTTPS. */
function azurePath(host: string, path: string): string {
  return host === 'dev.azure.com' ? path.replace(/^v3\//, '').replace('/_git/', '/') : path
}
