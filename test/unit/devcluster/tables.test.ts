import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonValue } from '../../../src/base/index.ts'
import { TestCluster } from './cluster.ts'

const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' }

/** Columns of every listable resource as kube-apiserver 1.36.4 answered them: `name:type/format`, `~` for wide output. */
const real = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/devcluster/columns-1.36.json'), 'utf8'),
) as Record<string, string>

function columnsOf(table: JsonObject): string {
  return (table['columnDefinitions'] as JsonObject[])
    .map(
      ({ name, type, format, priority }) =>
        `${String(name)}:${String(type)}${format === '' ? '' : `/${String(format)}`}${priority === 0 ? '' : '~'}`,
    )
    .join(',')
}

it('tables have the columns of kube-apiserver', () => {
  const cluster = new TestCluster()
  const ours = Object.fromEntries(Object.keys(real).map((path) => [path, columnsOf(cluster.get(path, TABLE).body)]))
  expect(ours).toEqual(real)
})

describe('rows', () => {
  const meta = { name: 'x', creationTimestamp: '1970-01-01T00:00:00Z' }
  const rows: [path: string, object: JsonObject, cells: JsonValue[]][] = [
    [
      '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings',
      {
        kind: 'ValidatingAdmissionPolicyBinding',
        spec: {
          policyName: 'p',
          validationActions: ['Deny'],
          paramRef: { name: 'q', parameterNotFoundAction: 'Deny' },
        },
      },
      ['x', 'p', '*/q', '0s'],
    ],
    [
      '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
      {
        kind: 'ValidatingAdmissionPolicy',
        spec: {
          paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
          matchConstraints: {
            resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }],
          },
          validations: [{ expression: 'true' }, { expression: 'true' }],
        },
      },
      ['x', 2, 'v1/ConfigMap', '0s'],
    ],
    [
      '/apis/storage.k8s.io/v1/csidrivers',
      {
        kind: 'CSIDriver',
        spec: { volumeLifecycleModes: ['Persistent'], tokenRequests: [{ audience: 'a' }], podInfoOnMount: true },
      },
      ['x', true, true, false, 'a', false, 'Persistent', '0s'],
    ],
    ['/apis/node.k8s.io/v1/runtimeclasses', { kind: 'RuntimeClass', handler: 'runc' }, ['x', 'runc', '0s']],
    [
      '/apis/scheduling.k8s.io/v1/priorityclasses',
      { kind: 'PriorityClass', value: 7 },
      ['x', 7, false, '0s', 'PreemptLowerPriority'],
    ],
  ]
  it.each(rows)('of %s', (path, object, cells) => {
    const cluster = new TestCluster()
    const [, group, version] = /^\/apis\/(.+)\/(.+)\/.+$/.exec(path)!
    const made = cluster.post(path, { apiVersion: `${group}/${version}`, metadata: meta, ...object })
    expect(made.status, made.text).toBe(201)
    const [row] = cluster.get(`${path}/x`, TABLE).body['rows'] as JsonObject[]
    expect(row!['cells']).toEqual(cells)
  })

  it('of the scale subresource', () => {
    const cluster = new TestCluster()
    const path = '/apis/apps/v1/namespaces/default/replicasets'
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }
    cluster.post(path, {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'x' },
      spec: { replicas: 3, selector: { matchLabels: { a: 'b' } }, template },
    })
    const table = cluster.get(`${path}/x/scale`, TABLE).body
    expect([columnsOf(table), (table['rows'] as JsonObject[])[0]!['cells']]).toEqual([
      'Name:string/name,Desired:integer,Available:integer,Age:string',
      ['x', 3, 0, '0s'],
    ])
  })
})
