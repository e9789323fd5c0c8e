import { createServer, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { encodeText, getIn, type JsonObject, type JsonValue, VirtualClock } from '../../../src/base/index.ts'
import {
  ADMIN,
  ApiServer,
  type CallWebhook,
  isStream,
  type WebhookAnswer,
  type WebhookCall,
} from '../../../src/devcluster/index.ts'
import { makeCertificates } from '../../../src/devcluster/server/tls.ts'
import { callWebhook } from '../../../src/devcluster/server/webhooks.ts'

const ROOT = '/apis/admissionregistration.k8s.io/v1'
const MAPS = '/api/v1/namespaces/default/configmaps'
const URL_ = 'http://127.0.0.1:9/hook'

interface Reply {
  readonly status: number
  readonly body: JsonObject
  readonly warning: string | undefined
}

class Hooked {
  readonly clock = new VirtualClock()
  readonly reviews: JsonObject[] = []
  readonly server: ApiServer

  constructor(answer: (review: JsonObject) => JsonObject | WebhookAnswer) {
    const call: CallWebhook = async ({ body }: WebhookCall) => {
      const review = JSON.parse(body) as { request: JsonObject }
      this.reviews.push(review.request)
      const said = answer(review.request)
      if ('error' in said || typeof said['body'] === 'string') return said as WebhookAnswer
      const response = { uid: review.request['uid']!, ...said }
      const text = JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response })
      return { status: 200, body: text }
    }
    this.server = new ApiServer({ clock: this.clock, flux: false, callWebhook: call })
  }

  async send(method: string, path: string, body?: JsonValue, type = 'application/json'): Promise<Reply> {
    const headers = { 'content-type': type, 'user-agent': 'tester' }
    const payload = body === undefined ? {} : { body: encodeText(JSON.stringify(body)) }
    const answer = await this.server.handle({ method, path, headers, user: ADMIN, ...payload })
    if (isStream(answer)) throw new Error('a stream')
    return { status: answer.status, body: JSON.parse(answer.body) as JsonObject, warning: answer.headers['warning'] }
  }

  async hook(kind: 'Validating' | 'Mutating', webhook: JsonObject, name = 'hooks'): Promise<void> {
    const made = await this.send('POST', `${ROOT}/${kind.toLowerCase()}webhookconfigurations`, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: `${kind}WebhookConfiguration`,
      metadata: { name },
      webhooks: [
        {
          name: 'maps.example.io',
          clientConfig: { url: URL_ },
          rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps', 'pods'] }],
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
          failurePolicy: 'Fail',
          ...webhook,
        },
      ],
    })
    expect(made.status).toBe(201)
  }
}

const map = (name: string, data: JsonObject = {}, labels: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels },
  data,
})
const patchOf = (operations: JsonValue): JsonObject => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
})

