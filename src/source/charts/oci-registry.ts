import { getIn, getString, isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import { sha256Digest } from '../digest.ts'
import { checkDigest, defaultTimeout, type FetchContext } from './fetcher.ts'
import {
  basicAuthorization,
  ChartError,
  follow,
  type HttpResponse,
  parseUrl,
  shownUrl,
  type TlsOptions,
} from './http.ts'
import { statusText } from './http-repository.ts'

/** A repository of an OCI registry and how to log in to it. */
export interface OciRepository {
  /** `oci://host[:port]/path`, without a tag. */
  readonly url: string
  /** Talk plain HTTP. Registries on this machine are talked to so without it. */
  readonly insecure?: boolean
  readonly username?: string
  readonly password?: string
  readonly tls?: TlsOptions
  /** URL of a proxy, with its login. */
  readonly proxy?: string
  /** Milliseconds. */
  readonly timeout?: number
}

export interface OciDescriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly annotations?: Readonly<Record<string, string>>
}

export interface OciManifest {
  /** Of the manifest's bytes. */
  readonly digest: string
  readonly config: OciDescriptor | undefined
  readonly layers: readonly OciDescriptor[]
}

/** Where a repository's API is. */
interface Endpoint {
  readonly base: string
  readonly path: string
}

const manifestTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]
const maxManifest = 4 << 20
const maxTagPages = 1000

/**
 * Reads from OCI registries: tags, manifests, blobs. Logs in as the registry asks (Basic, or a Bearer token of the realm
 * that it names); credentials and tokens stay with the host that they are for.
 * Source: OCI distribution specification 1.1; Docker token authentication.
 */
export class OciRegistry {
  readonly #context: FetchContext
  /** `Authorization` values by registry and repository. */
  readonly #logins = new Map<string, string>()

  constructor(context: FetchContext) {
    this.#context = context
  }

  /** Every tag, all pages. @throws ChartError */
  async tags(repository: OciRepository): Promise<string[]> {
    const { base, path } = endpointOf(repository)
    const out: string[] = []
    let url: string | undefined = `${base}/v2/${path}/tags/list`
    const seen = new Set<string>()
    while (url !== undefined) {
      if (seen.has(url) || seen.size >= maxTagPages)
        throw new ChartError(`${shownUrl(url)}: the list of tags does not end`)
      seen.add(url)
      const response: HttpResponse = await this.#get(repository, url, { maxSize: maxManifest })
      const list = getIn(readJson(response.body, url), ['tags'])
      for (const tag of Array.isArray(list) ? list : []) if (typeof tag === 'string') out.push(tag)
      url = nextPage(response.headers['link'], url)
    }
    return out
  }

  /** The manifest of a tag or digest; of an index, the first manifest in it. @throws ChartError */
  async manifest(repository: OciRepository, reference: string): Promise<OciManifest> {
    const { base, path } = endpointOf(repository)
    const url = `${base}/v2/${path}/manifests/${reference}`
    const { body } = await this.#get(repository, url, { maxSize: maxManifest, accept: manifestTypes.join(', ') })
    const promised = reference.includes(':') ? reference : undefined
    const digest = checkDigest(body, promised ?? sha256Digest(body), `manifest ${shownUrl(url)}`)
    const json = readJson(body, url)
    const children = json['manifests']
    if (Array.isArray(children)) {
      const first = children.map(descriptor).find((child) => child !== undefined)
      if (first === undefined || promised !== undefined)
        throw new ChartError(`${shownUrl(url)}: the index has no manifest`)
      return { ...(await this.manifest(repository, first.digest)), digest }
    }
    const layers = json['layers']
    return {
      digest,
      config: descriptor(json['config']),
      layers: Array.isArray(layers) ? layers.flatMap((layer) => descriptor(layer) ?? []) : [],
    }
  }

  /** As `manifest`; `undefined` where the registry has none. @throws ChartError */
  async findManifest(repository: OciRepository, reference: string): Promise<OciManifest | undefined> {
    try {
      return await this.manifest(repository, reference)
    } catch (error) {
      if (error instanceof ChartError && error.status === 404) return undefined
      throw error
    }
  }

