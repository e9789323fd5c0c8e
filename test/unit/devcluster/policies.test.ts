import { describe, expect, it } from 'vitest'
import { getIn, type JsonObject } from '../../../src/base/index.ts'
import { deployment, TestCluster } from './cluster.ts'

const ROOT = '/apis/admissionregistration.k8s.io/v1'
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments'

function guarded(spec: JsonObject, binding: JsonObject = {}): TestCluster {
  const cluster = new TestCluster()
  const policy = cluster.post(`${ROOT}/validatingadmissionpolicies`, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'limit' },
    spec: {
      matchConstraints: {
        resourceRules: [
          { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['deployments'] },
        ],
      },
      ...spec,
    },
  })
  expect(policy.status).toBe(201)
  const bound = cluster.post(`${ROOT}/validatingadmissionpolicybindings`, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'everywhere' },
    spec: { policyName: 'limit', validationActions: ['Deny'], ...binding },
  })
  expect(bound.status).toBe(201)
  return cluster
}

describe('ValidatingAdmissionPolicy', () => {
  it('denies with its message, and lets the rest pass', () => {
    const cluster = guarded({
      variables: [{ name: 'wanted', expression: 'object.spec.replicas' }],
      validations: [
        { expression: 'variables.wanted <= 3', messageExpression: '"at most 3, not " + string(variables.wanted)' },
      ],
    })
    const answer = cluster.post(DEPLOYMENTS, deployment('web', { replicas: 5 }))
    expect([answer.status, answer.body['message']]).toEqual([
      422,
      "deployments.apps \"web\" is forbidden: ValidatingAdmissionPolicy 'limit' with binding 'everywhere' denied request: at most 3, not 5",
    ])
    expect(cluster.post(DEPLOYMENTS, deployment('web')).status).toBe(201)
    expect(cluster.patch(`${DEPLOYMENTS}/web`, 'merge', { spec: { replicas: 9 } }).status).toBe(422)
  })

  it('reads parameters, the old object and the namespace', () => {
    const cluster = guarded(
      {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        validations: [
          { expression: 'object.spec.replicas <= int(params.data.max) && namespaceObject.metadata.name == "default"' },
        ],
      },
      { paramRef: { name: 'limits', namespace: 'default', parameterNotFoundAction: 'Deny' } },
    )
    expect(cluster.post(DEPLOYMENTS, deployment('web')).body['message']).toMatch(/no params found for policy binding/)
    cluster.post('/api/v1/namespaces/default/configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'limits' },
      data: { max: '1' },
    })
    expect(cluster.post(DEPLOYMENTS, deployment('web')).body['message']).toMatch(
      /denied request: failed expression: object.spec.replicas <= int/,
    )
    expect(cluster.post(DEPLOYMENTS, deployment('web', { replicas: 1 })).status).toBe(201)
  })

  it('only warns when bound so', () => {
    const cluster = guarded(
      { validations: [{ expression: 'false', message: 'not nice' }] },
      { validationActions: ['Warn'] },
    )
    const answer = cluster.post(DEPLOYMENTS, deployment('web'))
    expect([answer.status, answer.headers['warning']]).toEqual([
      201,
      "299 - \"Validation failed for ValidatingAdmissionPolicy 'limit' with binding 'everywhere': not nice\"",
    ])
  })

  it('fails closed or open, as it says, when an expression fails', () => {
    const broken = { validations: [{ expression: 'object.spec.nope > 1' }] }
    expect(guarded(broken).post(DEPLOYMENTS, deployment('web')).body['message']).toMatch(
      /resulted in error: no such key: nope/,
    )
    expect(guarded({ ...broken, failurePolicy: 'Ignore' }).post(DEPLOYMENTS, deployment('web')).status).toBe(201)
  })

  it('looks only at what it matches', () => {
    const cluster = guarded({
      matchConditions: [{ name: 'x', expression: 'object.metadata.name.startsWith("prod-")' }],
      validations: [{ expression: 'false' }],
    })
    expect(cluster.post(DEPLOYMENTS, deployment('web')).status).toBe(201)
    expect(cluster.post(DEPLOYMENTS, deployment('prod-web')).status).toBe(422)
  })
})

