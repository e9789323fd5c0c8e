import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { CancellationSource, CancelledError, LineMap } from '../../../src/base/index.ts'
import { createRemoteBases, nodeFileSystem, type RemoteBases } from '../../../src/host/index.ts'
import { buildFetching, FetchStore, fetchedRemotes, type KustomizeBuild } from '../../../src/kustomize/index.ts'
import { ChartError } from '../../../src/source/index.ts'
import { fillFile, type RemoteRepositories, serveRepositories } from '../../support/remote-repositories.ts'

const fixture = fileURLToPath(new URL('../../fixtures/kustomize-remote', import.meta.url))
const cases = readdirSync(join(fixture, 'cases'))
let remote: RemoteRepositories
let bases: RemoteBases
/** One for all: each repository is cloned once. */
const store = new FetchStore()

beforeAll(async () => {
  remote = await serveRepositories(fixture)
  bases = createRemoteBases({ localRepositories: true })
})
afterAll(() => {
  bases.dispose()
  remote.dispose()
})

function build(target: string, cancellation = new CancellationSource()): Promise<KustomizeBuild> {
  return buildFetching(target, nodeFileSystem, { store, remotes: fetchedRemotes(store, bases), cancellation })
}

/** A case's folder with the places of the repositories written into it. */
function caseFolder(name: string): string {
  const dir = join(remote.scratch, 'cases', name)
  cpSync(join(fixture, 'cases', name), dir, { recursive: true })
  fillFile(join(dir, 'kustomization.yaml'), remote.fill)
  return dir
}

/** The directories of this process. */
function leftClones(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('fluxkit-bases-') && name.includes(`-${process.pid}-`))
}

