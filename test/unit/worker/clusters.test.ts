import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { encodeText, type ObjectRef } from '../../../src/base/index.ts'
import { type DevCluster, startDevCluster } from '../../../src/devcluster/server/index.ts'
import { install, loadChart } from '../../../src/helm/index.ts'
import { createTransport, loadKubeconfig, nodeGzip, systemClock, unpackChart } from '../../../src/host/index.ts'
import { createKubeClient, type KubeClient, type KubeObject } from '../../../src/kube/index.ts'
import {
  act,
  contextId,
  diffWorkload,
  exportManifest,
  fleetTree,
  inventory,
  inventoryChanged,
  liveManifest,
  type ObjectsDelta,
  objectsChanged,
  openCluster,
} from '../../../src/protocol/index.ts'
import { TestClient } from './client.ts'

const cluster = contextId('fluxkit')

const source: KubeObject = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  metadata: { name: 'fleet', namespace: 'default' },
  spec: { interval: '1m', url: 'https://example.com/fleet' },
}

const apps: KubeObject = {
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name: 'apps', namespace: 'default' },
  spec: { interval: '10m', path: './apps', prune: true, sourceRef: { kind: 'GitRepository', name: 'fleet' } },
}

const secret: KubeObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'token', namespace: 'default' },
  stringData: { password: 'hunter2' },
}

const ref: ObjectRef = { apiVersion: apps.apiVersion, kind: 'Kustomization', name: 'apps', namespace: 'default' }

/** One API server for all tests: what they leave in it is thrown away between them. */
let server: DevCluster
let admin: KubeClient
let worker: TestClient

beforeAll(async () => {
  server = await startDevCluster({ workloads: false })
})
afterAll(() => server.close())

beforeEach(async () => {
  worker = new TestClient({ kubeconfig: server.kubeconfig })
  const kubeconfig = await loadKubeconfig([`${worker.root}/kubeconfig`])
  admin = createKubeClient(createTransport(kubeconfig, 'fluxkit'))
  for (const object of [source, apps, secret]) await admin.apply(object, { fieldManager: 'test', force: true })
})

afterEach(async () => {
  await worker.stop()
  for (const object of [source, apps, secret]) {
    await admin.delete({
      apiVersion: object.apiVersion,
      kind: object.kind,
      name: object.metadata.name,
      namespace: 'default',
    })
  }
})

function nextDelta(wanted: (delta: ObjectsDelta) => boolean): Promise<ObjectsDelta> {
  return new Promise((resolve) => {
    worker.on(objectsChanged, (delta) => {
      if (wanted(delta)) resolve(delta)
    })
  })
}

async function specOf(name: string): Promise<Record<string, unknown>> {
  const object = await admin.get({ ...ref, name })
  return object!['spec'] as Record<string, unknown>
}

