import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../src/base/index.ts'
import {
  createInformer,
  createKubeClient,
  KubeError,
  type KubeObject,
  type KubeRequest,
  type KubeResponse,
  type KubeTransport,
  type StreamHandlers,
} from '../../../src/kube/index.ts'

type Answer = unknown | ((request: KubeRequest) => KubeResponse)

/** A server made of answers by `METHOD path`; streams stay open until the test feeds or ends them. */
class FakeServer implements KubeTransport {
  readonly log: string[] = []
  readonly streams: StreamHandlers[] = []
  readonly answers: Map<string, Answer>

  constructor(answers: Record<string, Answer>) {
    this.answers = new Map(Object.entries(answers))
  }

  async request(request: KubeRequest): Promise<KubeResponse> {
    const key = `${request.method} ${request.path}`
    this.log.push(key)
    const answer = this.answers.get(key)
    if (answer === undefined) return respond(404, { kind: 'Status', code: 404, reason: 'NotFound', message: 'gone' })
    return typeof answer === 'function' ? answer(request) : respond(200, answer)
  }

  stream(request: KubeRequest, handlers: StreamHandlers): { dispose(): void } {
    this.log.push(`STREAM ${request.path}`)
    this.streams.push(handlers)
    return { dispose: () => undefined }
  }
}

function respond(status: number, body: unknown, headers: Record<string, string> = {}): KubeResponse {
  return { status, headers, body: JSON.stringify(body) }
}

const discovery = {
  'GET /api': {
    kind: 'APIGroupDiscoveryList',
    items: [
      {
        metadata: {},
        versions: [
          {
            version: 'v1',
            resources: [
              { resource: 'pods', responseKind: { kind: 'Pod' }, scope: 'Namespaced', verbs: ['get', 'list'] },
              { resource: 'nodes', responseKind: { kind: 'Node' }, scope: 'Cluster', verbs: ['get'] },
            ],
          },
        ],
      },
    ],
  },
  'GET /apis': { kind: 'APIGroupDiscoveryList', items: [] },
}

const pods = { apiVersion: 'v1', kind: 'Pod' }
const pod = (name: string, version: string): KubeObject => ({
  ...pods,
  metadata: { name, namespace: 'ns', resourceVersion: version, managedFields: [] },
})

describe('createKubeClient', () => {
  it('puts the namespace of namespaced kinds only into the path', async () => {
    const server = new FakeServer({ ...discovery, 'GET /api/v1/nodes/n': { kind: 'Node' } })
    const client = createKubeClient(server)
    expect(await client.get({ apiVersion: 'v1', kind: 'Node', name: 'n', namespace: 'ignored' })).toEqual({
      kind: 'Node',
    })
    expect(await client.get({ ...pods, name: 'a b', namespace: 'ns' })).toBeUndefined()
    expect(server.log).toContain('GET /api/v1/namespaces/ns/pods/a%20b')
    await expect(client.get({ ...pods, name: 'x' })).rejects.toThrow('an empty namespace may not be set')
  })

  it('follows continue and gives list items their kind back', async () => {
    const server = new FakeServer({
      ...discovery,
      'GET /api/v1/pods?limit=500': {
        metadata: { continue: 'c', resourceVersion: '7' },
        items: [{ metadata: { name: 'a' } }],
      },
      'GET /api/v1/pods?limit=500&continue=c': {
        metadata: { resourceVersion: '7' },
        items: [{ metadata: { name: 'b' } }],
      },
    })
    const list = await createKubeClient(server).list(pods)
    expect(list).toEqual({
      items: [
        { ...pods, metadata: { name: 'a' } },
        { ...pods, metadata: { name: 'b' } },
      ],
      resourceVersion: '7',
    })
  })

  it('asks discovery again once for a kind it does not know', async () => {
    const server = new FakeServer(discovery)
    const client = createKubeClient(server)
    await expect(client.list({ apiVersion: 'x/v1', kind: 'Y' })).rejects.toThrow(
      'no matches for kind "Y" in version "x/v1"',
    )
    expect(server.log.filter((line) => line === 'GET /apis')).toHaveLength(2)
  })

  it('reads legacy discovery with subresources', async () => {
    const server = new FakeServer({
      'GET /api': { kind: 'APIVersions', versions: ['v1'] },
      'GET /api/v1': {
        kind: 'APIResourceList',
        resources: [
          { name: 'pods', kind: 'Pod', namespaced: true, verbs: ['get'] },
          { name: 'pods/log', kind: 'Pod', namespaced: true, verbs: ['get'] },
        ],
      },
      'GET /apis': { kind: 'APIGroupList', groups: [] },
    })
    const resource = await createKubeClient(server).resourceFor({ group: '', version: 'v1', kind: 'Pod' })
    expect(resource).toMatchObject({ resource: 'pods', namespaced: true, subresources: ['log'] })
  })

  it('turns a Status into KubeError, and waits as Retry-After asks', async () => {
    let calls = 0
    const server = new FakeServer({
      ...discovery,
      'DELETE /api/v1/namespaces/ns/pods/a': () =>
        ++calls === 1
          ? respond(429, { kind: 'Status', code: 429, message: 'slow' }, { 'retry-after': '3' })
          : respond(409, {
              kind: 'Status',
              code: 409,
              reason: 'Conflict',
              message: 'uid differs',
              details: { name: 'a' },
            }),
    })
    const clock = new VirtualClock()
    const deleting = createKubeClient(server, clock).delete({ ...pods, name: 'a', namespace: 'ns' })
    const failed = deleting.catch((error: unknown) => error)
    await clock.advance(2999)
    expect(calls).toBe(1)
    await clock.advance(1)
    const error = (await failed) as KubeError
    expect(error).toBeInstanceOf(KubeError)
    expect([error.code, error.reason, error.message, error.details]).toEqual([
      409,
      'Conflict',
      'uid differs',
      { name: 'a' },
    ])
  })

  it('reports a transport failure with code 0', async () => {
    const broken: KubeTransport = {
      request: () => Promise.reject(new Error('connect ECONNREFUSED')),
      stream: () => ({ dispose: () => undefined }),
    }
    await expect(createKubeClient(broken).resources()).rejects.toMatchObject({
      code: 0,
      message: 'connect ECONNREFUSED',
    })
  })
})

