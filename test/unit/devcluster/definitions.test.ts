import { expect, it } from 'vitest'
import { getIn, type JsonObject, type JsonValue } from '../../../src/base/index.ts'
import { TestCluster } from './cluster.ts'

// Answers of kube-apiserver 1.36.4.
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const about = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'foos.a.io' },
}

function versionOf(name: string, more: JsonObject = {}): JsonObject {
  return { name, served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } }, ...more }
}

function definition(versions: JsonValue): JsonObject {
  return { ...about, spec: { group: 'a.io', scope: 'Namespaced', names: { plural: 'foos', kind: 'Foo' }, versions } }
}

it('leaves out what is empty in a schema', () => {
  const inner = { type: 'object', properties: {}, required: [], description: '', nullable: false, default: {} }
  const schema = { type: 'object', properties: { a: inner, l: { type: 'array', maxItems: 0, items: inner } } }
  const body = definition([versionOf('v1', { schema: { openAPIV3Schema: schema } })])
  const made = new TestCluster().post(definitions, body).body
  const kept = { type: 'object', default: {} }
  expect(getIn(made, ['spec', 'versions', 0, 'schema', 'openAPIV3Schema', 'properties'])).toEqual({
    a: kept,
    l: { type: 'array', maxItems: 0, items: kept },
  })
})

it('knows its stored version before managers of fields are noted', async () => {
  const cluster = new TestCluster()
  cluster.post(definitions, definition([versionOf('v1')]))
  await cluster.clock.advance(1000)
  const patch = { status: { storedVersions: [] } }
  const { status, body } = cluster.request('PATCH', `${definitions}/foos.a.io/status`, patch, {
    'content-type': 'application/merge-patch+json',
    'user-agent': 'other/v1',
  })
  expect([status, getIn(body, ['status', 'storedVersions'])]).toEqual([200, ['v1']])
  expect(JSON.stringify(getIn(body, ['metadata', 'managedFields']))).not.toContain('other')
})

it('says what is missing of an empty one', () => {
  const { body } = new TestCluster().post(definitions, { ...about, spec: {} })
  expect(body['message']).toBe(
    'CustomResourceDefinition.apiextensions.k8s.io "foos.a.io" is invalid: [metadata.name: Invalid value: "foos.a.io": must be spec.names.plural+"."+spec.group, spec.group: Required value, spec.scope: Required value, spec.versions: Invalid value: null: must have exactly one version marked as storage version, spec.names.plural: Required value, spec.names.singular: Required value, spec.names.kind: Required value, spec.names.listKind: Required value, status.storedVersions: Invalid value: null: must have at least one stored version]',
  )
})

it('counts a stored version for one of the versions of its name', () => {
  const { body } = new TestCluster().post(definitions, definition([versionOf('v1'), versionOf('v1')]))
  expect(body['message']).toContain('status.storedVersions: Invalid value: ["v1"]: must have the storage version v1')
})

it.each([
  [{ r: 'x' }, 'status.r: Invalid value: "string": r in body must be of type integer: "string"'],
  [{ r: 9 }, 'status.r: Invalid value: 9: r in body should be less than or equal to 5'],
  [{ l: [{ k: 'b' }] }, 'status.l[0].k: Invalid value: "b": l[0].k in body should match \'^a\''],
  ['x', 'status: Invalid value: "string":  in body must be of type object: "string"'],
] as const)('names what is wrong in a status from there: %j', async (status, message) => {
  const cluster = new TestCluster()
  const item = { type: 'object', properties: { k: { type: 'string', pattern: '^a' } } }
  const properties = { r: { type: 'integer', maximum: 5 }, l: { type: 'array', items: item } }
  const schema = { type: 'object', properties: { status: { type: 'object', properties } } }
  cluster.post(
    definitions,
    definition([versionOf('v1', { subresources: { status: {} }, schema: { openAPIV3Schema: schema } })]),
  )
  await cluster.clock.advance(1000)
  const foos = '/apis/a.io/v1/namespaces/default/foos'
  cluster.post(foos, { apiVersion: 'a.io/v1', kind: 'Foo', metadata: { name: 'a' } })
  const { body } = cluster.request('PATCH', `${foos}/a/status`, { status } as JsonObject, {
    'content-type': 'application/merge-patch+json',
  })
  expect(body['message']).toContain(message)
})
