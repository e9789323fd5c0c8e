import { decodeBase64, decodeText, encodeText, getIn, getString, isObject, type JsonValue } from '../../base/index.ts'
import { ChartError, shownUrl } from './http.ts'
import type { OciManifest, OciRegistry, OciRepository } from './oci-registry.ts'

/**
 * Whether a signature of some bytes is by a key; rejects nothing but malformed keys.
 * @param key PEM of a public key: ECDSA and RSA with SHA-256, Ed25519.
 * @throws ChartError for a text that is no public key
 */
export type VerifySignature = (key: string, bytes: Uint8Array, signature: Uint8Array) => boolean

/** An artifact of a registry whose signature counts. */
export interface SignedArtifact {
  readonly repository: OciRepository
  /** Of its manifest. */
  readonly digest: string
  /** For messages. */
  readonly url: string
}

const bundleType = 'application/vnd.dev.sigstore.bundle'
const simpleSigning = 'application/vnd.dev.cosign.simplesigning.v1+json'
const signatureAnnotation = 'dev.cosignproject.cosign/signature'
const maxPayload = 1 << 20
const maxSignatures = 50

/**
 * Checks that cosign signed an artifact with one of the keys: Sigstore bundles that refer to it (cosign 3), where there
 * are any, else the signatures beside it (`sha256-<hex>.sig`). No transparency log is asked, as by source-controller for
 * keys. What is signed must name the artifact's digest. Source: source-controller 1.9 internal/oci/cosign; cosign's
 * specifications of signatures and bundles; DSSE.
 * @throws ChartError
 */
export async function verifyCosign(
  artifact: SignedArtifact,
  keys: readonly string[],
  tools: { readonly registry: OciRegistry; readonly verify: VerifySignature },
): Promise<void> {
  const { registry, verify } = tools
  const { repository, digest, url } = artifact
  const bundles = (await registry.referrers(repository, digest)).filter(({ artifactType }) =>
    artifactType.startsWith(bundleType),
  )
  const isSigned = (bytes: Uint8Array, signature: Uint8Array): boolean =>
    keys.some((key) => verify(key, bytes, signature))
  const signatures: Promise<boolean>[] = []
  if (bundles.length > 0) {
    for (const bundle of bundles.slice(0, maxSignatures)) {
      signatures.push(bundleSigns(await registry.manifest(repository, bundle.digest), artifact, { registry, isSigned }))
    }
  } else {
    const manifest = await registry.findManifest(repository, `${digest.replace(':', '-')}.sig`)
    if (manifest === undefined) throw new ChartError(`failed to verify ${shownUrl(url)}: no signatures found`)
    for (const layer of manifest.layers.slice(0, maxSignatures)) {
      if (layer.mediaType !== simpleSigning) continue
      const payload = await registry.blob(repository, layer, maxPayload)
      const signature = decodeBase64(layer.annotations?.[signatureAnnotation] ?? '')
      const claimed = getString(readJson(payload), 'critical', 'image', 'docker-manifest-digest')
      signatures.push(Promise.resolve(claimed === digest && signature !== undefined && isSigned(payload, signature)))
    }
  }
  if ((await Promise.all(signatures)).includes(true)) return
  throw new ChartError(`failed to verify ${shownUrl(url)}: no matching signatures were found`)
}

/** A Sigstore bundle with a DSSE envelope around an in-toto statement whose subject is the artifact. */
async function bundleSigns(
  manifest: OciManifest,
  { repository, digest }: SignedArtifact,
  tools: {
    readonly registry: OciRegistry
    readonly isSigned: (bytes: Uint8Array, signature: Uint8Array) => boolean
  },
): Promise<boolean> {
  const layer = manifest.layers.find(({ mediaType }) => mediaType.startsWith(bundleType))
  if (layer === undefined) return false
  const envelope = getIn(readJson(await tools.registry.blob(repository, layer, maxPayload)), ['dsseEnvelope'])
  const payload = decodeBase64(getString(envelope, 'payload') ?? '')
  const type = getString(envelope, 'payloadType') ?? ''
  const list = getIn(envelope, ['signatures'])
  if (payload === undefined || !Array.isArray(list)) return false
  const subjects = getIn(readJson(payload), ['subject'])
  const hex = digest.replace(/^sha256:/, '')
  const isMeant = Array.isArray(subjects) && subjects.some((each) => getString(each, 'digest', 'sha256') === hex)
  const signed = preAuthEncoding(type, payload)
  return (
    isMeant &&
    list.some((each) => {
      const signature = decodeBase64(getString(each, 'sig') ?? '')
      return signature !== undefined && tools.isSigned(signed, signature)
    })
  )
}

/** What a DSSE signature is over. */
function preAuthEncoding(type: string, payload: Uint8Array): Uint8Array {
  const head = encodeText(`DSSEv1 ${encodeText(type).length} ${type} ${payload.length} `)
  const out = new Uint8Array(head.length + payload.length)
  out.set(head)
  out.set(payload, head.length)
  return out
}

function readJson(bytes: Uint8Array): JsonValue | undefined {
  try {
    const value = JSON.parse(decodeText(bytes)) as JsonValue
    return isObject(value) ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