describe('an open cluster', () => {
  it('lists its Flux objects; what nobody reconciles has no controller', async () => {
    await worker.start()
    const objects = await worker.request(openCluster, { cluster })
    const found = objects.find((object) => object.ref.name === 'apps')
    expect(found).toMatchObject({
      ref,
      health: 'unmanaged',
      detail: './apps',
      source: { kind: 'GitRepository', name: 'fleet', namespace: 'default' },
    })
  })

  it('tells of changes by watch', async () => {
    await worker.start()
    await worker.request(openCluster, { cluster })
    const ready = {
      type: 'Ready',
      status: 'True',
      reason: 'Succeeded',
      message: 'ok',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    }
    const changed = nextDelta(({ upserted }) => upserted.some(({ health }) => health === 'ready'))
    await admin.patch(
      ref,
      'merge',
      {
        status: {
          observedGeneration: 1,
          conditions: [{ ...ready, observedGeneration: 1 }],
          lastAppliedRevision: 'main@sha1:1',
        },
      },
      { subresource: 'status' },
    )
    const found = (await changed).upserted.find((object) => object.ref.name === 'apps')
    expect(found).toMatchObject({ ref, health: 'ready', revision: 'main@sha1:1' })
    const gone = nextDelta(({ removed }) => removed.length > 0)
    await admin.delete(ref)
    expect((await gone).removed).toEqual(['kustomize.toolkit.fluxcd.io/Kustomization/default/apps'])
  })

  it('watches what an inventory names', async () => {
    await worker.start()
    await worker.request(openCluster, { cluster })
    const withInventory = nextDelta(({ upserted }) => upserted.some(({ inventorySize }) => inventorySize === 2))
    const entries = [
      { id: 'default_token__Secret', v: 'v1' },
      { id: 'default_gone__ConfigMap', v: 'v1' },
    ]
    await admin.patch(ref, 'merge', { status: { inventory: { entries } } }, { subresource: 'status' })
    await withInventory
    const items = await worker.request(inventory, { cluster, ref })
    expect(items.map((item) => [item.ref.name, item.health, item.message])).toEqual([
      ['token', 'ready', ''],
      ['gone', 'unknown', 'not in the cluster'],
    ])
    const appeared = new Promise((resolve) => {
      worker.on(inventoryChanged, ({ items: now }) => {
        if (now.every(({ health }) => health === 'ready')) resolve(undefined)
      })
    })
    const gone = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'gone', namespace: 'default' } }
    await admin.apply(gone, { fieldManager: 'test' })
    await appeared
    await admin.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', namespace: 'default' })
  })
})

