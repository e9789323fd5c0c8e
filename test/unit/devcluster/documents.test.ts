import { describe, expect, it } from 'vitest'
import { getIn, isObject, type JsonObject } from '../../../src/base/index.ts'
import { TestCluster } from './cluster.ts'

const AGGREGATED = { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' }
const PROTOBUF = { accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf' }

function definition(schema: JsonObject): JsonObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'foos.example.io' },
    spec: {
      group: 'example.io',
      scope: 'Namespaced',
      names: { plural: 'foos', kind: 'Foo' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  }
}

const SCHEMA: JsonObject = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
        note: { type: 'string', nullable: true },
        size: { type: 'integer', minimum: 1 },
      },
    },
  },
}

describe('documents that clients keep', () => {
  it.each([
    ['/apis', AGGREGATED],
    ['/api', AGGREGATED],
    ['/openapi/v2', {}],
    ['/openapi/v2', PROTOBUF],
    ['/openapi/v3/apis/apps/v1', {}],
  ])('%s: 304 for the tag that it was given with', (path, headers) => {
    const cluster = new TestCluster()
    const etag = cluster.get(path, headers).headers['etag']!
    const again = cluster.get(path, { ...headers, 'if-none-match': etag })
    expect([again.status, again.text, again.headers['etag'], again.headers['content-type']]).toEqual([
      304,
      '',
      etag,
      undefined,
    ])
    expect(cluster.get(path, { ...headers, 'if-none-match': `W/${etag}` }).status).toBe(200)
  })

  // What kube-apiserver 1.36.4 lists of them, but streams and proxies.
  it.each([
    [
      '/openapi/v3/apis/apps/v1',
      'apps/v1/namespaces/{namespace}/deployments/{name}',
      { scale: 'Scale', status: 'Deployment' },
    ],
    ['/openapi/v3/apis/apps/v1', 'apps/v1/namespaces/{namespace}/daemonsets/{name}', { status: 'DaemonSet' }],
    [
      '/openapi/v3/api/v1',
      'v1/namespaces/{namespace}/pods/{name}',
      { binding: 'Binding', ephemeralcontainers: 'Pod', eviction: 'Eviction', resize: 'Pod', status: 'Pod' },
    ],
    ['/openapi/v3/api/v1', 'v1/namespaces/{namespace}/serviceaccounts/{name}', { token: 'TokenRequest' }],
  ])('%s has the subresources of %s', (document, path, kinds) => {
    const { paths } = new TestCluster().get(document).body as { paths: Record<string, JsonObject> }
    const found = Object.entries(paths)
      .filter(([each]) => each.includes(`${path}/`))
      .map(([each, item]) => {
        const first = Object.values(item)[0] as JsonObject
        return [each.split('/').at(-1), getIn(first, ['x-kubernetes-group-version-kind', 'kind'])]
      })
    expect(Object.fromEntries(found)).toEqual(kinds)
  })

  it('get another tag when a definition adds a kind, those of other groups keep theirs', async () => {
    const cluster = new TestCluster()
    const before = [
      cluster.get('/apis', AGGREGATED),
      cluster.get('/openapi/v2'),
      cluster.get('/openapi/v3/apis/apps/v1'),
    ]
    cluster.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition(SCHEMA))
    await cluster.clock.advance(1000)
    const after = [
      cluster.get('/apis', AGGREGATED),
      cluster.get('/openapi/v2'),
      cluster.get('/openapi/v3/apis/apps/v1'),
    ]
    expect(after.map((answer, i) => answer.headers['etag'] === before[i]!.headers['etag'])).toEqual([
      false,
      false,
      true,
    ])
  })

  it('of OpenAPI v3 may be kept for a year by their hash, and lead from a wrong one to the right one', () => {
    const cluster = new TestCluster()
    const url = String(getIn(cluster.get('/openapi/v3').body, ['paths', 'apis/apps/v1', 'serverRelativeURL']))
    expect(cluster.get(url).headers['cache-control']).toBe('public, immutable')
    const moved = cluster.get('/openapi/v3/apis/apps/v1?hash=ABC')
    expect([moved.status, moved.headers['location']]).toEqual([301, url])
  })
})

