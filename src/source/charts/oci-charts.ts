import { encodeText } from '../../base/index.ts'
import { sha256Digest } from '../digest.ts'
import { type SignedArtifact, verifyCosign } from './cosign.ts'
import { checkDigest, type FetchContext, type FetchedChart, maxChartSize, rememberChart, withCache } from './fetcher.ts'
import { ChartError, shownUrl } from './http.ts'
import { type OciDescriptor, type OciManifest, OciRegistry, type OciRepository } from './oci-registry.ts'
import { chooseVersion, parseFullVersion } from './versions.ts'

export const chartLayerType = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip'
const legacyChartLayerType = 'application/tar+gzip'
const chartConfigType = 'application/vnd.cncf.helm.config.v1+json'

/** Which artifact of an OCIRepository is meant: `spec.ref` and `spec.layerSelector`. */
export interface OciArtifactSelector {
  readonly tag?: string
  readonly digest?: string
  readonly semver?: string
  /** Keeps the tags that `semver` chooses from; the caller has compiled `spec.ref.semverFilter`. */
  readonly semverFilter?: (tag: string) => boolean
  readonly layerMediaType?: string
}

/** Who has to have signed an artifact: PEM texts of public keys. */
export interface SignedBy {
  readonly keys: readonly string[]
}

/**
 * Fetches charts from OCI registries, for a HelmRepository of type `oci` and for an OCIRepository. Behaviour follows
 * source-controller 1.9 (internal/helm/repository/oci_chart_repository.go, ocirepository_controller.go) and Helm's
 * registry client.
 */
export class OciCharts {
  readonly #context: FetchContext
  readonly #registry: OciRegistry

  constructor(context: FetchContext) {
    this.#context = context
    this.#registry = new OciRegistry(context)
  }

  /** The chart `<url>/<chart>` in the version that the expression asks for. @throws ChartError */
  async fetchChart(
    repository: OciRepository,
    chart: string,
    version: string,
    signedBy?: SignedBy,
  ): Promise<FetchedChart> {
    const at = { ...repository, url: `${repository.url.replace(/\/+$/, '')}/${chart}` }
    const isPinned = parseFullVersion(version) !== undefined
    const key = `oci ${at.url} ${version === '' ? '*' : version}${signedName(signedBy)}`
    return withCache(this.#context, { key, pinned: isPinned, what: `chart ${shownUrl(at.url)}` }, async () => {
      const chosen = isPinned ? version : await this.#newest(at, version)
      // `+` cannot be in a tag; Helm writes `_`.
      const tag = chosen.replaceAll('+', '_')
      const url = `${at.url}:${tag}`
      const manifest = await this.#manifest(at, tag)
      await this.#verify({ repository: at, digest: manifest.digest, url }, signedBy)
      const layer = chartLayer(manifest, url)
      const archive = await this.#registry.blob(at, layer, maxChartSize)
      return rememberChart(this.#context, key, { archive, version: chosen, digest: layer.digest, url })
    })
  }

