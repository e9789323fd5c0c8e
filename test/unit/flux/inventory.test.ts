import { expect, test } from 'vitest'
import {
  anyInMetadata,
  applyStages,
  compareApplyOrder,
  formatDuration,
  inventoryId,
  inventoryRef,
  mergeEntries,
  type ObjectMeta,
  objectMetaOf,
  parseDuration,
  parseInventoryId,
  staleEntries,
  upsertHistory,
} from '../../../src/flux/index.ts'
import type { KubeObject } from '../../../src/kube/index.ts'

function object(apiVersion: string, kind: string, name = 'x', namespace?: string): KubeObject {
  return { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } }
}

test.each([
  [{ namespace: 'n', name: 'web', group: 'apps', kind: 'Deployment' }, 'n_web_apps_Deployment'],
  [{ namespace: '', name: 'n', group: '', kind: 'Namespace' }, '_n__Namespace'],
  [
    { namespace: '', name: 'system:x', group: 'rbac.authorization.k8s.io', kind: 'ClusterRole' },
    '_system__x_rbac.authorization.k8s.io_ClusterRole',
  ],
])('%j has the id %s', (meta: ObjectMeta, id) => {
  expect(inventoryId(meta)).toBe(id)
  expect(parseInventoryId(id)).toEqual(meta)
})

test.each(['', 'a', 'a_b', 'a_b_c', 'a_b_c_d_e'])('%j is no id', (id) => {
  expect(parseInventoryId(id)).toBeUndefined()
  expect(inventoryRef({ id, v: 'v1' })).toBeUndefined()
})

test('what is stale comes in apply order, once', () => {
  const entry = (id: string): { id: string; v: string } => ({ id, v: 'v1' })
  const before = ['n_b_apps_Deployment', '_n__Namespace', 'n_a__ConfigMap', 'n_a__ConfigMap', 'n_c__Secret'].map(entry)
  expect(staleEntries(before, [entry('n_c__Secret')]).map(({ id }) => id)).toEqual([
    '_n__Namespace',
    'n_a__ConfigMap',
    'n_b_apps_Deployment',
  ])
  expect(mergeEntries([entry('a')], [entry('a'), entry('b'), entry('b')]).map(({ id }) => id)).toEqual(['a', 'b'])
})

test('the order of an apply', () => {
  const objects = [
    object('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'),
    object('example.com/v1', 'Widget', 'b'),
    object('example.com/v1', 'Widget', 'a', 'n'),
    object('apps/v1', 'Deployment'),
    object('a.io/v1', 'Zed'),
    object('v1', 'Service'),
    object('v1', 'Namespace'),
    object('apiextensions.k8s.io/v1', 'CustomResourceDefinition'),
    object('storage.k8s.io/v1', 'StorageClass'),
  ]
  const sorted = objects
    .map(objectMetaOf)
    .sort(compareApplyOrder)
    .map(({ kind, name }) => `${kind} ${name}`)
  expect(sorted).toEqual([
    'CustomResourceDefinition x',
    'Namespace x',
    'StorageClass x',
    'Service x',
    'Deployment x',
    'Zed x',
    'Widget b',
    'Widget a',
    'ValidatingWebhookConfiguration x',
  ])
  const stages = applyStages(objects, new Set(['a.io/Zed']))
  expect(stages.definitions.map(({ kind }) => kind)).toEqual(['Namespace', 'CustomResourceDefinition'])
  expect(stages.classes.map(({ kind }) => kind)).toEqual(['StorageClass'])
  expect(stages.custom.map(({ kind }) => kind)).toEqual(['Zed'])
})

test('annotations and labels match without regard to case', () => {
  const one = { ...object('v1', 'Pod'), metadata: { name: 'x', annotations: { a: 'Disabled' } } }
  expect(anyInMetadata(one, { a: 'disabled' })).toBe(true)
  expect(anyInMetadata(one, { a: 'enabled', b: 'disabled' })).toBe(false)
  expect(anyInMetadata(one, { __proto__: 'x' } as unknown as Record<string, string>)).toBe(false)
})

test.each([
  ['1h30m', 5_400_000, '1h30m0s'],
  ['90s', 90_000, '1m30s'],
  ['1.5s', 1500, '1.5s'],
  ['250ms', 250, '250ms'],
  ['-2m', -120_000, '-2m0s'],
  ['0', 0, '0s'],
])('%s is %i ms, written %s', (text, milliseconds, written) => {
  expect(parseDuration(text)).toBe(milliseconds)
  expect(formatDuration(milliseconds)).toBe(written)
})

test.each(['', '1', 'm', '1d', '1h 2m', '--1s'])('%j is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined()
})

test('history counts repeats, moves them to the front and keeps five', () => {
  const record = (digest: string, time: string): Parameters<typeof upsertHistory>[1] => ({
    digest,
    time,
    duration: '1s',
    status: 'ReconciliationSucceeded',
    metadata: { revision: 'r' },
  })
  let history = upsertHistory(undefined, record('a', 't1'))
  for (const [digest, time] of [
    ['b', 't2'],
    ['a', 't3'],
    ['c', 't4'],
    ['d', 't5'],
    ['e', 't6'],
    ['f', 't7'],
  ] as const) {
    history = upsertHistory(history, record(digest, time))
  }
  expect(history.map((one) => one['digest'])).toEqual(['f', 'e', 'd', 'c', 'a'])
  expect(history[4]).toMatchObject({ firstReconciled: 't1', lastReconciled: 't3', totalReconciliations: 2 })
})