describe('validating webhooks', () => {
  it('get an AdmissionReview, and deny with their own status', async () => {
    const hooked = new Hooked((review) => ({
      allowed: getIn(review, ['object', 'data', 'bad']) === undefined,
      status: { message: 'no bad data', code: 403, reason: 'Forbidden' },
      warnings: ['looked at it'],
    }))
    await hooked.hook('Validating', {})
    const good = await hooked.send('POST', MAPS, map('a'))
    expect([good.status, good.warning]).toEqual([201, '299 - "looked at it"'])
    expect(hooked.reviews[0]).toMatchObject({
      kind: { group: '', version: 'v1', kind: 'ConfigMap' },
      resource: { group: '', version: 'v1', resource: 'configmaps' },
      name: 'a',
      namespace: 'default',
      operation: 'CREATE',
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
      userInfo: { username: ADMIN.name },
    })
    const bad = await hooked.send('POST', MAPS, map('b', { bad: '1' }))
    expect([bad.status, bad.body['reason'], bad.body['message']]).toEqual([
      403,
      'Forbidden',
      'admission webhook "maps.example.io" denied the request: no bad data',
    ])
    expect((await hooked.send('GET', `${MAPS}/b`)).status).toBe(404)
  })

  it('see updates and deletions with the old object', async () => {
    const hooked = new Hooked((review) => ({ allowed: review['operation'] !== 'DELETE' }))
    await hooked.hook('Validating', {})
    await hooked.send('POST', MAPS, map('a', { w: '0' }))
    await hooked.send('PATCH', `${MAPS}/a`, { data: { x: '1' } }, 'application/merge-patch+json')
    expect(getIn(hooked.reviews.at(-1), ['oldObject', 'data'])).toEqual({ w: '0' })
    expect(getIn(hooked.reviews.at(-1), ['object', 'data'])).toEqual({ w: '0', x: '1' })
    const gone = await hooked.send('DELETE', `${MAPS}/a`)
    expect([gone.status, gone.body['message']]).toEqual([
      400,
      'admission webhook "maps.example.io" denied the request without explanation',
    ])
  })

  it.each<[string, JsonObject, boolean]>([
    ['another operation', { rules: [rule({ operations: ['DELETE'] })] }, false],
    ['another resource', { rules: [rule({ resources: ['secrets'] })] }, false],
    ['no rules', { rules: [] }, false],
    ['an object selector that fits', { objectSelector: { matchLabels: { a: 'b' } } }, true],
    ['an object selector that does not', { objectSelector: { matchLabels: { a: 'c' } } }, false],
    ['a namespace selector that does not', { namespaceSelector: { matchLabels: { x: 'y' } } }, false],
    ['a condition that holds', { matchConditions: [{ name: 'c', expression: 'object.metadata.name == "a"' }] }, true],
    ['a condition that does not', { matchConditions: [{ name: 'c', expression: 'request.namespace == "x"' }] }, false],
  ])('are asked by rules, selectors and conditions: %s', async (_what, webhook, asked) => {
    const hooked = new Hooked(() => ({ allowed: true }))
    await hooked.hook('Validating', webhook)
    expect((await hooked.send('POST', MAPS, map('a', {}, { a: 'b' }))).status).toBe(201)
    expect(hooked.reviews.length > 0).toBe(asked)
  })

  it.each<[string, JsonObject, JsonObject | WebhookAnswer, string]>([
    [
      'a timeout',
      {},
      { error: 'context deadline exceeded' },
      'Post "http://127.0.0.1:9/hook": context deadline exceeded',
    ],
    ['an error status', {}, { status: 503, body: '' }, 'status 503'],
    ['nonsense', {}, { status: 200, body: '{}' }, 'received invalid webhook response'],
    ['a wrong uid', {}, { allowed: true, uid: 'x' }, 'got "x"'],
    ['another host', { clientConfig: { url: 'https://example.com/hook' } }, {}, 'on 127.0.0.1 and localhost only'],
    [
      'a Service',
      { clientConfig: { service: { namespace: 'a', name: 'b' } } },
      {},
      'Service "a/b" has nothing behind it',
    ],
  ])('fail by their failurePolicy: %s', async (_what, webhook, answer, words) => {
    const hooked = new Hooked(() => answer as JsonObject)
    await hooked.hook('Validating', webhook)
    const refused = await hooked.send('POST', MAPS, map('a'))
    expect([refused.status, refused.body['reason']]).toEqual([500, 'InternalError'])
    expect(refused.body['message']).toContain('Internal error occurred: failed calling webhook "maps.example.io": ')
    expect(refused.body['message']).toContain(words)
    const lenient = new Hooked(() => answer as JsonObject)
    await lenient.hook('Validating', { ...webhook, failurePolicy: 'Ignore' })
    expect((await lenient.send('POST', MAPS, map('a'))).status).toBe(201)
  })

  it('with side effects refuse dry runs', async () => {
    const hooked = new Hooked(() => ({ allowed: true }))
    // Such a configuration can only be older than v1.
    await hooked.hook('Validating', {})
    const stored = (await hooked.send('GET', `${ROOT}/validatingwebhookconfigurations/hooks`)).body
    const webhooks = (stored['webhooks'] as JsonObject[]).map((hook) => ({ ...hook, sideEffects: 'Some' }))
    hooked.server.adopt({ ...stored, webhooks } as never)
    const answer = await hooked.send('POST', `${MAPS}?dryRun=All`, map('a'))
    expect([answer.status, answer.body['message']]).toEqual([
      400,
      'admission webhook "maps.example.io" does not support dry run',
    ])
  })
})

