import { sha256Digest } from '../digest.ts'
import {
  checkDigest,
  defaultTimeout,
  type FetchContext,
  type FetchedChart,
  maxChartSize,
  rememberChart,
  withCache,
} from './fetcher.ts'
import {
  basicAuthorization,
  ChartError,
  follow,
  type HttpResponse,
  parseUrl,
  shownUrl,
  type TlsOptions,
} from './http.ts'
import { type ChartIndex, type IndexEntry, maxIndexSize, parseIndex } from './index-file.ts'
import { chooseVersion, parseFullVersion } from './versions.ts'

/** An HTTP(S) chart repository and how to log in to it. */
export interface HttpRepository {
  /** Without `index.yaml`. */
  readonly url: string
  readonly username?: string
  readonly password?: string
  /** Send the credentials to other hosts than the repository's too, where its index points to them. */
  readonly passCredentials?: boolean
  readonly tls?: TlsOptions
  /** Milliseconds. */
  readonly timeout?: number
}

/**
 * Fetches charts of an HTTP repository. Indexes are downloaded once, until `forget`. Behaviour follows source-controller
 * 1.9 (internal/helm/repository/chart_repository.go) and Helm's getter (pkg/getter/httpgetter.go).
 */
export class HttpCharts {
  readonly #context: FetchContext
  readonly #indexes = new Map<string, Promise<ChartIndex>>()

  constructor(context: FetchContext) {
    this.#context = context
  }

  /**
   * Fetches the chart that the version expression asks for.
   * @throws ChartError with the URL; CancelledError.
   */
  async fetch(repository: HttpRepository, chart: string, version: string): Promise<FetchedChart> {
    const base = withSlash(repository.url)
    const key = `http ${base} ${chart} ${version === '' ? '*' : version}`
    const what = `chart '${chart}' of ${shownUrl(base)}`
    return withCache(this.#context, { key, pinned: parseFullVersion(version) !== undefined, what }, async () => {
      const entry = await this.#find(repository, chart, version)
      const url = resolveChartUrl(base, entry)
      const archive = await this.#download(repository, url, entry)
      return rememberChart(this.#context, key, { archive, version: entry.version, digest: sha256Digest(archive), url })
    })
  }

  /** Asks for indexes anew when they are needed next; unchanged ones are not downloaded again. */
  forget(): void {
    this.#indexes.clear()
  }

  /** The repository's index. @throws ChartError */
  index(repository: HttpRepository): Promise<ChartIndex> {
    const url = indexUrl(repository.url)
    const known = this.#indexes.get(url)
    if (known !== undefined) return known
    const loading = this.#loadIndex(repository, url)
    this.#indexes.set(url, loading)
    // A failure is not remembered: the next release may have better luck.
    loading.catch(() => this.#indexes.delete(url))
    return loading
  }

  async #find(repository: HttpRepository, chart: string, version: string): Promise<IndexEntry> {
    const index = await this.index(repository)
    const fail = (reason: string): never => {
      throw new ChartError(`failed to get chart version for remote reference: ${reason}`)
    }
    const versions = index.versions(chart) ?? fail('no chart name found')
    if (versions.length === 0) fail('no chart version found')
    return chooseVersion(versions, version) ?? fail(`no '${chart}' chart with version matching '${version}' found`)
  }

