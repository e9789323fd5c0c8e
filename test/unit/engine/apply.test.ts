import { expect, test } from 'vitest'
import { configMap, dataOf, Harness, kustomization } from './harness.ts'

test('applies a directory and reports as kustomize-controller does', async () => {
  const h = new Harness({
    files: { 'apps/a.yaml': configMap('a'), 'apps/b.yaml': configMap('b') },
    cluster: kustomization('apps', 'path: ./apps'),
  })
  const settled = await h.start()
  expect(settled.failed).toEqual([])
  const object = (await h.kustomization('apps'))!
  const status = object['status'] as Record<string, unknown>
  const revision = status['lastAppliedRevision'] as string
  expect(revision).toMatch(/^main@sha1:[0-9a-f]{40}$/)
  expect(status['lastAttemptedRevision']).toBe(revision)
  expect(status['observedGeneration']).toBe(1)
  expect(await h.condition('apps')).toBe(`True ReconciliationSucceeded: Applied revision: ${revision}`)
  expect(await h.condition('apps', 'Reconciling')).toBeUndefined()
  expect(await h.inventory('apps')).toEqual(['flux-system_a__ConfigMap', 'flux-system_b__ConfigMap'])
  expect(object.metadata['finalizers']).toEqual(['finalizers.fluxcd.io'])
  const history = status['history'] as { lastReconciledStatus: string; totalReconciliations: number }[]
  expect(history).toHaveLength(1)
  expect(history[0]).toMatchObject({ lastReconciledStatus: 'ReconciliationSucceeded', totalReconciliations: 1 })
  const applied = (await h.get('ConfigMap', 'a'))!
  expect(applied.metadata['labels']).toEqual({
    'kustomize.toolkit.fluxcd.io/name': 'apps',
    'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
  })
  expect(applied.metadata['managedFields']).toMatchObject([{ manager: 'kustomize-controller', operation: 'Apply' }])
  expect(h.messages('apps')[0]).toBe('Progressing: ConfigMap/flux-system/a created\nConfigMap/flux-system/b created')
  expect(h.messages('apps')[1]).toMatch(/^ReconciliationSucceeded: Reconciliation finished in .*, next run in 10m0s$/)
  await h.stop()
})

test('records core/v1 Events with the revision', async () => {
  const h = new Harness({ files: { 'apps/a.yaml': configMap('a') }, cluster: kustomization('apps', 'path: ./apps') })
  await h.start()
  await h.stop()
  const events = (await h.client.list({ apiVersion: 'v1', kind: 'Event' }, { namespace: 'flux-system' })).items
  const created = events.find((event) => event['message'] === 'ConfigMap/flux-system/a created')!
  expect(created).toMatchObject({
    type: 'Normal',
    reason: 'Progressing',
    count: 1,
    source: { component: 'kustomize-controller' },
    reportingComponent: 'kustomize-controller',
    involvedObject: { kind: 'Kustomization', name: 'apps', namespace: 'flux-system' },
  })
  expect(Object.keys(created.metadata['annotations'] as object)).toEqual(['kustomize.toolkit.fluxcd.io/revision'])
})

test('corrects drift at the next interval and changes nothing when there is none', async () => {
  const h = new Harness({ files: { 'apps/a.yaml': configMap('a') }, cluster: kustomization('apps', 'path: ./apps') })
  await h.start()
  const version = (await h.get('ConfigMap', 'a'))!.metadata['resourceVersion']
  await h.pass(11 * 60_000)
  await h.settle()
  expect((await h.get('ConfigMap', 'a'))!.metadata['resourceVersion']).toBe(version)
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace: 'flux-system' }
  await h.client.patch(ref, 'merge', { data: { key: 'by hand' } }, { fieldManager: 'somebody' })
  await h.pass(11 * 60_000)
  expect(dataOf(await h.get('ConfigMap', 'a'))).toBe('value')
  await h.stop()
})

test('custom resources follow their definition in one revision, though it is written last', async () => {
  const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { kind: Widget, plural: widgets, singular: widget }
  versions:
    - { name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } } }
`
  const h = new Harness({
    files: {
      'apps/a.yaml':
        'apiVersion: example.com/v1\nkind: Widget\nmetadata: { name: w, namespace: tenants }\nspec: { size: 1 }\n',
      'apps/b.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: { name: tenants }\n',
      'apps/z.yaml': crd,
    },
    cluster: kustomization('apps', 'path: ./apps'),
  })
  expect((await h.start()).failed).toEqual([])
  expect(await h.inventory('apps')).toEqual([
    '_widgets.example.com_apiextensions.k8s.io_CustomResourceDefinition',
    '_tenants__Namespace',
    'tenants_w_example.com_Widget',
  ])
  await h.stop()
})

test('a kind without definition fails with what the API server says, and the rest of the fleet goes on', async () => {
  const h = new Harness({
    files: {
      'apps/a.yaml': 'apiVersion: example.com/v1\nkind: Widget\nmetadata: { name: w, namespace: flux-system }\n',
      'other/b.yaml': configMap('b'),
    },
    cluster: kustomization('apps', 'path: ./apps') + kustomization('other', 'path: ./other'),
  })
  const settled = await h.start()
  expect(settled.failed.map(({ ref }) => ref.name)).toEqual(['apps'])
  expect(await h.condition('apps')).toBe(
    'False ReconciliationFailed: Widget/flux-system/w dry-run failed: no matches for kind "Widget" in version "example.com/v1"\n',
  )
  expect(await h.condition('apps', 'Reconciling')).toMatch(
    /^True ProgressingWithRetry: Detecting drift for revision main@sha1:/,
  )
  expect(await h.get('ConfigMap', 'b')).toBeDefined()
  await h.stop()
})

test('a path that is not in the artifact', async () => {
  const h = new Harness({ files: { 'apps/a.yaml': configMap('a') }, cluster: kustomization('apps', 'path: ./nowhere') })
  await h.start()
  expect(await h.condition('apps')).toMatch(
    /^False ArtifactFailed: kustomization path not found: stat .*\/nowhere: no such file or directory$/,
  )
  await h.stop()
})