  /** The manifests that refer to a manifest, by the referrers API or its fallback tag. @throws ChartError */
  async referrers(
    repository: OciRepository,
    digest: string,
  ): Promise<readonly { readonly digest: string; readonly artifactType: string }[]> {
    const { base, path } = endpointOf(repository)
    for (const place of [`referrers/${digest}`, `manifests/${digest.replace(':', '-')}`]) {
      const url = `${base}/v2/${path}/${place}`
      try {
        const { body } = await this.#get(repository, url, { maxSize: maxManifest, accept: manifestTypes[2]! })
        const list = getIn(readJson(body, url), ['manifests'])
        return (Array.isArray(list) ? list : []).flatMap((each) => {
          const found = descriptor(each)
          const artifactType = getString(each, 'artifactType')
          return found === undefined || artifactType === undefined ? [] : [{ digest: found.digest, artifactType }]
        })
      } catch (error) {
        if (!(error instanceof ChartError) || error.status !== 404) throw error
      }
    }
    return []
  }

  /** The bytes of a blob, checked against its digest. @throws ChartError */
  async blob(repository: OciRepository, { digest, size }: OciDescriptor, maxSize: number): Promise<Uint8Array> {
    const { base, path } = endpointOf(repository)
    const url = `${base}/v2/${path}/blobs/${digest}`
    if (size > maxSize) throw new ChartError(`${shownUrl(url)}: ${size} bytes are more than the maximum of ${maxSize}`)
    const { body } = await this.#get(repository, url, { maxSize })
    checkDigest(body, digest, `blob ${shownUrl(url)}`)
    return body
  }

  async #get(
    repository: OciRepository,
    url: string,
    options: { readonly maxSize: number; readonly accept?: string },
  ): Promise<HttpResponse> {
    const { base, path } = endpointOf(repository)
    const key = `${base} ${path} ${repository.username ?? ''}`
    const ask = (): Promise<HttpResponse> => {
      const login = this.#logins.get(key)
      return this.#send(repository, url, {
        maxSize: options.maxSize,
        headers: {
          ...(options.accept === undefined ? {} : { accept: options.accept }),
          // Only to the registry itself; a page link could lead elsewhere.
          ...(login === undefined || !url.startsWith(`${base}/`) ? {} : { authorization: login }),
        },
      })
    }
    let response = await ask()
    if (response.status === 401) {
      const login = await this.#logIn(repository, response.headers['www-authenticate'] ?? '', path)
      if (login !== undefined) {
        this.#logins.set(key, login)
        response = await ask()
      }
    }
    if (response.status === 200) return response
    throw new ChartError(`${shownUrl(url)}: ${statusText(response.status)}${registryErrors(response.body)}`, {
      transient: response.status >= 500 || response.status === 429,
      status: response.status,
    })
  }

  /** What to send as `Authorization`, by the challenge; `undefined` when there is nothing that could help. */
  async #logIn(repository: OciRepository, challenge: string, path: string): Promise<string | undefined> {
    const { username = '', password = '' } = repository
    const basic = username === '' ? undefined : basicAuthorization(username, password)
    const { scheme, parameters } = parseChallenge(challenge)
    if (scheme !== 'bearer') return scheme === 'basic' ? basic : undefined
    const realm = parameters.get('realm')
    if (realm === undefined) return undefined
    const url = parseUrl(realm)
    const { base } = endpointOf(repository)
    if (url.protocol !== 'https:' && (url.protocol !== 'http:' || base.startsWith('https:'))) {
      throw new ChartError(`${shownUrl(base)} asks for a login at ${shownUrl(realm)}, which is not encrypted`)
    }
    const service = parameters.get('service')
    if (service !== undefined) url.searchParams.set('service', service)
    url.searchParams.set('scope', parameters.get('scope') ?? `repository:${path}:pull`)
    const response = await this.#send(repository, url.href, {
      maxSize: 1 << 20,
      headers: basic === undefined ? {} : { authorization: basic },
    })
    if (response.status !== 200) {
      throw new ChartError(`failed to log in at ${shownUrl(realm)}: ${statusText(response.status)}`)
    }
    const json = readJson(response.body, url.href)
    const token = getString(json, 'token') ?? getString(json, 'access_token')
    if (token === undefined || /[\r\n]/.test(token)) throw new ChartError(`${shownUrl(realm)} gave no token`)
    return `Bearer ${token}`
  }

  #send(
    repository: OciRepository,
    url: string,
    options: { readonly maxSize: number; readonly headers: Readonly<Record<string, string>> },
  ): Promise<HttpResponse> {
    const { http, onProgress, cancellation } = this.#context
    return follow(http, {
      url,
      ...options,
      timeout: repository.timeout ?? defaultTimeout,
      ...(repository.tls === undefined ? {} : { tls: repository.tls }),
      ...(repository.proxy === undefined ? {} : { proxy: repository.proxy }),
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(cancellation === undefined ? {} : { cancellation }),
    })
  }
}

