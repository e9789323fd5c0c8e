import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { verifySignature } from '../../../src/host/signatures.ts'
import { createMemoryCache, type HttpClient, OciCharts, sha256Digest } from '../../../src/source/index.ts'
import { simpleChart } from '../../support/chart-archive.ts'

/** What is pushed to a registry: manifests by tag and digest, blobs by digest. */
class Registry {
  readonly #answers = new Map<string, Uint8Array>()
  requests = 0

  blob(content: string | Uint8Array): { digest: string; size: number } {
    const bytes = Buffer.from(content)
    this.#answers.set(`blobs/${sha256Digest(bytes)}`, bytes)
    return { digest: sha256Digest(bytes), size: bytes.length }
  }

  manifest(tag: string, manifest: object): string {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, ...manifest }))
    for (const name of [tag, sha256Digest(bytes)]) this.#answers.set(`manifests/${name}`, bytes)
    return sha256Digest(bytes)
  }

  referrers(digest: string, manifests: readonly object[]): void {
    this.#answers.set(`referrers/${digest}`, Buffer.from(JSON.stringify({ manifests })))
  }

  charts(): OciCharts {
    const http: HttpClient = {
      request: async ({ url }) => {
        this.requests++
        const body = this.#answers.get(url.replace('https://r.example.com/v2/web/', ''))
        return { status: body === undefined ? 404 : 200, headers: {}, body: body ?? new Uint8Array() }
      },
    }
    return new OciCharts({ http, verifySignature, cache: createMemoryCache() })
  }
}

const key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = (publicKey: KeyObject): string => publicKey.export({ type: 'spki', format: 'pem' }).toString()
const repository = { url: 'oci://r.example.com' }

function pushed(): { registry: Registry; digest: string } {
  const registry = new Registry()
  const config = { mediaType: 'application/vnd.cncf.helm.config.v1+json', ...registry.blob('{}') }
  const layer = {
    mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
    ...registry.blob(simpleChart('web', '1.0.0')),
  }
  return { registry, digest: registry.manifest('1.0.0', { config, layers: [layer] }) }
}

/** Signs as `cosign sign --key` of version 2 does. */
function signSimply(registry: Registry, digest: string, privateKey: KeyObject, claimed = digest): void {
  const payload = JSON.stringify({
    critical: {
      identity: { 'docker-reference': 'r.example.com/web' },
      image: { 'docker-manifest-digest': claimed },
      type: 'cosign container image signature',
    },
    optional: null,
  })
  const signature = sign('sha256', Buffer.from(payload), privateKey).toString('base64')
  registry.manifest(`${digest.replace(':', '-')}.sig`, {
    config: registry.blob('{}'),
    layers: [
      {
        mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
        ...registry.blob(payload),
        annotations: { 'dev.cosignproject.cosign/signature': signature },
      },
    ],
  })
}

/** Signs as `cosign sign --key` of version 3 does: a bundle that refers to the manifest. */
function signBundled(registry: Registry, digest: string, privateKey: KeyObject, claimed = digest): void {
  const payload = Buffer.from(
    JSON.stringify({ _type: 'https://in-toto.io/Statement/v1', subject: [{ digest: { sha256: claimed.slice(7) } }] }),
  )
  const payloadType = 'application/vnd.in-toto+json'
  const signed = Buffer.concat([Buffer.from(`DSSEv1 28 ${payloadType} ${payload.length} `), payload])
  const sig = sign('sha256', signed, privateKey).toString('base64')
  const artifactType = 'application/vnd.dev.sigstore.bundle.v0.3+json'
  const bundle = { dsseEnvelope: { payload: payload.toString('base64'), payloadType, signatures: [{ sig }] } }
  const layer = { mediaType: artifactType, ...registry.blob(JSON.stringify(bundle)) }
  const made = registry.manifest('bundle', { artifactType, config: registry.blob('{}'), layers: [layer] })
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  registry.referrers(digest, [{ mediaType, digest: made, size: 1, artifactType }])
}

const fetchWith = async (registry: Registry, ...keys: readonly KeyObject[]): Promise<string> => {
  const signedBy = { keys: keys.map(pem) }
  return registry
    .charts()
    .fetchChart(repository, 'web', '1.0.0', signedBy)
    .then(
      ({ version }) => version,
      (error: unknown) => (error as Error).message,
    )
}
const noMatch = 'failed to verify oci://r.example.com/web:1.0.0: no matching signatures were found'

describe.each([
  ['signatures beside the chart', signSimply],
  ['bundles that refer to it', signBundled],
])('%s', (_, signWith) => {
  it('are checked with every key', async () => {
    const { registry, digest } = pushed()
    signWith(registry, digest, key.privateKey)
    expect(await fetchWith(registry, other.publicKey, key.publicKey)).toBe('1.0.0')
    expect(await fetchWith(registry, other.publicKey)).toBe(noMatch)
  })

  it('of something else do not count', async () => {
    const { registry, digest } = pushed()
    signWith(registry, digest, key.privateKey, `sha256:${'0'.repeat(64)}`)
    expect(await fetchWith(registry, key.publicKey)).toBe(noMatch)
  })

  it.each([
    ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['P-384', generateKeyPairSync('ec', { namedCurve: 'P-384' })],
  ])('by a key of %s', async (__, pair) => {
    const { registry, digest } = pushed()
    signWith(registry, digest, pair.privateKey)
    expect(await fetchWith(registry, pair.publicKey)).toBe('1.0.0')
    expect(await fetchWith(registry, key.publicKey)).toBe(noMatch)
  })
})

it('a chart that nobody signed is refused', async () => {
  const { registry } = pushed()
  expect(await fetchWith(registry, key.publicKey)).toBe(
    'failed to verify oci://r.example.com/web:1.0.0: no signatures found',
  )
})

it('a key that is none is told', async () => {
  const { registry, digest } = pushed()
  signSimply(registry, digest, key.privateKey)
  const signedBy = { keys: ['-----BEGIN PUBLIC KEY-----\n'] }
  await expect(registry.charts().fetchChart(repository, 'web', '1.0.0', signedBy)).rejects.toThrow(
    'no PEM text of a key',
  )
})

it('what the cache has unchecked is not taken for checked', async () => {
  const { registry } = pushed()
  const charts = registry.charts()
  await charts.fetchChart(repository, 'web', '1.0.0')
  const signedBy = { keys: [pem(key.publicKey)] }
  await expect(charts.fetchChart(repository, 'web', '1.0.0', signedBy)).rejects.toThrow('no signatures found')
})

it('an OCIRepository is checked, too', async () => {
  const { registry, digest } = pushed()
  signSimply(registry, digest, key.privateKey)
  const at = { url: 'oci://r.example.com/web' }
  const fetched = await registry.charts().fetchArtifact(at, { tag: '1.0.0' }, { keys: [pem(key.publicKey)] })
  expect(fetched.revision).toBe(`1.0.0@${digest}`)
  await expect(registry.charts().fetchArtifact(at, { tag: '1.0.0' }, { keys: [pem(other.publicKey)] })).rejects.toThrow(
    noMatch,
  )
})
