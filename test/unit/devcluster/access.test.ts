import { describe, expect, it } from 'vitest'
import { getIn, type JsonObject } from '../../../src/base/index.ts'
import { TestCluster } from './cluster.ts'

const RBAC = '/apis/rbac.authorization.k8s.io/v1'
const group = 'rbac.authorization.k8s.io'

function withReader(): TestCluster {
  const cluster = new TestCluster()
  cluster.post(`${RBAC}/namespaces/default/roles`, {
    apiVersion: `${group}/v1`,
    kind: 'Role',
    metadata: { name: 'reader' },
    rules: [{ apiGroups: [''], resources: ['configmaps', 'pods/log'], verbs: ['get', 'list'], resourceNames: [] }],
  })
  cluster.post(`${RBAC}/namespaces/default/rolebindings`, {
    apiVersion: `${group}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'reader' },
    roleRef: { kind: 'Role', name: 'reader' },
    subjects: [{ kind: 'ServiceAccount', name: 'bot', namespace: 'default' }],
  })
  return cluster
}

describe('authorisation', () => {
  const bot = { 'impersonate-user': 'system:serviceaccount:default:bot' }
  const cases: [method: string, path: string, status: number][] = [
    ['GET', '/api/v1/namespaces/default/configmaps', 200],
    ['GET', '/api/v1/namespaces/default/configmaps/none', 404],
    ['GET', '/api/v1/namespaces/kube-system/configmaps', 403],
    ['GET', '/api/v1/configmaps', 403],
    ['DELETE', '/api/v1/namespaces/default/configmaps/none', 403],
    ['GET', '/api/v1/namespaces/default/secrets', 403],
    ['GET', '/api/v1/namespaces/default/pods/none/log', 404],
    ['GET', '/apis', 200],
    ['GET', '/version', 200],
    ['GET', '/metrics', 403],
  ]
  it.each(cases)('%s %s as a service account: %i', (method, path, status) => {
    expect(withReader().request(method, path, undefined, bot).status).toBe(status)
  })

  it('says who may not do what', () => {
    expect(withReader().get('/api/v1/namespaces/default/secrets', bot).body['message']).toBe(
      'secrets is forbidden: User "system:serviceaccount:default:bot" cannot list resource "secrets" in API group "" in the namespace "default"',
    )
  })

  it('lets only those impersonate who may', () => {
    const cluster = withReader()
    cluster.user = { name: 'eve', groups: ['system:authenticated'] }
    expect(cluster.get('/version', { 'impersonate-user': 'kubernetes-admin' }).body['message']).toBe(
      'forbidden: User "eve" cannot impersonate-on:user-info:get path "/version"',
    )
  })

  it('answers access reviews', () => {
    const cluster = withReader()
    const review = (namespace: string): unknown => {
      const spec = { resourceAttributes: { verb: 'list', resource: 'configmaps', namespace } }
      const body: JsonObject = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec }
      return getIn(cluster.request('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', body, bot).body, [
        'status',
        'allowed',
      ])
    }
    expect([review('default'), review('kube-system')]).toEqual([true, false])
  })

  it('issues tokens for service accounts', async () => {
    const cluster = withReader()
    cluster.post('/api/v1/namespaces/default/serviceaccounts', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'bot' },
    })
    const answer = cluster.post('/api/v1/namespaces/default/serviceaccounts/bot/token', {
      spec: { expirationSeconds: 600 },
    })
    const token = String(getIn(answer.body, ['status', 'token']))
    expect(cluster.server.userOfToken(token)?.name).toBe('system:serviceaccount:default:bot')
    await cluster.clock.advance(601_000)
    expect(cluster.server.userOfToken(token)).toBeUndefined()
  })
})

describe('the roles of every cluster', () => {
  const roles = '/apis/rbac.authorization.k8s.io/v1/clusterroles'
  const review = (cluster: TestCluster, user: string, verb: string, group: string, resource: string): unknown => {
    const spec = { user, resourceAttributes: { namespace: 'default', verb, group, resource } }
    const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec }
    return getIn(cluster.post('/apis/authorization.k8s.io/v1/subjectaccessreviews', body).body, ['status', 'allowed'])
  }
  const bind = (cluster: TestCluster, role: string): void => {
    cluster.post('/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: role },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: role }],
    })
  }

  // Answers of kube-apiserver 1.36.4 with its bootstrap policy.
  const answers: [role: string, verb: string, group: string, resource: string, allowed: boolean][] = [
    ['view', 'list', '', 'pods', true],
    ['view', 'get', '', 'secrets', false],
    ['view', 'create', 'apps', 'deployments', false],
    ['view', 'get', 'apps', 'deployments', true],
    ['edit', 'create', 'apps', 'deployments', true],
    ['edit', 'get', '', 'secrets', true],
    ['edit', 'list', '', 'configmaps', true],
    ['edit', 'create', '', 'resourcequotas', false],
    ['edit', 'create', 'rbac.authorization.k8s.io', 'roles', false],
    ['admin', 'create', 'rbac.authorization.k8s.io', 'roles', true],
    ['admin', 'create', '', 'resourcequotas', false],
    ['admin', 'delete', 'batch', 'jobs', true],
    ['admin', 'delete', '', 'namespaces', false],
  ]
  it.each(answers)('%s: may %s %s/%s: %s', async (role, verb, group, resource, allowed) => {
    const cluster = new TestCluster()
    await cluster.clock.advance(1000)
    bind(cluster, role)
    expect(review(cluster, role, verb, group, resource)).toBe(allowed)
  })

  it('take in what charts label for them', async () => {
    const cluster = new TestCluster()
    cluster.post(roles, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'things-view', labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
      rules: [{ apiGroups: ['demo.io'], resources: ['things'], verbs: ['get'] }],
    })
    await cluster.clock.advance(1000)
    for (const role of ['view', 'edit', 'admin']) {
      expect(cluster.get(`${roles}/${role}`).body['rules']).toContainEqual({
        apiGroups: ['demo.io'],
        resources: ['things'],
        verbs: ['get'],
      })
    }
    cluster.request('DELETE', `${roles}/things-view`)
    await cluster.clock.advance(1000)
    expect(JSON.stringify(cluster.get(`${roles}/admin`).body)).not.toContain('demo.io')
  })
})
