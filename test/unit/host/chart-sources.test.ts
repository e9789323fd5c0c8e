import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CancellationSource, CancelledError } from '../../../src/base/index.ts'
import { type ChartSourcesOptions, createChartSources, createDiskChartCache } from '../../../src/host/index.ts'
import { sha256Digest } from '../../../src/source/index.ts'
import { simpleChart } from '../../support/chart-archive.ts'

const home = mkdtempSync(join(tmpdir(), 'fluxkit-charts-'))
const servers: Server[] = []
let caches = 0
let cacheDir = ''

beforeEach(() => {
  cacheDir = join(home, String(caches++))
})
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

/** A server on this machine; returns its URL. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const sources = (options: Partial<ChartSourcesOptions> = {}) => createChartSources({ cacheDir, ...options })

interface Site {
  readonly url: string
  /** Every request: path, and what it logged in with. */
  readonly requests: [string, string | undefined][]
  answers: Record<string, (request: IncomingMessage, response: ServerResponse) => void>
}

/** A server whose answers can be changed. */
async function site(answers: Site['answers'] = {}): Promise<Site> {
  const out: Site = { url: '', requests: [], answers }
  const url = await serve((request, response) => {
    out.requests.push([request.url ?? '', request.headers.authorization])
    const answer = out.answers[request.url ?? '']
    if (answer === undefined) response.writeHead(404).end('not here')
    else answer(request, response)
  })
  return Object.assign(out, { url })
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void
const bytes =
  (content: Uint8Array | string): Answer =>
  (_, response) => {
    response.end(content)
  }
const redirect =
  (to: string): Answer =>
  (_, response) => {
    response.writeHead(302, { location: to }).end()
  }
const web = simpleChart('web', '1.2.0')
const entry = (url: string, version: string, digest = '') =>
  `  - name: web\n    version: ${version}\n    urls: [${JSON.stringify(url)}]\n    digest: ${JSON.stringify(digest)}\n`
const indexOf = (...entries: string[]) => bytes(`apiVersion: v1\nentries:\n  web:\n${entries.join('')}`)
const login = `Basic ${Buffer.from('ann:secret').toString('base64')}`
const credentials = { username: 'ann', password: 'secret' }

describe('HTTP repository', () => {
  test('a range is resolved, the digest checked, and the login sent to the repository', async () => {
    const repo = await site({
      '/charts/index.yaml': indexOf(
        entry('web-1.0.0.tgz', '1.0.0'),
        entry('web-1.2.0.tgz', '1.2.0', sha256Digest(web).slice(7)),
      ),
      '/charts/web-1.2.0.tgz': bytes(web),
    })
    const fetched = await sources().http.fetch({ url: `${repo.url}/charts`, ...credentials }, 'web', '^1.0')
    expect(fetched).toMatchObject({
      version: '1.2.0',
      digest: sha256Digest(web),
      url: `${repo.url}/charts/web-1.2.0.tgz`,
      fromCache: false,
    })
    expect(Buffer.from(fetched.archive).equals(web)).toBe(true)
    expect(repo.requests).toEqual([
      ['/charts/index.yaml', login],
      ['/charts/web-1.2.0.tgz', login],
    ])
  })

  test.each([
    [false, undefined],
    [true, login],
  ])('an archive on another host, passCredentials %j', async (passCredentials, expected) => {
    const cdn = await site({ '/web.tgz': bytes(web) })
    const repo = await site({ '/index.yaml': indexOf(entry(`${cdn.url}/web.tgz`, '1.2.0')) })
    await sources().http.fetch({ url: repo.url, ...credentials, passCredentials }, 'web', '1.2.0')
    expect(cdn.requests).toEqual([['/web.tgz', expected]])
  })

  test('redirects are followed without the login', async () => {
    const cdn = await site({ '/web.tgz': bytes(web) })
    const repo = await site({
      '/index.yaml': indexOf(entry('web.tgz', '1.2.0')),
      '/web.tgz': redirect(`${cdn.url}/web.tgz`),
    })
    await sources().http.fetch({ url: repo.url, ...credentials }, 'web', '')
    expect(cdn.requests).toEqual([['/web.tgz', undefined]])
  })

  test.each([
    ['a chart that is not there', 'api', '', {}, 'no chart name found'],
    ['a version that is not there', 'web', '2.x', {}, "no 'web' chart with version matching '2.x' found"],
    ['a bad range', 'web', 'newest', {}, 'improper constraint: newest'],
    ['an archive that is not there', 'web', '1.2.0', {}, '/web.tgz : 404 Not Found'],
    [
      'a wrong digest',
      'web',
      '1.2.0',
      { '/web.tgz': bytes('tampered') },
      'the digest does not match: expected sha256:',
    ],
    [
      'an archive that is too large',
      'web',
      '1.2.0',
      { '/web.tgz': bytes(Buffer.alloc((10 << 20) + 1)) },
      'larger than the maximum',
    ],
    [
      'an archive that is cut off',
      'web',
      '1.2.0',
      {
        '/web.tgz': (_: IncomingMessage, response: ServerResponse) => {
          response.writeHead(200, { 'content-length': String(web.length) })
          response.write(web.subarray(0, 100), () => response.destroy())
        },
      },
      'unexpected EOF',
    ],
    ['an index that is none', 'web', '', { '/index.yaml': bytes('<html>') }, 'error loading http'],
    [
      'an index behind a login',
      'web',
      '',
      { '/index.yaml': (_: IncomingMessage, r: ServerResponse) => void r.writeHead(401).end() },
      '401 Unauthorized',
    ],
    [
      'an OCI URL in the index',
      'web',
      '',
      { '/index.yaml': indexOf(entry('oci://example.com/web', '1.2.0')) },
      'unsupported protocol scheme "oci"',
    ],
    [
      'a file URL in the index',
      'web',
      '',
      { '/index.yaml': indexOf(entry('file:///etc/passwd', '1.2.0')) },
      'unsupported protocol scheme "file"',
    ],
  ])('%s', async (_, chart, version, answers, message) => {
    const repo = await site({ '/index.yaml': indexOf(entry('web.tgz', '1.2.0', sha256Digest(web))), ...answers })
    await expect(sources().http.fetch({ url: repo.url }, chart, version)).rejects.toThrow(message)
  })

  test('no answer in time', async () => {
    const url = await serve(() => undefined)
    await expect(sources().http.fetch({ url, timeout: 50 }, 'web', '')).rejects.toThrow('no answer within 0.05 s')
  })

  test('cancellation ends the exchange', async () => {
    const stop = new CancellationSource()
    const url = await serve(() => stop.cancel())
    await expect(sources({ cancellation: stop }).http.fetch({ url }, 'web', '')).rejects.toThrow(CancelledError)
  })

  test('the index is fetched once for many charts, and tells its progress', async () => {
    const repo = await site({
      '/index.yaml': indexOf(entry('a.tgz', '1.0.0'), entry('b.tgz', '2.0.0')),
      '/a.tgz': bytes(web),
      '/b.tgz': bytes(web),
    })
    const seen: string[] = []
    const { http } = sources({ onProgress: ({ url }) => seen.push(url) })
    await Promise.all([http.fetch({ url: repo.url }, 'web', '1.x'), http.fetch({ url: repo.url }, 'web', '2.x')])
    expect(repo.requests.map(([path]) => path).sort()).toEqual(['/a.tgz', '/b.tgz', '/index.yaml'])
    expect(seen).toContain(`${repo.url}/a.tgz`)
  })

  test('an index of 10,000 entries', async () => {
    const lines = ['apiVersion: v1', 'entries:']
    for (let i = 0; i < 10_000; i++) {
      if (i % 10 === 0) lines.push(`  chart-${i / 10}:`)
      lines.push(
        `  - name: chart-${Math.floor(i / 10)}`,
        `    version: 1.${i % 10}.0`,
        '    urls:',
        '    - web.tgz',
        `    description: ${'x'.repeat(200)}`,
      )
    }
    const repo = await site({ '/index.yaml': bytes(lines.join('\n')), '/web.tgz': bytes(web) })
    const fetched = await sources().http.fetch({ url: repo.url }, 'chart-777', '1.x')
    expect(fetched.version).toBe('1.9.0')
  })
})

describe('cache', () => {
  const reachable = () =>
    site({ '/index.yaml': indexOf(entry('web.tgz', '1.2.0', sha256Digest(web))), '/web.tgz': bytes(web) })

  test('a pinned version is not asked for again, by any instance', async () => {
    const repo = await reachable()
    await sources().http.fetch({ url: repo.url }, 'web', '1.2.0')
    const again = await sources().http.fetch({ url: repo.url }, 'web', '1.2.0')
    expect(again).toMatchObject({ version: '1.2.0', fromCache: true })
    expect(repo.requests).toHaveLength(2)
    await sources({ refresh: true }).http.fetch({ url: repo.url }, 'web', '1.2.0')
    // The archive is known by its digest.
    expect(repo.requests.map(([path]) => path)).toEqual(['/index.yaml', '/web.tgz', '/index.yaml'])
  })

  test('an index that has not changed is not sent again', async () => {
    const repo = await reachable()
    const index = repo.answers['/index.yaml']!
    const conditions: (string | undefined)[] = []
    repo.answers['/index.yaml'] = (request, response) => {
      conditions.push(request.headers['if-none-match'])
      if (request.headers['if-none-match'] === '"1"') return void response.writeHead(304).end()
      response.setHeader('etag', '"1"')
      index(request, response)
    }
    await sources().http.fetch({ url: repo.url }, 'web', '1.x')
    await sources().http.fetch({ url: repo.url }, 'web', '1.x')
    expect(conditions).toEqual([undefined, '"1"'])
  })

  test('offline, what was fetched before is there and nothing else is', async () => {
    const repo = await reachable()
    await sources().http.fetch({ url: repo.url }, 'web', '1.x')
    const offline = sources({ offline: true })
    expect(await offline.http.fetch({ url: repo.url }, 'web', '1.x')).toMatchObject({
      version: '1.2.0',
      fromCache: true,
    })
    await expect(offline.http.fetch({ url: repo.url }, 'web', '2.x')).rejects.toThrow('the network may not be used')
    expect(repo.requests).toHaveLength(2)
  })

  test('when the repository is down, the cached copy stands in, and that is told', async () => {
    const repo = await reachable()
    await sources().http.fetch({ url: repo.url }, 'web', '1.x')
    repo.answers = { '/index.yaml': (_, response) => void response.writeHead(503).end() }
    const told: string[] = []
    const fetched = await sources({ onStale: (message) => told.push(message) }).http.fetch(
      { url: repo.url },
      'web',
      '1.x',
    )
    expect(fetched).toMatchObject({ version: '1.2.0' })
    expect(told[0]).toContain('503 Service Unavailable')
  })

  test('a damaged file is not used', async () => {
    const repo = await reachable()
    await sources().http.fetch({ url: repo.url }, 'web', '1.2.0')
    const blobs = join(cacheDir, 'charts/blobs')
    for (const name of readdirSync(blobs)) writeFileSync(join(blobs, name), 'damaged')
    expect(await sources().http.fetch({ url: repo.url }, 'web', '1.2.0')).toMatchObject({ fromCache: false })
  })

  test('what was not used for longest goes when there is too much', () => {
    const cache = createDiskChartCache({ dir: cacheDir, maxSize: 1000 })
    const blobs = Array.from({ length: 6 }, (_, i) => Buffer.alloc(300, i))
    for (const blob of blobs) cache.put(sha256Digest(blob), blob)
    const kept = blobs.filter((blob) => cache.get(sha256Digest(blob)) !== undefined)
    expect(kept.length).toBeGreaterThan(0)
    expect(kept.length * 300).toBeLessThanOrEqual(1000)
    expect(cache.get('sha256:../../etc/passwd')).toBeUndefined()
  })
})

/** What an OCI registry of one chart answers. */
function registry(chart: Uint8Array, tags: readonly string[]): Site['answers'] {
  const layer = {
    mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
    digest: sha256Digest(chart),
    size: chart.length,
  }
  const config = {
    mediaType: 'application/vnd.cncf.helm.config.v1+json',
    digest: sha256Digest(Buffer.from('{}')),
    size: 2,
  }
  const manifest = JSON.stringify({ schemaVersion: 2, config, layers: [layer] })
  const out: Site['answers'] = {
    '/v2/team/web/tags/list': bytes(JSON.stringify({ name: 'team/web', tags })),
    [`/v2/team/web/blobs/${layer.digest}`]: bytes(chart),
  }
  for (const tag of [...tags, sha256Digest(Buffer.from(manifest))])
    out[`/v2/team/web/manifests/${tag}`] = bytes(manifest)
  return out
}

const ociUrl = (url: string) => url.replace('http://', 'oci://')

describe('OCI registry', () => {
  test.each([
    ['1.2.0', '1.2.0'],
    ['1.x', '1.2.0'],
    ['', '1.2.0'],
    ['1.1.0+build', '1.1.0+build'],
    ['>=2.0.0-0', '2.0.0-rc.1'],
  ])('version %j of a HelmRepository is %s', async (expression, version) => {
    const reg = await site(registry(web, ['1.0.0', '1.2.0', '1.1.0_build', '2.0.0-rc.1']))
    const fetched = await sources().oci.fetchChart({ url: `${ociUrl(reg.url)}/team` }, 'web', expression)
    expect(fetched).toMatchObject({ version, digest: sha256Digest(web) })
  })

  test('tags come in pages', async () => {
    const reg = await site(registry(web, ['1.0.0', '1.3.0']))
    reg.answers['/v2/team/web/tags/list'] = (_, response) =>
      void response.setHeader('link', '</v2/team/web/tags/list?last=1.0.0>; rel="next"').end('{"tags":["1.0.0"]}')
    reg.answers['/v2/team/web/tags/list?last=1.0.0'] = bytes('{"tags":["1.3.0"]}')
    expect((await sources().oci.fetchChart({ url: `${ociUrl(reg.url)}/team` }, 'web', '1.x')).version).toBe('1.3.0')
  })

  test('a token is fetched where the registry says, and stays with the registry', async () => {
    const storage = await site({ '/blob': bytes(web) })
    const auth = await site({
      '/token?service=reg&scope=repository%3Ateam%2Fweb%3Apull': bytes('{"token":"t0ken"}'),
    })
    const reg = await site(registry(web, ['1.2.0']))
    reg.answers[`/v2/team/web/blobs/${sha256Digest(web)}`] = redirect(`${storage.url}/blob`)
    for (const [path, answer] of Object.entries(reg.answers)) {
      reg.answers[path] = (request, response) => {
        if (request.headers.authorization === 'Bearer t0ken') return answer(request, response)
        const challenge = `Bearer realm="${auth.url}/token",service="reg",scope="repository:team/web:pull"`
        response.writeHead(401, { 'www-authenticate': challenge }).end()
      }
    }
    await sources().oci.fetchChart({ url: `${ociUrl(reg.url)}/team`, ...credentials }, 'web', '1.2.0')
    expect(auth.requests.map(([, authorization]) => authorization)).toEqual([login])
    expect(storage.requests).toEqual([['/blob', undefined]])
    expect(reg.requests.map(([, authorization]) => authorization)).toEqual([undefined, 'Bearer t0ken', 'Bearer t0ken'])
  })

  test('an OCIRepository gives the revision and the chosen layer', async () => {
    const reg = await site(registry(web, ['1.0.0', '1.2.0', 'latest']))
    const { oci } = sources()
    const url = `${ociUrl(reg.url)}/team/web`
    const semver = await oci.fetchArtifact({ url }, { semver: '1.x', semverFilter: (tag) => tag !== '1.2.0' })
    expect(semver.revision).toMatch(/^1\.0\.0@sha256:[a-f0-9]{64}$/)
    expect((await oci.fetchArtifact({ url }, {})).revision).toMatch(/^latest@sha256:/)
    const digest = semver.revision!.split('@')[1]!
    expect((await oci.fetchArtifact({ url }, { digest })).revision).toBe(digest)
    await expect(oci.fetchArtifact({ url }, { tag: '1.0.0', layerMediaType: 'application/x' })).rejects.toThrow(
      "failed to find layer with media type 'application/x' in artifact",
    )
  })

  test.each([
    ['a tag that is not there', '9.9.9', {}, '404 Not Found'],
    ['no version in range', '9.x', {}, 'could not locate a version matching provided version string 9.x'],
    [
      'a tampered blob',
      '1.2.0',
      { [`/v2/team/web/blobs/${sha256Digest(web)}`]: bytes('x') },
      'the digest does not match',
    ],
    [
      'an image',
      '1.2.0',
      {
        '/v2/team/web/manifests/1.2.0': bytes('{"config":{"mediaType":"x","digest":"sha256:00","size":1},"layers":[]}'),
      },
      'could not load config with mediatype',
    ],
    ['a manifest that is none', '1.2.0', { '/v2/team/web/manifests/1.2.0': bytes('hello') }, 'is no JSON object'],
    [
      'tags without end',
      '1.x',
      {
        '/v2/team/web/tags/list': (_: IncomingMessage, r: ServerResponse): void => {
          r.setHeader('link', '</v2/team/web/tags/list>; rel="next"').end('{}')
        },
      },
      'does not end',
    ],
  ])('%s', async (_, version, answers, message) => {
    const reg = await site({ ...registry(web, ['1.2.0']), ...answers })
    await expect(sources().oci.fetchChart({ url: `${ociUrl(reg.url)}/team` }, 'web', version)).rejects.toThrow(message)
  })

  test.each([
    ['oci://example.com', "URL must be in format 'oci://<domain>/<org>/<repo>'"],
    ['oci://example.com/a/b:1.0', "URL must not contain a tag; remove ':1.0'"],
    ['oci://example.com/a/../b', 'invalid repository name'],
  ])('%s is refused', async (url, message) => {
    await expect(sources().oci.fetchArtifact({ url }, {})).rejects.toThrow(message)
  })
})
