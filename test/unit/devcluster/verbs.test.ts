import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonValue } from '../../../src/base/index.ts'
import { deployment, names, TestCluster } from './cluster.ts'

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps'
const configMap = (name: string, data: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
})

describe('create', () => {
  it('refuses kinds that are no text, as kube-apiserver 1.36.4 says it', () => {
    const cluster = new TestCluster()
    const why =
      "couldn't get version/kind; json parse error: json: cannot unmarshal number into Go struct field .kind of type string"
    const path = '/api/v1/namespaces/default/configmaps'
    const body = '{"apiVersion":"v1","kind":123456789012345680000}'
    expect(cluster.request('POST', path, body).body['message']).toBe(
      `the object provided is unrecognized (must be of type ConfigMap): ${why} ({"apiVersion":"v1","kind":1234 ...)`,
    )
    expect(cluster.request('DELETE', `${path}/a`, body).body['message']).toBe(why)
  })

  const refusals: [what: string, path: string, body: JsonValue, code: number, reason: string, message: RegExp][] = [
    ['a taken name', CONFIG_MAPS, configMap('taken'), 409, 'AlreadyExists', /^configmaps "taken" already exists$/],
    [
      'an absent namespace',
      '/api/v1/namespaces/none/configmaps',
      configMap('a'),
      404,
      'NotFound',
      /^namespaces "none" not found$/,
    ],
    [
      'no name',
      CONFIG_MAPS,
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} },
      422,
      'Invalid',
      /metadata.name: Required value: name or generateName is required/,
    ],
    [
      'a bad name',
      CONFIG_MAPS,
      configMap('Upper'),
      422,
      'Invalid',
      /metadata.name: Invalid value: "Upper": a lowercase RFC 1123 subdomain/,
    ],
    [
      'another kind',
      CONFIG_MAPS,
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } },
      400,
      'BadRequest',
      /Secret in version "v1" cannot be handled as a ConfigMap/,
    ],
    [
      'another namespace',
      CONFIG_MAPS,
      { ...configMap('a'), metadata: { name: 'a', namespace: 'kube-system' } },
      400,
      'BadRequest',
      /the namespace of the provided object does not match/,
    ],
    ['broken JSON', CONFIG_MAPS, '{', 400, 'BadRequest', /json parse error/],
    ['a list', CONFIG_MAPS, [], 400, 'BadRequest', /must be of type ConfigMap/],
    [
      'no JSON object for labels',
      CONFIG_MAPS,
      { ...configMap('a'), metadata: { name: 'a', labels: 1 } },
      400,
      'BadRequest',
      /cannot unmarshal number/,
    ],
    [
      'a selector that misses its template',
      '/apis/apps/v1/namespaces/default/deployments',
      deployment('a', { selector: { matchLabels: { b: 'c' } } }),
      422,
      'Invalid',
      /`selector` does not match template `labels`/,
    ],
    [
      'a wrong type',
      '/apis/apps/v1/namespaces/default/deployments',
      deployment('a', { replicas: 'two' }),
      400,
      'BadRequest',
      /json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32/,
    ],
    [
      'no base64',
      '/api/v1/namespaces/default/secrets',
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { a: '!' } },
      400,
      'BadRequest',
      /illegal base64 data at input byte 0/,
    ],
    [
      'a Service without ports',
      '/api/v1/namespaces/default/services',
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: {} },
      422,
      'Invalid',
      /spec.ports: Required value/,
    ],
    [
      'a Job that restarts always',
      '/apis/batch/v1/namespaces/default/jobs',
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'j' },
        spec: { template: { spec: { containers: [{ name: 'a', image: 'b' }] } } },
      },
      422,
      'Invalid',
      /spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"/,
    ],
  ]
  it.each(refusals)('refuses %s', (_what, path, body, code, reason, message) => {
    const cluster = new TestCluster()
    cluster.post(CONFIG_MAPS, configMap('taken'))
    const answer = cluster.post(path, body)
    expect([answer.status, answer.body['reason']]).toEqual([code, reason])
    expect(answer.body['message']).toMatch(message)
    expect(answer.body['kind']).toBe('Status')
  })

  it('names an object from its prefix', () => {
    const cluster = new TestCluster()
    const made = cluster.post(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'x-' } })
    expect(made.status).toBe(201)
    expect((made.body['metadata'] as JsonObject)['name']).toMatch(/^x-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
  })

  it('defaults the status of a custom resource that nobody has written yet', () => {
    const cluster = new TestCluster({ flux: '2.9' })
    const made = cluster.post('/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/default/kustomizations', {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'apps' },
      spec: { interval: '1m', prune: true, sourceRef: { kind: 'GitRepository', name: 'fleet' } },
      status: { lastAppliedRevision: 'main' },
    })
    expect(made.body['status']).toEqual({ observedGeneration: -1 })
  })

  it('changes nothing in a dry run', () => {
    const cluster = new TestCluster()
    const before = cluster.server.store.revision
    expect(cluster.post(`${CONFIG_MAPS}?dryRun=All`, configMap('a')).status).toBe(201)
    expect(cluster.server.store.revision).toBe(before)
    expect(cluster.get(`${CONFIG_MAPS}/a`).status).toBe(404)
  })
})

