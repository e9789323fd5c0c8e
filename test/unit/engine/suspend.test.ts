import { expect, test } from 'vitest'
import { configMap, dataOf, Harness, kustomization, refFor } from './harness.ts'

test('a suspended Kustomization is left alone until it is resumed', async () => {
  const h = new Harness({ files: { 'apps/a.yaml': configMap('a') }, cluster: kustomization('apps', 'path: ./apps') })
  await h.start()
  await h.client.patch(refFor('Kustomization', 'apps'), 'merge', { spec: { suspend: true } })
  h.save('apps/a.yaml', configMap('a', 'key: new'))
  const settled = await h.settle()
  expect(settled.suspended.map(({ name }) => name)).toEqual(['apps'])
  await h.pass(3_600_000)
  expect(dataOf(await h.get('ConfigMap', 'a'))).toBe('value')
  await h.client.patch(refFor('Kustomization', 'apps'), 'merge', { spec: { suspend: false } })
  expect((await h.settle()).failed).toEqual([])
  expect(dataOf(await h.get('ConfigMap', 'a'))).toBe('new')
  await h.stop()
})

test('a suspended source keeps its artifact', async () => {
  const h = new Harness({ files: { 'apps/a.yaml': configMap('a') }, cluster: kustomization('apps', 'path: ./apps') })
  await h.start()
  await h.client.patch(refFor('GitRepository', 'fleet'), 'merge', { spec: { suspend: true } })
  await h.settle()
  h.save('apps/a.yaml', configMap('a', 'key: new'))
  await h.pass(60_000)
  expect(dataOf(await h.get('ConfigMap', 'a'))).toBe('value')
  await h.stop()
})

test('a reconcile request is carried out and acknowledged', async () => {
  const h = new Harness({ files: { 'apps/a.yaml': configMap('a') }, cluster: kustomization('apps', 'path: ./apps') })
  await h.start()
  await h.client.patch(refFor('ConfigMap', 'a'), 'merge', { data: { key: 'by hand' } }, { fieldManager: 'somebody' })
  const annotations = { 'reconcile.fluxcd.io/requestedAt': '2026-01-01T00:00:00.1Z' }
  await h.client.patch(refFor('Kustomization', 'apps'), 'merge', { metadata: { annotations } })
  await h.pass(1000)
  expect(dataOf(await h.get('ConfigMap', 'a'))).toBe('value')
  const status = (await h.kustomization('apps'))!['status'] as Record<string, unknown>
  expect(status['lastHandledReconcileAt']).toBe('2026-01-01T00:00:00.1Z')
  await h.stop()
})