  /** The artifact of an OCIRepository: its chosen layer as it is in the registry. @throws ChartError */
  async fetchArtifact(
    repository: OciRepository,
    selector: OciArtifactSelector,
    signedBy?: SignedBy,
  ): Promise<FetchedChart> {
    const { digest, tag, semver, layerMediaType = '' } = selector
    const wanted = digest ?? semver ?? tag ?? 'latest'
    const key = `artifact ${repository.url} ${wanted} ${layerMediaType}${signedName(signedBy)}`
    const isPinned = digest !== undefined || (semver === undefined && parseFullVersion(tag ?? '') !== undefined)
    return withCache(
      this.#context,
      { key, pinned: isPinned, what: `artifact ${shownUrl(repository.url)}` },
      async () => {
        const chosen =
          digest ?? (semver === undefined ? (tag ?? 'latest') : await this.#newestTag(repository, selector))
        const manifest = await this.#manifest(repository, chosen)
        const url = `${repository.url}${digest === undefined ? ':' : '@'}${chosen}`
        await this.#verify({ repository, digest: manifest.digest, url }, signedBy)
        const layer = selectLayer(manifest, layerMediaType)
        const archive = await this.#registry.blob(repository, layer, maxArtifact)
        checkDigest(archive, layer.digest, url)
        const revision = digest === undefined ? `${chosen}@${manifest.digest}` : manifest.digest
        return rememberChart(this.#context, key, { archive, version: chosen, digest: layer.digest, url, revision })
      },
    )
  }

  async #manifest(repository: OciRepository, reference: string): Promise<OciManifest> {
    try {
      return await this.#registry.manifest(repository, reference)
    } catch (error) {
      if (!(error instanceof ChartError)) throw error
      const separator = reference.includes(':') ? '@' : ':'
      throw new ChartError(
        `failed to get '${shownUrl(repository.url)}${separator}${reference}': ${error.message}`,
        error,
      )
    }
  }

  async #verify(artifact: SignedArtifact, signedBy: SignedBy | undefined): Promise<void> {
    if (signedBy === undefined) return
    const { verifySignature: verify } = this.#context
    if (verify === undefined) {
      throw new ChartError(`failed to verify ${shownUrl(artifact.url)}: signatures cannot be checked here`, {
        unavailable: true,
      })
    }
    await verifyCosign(artifact, signedBy.keys, { registry: this.#registry, verify })
  }

  async #newest(repository: OciRepository, expression: string): Promise<string> {
    const tags = await this.#tags(repository)
    const offers = tags.map((tag) => ({ version: tag.replaceAll('_', '+') }))
    const found = chooseVersion(offers, expression)
    if (found !== undefined) return found.version
    throw new ChartError(`could not locate a version matching provided version string ${expression}`)
  }

  async #newestTag(repository: OciRepository, selector: OciArtifactSelector): Promise<string> {
    const { semver = '', semverFilter, layerMediaType } = selector
    const all = await this.#tags(repository)
    const isChart = layerMediaType === chartLayerType
    const offers = (semverFilter === undefined ? all : all.filter(semverFilter)).map((tag) => ({
      version: isChart ? tag.replaceAll('_', '+') : tag,
      tag,
    }))
    const found = chooseVersion(
      offers.filter(({ version }) => version !== semver || parseFullVersion(version)),
      semver,
    )
    if (found === undefined) throw new ChartError(`no match found for semver: ${semver}`)
    return found.tag
  }

  async #tags(repository: OciRepository): Promise<string[]> {
    let tags: string[]
    try {
      tags = await this.#registry.tags(repository)
    } catch (error) {
      if (!(error instanceof ChartError)) throw error
      throw new ChartError(`could not fetch tags for "${shownUrl(repository.url)}": ${error.message}`, error)
    }
    if (tags.length === 0) {
      throw new ChartError(`unable to locate any tags in provided repository: ${shownUrl(repository.url)}`)
    }
    return tags
  }
}

/** Part of a name in the cache: what is under it was checked with these keys. */
function signedName(signedBy: SignedBy | undefined): string {
  return signedBy === undefined ? '' : ` signed by ${sha256Digest(encodeText(JSON.stringify(signedBy.keys)))}`
}

/** Bytes of an artifact's layer that are read. */
const maxArtifact = 50 << 20

/** The chart's layer, as Helm's registry client finds it. */
function chartLayer(manifest: OciManifest, url: string): OciDescriptor {
  if (manifest.config?.mediaType !== chartConfigType) {
    throw new ChartError(`failed to get '${shownUrl(url)}': could not load config with mediatype ${chartConfigType}`)
  }
  const found =
    manifest.layers.find((layer) => layer.mediaType === chartLayerType) ??
    manifest.layers.find((layer) => layer.mediaType === legacyChartLayerType)
  if (found !== undefined) return found
  throw new ChartError(
    `failed to get '${shownUrl(url)}': manifest does not contain a layer with mediatype ${chartLayerType}`,
  )
}

function selectLayer(manifest: OciManifest, mediaType: string): OciDescriptor {
  const [first] = manifest.layers
  if (first === undefined) throw new ChartError('no layers found in artifact')
  if (mediaType === '') return first
  const found = manifest.layers.find((layer) => layer.mediaType === mediaType)
  if (found === undefined) throw new ChartError(`failed to find layer with media type '${mediaType}' in artifact`)
  return found
}
