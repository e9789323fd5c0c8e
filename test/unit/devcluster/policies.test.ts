import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/base/index.ts'
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
