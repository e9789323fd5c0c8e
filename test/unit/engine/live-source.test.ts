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
