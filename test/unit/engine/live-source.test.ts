import { expect, test } from 'vitest'
import { configMap, dataOf, Harness, kustomization } from './harness.ts'

test('a save is a new revision and is applied within a second', async () => {
  const h = new Harness({ files: { 'apps/a.yaml': configMap('a') }, cluster: kustomization('apps', 'path: ./apps') })
  await h.start()
  const revision = async (): Promise<unknown> =>
    ((await h.kustomization('apps'))!['status'] as Record<string, unknown>)['lastAppliedRevision']
  const before = await revision()
  const start = h.clock.now()
  h.save('apps/a.yaml', configMap('a', 'key: saved'))
  await h.settle()
  expect(h.clock.now() - start).toBeLessThan(1000)
  expect(dataOf(await h.get('ConfigMap', 'a'))).toBe('saved')
  expect(await revision()).not.toBe(before)
  h.save('apps/a.yaml', configMap('a'))
  await h.settle()
  expect(await revision()).toBe(before)
  await h.stop()
})

test('a save that changes nothing is no revision', async () => {
  const h = new Harness({ files: { 'apps/a.yaml': configMap('a') }, cluster: kustomization('apps', 'path: ./apps') })
  await h.start()
  h.events.length = 0
  h.save('apps/a.yaml', configMap('a'))
  await h.settle()
  expect(h.events).toEqual([])
  await h.stop()
})

test('reports as source-controller does', async () => {
  const h = new Harness({ files: { 'apps/a.yaml': configMap('a') } })
  await h.start()
  const source = (await h.get('GitRepository', 'fleet'))!
  const status = source['status'] as {
    artifact: Record<string, string>
    observedGeneration: number
    conditions: unknown
  }
  const { revision, digest } = status.artifact
  expect(status.artifact).toMatchObject({
    revision: expect.stringMatching(/^main@sha1:[0-9a-f]{40}$/),
    digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    path: `gitrepository/flux-system/fleet/${revision!.slice('main@sha1:'.length)}.tar.gz`,
  })
  expect(status.observedGeneration).toBe(1)
  const message = `stored artifact for revision '${revision}'`
  expect(status.conditions).toMatchObject([
    { type: 'Ready', status: 'True', reason: 'Succeeded', message },
    { type: 'ArtifactInStorage', status: 'True', reason: 'Succeeded', message },
  ])
  expect(h.events).toMatchObject([
    {
      reason: 'NewArtifact',
      metadata: { 'source.toolkit.fluxcd.io/digest': digest, 'source.toolkit.fluxcd.io/revision': revision },
    },
  ])
  await h.stop()
})

test('a revision that arrives while an older one is waited for breaks the wait off', async () => {
  const never = `apiVersion: batch/v1
kind: Job
metadata: { name: slow, namespace: flux-system }
spec: { suspend: true, template: { spec: { restartPolicy: Never, containers: [{ name: c, image: busybox }] } } }
`
  const h = new Harness({
    files: { 'apps/slow.yaml': never },
    cluster: kustomization(
      'apps',
      'path: ./apps\nwait: true\ntimeout: 10m\nhealthCheckExprs: [{ apiVersion: batch/v1, kind: Job, current: "false" }]',
    ),
  })
  void h.start()
  await h.pass(10_000)
  expect(await h.condition('apps', 'Healthy')).toMatch(
    /^Unknown Progressing: Running health checks for revision main@sha1:.* with a timeout of 10m0s$/,
  )
  h.save('apps/slow.yaml', configMap('a'))
  await h.pass(10_000)
  expect(await h.condition('apps')).toMatch(/^True/)
  expect(await h.get('Job', 'slow')).toBeUndefined()
  await h.stop()
})

test('files that an artifact never holds do not reach the cluster', async () => {
  const h = new Harness({
    files: { 'apps/a.yaml': configMap('a'), 'apps/.git/b.yaml': configMap('b') },
    cluster: kustomization('apps', 'path: ./apps'),
  })
  await h.start()
  expect(await h.inventory('apps')).toEqual(['flux-system_a__ConfigMap'])
  await h.stop()
})

test('a folder that is gone prunes nothing', async () => {
  const h = new Harness({ files: { 'apps/a.yaml': configMap('a') }, cluster: kustomization('apps', 'path: ./') })
  await h.start()
  h.save('apps/a.yaml', undefined)
  await h.settle()
  expect(await h.get('ConfigMap', 'a')).toBeDefined()
  const status = (await h.get('GitRepository', 'fleet'))!['status'] as {
    conditions: { type: string; message: string }[]
  }
  expect(status.conditions.find(({ type }) => type === 'Ready')!.message).toBe(
    'failed to checkout and determine revision: the working tree /fleet is empty or cannot be read',
  )
  await h.stop()
})

test('an object that moves between files by two saves is neither deleted nor made anew', async () => {
  const h = new Harness({
    files: { 'apps/a.yaml': configMap('a'), 'apps/b.yaml': configMap('b') },
    cluster: kustomization('apps', 'path: ./apps'),
  })
  await h.start()
  const uid = (await h.get('ConfigMap', 'b'))!.metadata['uid']
  h.save('apps/b.yaml', undefined)
  await h.pass(50)
  h.save('apps/c.yaml', configMap('b'))
  await h.settle()
  expect((await h.get('ConfigMap', 'b'))!.metadata['uid']).toBe(uid)
  await h.stop()
})

test('while Git changes the working tree it is not read', async () => {
  const h = new Harness({
    files: { 'apps/a.yaml': configMap('a'), 'apps/b.yaml': configMap('b') },
    cluster: kustomization('apps', 'path: ./apps'),
  })
  await h.start()
  h.save('.git/index.lock', '')
  h.save('apps/b.yaml', undefined)
  await h.pass(1000)
  expect(await h.get('ConfigMap', 'b')).toBeDefined()
  h.save('apps/b.yaml', configMap('b', 'key: new'))
  h.save('.git/index.lock', undefined)
  await h.pass(2000)
  expect(dataOf(await h.get('ConfigMap', 'b'))).toBe('new')
  await h.stop()
})
