import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/base/index.ts'
import {
  applyJsonPatch,
  augmentStatus,
  compileIgnoreRules,
  computeStatus,
  createNormalizer,
  createProtobufDecoder,
  diffJson,
  diffObject,
  hasDrifted,
  ignoredPaths,
  isImmutableError,
  isProtobuf,
  KubeError,
  type KubeObject,
  maskSecrets,
  patchRemovingManagers,
  patchTakingOver,
} from '../../../src/kube/index.ts'
import { createSchemaRegistry } from '../../../src/schema/index.ts'

const now = Date.UTC(2026, 0, 1)

function secret(data: Record<string, string>): KubeObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'default' }, data } as KubeObject
}

describe('drift', () => {
  it('ignores status, managed fields and what a rule ignores', () => {
    const desired = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec: { replicas: 1 } }
    const live = { ...desired, spec: { replicas: 3 }, status: { replicas: 3 } } as KubeObject
    const rules = compileIgnoreRules([{ paths: ['/spec/replicas'], selector: { kind: 'Deployment' } }])
    const paths = rules.ok ? ignoredPaths(rules.value, desired) : []
    expect(paths).toEqual(['/spec/replicas'])
    expect(diffObject(desired, live, desired as KubeObject, { ignorePaths: paths }).type).toBe('none')
    expect(diffObject(desired, live, desired as KubeObject)).toEqual({
      type: 'update',
      patch: [{ op: 'replace', path: '/spec/replicas', value: 1, oldValue: 3 }],
    })
    expect(hasDrifted(live, { ...live, status: {} })).toBe(false)
  })

  it('shows that a secret changed, never how', () => {
    const before = secret({ a: 'b2xk', b: 'c2FtZQ==' })
    const after = secret({ a: 'bmV3', b: 'c2FtZQ==' })
    const diff = diffObject(after, before, after, { maskSecrets: true })
    expect(JSON.stringify(diff)).not.toMatch(/b2xk|bmV3/)
    expect(diff.patch).toHaveLength(1)
    expect(JSON.stringify(maskSecrets(before, after))).not.toMatch(/b2xk|bmV3|c2FtZQ/)
  })

  it('gives a patch that makes the one of the other', () => {
    const before = { a: [1, 2, 3], 'b/c': { d: 1 }, e: 'x' }
    const after = { a: [1, 3], 'b/c': { d: 2, f: null }, g: [] }
    const patch = diffJson(before, after).map(({ oldValue: _, ...operation }) => operation as unknown as JsonObject)
    expect(applyJsonPatch(before, patch)).toEqual({ ok: true, value: after })
  })
})

describe('field managers', () => {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'c',
      managedFields: [
        { manager: 'flux', operation: 'Apply', apiVersion: 'v1', fieldsV1: { 'f:data': { 'f:b': {} } } },
        { manager: 'kubectl', operation: 'Update', apiVersion: 'v1', fieldsV1: { 'f:data': { 'f:a': {} } } },
      ],
    },
  } as unknown as KubeObject
  const kubectl = { name: 'kubectl', exact: false, operation: 'Update' } as const

  it('gives the fields of kubectl to the applier', () => {
    expect(patchTakingOver(object, [kubectl], 'flux')).toMatchObject({
      ok: true,
      value: [
        {
          op: 'replace',
          path: '/metadata/managedFields',
          value: [{ manager: 'flux', fieldsV1: { 'f:data': { 'f:a': {}, 'f:b': {} } } }],
        },
      ],
    })
  })

  it('does nothing when there is nothing to remove', () => {
    expect(patchRemovingManagers(object, [{ ...kubectl, name: 'helm' }])).toEqual([])
    expect(patchRemovingManagers(object, [kubectl])).toHaveLength(1)
  })
})

