import { describe, expect, it } from 'vitest'
import { getIn, type JsonObject } from '../../../src/base/index.ts'
import { type Answer, deployment, TestCluster } from './cluster.ts'

const ROOT = '/apis/admissionregistration.k8s.io/v1'
const PODS = '/api/v1/namespaces/default/pods'
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments'

function rule(group: string, resource: string, operations = ['CREATE']): JsonObject {
  return { resourceRules: [{ apiGroups: [group], apiVersions: ['v1'], operations, resources: [resource] }] }
}

function add(cluster: TestCluster, name: string, spec: JsonObject, binding: JsonObject = {}): void {
  const apiVersion = 'admissionregistration.k8s.io/v1'
  const made = [
    cluster.post(`${ROOT}/mutatingadmissionpolicies`, {
      apiVersion,
      kind: 'MutatingAdmissionPolicy',
      metadata: { name },
      spec: { reinvocationPolicy: 'Never', ...spec },
    }),
    cluster.post(`${ROOT}/mutatingadmissionpolicybindings`, {
      apiVersion,
      kind: 'MutatingAdmissionPolicyBinding',
      metadata: { name: `${name}-binding` },
      spec: { policyName: name, ...binding },
    }),
  ]
  expect(made.map((answer) => answer.status)).toEqual([201, 201])
}

const merging = (expression: string): JsonObject => ({
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression },
})
const patching = (expression: string): JsonObject => ({ patchType: 'JSONPatch', jsonPatch: { expression } })

function pod(name: string, extra: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ name: 'main', image: 'nginx' }], ...extra },
  }
}

const containers = (answer: Answer): unknown =>
  (getIn(answer.body, ['spec', 'initContainers']) as JsonObject[] | undefined)?.map((item) => item['name'])

/** The examples of https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/ */
describe('the examples of the documentation', () => {
  it('injects a sidecar by an apply configuration', () => {
    const cluster = new TestCluster({ workloads: false })
    add(cluster, 'sidecar-policy.example.com', {
      matchConstraints: rule('', 'pods'),
      matchConditions: [
        {
          name: 'does-not-already-have-sidecar',
          expression: '!object.spec.initContainers.exists(ic, ic.name == "mesh-proxy")',
        },
      ],
      failurePolicy: 'Fail',
      reinvocationPolicy: 'IfNeeded',
      mutations: [
        merging(`Object{
          spec: Object.spec{
            initContainers: [
              Object.spec.initContainers{
                name: "mesh-proxy",
                image: "mesh/proxy:v1.0.0",
                restartPolicy: "Always"
              }
            ]
          }
        }`),
      ],
    })
    const made = cluster.post(PODS, pod('a', { initContainers: [{ name: 'init', image: 'busybox' }] }))
    expect(made.status).toBe(201)
    expect(containers(made)).toEqual(['init', 'mesh-proxy'])
    expect(getIn(made.body, ['spec', 'initContainers', 1])).toMatchObject({
      image: 'mesh/proxy:v1.0.0',
      restartPolicy: 'Always',
      // Defaults come after the mutation, and the token's volume in the second round.
      terminationMessagePath: '/dev/termination-log',
      volumeMounts: [{ mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true }],
    })
    const has = pod('b', { initContainers: [{ name: 'mesh-proxy', image: 'own', restartPolicy: 'Always' }] })
    expect(getIn(cluster.post(PODS, has).body, ['spec', 'initContainers', 0, 'image'])).toBe('own')
  })

  it('injects a sidecar by a JSON patch', () => {
    const cluster = new TestCluster({ workloads: false })
    add(cluster, 'sidecar-policy.example.com', {
      matchConstraints: rule('', 'pods'),
      mutations: [
        patching(`[
          JSONPatch{
            op: "add", path: "/spec/initContainers/-",
            value: Object.spec.initContainers{
              name: "mesh-proxy",
              image: "mesh-proxy/v1.0.0",
              restartPolicy: "Always"
            }
          }
        ]`),
      ],
    })
    // The type of the value is named from the root of its own, as upstream checks it.
    const made = cluster.post(PODS, pod('a', { initContainers: [{ name: 'init', image: 'busybox' }] }))
    expect([made.status, containers(made)]).toEqual([201, ['init', 'mesh-proxy']])
    const without = cluster.post(PODS, pod('b'))
    expect([without.status, without.body['reason'], without.body['message']]).toEqual([
      403,
      'Invalid',
      expect.stringMatching(
        /^policy 'sidecar-policy.example.com' with binding 'sidecar-policy.example.com-binding' denied request: JSON Patch: add operation does not apply/,
      ) as string,
    ])
  })

  it('escapes keys, and makes a map where there is none', () => {
    const cluster = new TestCluster({ workloads: false })
    add(cluster, 'labels', {
      matchConstraints: rule('', 'pods'),
      mutations: [
        patching(`[
          JSONPatch{op: "test", path: "/spec/containers/0/name", value: "main"},
          JSONPatch{op: "add", path: "/metadata/labels", value: {}},
          JSONPatch{
            op: "add",
            path: "/metadata/labels/" + jsonpatch.escapeKey("example.com/environment"),
            value: "test"
          }
        ]`),
      ],
    })
    expect(getIn(cluster.post(PODS, pod('a')).body, ['metadata', 'labels'])).toEqual({
      'example.com/environment': 'test',
    })
    const other = { ...pod('b'), spec: { containers: [{ name: 'other', image: 'nginx' }] } }
    const passed = cluster.post(PODS, other)
    expect([passed.status, getIn(passed.body, ['metadata', 'labels'])]).toEqual([201, undefined])
  })
})

