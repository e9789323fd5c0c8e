import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ChartSourcesOptions, createChartSources } from '../../../src/host/index.ts'
import { sha256Digest } from '../../../src/source/index.ts'
import { simpleChart } from '../../support/chart-archive.ts'
import { hasNginx, nginxLogin, type RunningNginx, startNginx } from '../../support/nginx.ts'

describe.skipIf(!hasNginx)('HTTP repository behind nginx', () => {
  const home = mkdtempSync(join(tmpdir(), 'fluxkit-nginx-'))
  let nginx: RunningNginx
  let caches = 0

  beforeAll(async () => {
    nginx = await startNginx(join(home, 'nginx'))
    const entries = ['1.0.0', '1.2.0', '2.0.0-rc.1'].map((version) => {
      const chart = simpleChart('web', version)
      writeFileSync(join(nginx.charts, `web-${version}.tgz`), chart)
      return `  - {name: web, version: ${version}, urls: [web-${version}.tgz], digest: ${sha256Digest(chart)}}\n`
    })
    const wrong = `  bad:\n  - {name: bad, version: 1.0.0, urls: [web-1.0.0.tgz], digest: ${'0'.repeat(64)}}\n`
    writeFileSync(join(nginx.charts, 'index.yaml'), `apiVersion: v1\nentries:\n  web:\n${entries.join('')}${wrong}`)
  }, 30_000)
  afterAll(async () => {
    await nginx?.stop()
    rmSync(home, { recursive: true, force: true })
  })

  const sources = (options: Partial<ChartSourcesOptions> = {}) =>
    createChartSources({ cacheDir: join(home, `cache-${caches++}`), ...options }).http
  /** The requests that the work makes. */
  const during = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
    const before = nginx.requests().length
    await work()
    return nginx.requests().slice(before)
  }

  test('a range, compressed on the way; asked again, a pinned version comes from the cache', async () => {
    const charts = sources()
    const repository = { url: `${nginx.http}/charts` }
    const requests = await during(async () => {
      const { version, digest, fromCache } = await charts.fetch(repository, 'web', '1.x')
      expect([version, digest, fromCache]).toEqual(['1.2.0', sha256Digest(simpleChart('web', '1.2.0')), false])
    })
    expect(requests).toEqual(['http /charts/index.yaml 200', 'http /charts/web-1.2.0.tgz 200'])
    expect(await during(() => charts.fetch(repository, 'web', '1.2.0'))).toEqual([])
  })

  test('a login', async () => {
    const url = `${nginx.http}/private`
    await expect(sources().fetch({ url }, 'web', '1.0.0')).rejects.toThrow(`${url}/index.yaml`)
    await expect(sources().fetch({ url, username: 'ann', password: 'x' }, 'web', '1.0.0')).rejects.toThrow('401')
    const requests = await during(() => sources().fetch({ url, ...nginxLogin }, 'web', '1.0.0'))
    expect(requests).toEqual(['http /private/index.yaml 200 login', 'http /private/web-1.0.0.tgz 200 login'])
  })

  test('TLS by the authority of the Secret, not without', async () => {
    const url = `${nginx.https}/private`
    await expect(sources().fetch({ url, ...nginxLogin }, 'web', '1.0.0')).rejects.toThrow(/certificate/)
    const { version } = await sources().fetch({ url, ...nginxLogin, tls: { ca: nginx.ca } }, 'web', '1.0.0')
    expect(version).toBe('1.0.0')
  })

  test('a redirect to another host is followed without the login', async () => {
    const tls = { ca: nginx.ca }
    const requests = await during(async () => {
      const { version } = await sources().fetch({ url: `${nginx.http}/moved`, ...nginxLogin, tls }, 'web', '1.0.0')
      expect(version).toBe('1.0.0')
    })
    expect(requests.filter((line) => line.startsWith('https'))).toEqual([
      'https /charts/index.yaml 200',
      'https /charts/web-1.0.0.tgz 200',
    ])
    const closed = { url: `${nginx.http}/closed`, ...nginxLogin, tls }
    await expect(sources().fetch(closed, 'web', '1.0.0')).rejects.toThrow('401')
    await expect(sources().fetch({ url: `${nginx.http}/circle` }, 'web', '1.0.0')).rejects.toThrow(
      'stopped after 10 redirects',
    )
  })

  test('a wrong digest, a missing chart, a server that is gone: cached charts go on', async () => {
    const charts = sources()
    const repository = { url: `${nginx.http}/charts` }
    await expect(charts.fetch(repository, 'bad', '1.0.0')).rejects.toThrow('the digest does not match')
    await expect(charts.fetch(repository, 'api', '*')).rejects.toThrow('no chart name found')
    await expect(charts.fetch(repository, 'web', '3.x')).rejects.toThrow(
      "no 'web' chart with version matching '3.x' found",
    )
    const cacheDir = join(home, 'kept')
    await sources({ cacheDir }).fetch(repository, 'web', '1.x')
    await nginx.stop()
    const stale: string[] = []
    const again = await sources({ cacheDir, onStale: (message) => stale.push(message) }).fetch(repository, 'web', '1.x')
    expect([again.version, again.digest]).toEqual(['1.2.0', sha256Digest(simpleChart('web', '1.2.0'))])
    expect(stale.join()).toContain('connection refused')
  })
})