describe('gives what kustomize gives', () => {
  it.each(cases)('%s', async (name) => {
    const dir = caseFolder(name)
    const result = await build(dir)
    const expected = join(dir, 'expected.yaml')
    if (existsSync(expected)) {
      expect(result.problems).toEqual([])
      expect(result.text()).toBe(remote.fill(readFileSync(expected, 'utf8')))
      return
    }
    const message = (result.problems[0]?.message ?? '').replace(/\/[^\s']*\/kustomize-[0-9A-Za-z]+/g, '<clone>')
    expect(message).toBe(remote.fill(readFileSync(join(dir, 'error.txt'), 'utf8')))
    // Nobody can open a clone: the entry that leads there is what is wrong for the user.
    const text = readFileSync(join(dir, 'kustomization.yaml'), 'utf8')
    const { path, range } = result.problems[0]!.location!
    expect(path).toBe(join(dir, 'kustomization.yaml'))
    expect(new LineMap(text).positionAt(range!.start).line).toBe(0)
    expect(text.slice(range!.start, range!.end)).toMatch(/^"(http|file):/)
  })
})

describe('fetching', () => {
  it('builds a reference, and clones it once however often it is named', async () => {
    const store = new FetchStore()
    const own = createRemoteBases({ localRepositories: true })
    let clones = 0
    const remotes = fetchedRemotes(store, {
      get: own.get,
      clone: (repo, cancellation) => {
        clones++
        return own.clone(repo, cancellation)
      },
    })
    const dir = caseFolder('several')
    for (let i = 0; i < 3; i++) await buildFetching(dir, nodeFileSystem, { store, remotes })
    const named = await buildFetching(remote.fill('<http>/app.git//base?ref=v1'), nodeFileSystem, { store, remotes })
    expect(named.text()).toContain('name: b-web')
    // Over file://, over http:// at the newest commit, over http:// at v1: the base of the second, and the target.
    expect(clones).toBe(3)
    own.dispose()
  })

  it.each([
    ['an option in place of a reference', '<file>/app.git?ref=--upload-pack=touch+<file>/pwned'],
    ['an option in place of a host', 'git@-oProxyCommand=touch:x/y'],
  ])('refuses %s', async (_, reference) => {
    const result = await build(remote.fill(reference))
    expect(result.problems).toMatchObject([{ code: 'kustomize/remote-failed', message: /is no valid reference/ }])
    expect(existsSync(join(remote.scratch, 'pwned'))).toBe(false)
  })

  it('runs no hook, not even one of the user, and knows no protocol that runs programs', async () => {
    const hooks = join(remote.scratch, 'template/hooks')
    mkdirSync(hooks, { recursive: true })
    writeFileSync(join(hooks, 'post-checkout'), `#!/bin/sh\ntouch ${remote.scratch}/hooked\n`, { mode: 0o755 })
    const config = join(remote.scratch, 'gitconfig')
    writeFileSync(config, `[init]\n\ttemplateDir = ${remote.scratch}/template\n`)
    vi.stubEnv('GIT_CONFIG_GLOBAL', config)
    const result = await build(remote.fill('<http>/app.git//base?ref=v1&submodules=false'))
    vi.unstubAllEnvs()
    expect(result.problems).toEqual([])
    expect(existsSync(join(remote.scratch, 'hooked'))).toBe(false)
    // Such a reference is not even read as a repository.
    const program = await build('ext::sh -c touch% /tmp/pwned')
    expect(program.problems[0]?.message).toMatch(/^must build at directory/)
  })

  it('refuses repositories of this machine where what is built must not leave its tree', async () => {
    const store = new FetchStore()
    const confined = createRemoteBases({ localRepositories: false })
    const result = await buildFetching(remote.fill('<file>/app.git//base'), nodeFileSystem, {
      store,
      remotes: fetchedRemotes(store, confined),
    })
    expect(result.problems).toMatchObject([{ message: /is not allowed: it is outside of what is built/ }])
  })

  it('refuses a repository and a file that are too large', async () => {
    const store = new FetchStore()
    const small = createRemoteBases({ localRepositories: true, maxClone: 100 })
    const remotes = fetchedRemotes(store, small)
    const result = await buildFetching(remote.fill('<file>/app.git?ref=v1&submodules=false'), nodeFileSystem, {
      store,
      remotes,
    })
    expect(result.problems).toMatchObject([{ message: /^remote base '.*' is over .* MiB$/ }])
    const http = {
      request: async ({ url, maxSize }: { url: string; maxSize: number }) => {
        throw new ChartError(`${url}: the answer is larger than the maximum of ${maxSize} bytes`)
      },
    }
    const answer = await createRemoteBases({ localRepositories: true, http }).get('http://example.com/x', undefined)
    expect(answer).toMatchObject({ code: 'kustomize/remote-failed', message: /larger than the maximum of 33554432/ })
  })

  it('leaves nothing behind: not when it is stopped, not when it fails, not at the end', async () => {
    const before = leftClones()
    const own = createRemoteBases({ localRepositories: true })
    const store = new FetchStore()
    const remotes = fetchedRemotes(store, own)
    const stop = new CancellationSource()
    const slow = remote.fill('<http>/slow/a')
    const running = buildFetching(slow, nodeFileSystem, { store, remotes, cancellation: stop })
    setTimeout(() => stop.cancel(), 100)
    await expect(running).rejects.toThrow(CancelledError)
    await buildFetching(remote.fill('<file>/none.git'), nodeFileSystem, { store, remotes })
    await buildFetching(remote.fill('<http>/app.git'), nodeFileSystem, { store, remotes })
    const mine = leftClones().filter((name) => !before.includes(name))
    expect(mine).toHaveLength(1)
    expect(readdirSync(join(tmpdir(), mine[0]!))).toHaveLength(1)
    own.dispose()
    expect(leftClones()).toEqual(before)
  })

  it('reads nothing of the repository itself: .git is gone', async () => {
    const tree = await bases.clone(
      {
        raw: '',
        repo: remote.fill('<file>/app.git'),
        path: '',
        ref: 'v1',
        timeout: 20_000,
        submodules: false,
      },
      undefined,
    )
    expect('dir' in tree && nodeFileSystem.readDir(tree.dir)?.map(({ name }) => name)).toEqual([
      '.gitmodules',
      'base',
      'component',
      'kustomization.yaml',
      'lib',
      'overlays',
    ])
  })
})
