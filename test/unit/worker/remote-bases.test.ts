import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { settingsChanged, type WorkerSettings } from '../../../src/protocol/index.ts'
import { type RemoteRepositories, serveRepositories } from '../../support/remote-repositories.ts'
import { TestClient } from './client.ts'

const sync = `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1m, url: "https://example.com/fleet"}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 10m, path: ./clusters/prod, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
`
const path = 'clusters/prod/kustomization.yaml'

let remote: RemoteRepositories
let client: TestClient | undefined

beforeEach(async () => {
  remote = await serveRepositories(fileURLToPath(new URL('../../fixtures/kustomize-remote', import.meta.url)))
})
afterEach(async () => {
  const errors = client?.errors
  await client?.stop()
  remote.dispose()
  expect(errors).toBe('')
})

async function start(entry: string, settings: Partial<WorkerSettings>): Promise<TestClient> {
  client = new TestClient({
    'clusters/prod/flux-system/gotk-sync.yaml': sync,
    [path]: remote.fill(`namespace: apps\nresources:\n- flux-system/gotk-sync.yaml\n- ${entry}\n`),
  })
  await client.start(settings)
  return client
}

const codes = (worker: TestClient): string[] => worker.diagnostics(path).map(({ code }) => code)

it('fetches nothing until the user allows it; then the build goes on by itself', async () => {
  const entry = '<http>/app.git//base?ref=v1&submodules=false'
  const worker = await start(entry, {})
  await worker.untilDiagnostics(path, (found) => found.length > 0)
  const [note] = worker.diagnostics(path)
  expect(note?.code).toBe('kustomize/remote')
  expect(note?.range.start).toEqual({ line: 3, character: 2 })
  expect(note?.message).toMatch(/allow it with the setting fluxkit\.kustomize\.remoteBases, in a trusted workspace$/)
  expect(remote.asked).toEqual([])
  await worker.connection.sendNotification(settingsChanged.method, {
    kubeconfigs: [],
    allowedContexts: [],
    trusted: true,
    storage: '/nowhere',
    pollInterval: 10,
    downloadCharts: true,
    remoteBases: true,
    oldFluxVersions: false,
  } satisfies WorkerSettings)
  await worker.untilDiagnostics(path, () => !codes(worker).some((code) => code.startsWith('kustomize/remote')))
  expect(remote.asked).toEqual(['/app.git//base'])
})

it('fetches nothing in a workspace that is not trusted', async () => {
  const worker = await start('<http>/app.git//base', { trusted: false, remoteBases: true })
  await worker.untilDiagnostics(path, (found) => found.length > 0)
  expect(codes(worker)).toEqual(['kustomize/remote'])
  expect(remote.asked).toEqual([])
})

it('warns of what cannot be fetched, and reads no repository of the machine', async () => {
  const worker = await start('<file>/app.git//base', { remoteBases: true })
  await worker.untilDiagnostics(path, () => codes(worker).includes('kustomize/remote-failed'))
  const [warning] = worker.diagnostics(path)
  expect(warning?.severity).toBe(2)
  expect(warning?.message).toMatch(/is not allowed: it is outside of what is built$/)
})
