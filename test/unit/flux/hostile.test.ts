import { expect, test } from 'vitest'
import { type JsonObject, type JsonValue, MemoryFileSystem } from '../../../src/base/index.ts'
import {
  conditionsOf,
  fluxKinds,
  generateKustomization,
  inventoryOf,
  loadVariables,
  migrationOf,
  referencesOf,
  substituteObject,
  upsertHistory,
  validateGenerator,
} from '../../../src/flux/index.ts'
import type { KubeObject } from '../../../src/kube/index.ts'

const values: JsonValue[] = [
  null,
  true,
  0,
  1.5,
  '',
  'x',
  '../../..',
  [],
  [null],
  [[]],
  ['x'],
  {},
  { name: null },
  { '': {} },
  { constructor: 1 },
]
const strange = JSON.parse('{ "__proto__": { "name": "x" }, "name": "y", "kind": "Secret" }') as JsonObject

const fields = [
  'sourceRef',
  'dependsOn',
  'path',
  'targetNamespace',
  'namePrefix',
  'patches',
  'images',
  'components',
  'buildMetadata',
  'postBuild',
  'healthChecks',
  'kubeConfig',
  'serviceAccountName',
  'decryption',
  'sources',
  'artifacts',
  'pathPattern',
  'postRenderers',
] as const

function* specs(): Generator<JsonValue> {
  yield* values
  for (const field of fields) {
    for (const value of [...values, strange, [strange]]) {
      yield { path: './', [field]: value }
      yield { path: './', [field]: [value] }
      yield { path: './', [field]: { substitute: value, substituteFrom: value, secretRef: value } }
    }
  }
}

test('no spec, however strange, makes anything throw', () => {
  const fs = new MemoryFileSystem([['/repo/a.yaml', 'kind: ConfigMap\nmetadata: { name: a }\n']])
  let seen = 0
  for (const spec of specs()) {
    seen++
    for (const kind of fluxKinds) {
      const object = {
        apiVersion: `${kind.group}/v1beta1`,
        kind: kind.kind,
        metadata: { name: 'x' },
        spec,
      } as KubeObject
      referencesOf(object)
      migrationOf(object)
    }
    const kustomization: JsonObject = { metadata: { name: 'x' }, spec }
    generateKustomization({ fs, root: '/repo', kustomization })
    const { value } = loadVariables(kustomization, () => ({ missing: 'x' }))
    substituteObject(
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { a: '$' } },
      { variables: value ?? new Map() },
    )
    if (typeof spec === 'object' && spec !== null && !Array.isArray(spec)) validateGenerator(spec)
  }
  expect(seen).toBeGreaterThan(500)
  expect(({} as Record<string, unknown>)['name']).toBeUndefined()
})

test.each(values)('a status of %j', (status) => {
  const object: JsonObject = { status }
  expect(conditionsOf(object)).toEqual([])
  expect(inventoryOf(object)).toEqual([])
  expect(conditionsOf({ status: { conditions: status } })).toEqual([])
  expect(inventoryOf({ status: { inventory: { entries: status } } })).toEqual([])
  expect(upsertHistory(status, { digest: 'd', time: 't', duration: '1s', status: 's', metadata: {} })[0]).toMatchObject(
    { digest: 'd' },
  )
})

test('a kustomization file with hostile keys', () => {
  const text = '{ "__proto__": { "resources": ["x"] }, "commonLabels": { "__proto__": "y" }, "resources": ["a.yaml"] }'
  const fs = new MemoryFileSystem([['/repo/kustomization.yaml', text]])
  const { value, problems } = generateKustomization({ fs, root: '/repo', kustomization: { spec: {} } })
  expect(problems).toEqual([])
  expect(value.text).toContain('commonLabels:\n  __proto__: "y"\n')
})
