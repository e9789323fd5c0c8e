import { basename } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { writeRecord } from '../../../src/host/index.ts'
import {
  buildOrigin,
  buildWorkload,
  clustersChanged,
  contextId,
  devCluster,
  devClusterId,
  engine,
  fleetTree,
  listClusters,
  liveManifest,
  openCluster,
} from '../../../src/protocol/index.ts'
import { TestClient } from './client.ts'

const source = `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 1m
  url: https://example.com/fleet
`

const apps = `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
`

const fleet = {
  'clusters/prod/flux-system/gotk-sync.yaml': `${source}---\n${apps.replaceAll('apps', 'clusters/prod').replace('name: clusters/prod', 'name: flux-system')}`,
  'clusters/prod/flux-system/gotk-components.yaml': '',
  'clusters/prod/flux-system/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - gotk-components.yaml
  - gotk-sync.yaml
`,
  'clusters/prod/apps.yaml': apps,
  'apps/config.yaml': `apiVersion: v1
kind: ConfigMap
metadata:
  name: greeting
  namespace: default
data:
  text: hello
`,
}

const kubeconfig = `apiVersion: v1
kind: Config
current-context: gone
clusters:
  - name: gone
    cluster:
      server: https://127.0.0.1:1
users:
  - name: me
    user: {}
contexts:
  - name: gone
    context:
      cluster: gone
      user: me
`

let client: TestClient | undefined

async function start(files: Readonly<Record<string, string>> = fleet, settings = {}): Promise<TestClient> {
  client = new TestClient(files)
  await client.start(settings)
  return client
}

afterEach(async () => {
  const errors = client?.errors
  await client?.stop()
  client = undefined
  expect(errors).toBe('')
})

describe('diagnostics', () => {
  it('underlines a source that nothing declares, and takes it back when it is mended in the editor', async () => {
    const path = 'clusters/prod/apps.yaml'
    const wrong = apps
      .replace('name: flux-system\n', 'name: flux-sytem\n')
      .replace(/namespace: flux-sytem/, 'namespace: flux-system')
    const worker = await start({ ...fleet, [path]: wrong })
    await worker.untilDiagnostics(path, (found) => found.length > 0)
    const [found] = worker.diagnostics(path)
    expect(found).toMatchObject({ severity: 1 })
    expect(found!.message).toContain('flux-sytem')
    expect(wrong.split('\n')[found!.range.start.line]).toContain('name: flux-sytem')
    await worker.open(path, wrong)
    await worker.change(path, wrong.replace('flux-sytem', 'flux-system'), 2)
    await worker.untilDiagnostics(path, (left) => left.length === 0)
  })

  it('answers for the last of many edits', async () => {
    const path = 'clusters/prod/apps.yaml'
    const worker = await start()
    await worker.open(path, apps)
    for (let i = 2; i <= 60; i++) await worker.change(path, apps.replace('./apps', `./nowhere-${i}`), i)
    await worker.untilDiagnostics(path, (found) => found.some(({ message }) => message.includes('nowhere-60')))
    await worker.change(path, apps, 61)
    await worker.untilDiagnostics(path, (found) => found.length === 0)
  })

  it('names a syntax error, and still checks the other files', async () => {
    const worker = await start({ ...fleet, 'apps/broken.yaml': 'a: [1, 2\nb: {\n' })
    await worker.untilDiagnostics('apps/broken.yaml', (found) => found.length > 0)
    const clusters = await worker.request(fleetTree, null)
    expect(clusters.map(({ name }) => name)).toEqual(['prod'])
  })
})

describe('the fleet', () => {
  it('lists entry points with their workloads and where they are declared', async () => {
    const worker = await start()
    const [cluster] = await worker.request(fleetTree, null)
    expect(cluster).toMatchObject({ name: 'prod', path: 'clusters/prod' })
    const found = cluster!.workloads.find(({ ref }) => ref.name === 'apps')
    expect(found).toMatchObject({ detail: './apps', errors: 0, source: { kind: 'GitRepository', name: 'flux-system' } })
    expect(found!.location).toMatchObject({ uri: worker.uri('clusters/prod/apps.yaml'), range: { start: { line: 0 } } })
  })

  it('names the folder of entry points where a workspace has several', async () => {
    const worker = await start()
    expect((await worker.request(fleetTree, null))[0]).not.toHaveProperty('folder')
    const added = [{ uri: worker.uri('clusters'), name: 'clusters' }]
    await worker.connection.sendNotification('workspace/didChangeWorkspaceFolders', { event: { added, removed: [] } })
    const folders = (await worker.request(fleetTree, null)).map(({ folder }) => folder)
    expect(folders).toContain(basename(worker.root))
    expect(folders).toContain('clusters')
  })

  it('builds what is in the editor, saved or not', async () => {
    const worker = await start()
    const [cluster] = await worker.request(fleetTree, null)
    const workload = cluster!.workloads.find(({ ref }) => ref.name === 'apps')!.id
    await worker.open('apps/config.yaml', fleet['apps/config.yaml'].replace('hello', 'good day'))
    const { text, problems } = await worker.request(buildWorkload, { fleetCluster: cluster!.id, workload })
    expect(problems).toEqual([])
    expect(text).toContain('text: good day')
  })

  it('tells where a field of a rendered document comes from', async () => {
    const worker = await start()
    const [cluster] = await worker.request(fleetTree, null)
    const workload = cluster!.workloads.find(({ ref }) => ref.name === 'apps')!.id
    const { text } = await worker.request(buildWorkload, { fleetCluster: cluster!.id, workload })
    const line = text.split('\n').findIndex((each) => each.includes('text: hello'))
    const place = { fleetCluster: cluster!.id, workload, document: text, line, character: 4 }
    const found = await worker.request(buildOrigin, place)
    expect(found?.field).toBe('data.text')
    expect(found?.origin?.location?.uri).toMatch(/\/apps\/config\.yaml$/)
    const { start: from } = found!.origin!.location!.range
    expect(fleet['apps/config.yaml'].split('\n')[from.line]).toBe('  text: hello')
    expect(await worker.request(buildOrigin, { ...place, document: 'kind: Other\n' })).toBeNull()
  })

  it('says which workload it does not know', async () => {
    const worker = await start()
    const [cluster] = await worker.request(fleetTree, null)
    await expect(worker.request(buildWorkload, { fleetCluster: cluster!.id, workload: 'none' })).rejects.toThrow(
      'no longer declares none',
    )
  })
})

describe('the process', () => {
  it('answers over standard input and output, and ends when told to', async () => {
    client = new TestClient(fleet, { ownProcess: true })
    await client.start()
    expect(await client.request(fleetTree, null)).toHaveLength(1)
  })
})

describe('the engine', () => {
  it('runs the working tree on a dev cluster: a saved edit is applied, what a deleted file held is pruned', async () => {
    const worker = await start()
    const [cluster] = await worker.request(fleetTree, null)
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', name: 'greeting', namespace: 'default' }
    const live = (): Promise<string> =>
      worker.request(liveManifest, { cluster: devClusterId, ref }).then(
        ({ text }) => text,
        () => 'gone',
      )
    await worker.request(devCluster, { command: 'start' })
    await worker.request(engine, { cluster: devClusterId, command: 'run', fleetCluster: cluster!.id })
    await expect.poll(live, { timeout: 15_000 }).toContain('text: hello')
    worker.write('apps/config.yaml', fleet['apps/config.yaml'].replace('hello', 'good day'))
    await worker.touch('apps/config.yaml')
    await expect.poll(live, { timeout: 15_000 }).toContain('text: good day')
    worker.write('apps/config.yaml', '')
    await worker.touch('apps/config.yaml')
    await expect.poll(live, { timeout: 15_000 }).toBe('gone')
    await worker.request(engine, { cluster: devClusterId, command: 'stop' })
    await worker.request(devCluster, { command: 'stop' })
    expect((await worker.request(listClusters, null))[0]).toMatchObject({ id: devClusterId, state: 'closed' })
  }, 60_000)
})

describe('requests', () => {
  it('refuses malformed parameters and goes on', async () => {
    const worker = await start()
    await expect(worker.connection.sendRequest(buildWorkload.method, { workload: 7 })).rejects.toThrow('malformed')
    await expect(worker.request(fleetTree, null)).resolves.toHaveLength(1)
  })
})

describe('clusters', () => {
  it('lists contexts without contacting them, and follows the file', async () => {
    const worker = await start({ ...fleet, kubeconfig })
    const rows = await worker.request(listClusters, null)
    expect(rows.map(({ id, state }) => [id, state])).toEqual([
      ['dev', 'closed'],
      [contextId('gone'), 'closed'],
    ])
    const changed = new Promise<readonly string[]>((resolve) => {
      worker.on(clustersChanged, (clusters) => {
        if (clusters.some(({ name }) => name === 'other')) resolve(clusters.map(({ name }) => name))
      })
    })
    worker.write('kubeconfig', kubeconfig.replaceAll('gone', 'other'))
    expect(await changed).toEqual(['Dev cluster', 'other'])
  })

  it('lists the dev clusters of the command line that run, beside those of the kubeconfig', async () => {
    const worker = await start({ ...fleet, kubeconfig, 'second/kubeconfig': kubeconfig.replaceAll('gone', 'second') })
    const record = { url: 'https://127.0.0.1:1', kubeconfig: `${worker.root}/second/kubeconfig` }
    writeRecord(process.env, { ...record, name: 'second', pid: process.pid })
    writeRecord(process.env, { ...record, name: 'ended', pid: 2 ** 30, kubeconfig: `${worker.root}/none` })
    const rows = await worker.request(listClusters, null)
    expect(rows.map(({ name }) => name)).toEqual(['Dev cluster', 'gone', 'second'])
  })

  it('says why a cluster does not open', async () => {
    const worker = await start({ ...fleet, kubeconfig })
    await expect(worker.request(openCluster, { cluster: contextId('gone') })).rejects.toThrow('127.0.0.1:1')
    const rows = await worker.request(listClusters, null)
    expect(rows[1]).toMatchObject({ state: 'failed', message: expect.stringContaining('ECONNREFUSED') })
  })

  it('contacts nothing from a restricted workspace', async () => {
    const worker = await start({ ...fleet, kubeconfig }, { trusted: false })
    expect(await worker.request(listClusters, null)).toEqual([])
    await expect(worker.request(openCluster, { cluster: contextId('gone') })).rejects.toThrow('restricted')
  })
})
