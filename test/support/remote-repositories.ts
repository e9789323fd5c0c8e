import { execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Git repositories and files of the web, on this machine. */
export interface RemoteRepositories {
  /** A temporary directory, removed with the rest. */
  readonly scratch: string
  /** Every request's path, less those of git's own protocol. */
  readonly asked: string[]
  /** Replaces `<http>`, `<file>` (where the repositories are) and the names of tags (`<v1>`: the commit). */
  fill(text: string): string
  dispose(): void
}

/**
 * Serves a fixture's `commits/<tag>` (each a commit on top of the last) as `app.git` with the submodule `lib` (the
 * fixture's `sub`) and a branch `feature` at the first commit, over `file://` and over Git's smart protocol on loopback;
 * beside it `/web/…` as it is, `/redirect/…` that leads there, and `/slow/…` that never answers git.
 */
export async function serveRepositories(fixture: string): Promise<RemoteRepositories> {
  const scratch = mkdtempSync(join(tmpdir(), 'fluxkit-remote-test-'))
  const asked: string[] = []
  const server = createServer((request, response) => serve({ request, response, scratch, fixture, asked }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const places = new Map([
    ['http', `http://127.0.0.1:${(server.address() as AddressInfo).port}`],
    ['file', `file://${scratch}`],
  ])
  const fill = (text: string): string => text.replace(/<(\w+)>/g, (all, name: string) => places.get(name) ?? all)
  makeRepositories(scratch, fixture, { fill, places })
  return { scratch, asked, fill, dispose: () => close(server, scratch) }
}

/** The directory of a fixture's file with its placeholders filled in, as a copy. */
export function fillFile(path: string, fill: (text: string) => string): void {
  writeFileSync(path, fill(readFileSync(path, 'utf8')))
}

function close(server: Server, scratch: string): void {
  server.closeAllConnections()
  server.close()
  rmSync(scratch, { recursive: true, force: true })
}

function makeRepositories(
  scratch: string,
  fixture: string,
  { fill, places }: { readonly fill: (text: string) => string; readonly places: Map<string, string> },
): void {
  const work = join(scratch, 'work')
  const sub = join(scratch, 'sub')
  for (const name of ['app.git', 'sub.git']) git(scratch, 'init', '--quiet', '--bare', '--initial-branch=main', name)
  for (const dir of [work, sub]) {
    mkdirSync(dir)
    git(dir, 'init', '--quiet', '--initial-branch=main')
  }
  cpSync(join(fixture, 'sub'), sub, { recursive: true })
  commit(sub, 'sub')
  git(sub, 'push', '--quiet', join(scratch, 'sub.git'), 'main')
  git(work, 'remote', 'add', 'origin', join(scratch, 'app.git'))
  for (const tag of readdirSync(join(fixture, 'commits')).sort()) {
    cpSync(join(fixture, 'commits', tag), work, { recursive: true })
    for (const file of readdirSync(work, { recursive: true, encoding: 'utf8' })) {
      if (file.endsWith('kustomization.yaml') && !file.startsWith('.git/')) fillFile(join(work, file), fill)
    }
    // Relative, as submodules of a forge are: how they are fetched depends on how the repository was.
    if (!existsSync(join(work, 'lib'))) git(work, 'submodule', '--quiet', 'add', '../sub.git', 'lib')
    commit(work, tag)
    git(work, 'tag', tag)
    places.set(tag, git(work, 'rev-parse', 'HEAD').trim())
  }
  git(work, 'branch', 'feature', 'v1')
  git(work, 'push', '--quiet', '--tags', 'origin', 'main', 'feature')
  git(join(scratch, 'app.git'), 'config', 'uploadpack.allowAnySHA1InWant', 'true')
}

function commit(dir: string, message: string): void {
  git(dir, 'add', '.')
  git(dir, 'commit', '--quiet', '--message', message)
}

function git(dir: string, ...args: string[]): string {
  const config = ['user.name=t', 'user.email=t@example.com', 'commit.gpgsign=false', 'protocol.file.allow=always']
  return execFileSync('git', ['-C', dir, ...config.flatMap((each) => ['-c', each]), ...args], { encoding: 'utf8' })
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly scratch: string
  readonly fixture: string
  readonly asked: string[]
}

function serve({ request, response, scratch, fixture, asked }: Exchange): void {
  const [path = '', query = ''] = (request.url ?? '').split('?')
  if (!/\/(info\/refs|git-upload-pack)$/.test(path)) asked.push(path)
  if (path.startsWith('/slow/') && path.endsWith('/info/refs')) return
  if (path.startsWith('/redirect/')) {
    response.writeHead(302, { location: path.replace('/redirect/', '/web/') }).end()
    return
  }
  if (/^\/(web|slow)\//.test(path) && !path.endsWith('/info/refs')) {
    const file = join(fixture, path)
    if (existsSync(file)) response.end(readFileSync(file))
    else response.writeHead(404).end()
    return
  }
  serveGit(request, response, { scratch, path, query })
}

/** Git's own CGI program. */
function serveGit(
  request: IncomingMessage,
  response: ServerResponse,
  { scratch, path, query }: { readonly scratch: string; readonly path: string; readonly query: string },
): void {
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: scratch,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: path,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'],
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
      GIT_PROTOCOL: request.headers['git-protocol'] as string | undefined,
      REMOTE_ADDR: '127.0.0.1',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  request.pipe(child.stdin)
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.on('close', () => {
    const output = Buffer.concat(chunks)
    const end = output.indexOf('\r\n\r\n')
    for (const line of output.toString('latin1', 0, Math.max(0, end)).split('\r\n')) {
      const [name = '', value = ''] = line.split(': ')
      if (name === 'Status') response.statusCode = Number.parseInt(value, 10)
      else if (name !== '') response.setHeader(name, value)
    }
    response.end(output.subarray(end + 4))
  })
}
