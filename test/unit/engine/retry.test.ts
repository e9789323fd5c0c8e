// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the variables of post-build substitution.
import { expect, test } from 'vitest'
import { KubeError } from '../../../src/kube/index.ts'
import { configMap, Harness, kustomization } from './harness.ts'

test('a failed build is tried again after retryInterval, and the last good state stays', async () => {
  const h = new Harness({
    files: { 'apps/a.yaml': configMap('a'), 'apps/kustomization.yaml': 'resources: [a.yaml]\n' },
    cluster: kustomization('apps', 'path: ./apps\nretryInterval: 1m'),
  })
  await h.start()
  const applied = ((await h.kustomization('apps'))!['status'] as Record<string, unknown>)['lastAppliedRevision']
  h.save('apps/kustomization.yaml', 'resources: [missing.yaml]\n')
  await h.settle()
  expect(await h.condition('apps')).toMatch(/^False BuildFailed: kustomize build failed: .*missing\.yaml/)
  const status = (await h.kustomization('apps'))!['status'] as Record<string, unknown>
  expect(status['lastAppliedRevision']).toBe(applied)
  expect(status['lastAttemptedRevision']).not.toBe(applied)
  expect(await h.get('ConfigMap', 'a')).toBeDefined()
  h.events.length = 0
  await h.pass(61_000)
  expect(h.messages('apps').filter((message) => message.startsWith('BuildFailed'))).toHaveLength(1)
  await h.stop()
})

test('post-build substitution is strict and names the object', async () => {
  const h = new Harness({
    files: { 'apps/a.yaml': configMap('a', 'key: "${region}-${zone:=a}"') },
    cluster: `${kustomization('apps', 'path: ./apps\npostBuild: { substitute: { other: x }, substituteFrom: [{ kind: ConfigMap, name: vars }] }')}`,
  })
  await h.start()
  expect(await h.condition('apps')).toBe(
    `False BuildFailed: post build failed for 'ConfigMap.v1.[noGrp]/a': substitute from 'ConfigMap/vars' error: configmaps "vars" not found`,
  )
  await h.client.create({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'vars', namespace: 'flux-system' },
    data: { zone: 'b' },
  })
  await h.pass(11 * 60_000)
  expect(await h.condition('apps')).toBe(
    `False BuildFailed: post build failed for 'ConfigMap.v1.[noGrp]/a': envsubst error: variable substitution failed: variable not set (strict mode): "region"`,
  )
  await h.client.patch({ apiVersion: 'v1', kind: 'ConfigMap', name: 'vars', namespace: 'flux-system' }, 'merge', {
    data: { region: 'eu' },
  })
  await h.pass(11 * 60_000)
  expect((await h.get('ConfigMap', 'a'))!['data']).toEqual({ key: 'eu-b' })
  await h.stop()
})

test('variables that are watched by label take effect at once', async () => {
  const vars = configMap('vars', 'region: eu').replace(
    'namespace: flux-system',
    'namespace: flux-system, labels: { reconcile.fluxcd.io/watch: Enabled }',
  )
  const h = new Harness({
    files: { 'apps/a.yaml': configMap('a', 'key: "${region}"') },
    cluster: `${vars}---${kustomization('apps', 'path: ./apps\npostBuild: { substituteFrom: [{ kind: ConfigMap, name: vars }] }')}`,
  })
  expect((await h.start()).failed).toEqual([])
  await h.client.patch({ apiVersion: 'v1', kind: 'ConfigMap', name: 'vars', namespace: 'flux-system' }, 'merge', {
    data: { region: 'us' },
  })
  await h.pass(2000)
  expect((await h.get('ConfigMap', 'a'))!['data']).toEqual({ key: 'us' })
  await h.stop()
})

test('a server that does not answer is an error at the start, and survived later', async () => {
  const down = new Harness({
    ownCluster: false,
    transport: (inner) => ({
      ...inner,
      request: () => Promise.reject(new KubeError(0, 'Unreachable', 'connect ECONNREFUSED 127.0.0.1:6443')),
    }),
  })
  await expect(down.engine.start()).rejects.toThrow('ECONNREFUSED')
  let away = false
  const h = new Harness({
    files: { 'apps/a.yaml': configMap('a') },
    cluster: kustomization('apps', 'path: ./apps'),
    transport: (inner) => ({
      ...inner,
      request: (request) =>
        away ? Promise.reject(new KubeError(0, 'Unreachable', 'connect ECONNREFUSED')) : inner.request(request),
    }),
  })
  await h.start()
  away = true
  h.save('apps/a.yaml', configMap('a', 'key: new'))
  await h.pass(30_000)
  away = false
  await h.pass(120_000)
  expect((await h.get('ConfigMap', 'a'))!['data']).toEqual({ key: 'new' })
  await h.stop()
})

test('a SOPS-encrypted Secret is never applied', async () => {
  const secret = `apiVersion: v1
kind: Secret
metadata: { name: s, namespace: flux-system }
data: { a: 'ENC[AES256_GCM,data:x]' }
sops: { mac: 'ENC[x]', lastmodified: "2026-01-01T00:00:00Z" }
`
  const h = new Harness({
    files: { 'plain/s.yaml': secret, 'keys/s.yaml': secret },
    cluster:
      kustomization('plain', 'path: ./plain') +
      kustomization('keys', 'path: ./keys\ndecryption: { provider: sops, secretRef: { name: age } }'),
  })
  await h.start()
  expect(await h.condition('plain')).toBe(
    'False ReconciliationFailed: Secret/flux-system/s is SOPS encrypted, configuring decryption is required for this secret to be reconciled',
  )
  expect(await h.condition('keys')).toBe('False BuildFailed: secrets "age" not found')
  await h.client.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'age', namespace: 'flux-system' } })
  await h.pass(11 * 60_000)
  expect(await h.condition('keys')).toMatch(
    /^False BuildFailed: decryption failed for 'Secret\.v1\.\[noGrp\]\/s': failed to decrypt and format 'flux-system\/s' Secret data: cannot decrypt/,
  )
  expect(await h.get('Secret', 's')).toBeUndefined()
  await h.stop()
})