const reference = /^oci:\/\/([^/]+)\/(.+)$/
const repositoryName = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/

/** Splits `oci://host/path` as registries are addressed. @throws ChartError in source-controller's words. */
function endpointOf({ url, insecure }: Pick<OciRepository, 'url' | 'insecure'>): Endpoint {
  const match = reference.exec(url.replace(/\/+$/, ''))
  if (match === null) throw new ChartError("URL must be in format 'oci://<domain>/<org>/<repo>'")
  const [, host = '', path = ''] = match
  if (path.includes(':') || path.includes('@')) {
    throw new ChartError(`URL must not contain a tag; remove ':${path.slice(path.search(/[:@]/) + 1)}'`)
  }
  if (!repositoryName.test(path)) throw new ChartError(`invalid repository name '${path}' in ${shownUrl(url)}`)
  const isHub = host === 'docker.io' || host === 'index.docker.io' || host === 'registry-1.docker.io'
  const isLocal = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host)
  return {
    base: `${insecure === true || isLocal ? 'http' : 'https'}://${isHub ? 'registry-1.docker.io' : host}`,
    path: isHub && !path.includes('/') ? `library/${path}` : path,
  }
}

/** `Bearer realm="…",service="…",scope="…"`. */
export function parseChallenge(header: string): { scheme: string; parameters: Map<string, string> } {
  const scheme = /^\s*([A-Za-z]+)/.exec(header)?.[1]?.toLowerCase() ?? ''
  const parameters = new Map<string, string>()
  for (const match of header.matchAll(/([a-zA-Z_]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g)) {
    parameters.set(match[1]!.toLowerCase(), (match[2] ?? match[3] ?? '').replace(/\\(.)/g, '$1'))
  }
  return { scheme, parameters }
}

function nextPage(link: string | undefined, url: string): string | undefined {
  const next = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(link ?? '')?.[1]
  return next === undefined ? undefined : parseUrl(next, url).href
}

function descriptor(value: JsonValue | undefined): OciDescriptor | undefined {
  const mediaType = getString(value, 'mediaType')
  const digest = getString(value, 'digest')
  const size = getIn(value, ['size'])
  const annotations = getIn(value, ['annotations'])
  if (mediaType === undefined || digest === undefined || !/^[a-z0-9]+:[a-f0-9]+$/.test(digest)) return undefined
  return {
    ...{ mediaType, digest, size: typeof size === 'number' ? size : 0 },
    ...(isObject(annotations) ? { annotations: textsOf(annotations) } : {}),
  }
}

function textsOf(object: JsonObject): Record<string, string> {
  const entries = Object.entries(object).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return Object.fromEntries(entries)
}

function readJson(body: Uint8Array, url: string): JsonObject {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body))
    if (isObject(value)) return value
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new ChartError(`${shownUrl(url)}: the answer is no JSON object`)
}

/** `: MANIFEST_UNKNOWN: manifest unknown` of an error body. */
function registryErrors(body: Uint8Array): string {
  const text = new TextDecoder().decode(body.subarray(0, 4096))
  try {
    const errors = getIn(JSON.parse(text) as JsonValue, ['errors'])
    if (!Array.isArray(errors)) return ''
    const texts = errors.map((each) => [getString(each, 'code'), getString(each, 'message')].filter(Boolean).join(': '))
    return texts.length === 0 ? '' : `: ${texts.join('; ').slice(0, 300)}`
  } catch (error) {
    if (error instanceof SyntaxError) return ''
    throw error
  }
}
