import { expect, test } from 'vitest'
import type { KubeObject } from '../../../src/kube/index.ts'
import { parseYaml } from '../../../src/yaml/index.ts'
import { configMap, Harness, kustomization, refFor } from './harness.ts'

const files = { 'a/a.yaml': configMap('a'), 'b/b.yaml': configMap('b') }

test('a dependency goes first, and its dependents follow without waiting for their next look', async () => {
  const h = new Harness({
    files,
    cluster: kustomization('a', 'path: ./a\ndependsOn: [{ name: b }]') + kustomization('b', 'path: ./b'),
  })
  const before = h.clock.now()
  expect((await h.start()).failed).toEqual([])
  expect(h.clock.now() - before).toBeLessThan(5000)
  const order = h.events.filter(({ message }) => message.endsWith(' created')).map(({ object }) => object.name)
  expect(order).toEqual(['b', 'a'])
  await h.stop()
})

test('a dependency that is missing', async () => {
  const h = new Harness({ files, cluster: kustomization('a', 'path: ./a\ndependsOn: [{ name: x, namespace: other }]') })
  await h.start()
  expect(await h.condition('a')).toBe(
    `False DependencyNotReady: dependency 'other/x' not found: kustomizations.kustomize.toolkit.fluxcd.io "x" not found`,
  )
  expect(h.messages('a')).toEqual(['DependencyNotReady: Dependencies do not meet ready condition, retrying in 30s'])
  await h.stop()
})

test('a cycle: each member says which dependency is not ready', async () => {
  const h = new Harness({
    files,
    cluster:
      kustomization('a', 'path: ./a\ndependsOn: [{ name: b }]') +
      kustomization('b', 'path: ./b\ndependsOn: [{ name: a }]'),
  })
  const settled = await h.start()
  expect(settled.failed.map(({ ref, reason, message }) => [ref.name, reason, message])).toEqual([
    ['a', 'DependencyNotReady', "dependency 'flux-system/b' is not ready"],
    ['b', 'DependencyNotReady', "dependency 'flux-system/a' is not ready"],
  ])
  await h.stop()
})

test('a new revision reaches dependents only after their dependency has applied it', async () => {
  const h = new Harness({
    files,
    cluster: kustomization('a', 'path: ./a\ndependsOn: [{ name: b }]') + kustomization('b', 'path: ./b'),
  })
  await h.start()
  h.events.length = 0
  h.save('a/a.yaml', configMap('a', 'key: new'))
  h.save('b/b.yaml', configMap('b', 'key: new'))
  expect((await h.settle()).failed).toEqual([])
  const order = h.events.filter(({ message }) => message.endsWith(' configured')).map(({ object }) => object.name)
  expect(order).toEqual(['b', 'a'])
  await h.stop()
})

test.each([
  ['dep.status.observedGeneration == dep.metadata.generation', /^True ReconciliationSucceeded/],
  [
    'dep.metadata.name == self.metadata.name',
    /^False DependencyNotReady: dependency 'flux-system\/b' is not ready according to readyExpr eval$/,
  ],
  [
    'dep.metadata.name',
    /^False InvalidCELExpression: Reconciliation failed terminally due to configuration error: failed to evaluate dependency b: /,
  ],
])('readyExpr %s', async (expression, wanted) => {
  const h = new Harness({
    files,
    cluster:
      kustomization('a', `path: ./a\ndependsOn: [{ name: b, readyExpr: "${expression}" }]`) +
      kustomization('b', 'path: ./b'),
  })
  await h.start()
  await h.pass(60_000)
  expect(await h.condition('a')).toMatch(wanted)
  await h.stop()
})

test('a dependency that comes later is noticed at once', async () => {
  const h = new Harness({ files, cluster: kustomization('a', 'path: ./a\ndependsOn: [{ name: b }]') })
  expect((await h.start()).failed).toHaveLength(1)
  const start = h.clock.now()
  const b = parseYaml(kustomization('b', 'path: ./nowhere')).value[0] as KubeObject
  await h.client.create(b)
  await h.settle()
  expect(await h.condition('a')).toBe(`False DependencyNotReady: dependency 'flux-system/b' is not ready`)
  await h.client.patch(refFor('Kustomization', 'b'), 'merge', { spec: { path: './b' } })
  expect((await h.settle()).failed).toEqual([])
  expect(h.clock.now() - start).toBeLessThan(5000)
  await h.stop()
})
