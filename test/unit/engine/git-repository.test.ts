import { expect, test } from 'vitest'
import { encodeText } from '../../../src/base/index.ts'
import type { GitFetcher, GitRequest } from '../../../src/engine/index.ts'
import { configMap, Harness, kustomization, refFor } from './harness.ts'

const hash = 'a'.repeat(40)

/** A remote that can be changed, made to fail, and asked what was wanted of it. */
class Remote implements GitFetcher {
  readonly requests: GitRequest[] = []
  files: Record<string, string> = { 'apps/a.yaml': configMap('a') }
  revision = `main@sha1:${hash}`
  failure: string | undefined

  fetch(request: GitRequest): ReturnType<GitFetcher['fetch']> {
    this.requests.push(request)
    if (this.failure !== undefined) return Promise.reject(new Error(this.failure))
    const files = Object.entries(this.files).map(([path, text]) => ({ path, content: encodeText(text) }))
    return Promise.resolve({ revision: this.revision, message: 'First line', files })
  }
}

function remote(more = ''): { git: Remote; h: Harness } {
  const git = new Remote()
  const source = `
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: remote, namespace: flux-system }
spec: { interval: 1m, url: https://git.example.org/fleet${more} }
---`
  const reader = kustomization('apps', 'path: ./apps').replace('name: fleet', 'name: remote')
  return { git, h: new Harness({ git, cluster: source + reader }) }
}

async function ready(h: Harness): Promise<string> {
  const status = (await h.get('GitRepository', 'remote'))!['status'] as { conditions: Record<string, string>[] }
  return status.conditions
    .map(({ type, status: value, reason, message }) => `${type} ${value} ${reason}: ${message}`)
    .join('\n')
}

test('fetches, keeps the artifact and tells of it', async () => {
  const { git, h } = remote(', ref: { branch: main, commit: abc }, secretRef: { name: login }')
  await h.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } })
  await h.start()
  expect(await ready(h)).toContain(
    `AuthenticationFailed: failed to get secret 'flux-system/login': secrets "login" not found`,
  )
  await h.client.create({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'login', namespace: 'flux-system' },
    data: { password: 'cHc=' },
  })
  await h.pass(120_000)
  expect(git.requests[0]).toMatchObject({
    url: 'https://git.example.org/fleet',
    ref: { branch: 'main', commit: 'abc' },
    credentials: { password: 'pw' },
    timeout: 60_000,
  })
  expect(await h.inventory('apps')).toEqual(['flux-system_a__ConfigMap'])
  expect(h.messages('remote')).toContain("NewArtifact: stored artifact for commit 'First line'")
  await h.stop()
})

test('looks again at every interval; a new revision is applied', async () => {
  const { git, h } = remote()
  await h.start()
  git.files = { 'apps/b.yaml': configMap('b') }
  git.revision = `main@sha1:${'b'.repeat(40)}`
  await h.pass(65_000)
  await h.settle()
  expect(await h.inventory('apps')).toEqual(['flux-system_b__ConfigMap'])
  await h.stop()
})

test('a remote that fails: the last artifact stays, and the failure goes when it works again', async () => {
  const { git, h } = remote()
  await h.start()
  git.failure = "unable to clone 'https://git.example.org/fleet': connection refused"
  await h.pass(65_000)
  const message = `failed to checkout and determine revision: ${git.failure}`
  expect(await ready(h)).toBe(
    [
      `Reconciling True ProgressingWithRetry: reconciliation in progress`,
      `Ready False GitOperationFailed: ${message}`,
      `ArtifactInStorage True Succeeded: stored artifact for revision 'main@sha1:${hash}'`,
      `FetchFailed True GitOperationFailed: ${message}`,
    ].join('\n'),
  )
  expect(await h.condition('apps')).toMatch(/^True/)
  git.failure = undefined
  await h.pass(1_000_000)
  expect(await ready(h)).not.toContain('FetchFailed')
  expect(h.messages('remote')).toContain("Succeeded: stored artifact for commit 'First line'")
  await h.stop()
})

test('ignore rules decide what goes into the artifact', async () => {
  const { git, h } = remote(', ignore: "/apps/b.yaml"')
  git.files = {
    'apps/a.yaml': configMap('a'),
    'apps/b.yaml': configMap('b'),
    'apps/c.yaml': configMap('c'),
    'apps/.sourceignore': 'c.yaml\n',
  }
  await h.start()
  expect(await h.inventory('apps')).toEqual(['flux-system_a__ConfigMap'])
  await h.stop()
})

test('an included repository is copied to its place, and is waited for', async () => {
  const { git, h } = remote(', include: [{ repository: { name: other }, fromPath: lib, toPath: apps/lib }]')
  await h.start()
  expect(await ready(h)).toContain(
    `IncludeUnavailable True NotFound: could not get resource for include 'other': GitRepository.source.toolkit.fluxcd.io "other" not found`,
  )
  git.files = { 'apps/a.yaml': configMap('a'), 'lib/x.yaml': configMap('x') }
  await h.client.create({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: 'other', namespace: 'flux-system' },
    spec: { interval: '1h', url: 'https://git.example.org/other' },
  })
  await h.pass(60_000)
  expect(await h.inventory('apps')).toEqual(['flux-system_a__ConfigMap', 'flux-system_x__ConfigMap'])
  await h.stop()
})

test('what is to be verified does not pass unverified', async () => {
  const { h } = remote(', verify: { mode: HEAD, secretRef: { name: keys } }')
  await h.start()
  expect(await ready(h)).toContain(
    'Ready False VerificationError: signatures of commits and tags cannot be verified by this engine',
  )
  expect(await h.condition('apps')).toBe('False ArtifactFailed: Source artifact not found, retrying in 30s')
  await h.stop()
})

test('a deleted source takes its artifact with it', async () => {
  const { h } = remote()
  await h.start()
  await h.client.delete(refFor('GitRepository', 'remote'))
  await h.pass(5000)
  expect(await h.get('GitRepository', 'remote')).toBeUndefined()
  expect(await h.get('ConfigMap', 'a')).toBeDefined()
  await h.stop()
})