describe('limits of a namespace', () => {
  const PODS = '/api/v1/namespaces/default/pods'
  const pod = (name: string, resources: JsonObject = {}): JsonObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ name: 'main', image: 'nginx', resources }] },
  })
  const limitRange: JsonObject = {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'range' },
    spec: {
      limits: [{ type: 'Container', default: { cpu: '200m' }, defaultRequest: { cpu: '100m' }, max: { cpu: '1' } }],
    },
  }
  const quota = (hard: JsonObject): JsonObject => ({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q' },
    spec: { hard },
  })

  it('LimitRange fills what is open and refuses what is beyond', () => {
    const cluster = new TestCluster({ workloads: false })
    cluster.post('/api/v1/namespaces/default/limitranges', limitRange)
    const made = cluster.post(PODS, pod('a')).body
    expect(getIn(made, ['spec', 'containers', 0, 'resources'])).toEqual({
      limits: { cpu: '200m' },
      requests: { cpu: '100m' },
    })
    expect(cluster.post(PODS, pod('b', { limits: { cpu: '2' } })).body['message']).toBe(
      'pods "b" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
    )
  })

  it('ResourceQuota counts, shows and refuses', async () => {
    const cluster = new TestCluster({ workloads: false })
    cluster.post(
      '/api/v1/namespaces/default/resourcequotas',
      quota({ 'requests.cpu': '1', 'count/deployments.apps': '1' }),
    )
    expect(cluster.post(PODS, pod('a')).body['message']).toBe(
      'pods "a" is forbidden: failed quota: q: must specify requests.cpu for: main',
    )
    expect(cluster.post(PODS, pod('a', { requests: { cpu: '600m' } })).status).toBe(201)
    expect(cluster.post(PODS, pod('b', { requests: { cpu: '600m' } })).body['message']).toBe(
      'pods "b" is forbidden: exceeded quota: q, requested: requests.cpu=600m, used: requests.cpu=600m, limited: requests.cpu=1',
    )
    await cluster.clock.advance(10)
    const status = cluster.get('/api/v1/namespaces/default/resourcequotas/q').body['status']
    expect(status).toEqual({
      hard: { 'requests.cpu': '1', 'count/deployments.apps': '1' },
      used: { 'requests.cpu': '600m', 'count/deployments.apps': '0' },
    })
  })
})

describe('the authorizer of policies', () => {
  const ask = '!authorizer.group("apps").resource("deployments").namespace("default").check("delete").allowed()'
  it.each([
    ['what others may do', 'authorizer.serviceAccount("default", "bot").path("/metrics").check("get").allowed()', 422],
    ['what the user may do', 'authorizer.path("/metrics").check("get").allowed()', 201],
    ['the request itself', 'authorizer.requestResource.check("delete").allowed()', 201],
    ['a denial', ask, 422],
    [
      'no errors',
      '!authorizer.requestResource.check("x").errored() && authorizer.requestResource.check("x").error() == ""',
      201,
    ],
  ])('answers about %s', (_what, expression, status) => {
    const cluster = guarded({ validations: [{ expression }] })
    expect(cluster.post(DEPLOYMENTS, deployment('web')).status).toBe(status)
  })

  it('knows the rules of a service account', () => {
    const expression = 'authorizer.serviceAccount("default", "bot").group("").resource("pods").check("list").reason()'
    const cluster = guarded({
      validations: [{ expression: 'false', messageExpression: 'variables.why' }],
      variables: [{ name: 'why', expression }],
    })
    const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'bots' } }
    cluster.post('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      ...rbac,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', name: 'bot', namespace: 'default' }],
    })
    expect(cluster.post(DEPLOYMENTS, deployment('web')).body['message']).toContain(
      'denied request: RBAC: allowed by ClusterRoleBinding "bots" of ClusterRole "view" to ServiceAccount "bot/default"',
    )
  })
})
