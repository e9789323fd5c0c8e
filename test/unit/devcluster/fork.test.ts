import { describe, expect, it } from 'vitest'
import { getIn, type JsonObject, type Problem } from '../../../src/base/index.ts'
import { createInProcessTransport, type ForkReport, forkCluster } from '../../../src/devcluster/index.ts'
import { createKubeClient, KubeError } from '../../../src/kube/index.ts'
import { deployment, names, TestCluster } from './cluster.ts'

const KUSTOMIZATIONS = '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/apps/kustomizations'

async function source(): Promise<TestCluster> {
  const cluster = new TestCluster({ flux: '2.9' })
  cluster.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'apps' } })
  cluster.post('/apis/apps/v1/namespaces/apps/deployments', deployment('web'))
  cluster.post('/api/v1/namespaces/apps/configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings' },
    data: { a: '1' },
  })
  cluster.post('/api/v1/namespaces/apps/secrets', {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'password' },
    stringData: { a: 'b' },
  })
  cluster.post('/api/v1/namespaces/apps/pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'alone' },
    spec: { containers: [{ name: 'main', image: 'nginx:1.27' }] },
  })
  cluster.post(KUSTOMIZATIONS, {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'apps', finalizers: ['finalizers.fluxcd.io'] },
    spec: { interval: '10m', prune: true, sourceRef: { kind: 'GitRepository', name: 'app' } },
  })
  cluster.patch(`${KUSTOMIZATIONS}/apps/status`, 'merge', { status: { lastAppliedRevision: 'main@sha1:1' } })
  cluster.post('/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations', {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'guard' },
    webhooks: [],
  })
  await cluster.clock.advance(30_000)
  return cluster
}

interface Forked {
  readonly to: TestCluster
  readonly report: ForkReport
  readonly problems: readonly Problem[]
}

async function fork(from: TestCluster, includeSecrets = false, waitMs = 30_000): Promise<Forked> {
  const to = new TestCluster()
  const client = createKubeClient(createInProcessTransport(from.server, from.user), from.clock)
  const { value, problems } = await forkCluster(client, to.server, { includeSecrets })
  await to.clock.advance(waitMs)
  return { to, report: value, problems }
}

const uid = (cluster: TestCluster, path: string): unknown => getIn(cluster.get(path).body, ['metadata', 'uid'])

describe('a fork', () => {
  it('has the objects of the other cluster, with status, ownership and managed fields', async () => {
    const from = await source()
    const before = from.server.store.revision
    const { to, report } = await fork(from)
    expect(from.server.store.revision).toBe(before)
    for (const path of [`${KUSTOMIZATIONS}/apps`, '/api/v1/namespaces/apps/configmaps/settings']) {
      const there = from.get(path).body
      const here = to.get(path).body
      const metadata = { ...(there['metadata'] as JsonObject) }
      metadata['resourceVersion'] = getIn(here, ['metadata', 'resourceVersion'])!
      expect(here).toEqual({ ...there, metadata })
    }
    expect(report.copied.get('kustomizations.kustomize.toolkit.fluxcd.io')).toBe(1)
    expect(to.get('/openapi/v3/apis/kustomize.toolkit.fluxcd.io/v1').status).toBe(200)
  })

  it('keeps owned objects, and makes Pods of controllers itself', async () => {
    const from = await source()
    const { to } = await fork(from)
    const sets = '/apis/apps/v1/namespaces/apps/replicasets'
    expect(names(to.get(sets))).toEqual(names(from.get(sets)))
    const [set] = names(to.get(sets))
    expect(uid(to, `${sets}/${set}`)).toBe(uid(from, `${sets}/${set}`))
    const pods = '/api/v1/namespaces/apps/pods'
    expect(names(to.get(pods))).toHaveLength(3)
    expect(uid(to, `${pods}/alone`)).toBe(uid(from, `${pods}/alone`))
    expect(names(to.get(pods)).filter((name) => name !== 'alone')).not.toEqual(
      names(from.get(pods)).filter((name) => name !== 'alone'),
    )
    expect(getIn(to.get('/apis/apps/v1/namespaces/apps/deployments/web').body, ['status', 'readyReplicas'])).toBe(2)
    expect(to.request('DELETE', '/apis/apps/v1/namespaces/apps/deployments/web').status).toBe(200)
    await to.clock.advance(60_000)
    expect(names(to.get(sets))).toEqual([])
  })

  it('claims no Pods before its controllers have made them', async () => {
    const from = await source()
    const path = '/apis/apps/v1/namespaces/apps/deployments/web'
    expect(getIn(from.get(path).body, ['status', 'readyReplicas'])).toBe(2)
    const { to } = await fork(from, false, 0)
    const [set] = names(to.get('/apis/apps/v1/namespaces/apps/replicasets'))
    for (const at of [path, `/apis/apps/v1/namespaces/apps/replicasets/${set}`]) {
      expect(getIn(to.get(at).body, ['status', 'readyReplicas'])).toBeUndefined()
      expect(getIn(to.get(at).body, ['status', 'availableReplicas'])).toBeUndefined()
    }
    await to.clock.advance(30_000)
    expect(getIn(to.get(path).body, ['status', 'readyReplicas'])).toBe(2)
  })

  it('has Secrets only when asked', async () => {
    const from = await source()
    const path = '/api/v1/namespaces/apps/secrets/password'
    expect((await fork(from)).to.get(path).status).toBe(404)
    expect((await fork(from, true)).to.get(path).body['data']).toEqual({ a: 'Yg==' })
  })

  it('tells what it left out, and of what may not be read', async () => {
    const from = await source()
    const { problems } = await fork(from)
    expect(problems.map((problem) => problem.message)).toEqual([
      'ValidatingWebhookConfiguration guard: its webhooks are out of reach of the dev cluster',
    ])
    from.user = { name: 'eve', groups: ['system:authenticated'] }
    const poor = await fork(from)
    expect(poor.problems.find((problem) => problem.message.startsWith('configmaps'))).toMatchObject({
      code: 'fork/unreadable',
      message: expect.stringContaining('User "eve" cannot list resource "configmaps"') as string,
    })
    expect(poor.report.copied.get('configmaps')).toBeUndefined()
  })

  it('fails when the other cluster cannot be reached', async () => {
    const refused = new KubeError(0, 'ConnectionRefused', 'connection refused')
    const transport = {
      request: () => Promise.reject(refused),
      stream: () => ({ dispose: () => undefined }),
    }
    const to = new TestCluster()
    await expect(forkCluster(createKubeClient(transport, to.clock), to.server)).rejects.toThrow('connection refused')
  })
})