describe('normalized objects', () => {
  const normalizer = createNormalizer(createSchemaRegistry())

  it('puts stringData into data', () => {
    const { data: _, ...rest } = secret({})
    const object = normalizer.desired({ ...rest, stringData: { a: 'b' } } as KubeObject)
    expect(object['data']).toEqual({ a: 'Yg==' })
    expect(Object.hasOwn(object, 'stringData')).toBe(false)
  })

  it('are stored as Go holds them: without empty maps and lists, quantities canonical', () => {
    const container = { name: 'a', args: [], resources: { limits: { cpu: '1000m', memory: 1024 } } }
    const spec = { containers: [container], nodeSelector: {}, volumes: [{ name: 'v', emptyDir: {} }] }
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', labels: {} }, spec } as unknown as KubeObject
    expect(normalizer.stored(pod)).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: {
        containers: [{ name: 'a', resources: { limits: { cpu: '1', memory: '1024' } } }],
        volumes: [{ name: 'v', emptyDir: {} }],
      },
      status: {},
    })
  })

  it('leaves kinds that it does not know', () => {
    const object = { apiVersion: 'example.com/v1', kind: 'Foo', metadata: { name: 'f' }, spec: { cpu: '1000m' } }
    expect(normalizer.desired(object as KubeObject)['spec']).toEqual({ cpu: '1000m' })
  })
})

describe('immutable fields', () => {
  it('are told by the error', () => {
    expect(isImmutableError(new KubeError(422, 'Invalid', 'spec.selector: Invalid value'))).toBe(true)
    expect(isImmutableError(new KubeError(403, 'Forbidden', 'admission webhook: spec.id is immutable'))).toBe(true)
    expect(isImmutableError(new KubeError(403, 'Forbidden', 'no'))).toBe(false)
  })
})

describe('status', () => {
  const deployment = (status: object, generation = 2): KubeObject =>
    ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd', generation },
      spec: { replicas: 2 },
      status,
    }) as unknown as KubeObject

  it('is not current before the controller has seen the last change', () => {
    const result = computeStatus(deployment({ observedGeneration: 1 }), { now })
    expect(result).toMatchObject({ ok: true, value: { status: 'InProgress' } })
  })

  it('counts replicas', () => {
    const ready = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2, readyReplicas: 2 }
    const available = { conditions: [{ type: 'Available', status: 'True' }] }
    expect(computeStatus(deployment({ ...ready, ...available }), { now })).toMatchObject({
      value: { status: 'Current' },
    })
    const short = computeStatus(deployment({ ...ready, ...available, availableReplicas: 1 }), { now })
    expect(short).toMatchObject({ value: { status: 'InProgress', message: 'Available: 1/2' } })
  })

  it('waits for jobs only when asked to', () => {
    const job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'j' },
      status: { startTime: '2026-01-01T00:00:00Z', active: 1 },
    } as unknown as KubeObject
    expect(computeStatus(job, { now })).toMatchObject({ value: { status: 'Current' } })
    expect(computeStatus(job, { now, jobsMustComplete: true })).toMatchObject({ value: { status: 'InProgress' } })
  })

  it('adds its condition to the object', () => {
    const result = augmentStatus(deployment({ observedGeneration: 1 }), { now })
    expect(JSON.stringify(result)).toContain('"type":"Reconciling"')
  })
})

describe('protobuf', () => {
  const bytes = (...parts: (string | number[])[]): Uint8Array =>
    Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...part].map((c) => c.charCodeAt(0)) : part)))
  // Unknown{typeMeta: {v1, Namespace}, raw: {metadata: {name: "n"}}}
  const namespace = bytes('k8s\0', [10, 15, 10, 2], 'v1', [18, 9], 'Namespace', [18, 5, 10, 3, 10, 1], 'n')

  it('reads an envelope', () => {
    expect(isProtobuf(namespace)).toBe(true)
    expect(createProtobufDecoder().decode(namespace)).toMatchObject({
      ok: true,
      value: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } },
    })
  })

  it('refuses bytes that are cut off or no envelope', () => {
    const decoder = createProtobufDecoder()
    expect(decoder.decode(namespace.subarray(0, -1)).ok).toBe(false)
    expect(decoder.decode(bytes('{}')).ok).toBe(false)
  })
})
