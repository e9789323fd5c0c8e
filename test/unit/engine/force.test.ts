import { expect, test } from 'vitest'
import { dataOf, Harness, kustomization, refFor } from './harness.ts'

function frozen(value: string, annotations = ''): string {
  return `apiVersion: v1
kind: ConfigMap
metadata: { name: a, namespace: flux-system${annotations} }
immutable: true
data: { key: ${value} }
`
}

test('a change of an immutable field is refused without force', async () => {
  const h = new Harness({ files: { 'apps/a.yaml': frozen('one') }, cluster: kustomization('apps', 'path: ./apps') })
  await h.start()
  h.save('apps/a.yaml', frozen('two'))
  await h.settle()
  expect(await h.condition('apps')).toMatch(
    /^False ReconciliationFailed: ConfigMap\/flux-system\/a dry-run failed \(Invalid\): ConfigMap "a" is invalid: data: Forbidden: field is immutable when `immutable` is set\n$/,
  )
  expect(dataOf(await h.get('ConfigMap', 'a'))).toBe('one')
  expect(await h.inventory('apps')).toEqual(['flux-system_a__ConfigMap'])
  await h.stop()
})

test.each([
  ['spec.force', 'path: ./apps\nforce: true', ''],
  ['the annotation', 'path: ./apps', ', annotations: { kustomize.toolkit.fluxcd.io/force: enabled }'],
])('with %s the object is made anew', async (_, spec, annotations) => {
  const h = new Harness({ files: { 'apps/a.yaml': frozen('one', annotations) }, cluster: kustomization('apps', spec) })
  await h.start()
  const before = (await h.get('ConfigMap', 'a'))!.metadata['uid']
  h.save('apps/a.yaml', frozen('two', annotations))
  expect((await h.settle()).failed).toEqual([])
  const after = (await h.get('ConfigMap', 'a'))!
  expect(dataOf(after)).toBe('two')
  expect(after.metadata['uid']).not.toBe(before)
  expect(h.messages('apps')).toContain('Progressing: ConfigMap/flux-system/a created')
  await h.stop()
})

test.each([
  ['IfNotPresent', 'one'],
  ['Ignore', 'one'],
  ['Merge', 'two'],
])('ssa: %s', async (value, wanted) => {
  const annotations = `, annotations: { kustomize.toolkit.fluxcd.io/ssa: ${value} }`
  const map = (data: string): string => frozen(data, annotations).replace('immutable: true\n', '')
  const h = new Harness({ files: { 'apps/a.yaml': map('one') }, cluster: kustomization('apps', 'path: ./apps') })
  if (value === 'Ignore') {
    // Never applied by Flux: it has to be there already.
    await h.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } })
  }
  await h.start()
  if (value === 'Ignore') {
    expect(await h.get('ConfigMap', 'a')).toBeUndefined()
    expect(await h.inventory('apps')).toEqual(['flux-system_a__ConfigMap'])
    await h.stop()
    return
  }
  h.save('apps/a.yaml', map('two'))
  await h.settle()
  expect(dataOf(await h.get('ConfigMap', 'a'))).toBe(wanted)
  await h.stop()
})

test('fields that kubectl applied are taken over, so that taking them away takes them away', async () => {
  const h = new Harness({
    files: {
      'apps/a.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, namespace: flux-system }\ndata: { key: flux }\n',
    },
    cluster: `${kustomization('apps', 'path: ./apps')}`,
  })
  await h.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } })
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'a',
      namespace: 'other',
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    },
    data: { key: 'kubectl', extra: 'kubectl' },
  }
  await h.client.create(object, { fieldManager: 'kubectl-client-side-apply' })
  h.fs.writeFile(
    '/fleet/apps/a.yaml',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, namespace: other }\ndata: { key: flux }\n',
  )
  await h.start()
  const after = (await h.client.get({ ...refFor('ConfigMap', 'a'), namespace: 'other' }))!
  expect(after['data']).toEqual({ key: 'flux' })
  expect(after.metadata['annotations']).toBeUndefined()
  expect(after.metadata['managedFields']).toMatchObject([{ manager: 'kustomize-controller', operation: 'Apply' }])
  await h.stop()
})

test('spec.ignore leaves a field to others', async () => {
  const deployment = (image: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: flux-system }
spec:
  replicas: 1
  selector: { matchLabels: { app: web } }
  template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: web, image: ${image} }] } }
`
  const h = new Harness({
    files: { 'apps/web.yaml': deployment('nginx:1') },
    cluster: kustomization('apps', 'path: ./apps\nignore: [{ paths: [/spec/replicas], target: { kind: Deployment } }]'),
  })
  await h.start()
  await h.client.patch(refFor('Deployment', 'web'), 'merge', { spec: { replicas: 3 } }, { fieldManager: 'scaler' })
  await h.pass(11 * 60_000)
  expect((await h.get('Deployment', 'web'))!['spec']).toMatchObject({ replicas: 3 })
  h.save('apps/web.yaml', deployment('nginx:2'))
  await h.settle()
  expect((await h.get('Deployment', 'web'))!['spec']).toMatchObject({
    replicas: 3,
    template: { spec: { containers: [{ image: 'nginx:2' }] } },
  })
  await h.stop()
})
