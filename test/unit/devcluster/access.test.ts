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
      'users "kubernetes-admin" is forbidden: User "eve" cannot impersonate resource "users" in API group "" at the cluster scope',
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