describe('createInformer', () => {
  const line = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`

  it('reports a list, follows split events, resumes after a bookmark and relists on 410', async () => {
    const listPath = 'GET /api/v1/namespaces/ns/pods?limit=500'
    const server = new FakeServer({
      ...discovery,
      [listPath]: { metadata: { resourceVersion: '10' }, items: [pod('a', '1'), pod('b', '2')] },
    })
    const clock = new VirtualClock()
    const seen: string[] = []
    const informer = createInformer({
      client: createKubeClient(server),
      clock,
      kind: pods,
      namespace: 'ns',
      onAdd: (object) => seen.push(`+${object.metadata.name}`),
      onUpdate: (object) => seen.push(`~${object.metadata.name}`),
      onDelete: (object) => seen.push(`-${object.metadata.name}`),
      onSynced: () => seen.push('synced'),
      onError: (error) => seen.push(`!${error.code}`),
    })
    await clock.advance(0)
    expect(seen).toEqual(['+a', '+b', 'synced'])
    expect(informer.get('ns/a')!.metadata).not.toHaveProperty('managedFields')

    const text = line('MODIFIED', pod('a', '11')) + line('DELETED', pod('b', '12'))
    for (const char of text) server.streams[0]!.onText(char)
    server.streams[0]!.onText(line('BOOKMARK', { metadata: { resourceVersion: '20' } }))
    server.streams[0]!.onEnd()
    await clock.advance(0)
    expect(seen.slice(3)).toEqual(['~a', '-b'])
    expect(server.log.at(-1)).toMatch(/^STREAM .*resourceVersion=20&/)

    server.answers.set(listPath, { metadata: { resourceVersion: '30' }, items: [pod('c', '29')] })
    server.streams[1]!.onText(line('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' }))
    await clock.advance(60_000)
    expect(seen.slice(5)).toEqual(['+c', '-a'])
    expect(informer.objects().map((object) => object.metadata.name)).toEqual(['c'])
    informer.dispose()
  })

  it('backs off while the list fails', async () => {
    const server = new FakeServer({
      ...discovery,
      'GET /api/v1/pods?limit=500': () => respond(500, { kind: 'Status' }),
    })
    const clock = new VirtualClock()
    const errors: number[] = []
    const start = clock.now()
    const informer = createInformer({
      client: createKubeClient(server),
      clock,
      kind: pods,
      onError: () => errors.push(clock.now() - start),
    })
    await clock.advance(6000)
    informer.dispose()
    expect(errors).toEqual([0, 800, 2400, 5600])
  })
})
