import { expect, test } from 'vitest'
import { VirtualClock } from '../../../src/base/index.ts'
import { ApiServer, createInProcessTransport } from '../../../src/devcluster/index.ts'
import { FluxMissingError, FluxRunningError } from '../../../src/engine/index.ts'
import { createKubeClient, type KubeRequest } from '../../../src/kube/index.ts'
import { configMap, Harness, kustomization } from './harness.ts'

async function withDeployment(name: string, ready: number, ownCluster: boolean): Promise<Harness> {
  const h = new Harness({ ownCluster })
  await h.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'gitops' } })
  const labels = { 'app.kubernetes.io/part-of': 'flux', 'app.kubernetes.io/component': name }
  await h.client.create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'gitops', labels },
    spec: {
      replicas: ready,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'manager', image: 'x' }] } },
    },
  })
  await h.pass(60_000)
  return h
}

test('refuses a cluster in which Flux runs, in whatever namespace', async () => {
  const h = await withDeployment('kustomize-controller', 1, false)
  const failure = await h.during(h.engine.start().catch((error: unknown) => error))
  expect(failure).toBeInstanceOf(FluxRunningError)
  expect((failure as FluxRunningError).deployments).toEqual(['gitops/kustomize-controller'])
})

test.each([
  ['kustomize-controller', 0, false],
  ['podinfo', 1, false],
  ['kustomize-controller', 1, true],
])('goes on with %s, %i ready, own cluster %s', async (name, ready, own) => {
  const h = await withDeployment(name, ready, own)
  await h.start()
  await h.stop()
})

test('acts as the service account of the Kustomization when it applies, and as itself otherwise', async () => {
  const seen: KubeRequest[] = []
  const h = new Harness({
    files: { 'apps/a.yaml': configMap('a') },
    cluster: kustomization('apps', 'path: ./apps\nserviceAccountName: tenant'),
    transport: (inner) => ({
      ...inner,
      request: (request) => {
        seen.push(request)
        return inner.request(request)
      },
    }),
  })
  await h.start()
  const as = (request: KubeRequest): string | undefined => request.headers?.['impersonate-user']
  const user = 'system:serviceaccount:flux-system:tenant'
  expect(await h.condition('apps')).toMatch(
    /^False ReconciliationFailed: ConfigMap\/flux-system\/a dry-run failed \(Forbidden\): configmaps "a" is forbidden: User "system:serviceaccount:flux-system:tenant" cannot patch/,
  )
  expect(
    seen.filter((request) => request.path.includes('/configmaps/a')).every((request) => as(request) === user),
  ).toBe(true)
  expect(
    seen.filter((request) => request.path.includes('/kustomizations/')).every((request) => as(request) === undefined),
  ).toBe(true)
  await h.stop()
})

test.each([
  ['{}', `unable to read KubeConfig secret 'flux-system/remote' error: secrets "remote" not found`],
  ['{ other: YQ== }', `KubeConfig secret 'flux-system/remote' does not contain a 'value' key with a kubeconfig`],
])('a remote cluster whose kubeconfig is not to be had: %s', async (data, message) => {
  const secret = `apiVersion: v1\nkind: Secret\nmetadata: { name: remote, namespace: flux-system }\ndata: ${data}\n---`
  const h = new Harness({
    files: { 'apps/a.yaml': configMap('a') },
    cluster: `${data === '{}' ? '' : secret}${kustomization('apps', 'path: ./apps\nkubeConfig: { secretRef: { name: remote } }')}`,
  })
  await h.start()
  expect(await h.condition('apps')).toBe(`False ReconciliationFailed: ${message}`)
  expect(h.messages('apps')).toEqual([`ReconciliationFailed: failed to build kube client: ${message}`])
  await h.stop()
})

test('two Kustomizations that apply one object are told of', async () => {
  const h = new Harness({
    files: { 'one/a.yaml': configMap('a', 'key: one'), 'two/a.yaml': configMap('a', 'key: two') },
    cluster: kustomization('one', 'path: ./one') + kustomization('two', 'path: ./two'),
  })
  await h.start()
  await h.pass(25 * 60_000)
  const shared = h.events.filter(({ reason }) => reason === 'SharedObject')
  expect(shared.length).toBeGreaterThan(0)
  expect(shared[0]!.message).toMatch(
    /^ConfigMap\/flux-system\/a is applied by Kustomization flux-system\/(one|two) too; the one that is reconciled last wins$/,
  )
  await h.stop()
})

test('a cluster without the definitions of Flux is said to be one', async () => {
  const clock = new VirtualClock()
  const h = new Harness({ clock, server: new ApiServer({ clock, flux: false }), ownCluster: false })
  const failure = await h.during(h.engine.start().catch((error: unknown) => error))
  expect(failure).toBeInstanceOf(FluxMissingError)
  expect((failure as FluxMissingError).kinds).toEqual(['GitRepository', 'Kustomization'])
})

test('a remote cluster gets the objects, the own one the status', async () => {
  const clock = new VirtualClock()
  const spoke = new ApiServer({ clock })
  const secret = `apiVersion: v1\nkind: Secret\nmetadata: { name: remote, namespace: flux-system }\nstringData: { value: the kubeconfig }\n---`
  const h = new Harness({
    clock,
    files: { 'apps/a.yaml': configMap('a', 'key: v', 'default') },
    cluster: `${secret}${kustomization('apps', 'path: ./apps\nkubeConfig: { secretRef: { name: remote } }')}`,
    connect: (config) => (config === 'the kubeconfig' ? createInProcessTransport(spoke) : { error: 'unknown' }),
  })
  expect((await h.start()).failed).toEqual([])
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace: 'default' }
  expect(await h.client.get(ref)).toBeUndefined()
  expect(await createKubeClient(createInProcessTransport(spoke)).get(ref)).toBeDefined()
  expect(await h.inventory('apps')).toEqual(['default_a__ConfigMap'])
  await h.stop()
})