describe('update', () => {
  it('keeps the resourceVersion when nothing changed, and takes a new one when something did', () => {
    const cluster = new TestCluster()
    const made = cluster.post(CONFIG_MAPS, configMap('a', { x: '1' })).body
    const same = cluster.request('PUT', `${CONFIG_MAPS}/a`, made).body
    expect(same['metadata']).toEqual(made['metadata'])
    const changed = cluster.request('PUT', `${CONFIG_MAPS}/a`, { ...made, data: { x: '2' } })
    expect((changed.body['metadata'] as JsonObject)['resourceVersion']).not.toBe(
      (made['metadata'] as JsonObject)['resourceVersion'],
    )
  })

  it('refuses a stale resourceVersion', () => {
    const cluster = new TestCluster()
    const made = cluster.post(CONFIG_MAPS, configMap('a', { x: '1' })).body
    cluster.request('PUT', `${CONFIG_MAPS}/a`, { ...made, data: { x: '2' } })
    const answer = cluster.request('PUT', `${CONFIG_MAPS}/a`, { ...made, data: { x: '3' } })
    expect([answer.status, answer.body['message']]).toEqual([
      409,
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    ])
  })

  it('counts generations of the spec only, and splits off the status', () => {
    const cluster = new TestCluster({ workloads: false })
    const path = '/apis/apps/v1/namespaces/default/deployments/web'
    cluster.post('/apis/apps/v1/namespaces/default/deployments', deployment('web'))
    const status = cluster.patch(`${path}/status`, 'merge', { status: { replicas: 7 }, spec: { replicas: 7 } }).body
    expect([status['status'], (status['spec'] as JsonObject)['replicas']]).toEqual([{ replicas: 7 }, 2])
    const spec = cluster.patch(path, 'merge', { status: { replicas: 1 }, spec: { replicas: 3 } }).body
    expect([(spec['metadata'] as JsonObject)['generation'], spec['status']]).toEqual([2, { replicas: 7 }])
  })

  const immutable: [kind: string, path: string, body: JsonObject, patch: JsonObject, message: RegExp][] = [
    [
      'a Deployment’s selector',
      '/apis/apps/v1/namespaces/default/deployments',
      deployment('x'),
      { spec: { selector: { matchLabels: { app: 'y' } }, template: { metadata: { labels: { app: 'y' } } } } },
      /spec.selector: Invalid value: .*: field is immutable/,
    ],
    [
      'an immutable ConfigMap',
      CONFIG_MAPS,
      { ...configMap('x', { a: 'b' }), immutable: true },
      { data: { a: 'c' } },
      /data: Forbidden: field is immutable when `immutable` is set/,
    ],
    [
      'a Secret’s type',
      '/api/v1/namespaces/default/secrets',
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } },
      { type: 'other' },
      /type: Invalid value: "other": field is immutable/,
    ],
    [
      'a roleRef',
      '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'x' },
        roleRef: { kind: 'ClusterRole', name: 'view' },
      },
      { roleRef: { name: 'edit' } },
      /cannot change roleRef/,
    ],
  ]
  it.each(immutable)('leaves %s alone', (_kind, path, body, patch, message) => {
    const cluster = new TestCluster({ workloads: false })
    expect(cluster.post(path, body).status).toBe(201)
    const answer = cluster.patch(`${path}/x`, 'merge', patch)
    expect(answer.status).toBe(422)
    expect(answer.body['message']).toMatch(message)
  })
})

