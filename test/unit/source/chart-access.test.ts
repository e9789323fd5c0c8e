import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/base/index.ts'
import {
  dockerLogin,
  follow,
  type HttpRequest,
  type HttpResponse,
  parseChallenge,
  readBucket,
  readHelmRepository,
  readOciRepository,
} from '../../../src/source/index.ts'

const duration = (text: string) => (text === '30s' ? 30_000 : undefined)
const repository = (spec: JsonObject): JsonObject => ({ kind: 'HelmRepository', spec })

describe('HelmRepository', () => {
  test('HTTP with login and certificates', () => {
    const secrets = new Map<string, Record<string, string>>([
      ['login', { username: 'ann', password: 'pw', caFile: 'OLD' }],
      ['certs', { 'ca.crt': 'CA', 'tls.crt': 'CERT', 'tls.key': 'KEY' }],
    ])
    const spec = {
      url: 'https://example.com/charts',
      timeout: '30s',
      passCredentials: true,
      secretRef: { name: 'login' },
      certSecretRef: { name: 'certs' },
    }
    expect(readHelmRepository(repository(spec), (name) => secrets.get(name), duration)).toEqual({
      type: 'http',
      repository: {
        url: 'https://example.com/charts',
        username: 'ann',
        password: 'pw',
        passCredentials: true,
        timeout: 30_000,
        tls: { ca: 'CA', cert: 'CERT', key: 'KEY' },
      },
    })
  })

  test.each([
    [{ url: 'https://x', secretRef: { name: 'gone' } }, {}, "failed to get authentication secret 'gone'"],
    [{ url: 'https://x', secretRef: { name: 's' } }, { s: { username: 'ann' } }, 'password is missing'],
    [
      { url: 'https://x', certSecretRef: { name: 's' } },
      { s: { 'tls.crt': 'CERT' } },
      "failed to construct Helm client's TLS config",
    ],
    [{ url: 'oci://x/y' }, {}, 'scheme must be http or https'],
    [{ url: 'https://x/y', type: 'oci' }, {}, 'the url scheme is not supported'],
  ])('%j is refused', (spec, secrets, message) => {
    const read = (name: string) => (secrets as Record<string, Record<string, string>>)[name]
    expect(() => readHelmRepository(repository(spec as JsonObject), read, duration)).toThrow(message)
  })
})

test('OCIRepository: reference, layer and docker login', () => {
  const config = JSON.stringify({ auths: { 'ghcr.io': { auth: Buffer.from('ann:p:w').toString('base64') } } })
  const spec = {
    url: 'oci://ghcr.io/acme/charts/web',
    ref: { semver: '1.x', semverFilter: '^1' },
    layerSelector: { mediaType: 'application/x', operation: 'copy' },
    secretRef: { name: 'docker' },
  }
  const { repository, selector } = readOciRepository({ spec }, () => ({ '.dockerconfigjson': config }), {
    duration,
    pattern: (text) => (tag) => new RegExp(text).test(tag),
  })
  expect(repository).toEqual({ url: spec.url, username: 'ann', password: 'p:w', insecure: false })
  expect(selector).toMatchObject({ semver: '1.x', layerMediaType: 'application/x' })
  expect(['1.0.0', '2.0.0'].filter((tag) => selector.semverFilter?.(tag))).toEqual(['1.0.0'])
})

test.each([
  ['oci://ghcr.io/a', { 'https://ghcr.io': { username: 'u', password: 'p' } }, 'u'],
  ['oci://docker.io/a', { 'https://index.docker.io/v1/': { username: 'u', password: 'p' } }, 'u'],
  ['oci://evil.example/ghcr.io', { 'ghcr.io': { username: 'u', password: 'p' } }, undefined],
])('docker login for %s', (url, auths, username) => {
  expect(dockerLogin(JSON.stringify({ auths }), url)?.username).toBe(username)
})

test('a challenge with commas and quotes in its values', () => {
  const { scheme, parameters } = parseChallenge(
    'Bearer realm="https://auth.example/token",service="reg",scope="repository:a/b:pull,push"',
  )
  expect(scheme).toBe('bearer')
  expect(Object.fromEntries(parameters)).toEqual({
    realm: 'https://auth.example/token',
    service: 'reg',
    scope: 'repository:a/b:pull,push',
  })
})

describe('redirects', () => {
  /** Answers by URL: a redirect's target, or the end. */
  const walk = async (routes: Record<string, string | undefined>, start: string) => {
    const seen: [string, string | undefined][] = []
    const http = {
      request: async ({ url, headers }: HttpRequest): Promise<HttpResponse> => {
        seen.push([url, headers['authorization']])
        const location = routes[url]
        return {
          status: location === undefined ? 200 : 302,
          headers: location === undefined ? {} : { location },
          body: new Uint8Array(),
        }
      },
    }
    await follow(http, { url: start, headers: { authorization: 'Basic x' }, maxSize: 1, timeout: 1 })
    return seen
  }

  test.each([
    ['the same host', 'https://a.example/next', 'Basic x'],
    ['another host', 'https://b.example/', undefined],
    ['another port', 'https://a.example:8443/', undefined],
    ['plain HTTP', 'http://a.example/', undefined],
  ])('credentials and %s', async (_, target, expected) => {
    const seen = await walk({ 'https://a.example/': target }, 'https://a.example/')
    expect(seen[1]).toEqual([target, expected])
  })

  test('credentials do not come back after a detour', async () => {
    const seen = await walk(
      { 'https://a.example/': 'https://b.example/', 'https://b.example/': 'https://a.example/x' },
      'https://a.example/',
    )
    expect(seen[2]).toEqual(['https://a.example/x', undefined])
  })

  test('a circle ends', async () => {
    await expect(walk({ 'https://a.example/': 'https://a.example/' }, 'https://a.example/')).rejects.toThrow(
      'stopped after 10 redirects',
    )
  })

  test('files are not followed to', async () => {
    await expect(walk({ 'https://a.example/': 'file:///etc/passwd' }, 'https://a.example/')).rejects.toThrow(
      'unsupported protocol scheme "file"',
    )
  })
})

describe('the proxy of an OCIRepository or Bucket', () => {
  const spec = {
    url: 'oci://r.example.com/web',
    endpoint: 's3.example.com',
    bucketName: 'bucket',
    proxySecretRef: { name: 'p' },
  }
  const tools = { duration: () => undefined }

  test.each<[Record<string, string>, string]>([
    [{ address: 'http://proxy:8080' }, 'http://proxy:8080/'],
    [{ address: 'http://proxy:8080', username: 'ann', password: 'a@b' }, 'http://ann:a%40b@proxy:8080/'],
  ])('%o', (data, proxy) => {
    expect(readOciRepository({ spec }, () => data, tools).repository.proxy).toBe(proxy)
    expect(
      readBucket(
        { spec } as never,
        () => data,
        () => undefined,
      ).proxy,
    ).toBe(proxy)
  })

  test.each<[Record<string, string>, string]>([
    [{}, "invalid proxy secret 'p': key 'address' is missing"],
    [{ address: 'socks5://proxy' }, "invalid proxy secret 'p': the scheme of 'address' must be http or https"],
  ])('%o is refused', (data, message) => {
    expect(() => readOciRepository({ spec }, () => data, tools)).toThrow(message)
  })
})