describe('manifests', () => {
  it('masks Secret values and leaves out managed fields', async () => {
    await worker.start()
    await worker.request(openCluster, { cluster })
    const { text } = await worker.request(liveManifest, {
      cluster,
      ref: { apiVersion: 'v1', kind: 'Secret', name: 'token', namespace: 'default' },
    })
    expect(text).toMatch(/password: ['"]\*\*\*['"]/)
    expect(text).not.toContain('managedFields')
    expect(text).not.toMatch(/hunter2|aHVudGVyMg/)
  })

  it('exports what one would commit', async () => {
    await worker.start()
    await worker.request(openCluster, { cluster })
    const { text } = await worker.request(exportManifest, { cluster, ref })
    expect(text).toMatch(
      /^apiVersion: kustomize\.toolkit\.fluxcd\.io\/v1\nkind: Kustomization\nmetadata:\n {2}name: apps\n/,
    )
    expect(text).not.toMatch(/status|uid|resourceVersion|creationTimestamp/)
  })
})

describe('actions', () => {
  const settings = { allowedContexts: ['fluxkit'] }

  it('are refused in a context that the user has not named', async () => {
    await worker.start()
    await worker.request(openCluster, { cluster })
    await expect(worker.request(act, { cluster, verb: 'suspend', refs: [ref] })).rejects.toThrow('allowedContexts')
    expect((await specOf('apps'))['suspend']).toBeUndefined()
  })

  it('suspend, refuse to reconcile what is suspended, resume', async () => {
    await worker.start(settings)
    await worker.request(openCluster, { cluster })
    expect(await worker.request(act, { cluster, verb: 'suspend', refs: [ref] })).toMatchObject([{ ok: true }])
    expect((await specOf('apps'))['suspend']).toBe(true)
    const [refused] = await worker.request(act, { cluster, verb: 'reconcile', refs: [ref] })
    expect(refused).toMatchObject({ ok: false, message: expect.stringContaining('suspended') })
    expect(await worker.request(act, { cluster, verb: 'resume', refs: [ref] })).toMatchObject([{ ok: true }])
    expect((await specOf('apps'))['suspend']).toBe(false)
  })

  it('ask for the source too, and for the rest when one is missing', async () => {
    await worker.start(settings)
    await worker.request(openCluster, { cluster })
    const missing = { ...ref, name: 'nobody' }
    const outcomes = await worker.request(act, { cluster, verb: 'reconcile-with-source', refs: [missing, ref] })
    expect(outcomes.map(({ ok }) => ok)).toEqual([false, true])
    for (const object of [
      ref,
      { ...ref, apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', name: 'fleet' },
    ]) {
      const { annotations } = (await admin.get(object))!.metadata as { annotations?: Record<string, string> }
      expect(annotations?.['reconcile.fluxcd.io/requestedAt']).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
    }
  })
})

describe('diff', () => {
  it('shows what applying the working tree would change, Secret values masked', async () => {
    const manifest = (object: KubeObject): string => JSON.stringify(object)
    worker.write('.git/config', '[remote "origin"]\n\turl = https://example.com/fleet\n')
    worker.write('clusters/prod/flux-system/gotk-sync.yaml', '')
    worker.write('clusters/prod/fleet.yaml', manifest(source))
    worker.write('clusters/prod/apps.yaml', manifest({ ...apps, metadata: { name: 'apps', namespace: 'default' } }))
    worker.write('apps/token.yaml', manifest({ ...secret, stringData: { password: 'correct horse', added: 'x' } }))
    worker.write(
      'apps/new.yaml',
      manifest({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'new', namespace: 'default' },
        data: { a: 'b' },
      }),
    )
    await worker.start({ allowedContexts: ['fluxkit'] })
    await worker.request(openCluster, { cluster })
    const [prod] = await worker.request(fleetTree, null)
    const workload = prod!.workloads.find(({ detail }) => detail === './apps')
    const entries = await worker.request(diffWorkload, { cluster, fleetCluster: prod!.id, workload: workload!.id })
    expect(entries.map((entry) => [entry.ref.name, entry.change]).sort()).toEqual([
      ['new', 'created'],
      ['token', 'changed'],
    ])
    const token = entries.find((entry) => entry.ref.name === 'token')!
    expect(token.live).toMatch(/password: ['"]\*\*\* \(before\)['"]/)
    expect(token.merged).toMatch(/password: ['"]\*\*\* \(after\)['"]/)
    expect(await admin.get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'new', namespace: 'default' })).toBeUndefined()
  })

  it('of a HelmRelease compares with the objects in the cluster and with the deployed revision', async () => {
    const configMap = (name: string, data: string): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  a: ${data}\n`
    const chart = 'apiVersion: v2\nname: web\nversion: 1.0.0\n'
    const before = {
      'Chart.yaml': chart,
      'templates/kept.yaml': configMap('kept', 'old'),
      'templates/gone.yaml': configMap('gone', 'x'),
    }
    const files = Object.entries(before).map(([name, text]) => ({ name, data: encodeText(text) }))
    await install(
      'web',
      { chart: loadChart(files, unpackChart), values: {} },
      { client: admin, clock: systemClock, gzip: nodeGzip, namespace: 'default', fieldManager: 'helm-controller' },
    )
    const release: KubeObject = {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        interval: '10m',
        chart: { spec: { chart: 'charts/web', sourceRef: { kind: 'GitRepository', name: 'fleet' } } },
      },
    }
    worker.write('.git/config', '[remote "origin"]\n\turl = https://example.com/fleet\n')
    worker.write('clusters/prod/flux-system/gotk-sync.yaml', '')
    worker.write('clusters/prod/fleet.yaml', JSON.stringify(source))
    worker.write('clusters/prod/web.yaml', JSON.stringify(release))
    worker.write('charts/web/Chart.yaml', chart)
    worker.write('charts/web/templates/kept.yaml', configMap('kept', 'new'))
    worker.write('charts/web/templates/added.yaml', configMap('added', 'y'))
    await worker.start({ allowedContexts: ['fluxkit'] })
    await worker.request(openCluster, { cluster })
    const [prod] = await worker.request(fleetTree, null)
    const workload = prod!.workloads.find(({ ref: each }) => each.kind === 'HelmRelease')!
    const entries = await worker.request(diffWorkload, { cluster, fleetCluster: prod!.id, workload: workload.id })
    expect(entries.map((entry) => `${entry.change} ${entry.ref.name}`).sort()).toEqual([
      'changed kept',
      'created added',
      'deleted gone',
    ])
    const kept = entries.find((entry) => entry.ref.name === 'kept')!
    expect(kept.live).toContain('a: old')
    expect(kept.merged).toContain('a: new')
    expect(kept.merged).toContain('app.kubernetes.io/managed-by: Helm')
  })
})
