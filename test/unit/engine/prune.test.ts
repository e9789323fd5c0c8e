import { expect, test } from 'vitest'
import { configMap, Harness, kustomization, refFor } from './harness.ts'

const files = { 'apps/a.yaml': configMap('a'), 'apps/b.yaml': configMap('b') }

test('an object whose file is gone is deleted', async () => {
  const h = new Harness({ files, cluster: kustomization('apps', 'path: ./apps') })
  await h.start()
  h.save('apps/b.yaml', undefined)
  expect((await h.settle()).failed).toEqual([])
  expect(await h.get('ConfigMap', 'b')).toBeUndefined()
  expect(await h.get('ConfigMap', 'a')).toBeDefined()
  expect(await h.inventory('apps')).toEqual(['flux-system_a__ConfigMap'])
  expect(h.messages('apps')).toContain('Progressing: ConfigMap/flux-system/b deleted')
  await h.stop()
})

test('nothing is deleted without prune', async () => {
  const h = new Harness({
    files,
    cluster: kustomization('apps', 'path: ./apps').replace('prune: true', 'prune: false'),
  })
  await h.start()
  h.save('apps/b.yaml', undefined)
  await h.settle()
  expect(await h.get('ConfigMap', 'b')).toBeDefined()
  expect(await h.inventory('apps')).toEqual(['flux-system_a__ConfigMap'])
  await h.stop()
})

test.each([
  ['labels', { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' }],
  ['annotations', { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' }],
  ['annotations', { 'kustomize.toolkit.fluxcd.io/ssa': 'Ignore' }],
])('an object that opts out by %s stays', async (field, pairs) => {
  const h = new Harness({ files, cluster: kustomization('apps', 'path: ./apps') })
  await h.start()
  await h.client.patch(refFor('ConfigMap', 'b'), 'merge', { metadata: { [field]: pairs } })
  h.save('apps/b.yaml', undefined)
  await h.settle()
  expect(await h.get('ConfigMap', 'b')).toBeDefined()
  expect(h.messages('apps')).toContain('Progressing: ConfigMap/flux-system/b skipped')
  await h.stop()
})

test('an object that moves to another Kustomization is not deleted by the first', async () => {
  const h = new Harness({
    files: { ...files, 'more/c.yaml': configMap('c') },
    cluster: kustomization('apps', 'path: ./apps') + kustomization('more', 'path: ./more'),
  })
  await h.start()
  h.save('more/b.yaml', configMap('b'))
  await h.settle()
  h.save('apps/b.yaml', undefined)
  await h.settle()
  expect((await h.get('ConfigMap', 'b'))?.metadata['labels']).toMatchObject({
    'kustomize.toolkit.fluxcd.io/name': 'more',
  })
  expect(await h.inventory('apps')).toEqual(['flux-system_a__ConfigMap'])
  expect(await h.inventory('more')).toEqual(['flux-system_b__ConfigMap', 'flux-system_c__ConfigMap'])
  await h.stop()
})

test('what could not be deleted stays in the inventory and is tried again', async () => {
  let refuse = true
  const h = new Harness({
    files,
    cluster: kustomization('apps', 'path: ./apps\nretryInterval: 1m'),
    transport: (inner) => ({
      ...inner,
      request: (request) =>
        refuse && request.method === 'DELETE'
          ? Promise.resolve({
              status: 403,
              headers: {},
              body: JSON.stringify({
                kind: 'Status',
                status: 'Failure',
                reason: 'Forbidden',
                message: 'no',
                code: 403,
              }),
            })
          : inner.request(request),
    }),
  })
  await h.start()
  h.save('apps/b.yaml', undefined)
  await h.settle()
  expect(await h.condition('apps')).toBe(
    'False PruneFailed: delete failed, errors: ConfigMap/flux-system/b delete failed: no;',
  )
  expect(await h.inventory('apps')).toEqual(['flux-system_a__ConfigMap', 'flux-system_b__ConfigMap'])
  refuse = false
  await h.pass(61_000)
  expect(await h.get('ConfigMap', 'b')).toBeUndefined()
  expect(await h.inventory('apps')).toEqual(['flux-system_a__ConfigMap'])
  await h.stop()
})

test.each([
  ['prune: true', undefined, false],
  ['prune: false', undefined, true],
  ['prune: false', 'deletionPolicy: Delete', false],
  ['prune: false', 'deletionPolicy: WaitForTermination', false],
  ['prune: true', 'deletionPolicy: Orphan', true],
])('a deleted Kustomization with %s, %s', async (prune, policy, survives) => {
  const spec = `path: ./apps${policy === undefined ? '' : `\n${policy}`}`
  const h = new Harness({ files, cluster: kustomization('apps', spec).replace('prune: true', prune) })
  await h.start()
  await h.client.delete(refFor('Kustomization', 'apps'))
  await h.pass(5000)
  expect(await h.kustomization('apps')).toBeUndefined()
  expect((await h.get('ConfigMap', 'a')) !== undefined).toBe(survives)
  await h.stop()
})

test('a suspended Kustomization that is deleted leaves its objects', async () => {
  const h = new Harness({ files, cluster: kustomization('apps', 'path: ./apps') })
  await h.start()
  await h.client.patch(refFor('Kustomization', 'apps'), 'merge', { spec: { suspend: true } })
  await h.settle()
  await h.client.delete(refFor('Kustomization', 'apps'))
  await h.pass(5000)
  expect(await h.kustomization('apps')).toBeUndefined()
  expect(await h.get('ConfigMap', 'a')).toBeDefined()
  await h.stop()
})