/** Errors from the cases of apiserver's policy/mutating/patch/smd_test.go and json_patch_test.go. */
describe('a mutation that cannot be applied', () => {
  const denied = (mutation: JsonObject, spec: JsonObject = {}): Answer => {
    const cluster = new TestCluster({ workloads: false })
    add(cluster, 'p', { matchConstraints: rule('apps', 'deployments'), mutations: [mutation], ...spec })
    return cluster.post(DEPLOYMENTS, deployment('web'))
  }
  it.each([
    [
      'Object{spec: Object.spec{selector: Object.spec.selector{matchLabels: {"l": "v"}}}}',
      'error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.selector',
    ],
    [
      'Object{spec: Object.specx{replicas: 1}}',
      'type mismatch: unexpected type name "Object.specx", expected "Object.spec", which matches field name path from root Object type',
    ],
    [
      'Object{spec: Object.spec{replicasx: 1}}',
      'error applying patch: failed to convert patch object to typed object: .spec.replicasx: field not declared in schema',
    ],
    [
      // `args` of the documentation's example is an atomic list, which the API server refuses.
      'Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: "proxy", args: ["proxy"]}]}}}}',
      'error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.template.spec.containers[0].args',
    ],
  ])('%s', (expression, message) => {
    expect(denied(merging(expression)).body['message']).toBe(
      `policy 'p' with binding 'p-binding' denied request: ${message}`,
    )
    expect(denied(merging(expression), { failurePolicy: 'Ignore' }).status).toBe(201)
  })

  it('refuses fields that the kind does not have, whatever the failurePolicy', () => {
    const patch = patching('[JSONPatch{op: "add", path: "/spec/replicaz", value: 1}]')
    expect(denied(patch, { failurePolicy: 'Ignore' })).toMatchObject({
      status: 500,
      body: { reason: 'InternalError', message: expect.stringContaining('unknown field "spec.replicaz"') as string },
    })
  })
})

describe('MutatingAdmissionPolicy', () => {
  it('reads variables and parameters, and owns no field itself', () => {
    const cluster = new TestCluster({ workloads: false })
    add(
      cluster,
      'scale',
      {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        matchConstraints: rule('apps', 'deployments', ['CREATE', 'UPDATE']),
        variables: [{ name: 'most', expression: 'int(params.data.most)' }],
        matchConditions: [{ name: 'many', expression: 'object.spec.replicas > int(params.data.most)' }],
        mutations: [merging('Object{spec: Object.spec{replicas: variables.most}}')],
      },
      { paramRef: { name: 'limits', namespace: 'default', parameterNotFoundAction: 'Deny' } },
    )
    expect(cluster.post(DEPLOYMENTS, deployment('web')).body).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message:
        "policy 'scale' with binding 'scale-binding' denied request: failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction",
    })
    cluster.post('/api/v1/namespaces/default/configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'limits' },
      data: { most: '3' },
    })
    expect(getIn(cluster.post(DEPLOYMENTS, deployment('web', { replicas: 5 })).body, ['spec', 'replicas'])).toBe(3)
    const patched = cluster.patch(`${DEPLOYMENTS}/web`, 'merge', { spec: { replicas: 9 } })
    expect(getIn(patched.body, ['spec', 'replicas'])).toBe(3)
    const managers = getIn(patched.body, ['metadata', 'managedFields']) as JsonObject[]
    expect(new Set(managers.map((entry) => entry['manager']))).toEqual(new Set(['tester']))
  })

  it.each([
    ['IfNeeded', { a: '2', b: '1' }],
    ['Never', { a: '1', b: '1' }],
  ])('runs again with reinvocationPolicy %s when a later one changed the object', (reinvocationPolicy, labels) => {
    const cluster = new TestCluster({ workloads: false })
    const label = (key: string, value: string): JsonObject =>
      merging(`Object{metadata: Object.metadata{labels: {"${key}": ${value}}}}`)
    const matchConstraints = rule('', 'pods')
    const count = 'has(object.metadata.labels) && "b" in object.metadata.labels ? "2" : "1"'
    add(cluster, 'a-first', { matchConstraints, reinvocationPolicy, mutations: [label('a', count)] })
    add(cluster, 'b-second', { matchConstraints, mutations: [label('b', '"1"')] })
    expect(getIn(cluster.post(PODS, pod('x')).body, ['metadata', 'labels'])).toEqual(labels)
  })

  // As kube-apiserver 1.36.4 does: it refuses DELETE in a rule, and `*` means what can be changed.
  it('is not asked about deletions; what was not there before is null', () => {
    const cluster = new TestCluster({ workloads: false })
    add(cluster, 'p', {
      matchConstraints: rule('apps', 'deployments', ['*']),
      matchConditions: [{ name: 'x', expression: 'oldObject != null && oldObject.spec.nope' }],
      mutations: [merging('Object{spec: Object.spec{replicas: 0}}')],
    })
    expect(cluster.post(DEPLOYMENTS, deployment('web')).status).toBe(201)
    expect(cluster.request('DELETE', `${DEPLOYMENTS}/web`).status).toBe(200)
  })

  it('is bound to what its binding says', () => {
    const cluster = new TestCluster({ workloads: false })
    const mutations = [merging('Object{metadata: Object.metadata{labels: {"a": "b"}}}')]
    const matchResources = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'other' } } }
    add(cluster, 'p', { matchConstraints: rule('', 'pods'), mutations }, { matchResources })
    expect(getIn(cluster.post(PODS, pod('a')).body, ['metadata', 'labels'])).toBeUndefined()
  })
})
