import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/base/index.ts'
import { deployment, names, TestCluster } from './cluster.ts'

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const WIDGETS = '/apis/example.io/v1/namespaces/default/widgets'

function definition(): JsonObject {
  const schema = {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        required: ['size'],
        properties: {
          size: { type: 'integer', minimum: 1 },
          color: { type: 'string', default: 'red' },
          replicas: { type: 'integer', default: 1 },
        },
        'x-kubernetes-validations': [{ rule: 'self.size <= 10', message: 'too big' }],
      },
      status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.io' },
    spec: {
      group: 'example.io',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          subresources: {
            status: {},
            scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
          },
          additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
        },
        { name: 'v1alpha1', served: true, storage: false, deprecated: true, schema: { openAPIV3Schema: schema } },
      ],
    },
  }
}
const widget = (name: string, spec: JsonObject): JsonObject => ({
  apiVersion: 'example.io/v1',
  kind: 'Widget',
  metadata: { name },
  spec,
})

describe('custom resources', () => {
  it('are served from the moment of the definition, defaulted, validated and pruned', () => {
    const cluster = new TestCluster()
    expect(cluster.get(WIDGETS).status).toBe(404)
    const made = cluster.post(CRDS, definition()).body
    expect((made['status'] as JsonObject)['conditions']).toBeNull()
    const settled = cluster.get(`${CRDS}/${(made['metadata'] as JsonObject)['name'] as string}`).body
    const conditions = (settled['status'] as JsonObject)['conditions'] as JsonObject[]
    expect(conditions.find((item) => item['type'] === 'Established')?.['status']).toBe('True')
    const answer = cluster.post(`${WIDGETS}?fieldValidation=Ignore`, widget('a', { size: 3, nope: 1 }))
    expect(answer.body['spec']).toEqual({ size: 3, color: 'red', replicas: 1 })
    expect(cluster.post(WIDGETS, widget('b', {})).body['message']).toMatch(/spec.size: Required value/)
    expect(cluster.post(WIDGETS, widget('b', { size: 11 })).body['message']).toBe(
      'Widget.example.io "b" is invalid: spec: Invalid value: too big',
    )
  })

  it('are shown in every served version, the deprecated one with a warning', () => {
    const cluster = new TestCluster()
    cluster.post(CRDS, definition())
    cluster.post(WIDGETS, widget('a', { size: 3 }))
    const old = cluster.get('/apis/example.io/v1alpha1/namespaces/default/widgets/a')
    expect([old.body['apiVersion'], old.headers['warning']]).toEqual([
      'example.io/v1alpha1',
      '299 - "example.io/v1alpha1 Widget is deprecated; use example.io/v1 Widget"',
    ])
  })

  it('keep status and spec apart, and scale', () => {
    const cluster = new TestCluster()
    cluster.post(CRDS, definition())
    cluster.post(WIDGETS, { ...widget('a', { size: 3 }), status: { x: 1 } })
    expect(cluster.get(`${WIDGETS}/a`).body).not.toHaveProperty('status')
    expect(cluster.patch(`${WIDGETS}/a/status`, 'merge', { status: { replicas: 4 } }).body['status']).toEqual({
      replicas: 4,
    })
    const scale = cluster.patch(`${WIDGETS}/a/scale`, 'merge', { spec: { replicas: 5 } }).body
    expect([scale['kind'], scale['spec'], scale['status']]).toEqual(['Scale', { replicas: 5 }, { replicas: 4 }])
    expect((cluster.get(`${WIDGETS}/a`).body['spec'] as JsonObject)['replicas']).toBe(5)
  })

  it('are not made any more while their definition goes', async () => {
    const cluster = new TestCluster()
    cluster.post(CRDS, definition())
    cluster.post(WIDGETS, { ...widget('a', { size: 3 }), metadata: { name: 'a', finalizers: ['example.io/wait'] } })
    cluster.request('DELETE', `${CRDS}/widgets.example.io`)
    await cluster.clock.advance(100)
    const answer = cluster.post(WIDGETS, widget('b', { size: 3 }))
    expect([answer.status, answer.body['message']]).toEqual([
      405,
      'create not allowed while custom resource definition is terminating',
    ])
    expect(cluster.patch(`${WIDGETS}/a`, 'merge', { metadata: { finalizers: null } }).status).toBe(200)
    await cluster.clock.advance(100)
    expect(cluster.get(`${CRDS}/widgets.example.io`).status).toBe(404)
  })

  it('go with their definition', async () => {
    const cluster = new TestCluster()
    cluster.post(CRDS, definition())
    cluster.post(WIDGETS, widget('a', { size: 3 }))
    const watch = cluster.watch(`${WIDGETS}?watch=true`)
    cluster.request('DELETE', `${CRDS}/widgets.example.io`)
    await cluster.clock.advance(100)
    expect(cluster.get(`${CRDS}/widgets.example.io`).status).toBe(404)
    expect([cluster.get(WIDGETS).status, watch.ended()]).toEqual([404, true])
  })
})