describe('/openapi/v2', () => {
  it('has every kind that is served once, in words of v2, with references that lead somewhere', async () => {
    const cluster = new TestCluster()
    cluster.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition(SCHEMA))
    await cluster.clock.advance(1000)
    const { body } = cluster.get('/openapi/v2')
    const definitions = body['definitions'] as JsonObject
    const kinds = Object.values(definitions).flatMap((schema) => {
      const gvks = isObject(schema) ? schema['x-kubernetes-group-version-kind'] : undefined
      return Array.isArray(gvks)
        ? gvks.filter(isObject).map((gvk) => `${gvk['group']}/${gvk['version']}/${gvk['kind']}`)
        : []
    })
    expect(kinds).toContain('apps/v1/Deployment')
    expect(kinds).toContain('example.io/v1/Foo')
    expect(new Set(kinds).size).toBe(kinds.length)
    const text = JSON.stringify(body)
    const references = [...text.matchAll(/"\$ref":"([^"]*)"/g)].map((match) => match[1]!)
    expect(references.length).toBeGreaterThan(500)
    expect(references.filter((name) => !Object.hasOwn(definitions, name.replace('#/definitions/', '')))).toEqual([])
    // JSONSchemaProps has properties of these names.
    const others = Object.entries(definitions).filter(([name]) => !name.includes('JSONSchemaProps'))
    expect(JSON.stringify(others)).not.toMatch(/"(oneOf|anyOf|allOf|nullable)":/)
    expect(getIn(definitions, ['io.example.v1.Foo', 'properties', 'spec', 'properties'])).toEqual({
      port: { 'x-kubernetes-int-or-string': true },
      note: {},
      size: { type: 'integer', minimum: 1 },
    })
  })

  it('is read by client-go: an openapi.v2.Document with the swagger version, info, paths and definitions', () => {
    const cluster = new TestCluster()
    const answer = cluster.server.handleNow({
      method: 'GET',
      path: '/openapi/v2',
      headers: PROTOBUF,
      user: cluster.user,
    })
    const bytes = 'bytes' in answer ? answer.bytes! : new Uint8Array()
    const document = cluster.get('/openapi/v2').body
    const fields = fieldsOf(bytes)
    expect(fields.map((field) => field.number)).toEqual([1, 2, 8, 9])
    expect(new TextDecoder().decode(fields[0]!.bytes)).toBe('2.0')
    expect(namesIn(fields[2]!.bytes)).toEqual(Object.keys(document['paths'] as JsonObject))
    expect(namesIn(fields[3]!.bytes)).toEqual(Object.keys(document['definitions'] as JsonObject))
  })
})

/** The length-delimited fields of a protobuf message. */
function fieldsOf(bytes: Uint8Array): { number: number; bytes: Uint8Array }[] {
  const out: { number: number; bytes: Uint8Array }[] = []
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    expect(tag & 7).toBe(2)
    const length = varint()
    out.push({ number: tag >> 3, bytes: bytes.subarray(at, at + length) })
    at += length
  }
  return out
}

/** The names of a map's entries: `{1: name, 2: value}` each. */
function namesIn(bytes: Uint8Array): string[] {
  return fieldsOf(bytes).map((entry) => new TextDecoder().decode(fieldsOf(entry.bytes)[0]!.bytes))
}

describe('/metrics', () => {
  it('counts requests by verb, resource and code, in the text format of Prometheus', () => {
    const cluster = new TestCluster()
    cluster.get('/api/v1/namespaces/default/configmaps')
    cluster.get('/api/v1/namespaces/default/configmaps')
    cluster.get('/api/v1/namespaces/default/configmaps/none')
    cluster.get('/api/v1/namespaces/default/made-up-by-a-client')
    const { text } = cluster.get('/metrics')
    const common = 'component="apiserver",dry_run="",group="",resource="configmaps"'
    expect(text).toContain(
      `apiserver_request_total{code="200",${common},scope="namespace",subresource="",verb="LIST",version="v1"} 2\n`,
    )
    expect(text).toContain(
      `apiserver_request_total{code="404",${common},scope="resource",subresource="",verb="GET",version="v1"} 1\n`,
    )
    expect(text).not.toContain('made-up')
    for (const line of text.trimEnd().split('\n')) {
      expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z_]+="[^"\n]*",?)+\})? [0-9.e+]+)$/)
    }
  })
})
