import { expect, test } from 'vitest'
import { encodeText, MemoryFileSystem } from '../../../src/base/index.ts'
import { build, FetchStore, fetchedRemotes, refusedRemotes } from '../../../src/kustomize/index.ts'
import { configMap, Harness, kustomization } from './harness.ts'

const files = { 'apps/kustomization.yaml': 'namespace: flux-system\nresources:\n- https://example.com/o/lib//base\n' }
const cluster = kustomization('apps', 'path: ./apps')

test('a reconcile waits for its remote bases', async () => {
  const store = new FetchStore()
  let clones = 0
  const remotes = fetchedRemotes(store, {
    get: async () => ({ status: 404, statusText: 'Not Found', body: encodeText('') }),
    clone: async () => {
      clones++
      const fs = new MemoryFileSystem([
        ['/clone/base/kustomization.yaml', 'resources: [a.yaml]\n'],
        ['/clone/base/a.yaml', configMap('a')],
      ])
      return { dir: '/clone', fs }
    },
  })
  const h = new Harness({
    files,
    cluster: cluster + kustomization('again', 'path: ./apps\ndependsOn: [{ name: apps }]'),
    build: (dir, fs, options) => build(dir, fs, { ...options, remotes }),
    fetchRemotes: () => store.settle(),
  })
  expect((await h.start()).failed).toEqual([])
  expect(await h.get('ConfigMap', 'a')).toBeDefined()
  expect(clones).toBe(1)
  await h.stop()
})

test('without permission the condition says how to get it', async () => {
  const remotes = refusedRemotes('allow it with --allow-remote')
  const h = new Harness({ files, cluster, build: (dir, fs, options) => build(dir, fs, { ...options, remotes }) })
  await h.start()
  expect(await h.condition('apps')).toBe(
    "False BuildFailed: kustomize build failed: accumulating resources: accumulating resources from 'https://example.com/o/lib//base': remote resource 'https://example.com/o/lib//base' is not allowed; allow it with --allow-remote",
  )
  await h.stop()
})