  async #loadIndex(repository: HttpRepository, url: string): Promise<ChartIndex> {
    const { cache, offline, onStale } = this.#context
    const key = `index ${url}`
    const ref = cache?.ref(key)
    const kept = ref === undefined ? undefined : cache?.get(ref.digest)
    if (offline && kept === undefined) {
      throw new ChartError(`the index ${shownUrl(url)} is not in the cache, and the network may not be used`, {
        unavailable: true,
      })
    }
    if (offline && kept !== undefined) return named(url, () => parseIndex(kept))
    const etag = kept === undefined ? undefined : ref?.etag
    let response: HttpResponse
    try {
      response = await this.#get(repository, url, {
        maxSize: maxIndexSize,
        headers: etag === undefined ? {} : { 'if-none-match': etag },
      })
    } catch (error) {
      if (!(error instanceof ChartError) || !error.transient || kept === undefined) throw error
      onStale?.(`${error.message}; the index in the cache is used`)
      return named(url, () => parseIndex(kept))
    }
    if (response.status === 304 && kept !== undefined) return named(url, () => parseIndex(kept))
    const index = named(url, () => parseIndex(response.body))
    const digest = sha256Digest(response.body)
    const newTag = response.headers['etag']
    cache?.put(digest, response.body)
    cache?.setRef(key, { digest, url, ...(newTag === undefined ? {} : { etag: newTag }) })
    return index
  }

  async #download(repository: HttpRepository, url: string, entry: IndexEntry): Promise<Uint8Array> {
    const known = entry.digest === '' ? undefined : this.#context.cache?.get(fullDigest(entry.digest))
    if (known !== undefined) return known
    const { body } = await this.#get(repository, url, { maxSize: maxChartSize, headers: {} })
    if (entry.digest !== '')
      checkDigest(body, entry.digest, `chart '${entry.name}' version '${entry.version}' from ${shownUrl(url)}`)
    return body
  }

  async #get(
    repository: HttpRepository,
    url: string,
    options: { readonly maxSize: number; readonly headers: Readonly<Record<string, string>> },
  ): Promise<HttpResponse> {
    const { http, onProgress, cancellation } = this.#context
    const { username = '', password = '' } = repository
    const own = parseUrl(repository.url)
    const target = parseUrl(url)
    if (target.protocol !== 'http:' && target.protocol !== 'https:') {
      throw new ChartError(`Get "${shownUrl(url)}": unsupported protocol scheme "${target.protocol.slice(0, -1)}"`)
    }
    const isOwn = own.protocol === target.protocol && own.host === target.host
    const mayLogIn = username !== '' && password !== '' && (repository.passCredentials === true || isOwn)
    const response = await follow(http, {
      url,
      headers: {
        ...options.headers,
        ...(mayLogIn ? { authorization: basicAuthorization(username, password) } : {}),
      },
      maxSize: options.maxSize,
      timeout: repository.timeout ?? defaultTimeout,
      ...(repository.tls === undefined ? {} : { tls: repository.tls }),
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(cancellation === undefined ? {} : { cancellation }),
    })
    if (response.status === 200 || response.status === 304) return response
    throw new ChartError(`failed to fetch ${shownUrl(url)} : ${statusText(response.status)}`, {
      transient: response.status >= 500 || response.status === 429,
    })
  }
}

function named<T>(url: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof ChartError) throw new ChartError(`error loading ${shownUrl(url)}: ${error.message}`)
    throw error
  }
}

function fullDigest(digest: string): string {
  return (digest.includes(':') ? digest : `sha256:${digest}`).toLowerCase()
}

function withSlash(url: string): string {
  const parsed = parseUrl(url)
  parsed.pathname = `${parsed.pathname.replace(/\/+$/, '')}/`
  return parsed.href
}

function indexUrl(repository: string): string {
  const url = parseUrl(withSlash(repository))
  url.pathname = `${url.pathname}index.yaml`
  return url.href
}

/**
 * The URL of an entry's archive: the first one of the entry, relative ones below the repository's URL with its query.
 * Source: Helm 4.1 pkg/repo/v1/chartrepo.go ResolveReferenceURL.
 * @throws ChartError
 */
export function resolveChartUrl(repository: string, entry: Pick<IndexEntry, 'name' | 'urls'>): string {
  const first = entry.urls[0]
  if (first === undefined) throw new ChartError(`chart '${entry.name}' has no downloadable URLs`)
  if (/^[a-z][a-z0-9+.-]*:/i.test(first)) return first
  const base = parseUrl(withSlash(repository))
  const { search } = base
  const resolved = parseUrl(first, base.href)
  resolved.search = search
  return resolved.href
}

const phrases: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}

/** `404 Not Found`. */
export function statusText(status: number): string {
  return phrases[status] === undefined ? String(status) : `${status} ${phrases[status]}`
}