describe('namespaces', () => {
  it('are furnished, and empty before they go', async () => {
    const cluster = new TestCluster()
    cluster.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } })
    await cluster.clock.advance(10)
    expect(names(cluster.get('/api/v1/namespaces/x/serviceaccounts'))).toEqual(['default'])
    expect(names(cluster.get('/api/v1/namespaces/x/configmaps'))).toEqual(['kube-root-ca.crt'])
    cluster.post('/api/v1/namespaces/x/configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', finalizers: ['x.io/y'] },
    })
    cluster.request('DELETE', '/api/v1/namespaces/x')
    await cluster.clock.advance(1000)
    const live = cluster.get('/api/v1/namespaces/x').body
    expect((live['status'] as JsonObject)['phase']).toBe('Terminating')
    const refused = cluster.post('/api/v1/namespaces/x/configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'b' },
    })
    expect(refused.body['message']).toBe(
      'configmaps "b" is forbidden: unable to create new content in namespace x because it is being terminated',
    )
    cluster.patch('/api/v1/namespaces/x/configmaps/a', 'merge', { metadata: { finalizers: null } })
    await cluster.clock.advance(2000)
    expect(cluster.get('/api/v1/namespaces/x').status).toBe(404)
  })

  it('of the system stay', () => {
    expect(new TestCluster().request('DELETE', '/api/v1/namespaces/kube-system').body['message']).toBe(
      'namespaces "kube-system" is forbidden: this namespace may not be deleted',
    )
  })
})

describe('owner garbage collection', () => {
  const SETS = '/apis/apps/v1/namespaces/default/replicasets'
  const PATH = '/apis/apps/v1/namespaces/default/deployments'
  async function rolledOut(): Promise<TestCluster> {
    const cluster = new TestCluster()
    cluster.post(PATH, deployment('web'))
    await cluster.clock.advance(5000)
    expect(names(cluster.get('/api/v1/namespaces/default/pods'))).toHaveLength(2)
    return cluster
  }

  it('takes dependents after their owner (Background)', async () => {
    const cluster = await rolledOut()
    cluster.request('DELETE', `${PATH}/web`, { propagationPolicy: 'Background' })
    expect(cluster.get(`${PATH}/web`).status).toBe(404)
    await cluster.clock.advance(2000)
    expect([names(cluster.get(SETS)), names(cluster.get('/api/v1/namespaces/default/pods'))]).toEqual([[], []])
  })

  it('takes dependents before their owner (Foreground)', async () => {
    const cluster = await rolledOut()
    const answer = cluster.request('DELETE', `${PATH}/web`, { propagationPolicy: 'Foreground' }).body
    expect((answer['metadata'] as JsonObject)['finalizers']).toEqual(['foregroundDeletion'])
    await cluster.clock.advance(3000)
    expect([cluster.get(`${PATH}/web`).status, names(cluster.get(SETS))]).toEqual([404, []])
  })

  it('lets dependents go (Orphan)', async () => {
    const cluster = await rolledOut()
    cluster.request('DELETE', `${PATH}/web`, { propagationPolicy: 'Orphan' })
    await cluster.clock.advance(3000)
    const sets = cluster.get(SETS).body['items'] as JsonObject[]
    expect([sets.length, (sets[0]!['metadata'] as JsonObject)['ownerReferences']]).toEqual([1, undefined])
  })
})

describe('state', () => {
  it('is taken and put back without copies, and ends watches', () => {
    const cluster = new TestCluster()
    const path = '/api/v1/namespaces/default/configmaps'
    cluster.post(path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept' } })
    const snapshot = cluster.server.snapshot()
    cluster.post(path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'lost' } })
    const watch = cluster.watch(`${path}?watch=true`)
    const version = Number((cluster.get(path).body['metadata'] as JsonObject)['resourceVersion'])
    cluster.server.restore(snapshot)
    expect([names(cluster.get(path)), watch.ended()]).toEqual([['kept'], true])
    expect(Number((cluster.get(path).body['metadata'] as JsonObject)['resourceVersion'])).toBeGreaterThan(version)
    cluster.server.reset()
    expect(names(cluster.get(path))).toEqual([])
  })
})
