import { beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/base/index.ts'
import { createFieldManager, createTypeConverter, type FieldManager, type KubeObject } from '../../../src/kube/index.ts'
import { createSchemaRegistry } from '../../../src/schema/index.ts'

const start = Date.UTC(2026, 0, 1)
let manager: FieldManager

beforeAll(() => {
  manager = createFieldManager(createTypeConverter(createSchemaRegistry()))
})

function deployment(spec: Record<string, unknown>): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec,
  } as KubeObject
}

function configMap(data: Record<string, string>): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'default' }, data } as KubeObject
}

function apply(live: KubeObject | undefined, config: KubeObject, name: string, now = start, force = false): KubeObject {
  const result = manager.apply(live, config, { manager: name, now, force })
  if (!result.ok) throw new Error(result.error.message)
  return result.value.object
}

function entries(object: KubeObject): readonly JsonObject[] {
  return (object.metadata['managedFields'] ?? []) as readonly JsonObject[]
}

describe('apply', () => {
  it('makes the applier own what it sets, and nothing that identifies the object', () => {
    const object = apply(undefined, configMap({ a: '1' }), 'flux')
    expect(entries(object)).toEqual([
      {
        manager: 'flux',
        operation: 'Apply',
        apiVersion: 'v1',
        time: '2026-01-01T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { 'f:a': {} } },
      },
    ])
  })

  it('names the manager and the field of each conflict', () => {
    const live = apply(undefined, configMap({ a: '1', b: '1' }), 'flux')
    const result = manager.apply(live, configMap({ a: '2', b: '2' }), { manager: 'kubectl', now: start })
    expect(result.ok).toBe(false)
    if (result.ok) return
    expect(result.error).toMatchObject({ code: 409, reason: 'Conflict' })
    expect(result.error.message).toBe('Apply failed with 2 conflicts: conflicts with "flux":\n- .data.a\n- .data.b')
    expect(result.error).toHaveProperty('details.causes', [
      { reason: 'FieldManagerConflict', message: 'conflict with "flux"', field: '.data.a' },
      { reason: 'FieldManagerConflict', message: 'conflict with "flux"', field: '.data.b' },
    ])
  })

  it('takes the fields over when forced', () => {
    const live = apply(undefined, configMap({ a: '1', b: '1' }), 'flux')
    const object = apply(live, configMap({ a: '2' }), 'kubectl', start, true)
    expect(object['data']).toEqual({ a: '2', b: '1' })
    const owned = Object.fromEntries(entries(object).map((entry) => [entry.manager, entry.fieldsV1]))
    expect(owned).toEqual({
      flux: { 'f:data': { 'f:b': {} } },
      kubectl: { 'f:data': { 'f:a': {} } },
    })
  })

  it('removes what its manager no longer applies and nobody else owns', () => {
    const first = apply(undefined, configMap({ a: '1', b: '1', c: '1' }), 'flux')
    const shared = apply(first, configMap({ b: '1' }), 'other')
    expect(apply(shared, configMap({ a: '1' }), 'flux')['data']).toEqual({ a: '1', b: '1' })
  })

  it('leaves the object as it is when nothing changes, whatever the time', () => {
    const live = apply(undefined, configMap({ a: '1' }), 'flux')
    const result = manager.apply(live, configMap({ a: '1' }), { manager: 'flux', now: start + 60_000 })
    expect(result.ok && result.value.changed).toBe(false)
  })

  it('merges lists by the keys of the schema, with their defaults', () => {
    const template = (ports: unknown[]): Record<string, unknown> => ({
      spec: { containers: [{ name: 'web', image: 'web:1', ports }] },
    })
    const live = apply(undefined, deployment({ template: template([{ containerPort: 80 }]) }), 'flux')
    const object = apply(live, deployment({ template: template([{ containerPort: 81 }]) }), 'sidecar')
    const containers = (object['spec'] as { template: { spec: { containers: { ports: unknown }[] } } }).template.spec
      .containers
    expect(containers[0]?.ports).toEqual([{ containerPort: 80 }, { containerPort: 81 }])
    expect(JSON.stringify(entries(object))).toContain('k:{\\"containerPort\\":80,\\"protocol\\":\\"TCP\\"}')
  })

  it('refuses a list with the same key twice', () => {
    const twice = deployment({ template: { spec: { containers: [{ name: 'a' }, { name: 'a' }] } } })
    const result = manager.apply(undefined, twice, { manager: 'flux', now: start })
    expect(!result.ok && result.error.message).toContain('duplicate entries for key [name="a"]')
  })
})

describe('update', () => {
  it('records only what changed', () => {
    const live = apply(undefined, configMap({ a: '1' }), 'flux')
    const next = { ...live, data: { a: '1', b: '2' } } as KubeObject
    const object = manager.update(live, next, { manager: 'kubectl-edit', now: start })
    expect(entries(object).map((entry) => [entry.manager, entry.operation, entry.fieldsV1])).toEqual([
      ['flux', 'Apply', { 'f:data': { 'f:a': {} } }],
      ['kubectl-edit', 'Update', { 'f:data': { 'f:b': {} } }],
    ])
  })

  it('takes fields from those who applied another value', () => {
    const live = apply(undefined, configMap({ a: '1' }), 'flux')
    const object = manager.update(live, { ...live, data: { a: '2' } } as KubeObject, { manager: 'edit', now: start })
    expect(entries(object).map((entry) => entry.manager)).toEqual(['edit'])
  })

  it('keeps at most ten updaters of a version, the oldest together', () => {
    let object = configMap({ k0: '0' })
    object = manager.update(undefined, object, { manager: 'm00', now: start })
    for (let i = 1; i < 14; i++) {
      const next = { ...object, data: { ...(object['data'] as object), [`k${i}`]: 'x' } } as KubeObject
      object = manager.update(object, next, { manager: `m${String(i).padStart(2, '0')}`, now: start + i * 1000 })
    }
    expect(entries(object)).toHaveLength(10)
    expect(entries(object).map((entry) => entry.manager)).toContain('ancient-changes')
  })
})