describe('patch', () => {
  it('merges strategically by key, where a merge patch replaces the list', () => {
    const cluster = new TestCluster({ workloads: false })
    const path = '/apis/apps/v1/namespaces/default/deployments/web'
    cluster.post('/apis/apps/v1/namespaces/default/deployments', deployment('web'))
    const containers = (answer: JsonObject): string[] =>
      (
        (((answer['spec'] as JsonObject)['template'] as JsonObject)['spec'] as JsonObject)['containers'] as JsonObject[]
      ).map((item) => String(item['name']))
    const patch = { spec: { template: { spec: { containers: [{ name: 'side', image: 'busybox' }] } } } }
    expect(containers(cluster.patch(path, 'strategic', patch).body)).toEqual(['side', 'main'])
    expect(containers(cluster.patch(path, 'merge', patch).body)).toEqual(['side'])
    expect(
      containers(
        cluster.patch(path, 'json', [{ op: 'replace', path: '/spec/template/spec/containers/0/name', value: 'new' }])
          .body,
      ),
    ).toEqual(['new'])
  })

  it('refuses an unknown media type with the list of those it reads', () => {
    const cluster = new TestCluster()
    cluster.post(CONFIG_MAPS, configMap('a'))
    const answer = cluster.request('PATCH', `${CONFIG_MAPS}/a`, {}, { 'content-type': 'application/json' })
    expect([answer.status, answer.body['reason']]).toEqual([415, 'UnsupportedMediaType'])
  })
})

describe('server-side apply', () => {
  const apply = (
    cluster: TestCluster,
    manager: string,
    data: JsonObject,
    query = '',
  ): ReturnType<TestCluster['patch']> =>
    cluster.patch(`${CONFIG_MAPS}/a?fieldManager=${manager}${query}`, 'apply', configMap('a', data))

  it('creates, keeps what it owns, and removes what it no longer applies', () => {
    const cluster = new TestCluster()
    expect(apply(cluster, 'one', { x: '1', y: '1' }).status).toBe(201)
    const answer = apply(cluster, 'one', { x: '1' })
    expect([answer.status, answer.body['data']]).toEqual([200, { x: '1' }])
  })

  it('refuses another manager’s field, and takes it by force', () => {
    const cluster = new TestCluster()
    apply(cluster, 'one', { x: '1' })
    const conflict = apply(cluster, 'two', { x: '2' })
    expect([conflict.status, conflict.body['message']]).toEqual([
      409,
      'Apply failed with 1 conflict: conflict with "one": .data.x',
    ])
    expect(apply(cluster, 'two', { x: '2' }, '&force=true').body['data']).toEqual({ x: '2' })
  })

  it('changes nothing when applied again', () => {
    const cluster = new TestCluster()
    const first = apply(cluster, 'one', { x: '1' })
    expect(apply(cluster, 'one', { x: '1' }).body['metadata']).toEqual(first.body['metadata'])
  })

  it('records who updated what', () => {
    const cluster = new TestCluster()
    cluster.post(`${CONFIG_MAPS}?fieldManager=creator`, configMap('a', { x: '1' }))
    const managed = (cluster.get(`${CONFIG_MAPS}/a`).body['metadata'] as JsonObject)['managedFields'] as JsonObject[]
    expect(managed.map((entry) => [entry['manager'], entry['operation'], entry['fieldsV1']])).toEqual([
      ['creator', 'Update', { 'f:data': { '.': {}, 'f:x': {} } }],
    ])
  })

  const wrong: [what: string, path: string, body: JsonObject, message: string][] = [
    [
      'an unknown field',
      '/apis/apps/v1/namespaces/default/deployments/a',
      deployment('a', { foo: 1 }),
      'failed to create typed patch object (/a; apps/v1, Kind=Deployment): .spec.foo: field not declared in schema',
    ],
    [
      'a wrong type',
      '/apis/apps/v1/namespaces/default/deployments/a',
      deployment('a', { replicas: 'two' }),
      'failed to create typed patch object (/a; apps/v1, Kind=Deployment): .spec.replicas: expected numeric (int or float), got string',
    ],
  ]
  it.each(wrong)('refuses %s with the words of the merge', (_what, path, body, message) => {
    const answer = new TestCluster().patch(`${path}?fieldManager=one`, 'apply', body)
    expect([answer.status, answer.body['message']]).toEqual([500, message])
  })

  it('wants a field manager', () => {
    const answer = new TestCluster().patch(`${CONFIG_MAPS}/a`, 'apply', configMap('a'))
    expect(answer.body['message']).toMatch(/fieldManager: Required value: is required for apply patch/)
  })
})