describe('mutating webhooks', () => {
  it('change what is stored, and validating ones see it', async () => {
    const hooked = new Hooked((review) =>
      getIn(review, ['object', 'data', 'added']) === undefined
        ? patchOf([{ op: 'add', path: '/data/added', value: 'yes' }])
        : { allowed: true },
    )
    await hooked.hook('Mutating', {})
    await hooked.hook('Validating', {})
    const made = await hooked.send('POST', MAPS, { ...map('a', { x: '1' }), metadata: { generateName: 'a-' } })
    expect([made.status, made.body['data']]).toEqual([201, { x: '1', added: 'yes' }])
    expect(hooked.reviews.map((review) => getIn(review, ['object', 'data', 'added']))).toEqual([undefined, 'yes'])
    // The request ran three times, as one: the name that the webhooks saw is the one that was stored.
    expect(new Set(hooked.reviews.map((review) => getIn(review, ['object', 'metadata', 'name'])))).toEqual(
      new Set([getIn(made.body, ['metadata', 'name'])]),
    )
    expect(new Set(hooked.reviews.map((review) => getIn(review, ['object', 'metadata', 'uid'])))).toEqual(
      new Set([getIn(made.body, ['metadata', 'uid'])]),
    )
  })

  it('are asked again when a later one changed the object', async () => {
    const hooked = new Hooked((review) => {
      const data = getIn(review, ['object', 'data']) as JsonObject
      if (data['second'] === undefined && hooked.reviews.length === 2)
        return patchOf([{ op: 'add', path: '/data/second', value: '1' }])
      return { allowed: true }
    })
    await hooked.hook('Mutating', { reinvocationPolicy: 'IfNeeded' }, 'a-first')
    await hooked.hook('Mutating', {}, 'b-second')
    expect((await hooked.send('POST', MAPS, map('a', { x: '1' }))).body['data']).toEqual({ x: '1', second: '1' })
    expect(hooked.reviews).toHaveLength(3)
  })

  it('are asked about deletions, before the validating ones', async () => {
    const hooked = new Hooked(
      (review): JsonObject =>
        getIn(review, ['oldObject', 'data', 'keep']) === 'yes'
          ? { allowed: false, status: { message: 'kept' } }
          : { allowed: true },
    )
    await hooked.send('POST', MAPS, map('a', { keep: 'yes' }))
    await hooked.send('POST', MAPS, map('b', {}))
    await hooked.hook('Mutating', { rules: [rule({ operations: ['DELETE'] })] })
    expect((await hooked.send('DELETE', `${MAPS}/a`)).body['message']).toMatch(/ denied the request: kept$/)
    expect(hooked.reviews.map((review) => [review['operation'], review['object']])).toEqual([['DELETE', null]])
    expect((await hooked.send('DELETE', `${MAPS}/b`)).status).toBe(200)
  })

  it('inject into the Pods that controllers make', async () => {
    const hooked = new Hooked(() => patchOf([{ op: 'add', path: '/metadata/labels/injected', value: 'true' }]))
    await hooked.hook('Mutating', { rules: [rule({ operations: ['CREATE'], resources: ['pods'] })] })
    const labels = { app: 'web' }
    await hooked.send('POST', '/apis/apps/v1/namespaces/default/deployments', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'nginx:1.27' }] } },
      },
    })
    for (let i = 0; i < 20; i++) await hooked.clock.advance(1000)
    const pods = (await hooked.send('GET', '/api/v1/namespaces/default/pods?labelSelector=injected=true')).body['items']
    expect(pods).toHaveLength(2)
  })
})

function rule(parts: JsonObject): JsonObject {
  return { apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'], ...parts }
}

describe('the HTTP call', () => {
  let server: Server | undefined
  afterEach(() => new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve()))))

  it('posts the review, and gives up in time', async () => {
    server = createServer((request, response) => {
      if (request.url?.startsWith('/slow')) return
      let text = ''
      request.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      request.on('end', () => response.end(`${request.method} ${request.url} ${text}`))
    })
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const call = (path: string, timeoutMs: number): Promise<WebhookAnswer> =>
      callWebhook({ key: '', url: `http://127.0.0.1:${port}${path}`, authority: undefined, timeoutMs, body: '{"a":1}' })
    expect(await call('/x', 1000)).toEqual({ status: 200, body: 'POST /x?timeout=1s {"a":1}' })
    expect(await call('/slow', 50)).toEqual({ error: 'context deadline exceeded' })
    server.closeAllConnections()
  })

  it('checks the certificate of the webhook against caBundle', async () => {
    const { ca, cert, key } = makeCertificates(['127.0.0.1'])
    const secure = createSecureServer({ cert, key }, (_request, response) => response.end('{}'))
    server = secure
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve))
    const url = `https://127.0.0.1:${(secure.address() as AddressInfo).port}/x`
    const call = (authority: string): Promise<WebhookAnswer> =>
      callWebhook({ key: '', url, authority, timeoutMs: 5000, body: '{}' })
    expect(await call(ca)).toEqual({ status: 200, body: '{}' })
    expect(await call(makeCertificates(['127.0.0.1']).ca)).toMatchObject({ error: expect.any(String) as string })
    secure.closeAllConnections()
  })
})