describe('delete', () => {
  it('answers a Status, and 404 after', () => {
    const cluster = new TestCluster()
    cluster.post(CONFIG_MAPS, configMap('a'))
    expect(cluster.request('DELETE', `${CONFIG_MAPS}/a`).body['status']).toBe('Success')
    expect(cluster.request('DELETE', `${CONFIG_MAPS}/a`).body['message']).toBe('configmaps "a" not found')
  })

  it('checks preconditions', () => {
    const cluster = new TestCluster()
    cluster.post(CONFIG_MAPS, configMap('a'))
    const answer = cluster.request('DELETE', `${CONFIG_MAPS}/a`, { preconditions: { uid: 'other' } })
    expect(answer.body['message']).toMatch(
      /on ConfigMap "a": the UID in the precondition \(other\) does not match the UID in record/,
    )
  })

  it('waits for finalizers', () => {
    const cluster = new TestCluster()
    cluster.post(CONFIG_MAPS, { ...configMap('a'), metadata: { name: 'a', finalizers: ['x.io/y'] } })
    cluster.request('DELETE', `${CONFIG_MAPS}/a`)
    expect((cluster.get(`${CONFIG_MAPS}/a`).body['metadata'] as JsonObject)['deletionTimestamp']).toBeTypeOf('string')
    cluster.patch(`${CONFIG_MAPS}/a`, 'merge', { metadata: { finalizers: null } })
    expect(cluster.get(`${CONFIG_MAPS}/a`).status).toBe(404)
  })

  it('deletes a collection by its labels', () => {
    const cluster = new TestCluster()
    for (const name of ['a', 'b'])
      cluster.post(CONFIG_MAPS, { ...configMap(name), metadata: { name, labels: { app: name } } })
    cluster.request('DELETE', `${CONFIG_MAPS}?labelSelector=app%3Da`)
    expect(names(cluster.get(CONFIG_MAPS))).toEqual(['b'])
  })
})

describe('field validation', () => {
  const body = { ...deployment('a', { replicaz: 1 }) }
  const path = '/apis/apps/v1/namespaces/default/deployments'
  it('refuses unknown fields when strict', () => {
    const answer = new TestCluster().post(`${path}?fieldValidation=Strict`, body)
    expect([answer.status, answer.body['message']]).toEqual([
      400,
      'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.replicaz"',
    ])
  })
  it('warns of them else, and drops them', () => {
    const answer = new TestCluster().post(path, body)
    expect(answer.headers['warning']).toBe('299 - "unknown field \\"spec.replicaz\\""')
    expect(answer.body['spec']).not.toHaveProperty('replicaz')
  })
  it('says nothing when told to ignore them', () => {
    expect(new TestCluster().post(`${path}?fieldValidation=Ignore`, body).headers).not.toHaveProperty('warning')
  })
})
