import type { Cancellation } from '../../base/index.ts'
import { sha256Digest } from '../digest.ts'
import type { CacheRef, ChartCache } from './cache.ts'
import type { VerifySignature } from './cosign.ts'
import { ChartError, type HttpClient, type HttpProgress } from './http.ts'

/** How charts are fetched, whatever the kind of source. */
export interface FetchContext {
  readonly http: HttpClient
  readonly cache?: ChartCache
  /** Nothing is asked of the network; what is not in the cache is an error. */
  readonly offline?: boolean
  /** Pinned versions are looked up again too, although the cache has them. */
  readonly refresh?: boolean
  readonly onProgress?: (progress: HttpProgress) => void
  /** Told when a cached answer stands in for one that the network did not give. */
  readonly onStale?: (message: string) => void
  readonly cancellation?: Cancellation
  /** Checks signatures by keys; without it charts that have to be signed are an error. */
  readonly verifySignature?: VerifySignature
}

/** A packed chart. */
export interface FetchedChart {
  /** The `.tgz`. */
  readonly archive: Uint8Array
  /** The version that was chosen, as the repository writes it. */
  readonly version: string
  /** Of the archive. */
  readonly digest: string
  readonly url: string
  /** Of an OCIRepository: `<tag>@sha256:<hex>`; absent for charts of a HelmRepository. */
  readonly revision?: string
  readonly fromCache: boolean
}

/** Bytes of a packed chart. Source: source-controller internal/helm/helm.go. */
export const maxChartSize: number = 10 << 20
export const defaultTimeout = 60_000

/** The cached chart behind a name; `undefined` when the cache lacks either. */
export function cachedChart(context: FetchContext, key: string): FetchedChart | undefined {
  const ref = context.cache?.ref(key)
  const archive = ref === undefined ? undefined : context.cache?.get(ref.digest)
  if (ref === undefined || archive === undefined) return undefined
  return {
    archive,
    version: ref.version ?? '',
    digest: ref.digest,
    url: ref.url ?? '',
    ...(ref.revision === undefined ? {} : { revision: ref.revision }),
    fromCache: true,
  }
}

/** Puts a chart and its name into the cache. */
export function rememberChart(
  context: FetchContext,
  key: string,
  chart: Omit<FetchedChart, 'fromCache'>,
): FetchedChart {
  const { archive, version, digest, url, revision } = chart
  context.cache?.put(digest, archive)
  const ref: CacheRef = { digest, version, url, ...(revision === undefined ? {} : { revision }) }
  context.cache?.setRef(key, ref)
  return { ...chart, fromCache: false }
}

/**
 * Takes a pinned chart from the cache without asking anybody, else does the work; when the network fails, or must not
 * be used, the copy that the cache has under the name stands in.
 * @throws ChartError
 */
export async function withCache(
  context: FetchContext,
  { key, pinned, what }: { readonly key: string; readonly pinned: boolean; readonly what: string },
  work: () => Promise<FetchedChart>,
): Promise<FetchedChart> {
  const known = pinned && !context.refresh ? cachedChart(context, key) : undefined
  if (known !== undefined) return known
  if (context.offline) {
    const stale = cachedChart(context, key)
    if (stale !== undefined) return stale
    throw new ChartError(`${what} is not in the cache, and the network may not be used`, { unavailable: true })
  }
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ChartError) || !error.transient) throw error
    const stale = cachedChart(context, key)
    if (stale === undefined) throw error
    context.onStale?.(`${error.message}; the copy of ${what} in the cache (${stale.version}) is used`)
    return stale
  }
}

/**
 * Compares bytes with the digest that was promised for them (`sha256:<hex>` or bare hex).
 * @throws ChartError for a difference; digests of other algorithms are an error too.
 */
export function checkDigest(bytes: Uint8Array, promised: string, what: string): string {
  const actual = sha256Digest(bytes)
  const expected = promised.includes(':') ? promised : `sha256:${promised}`
  if (!expected.startsWith('sha256:'))
    throw new ChartError(`${what}: digest ${promised} is of an unsupported algorithm`)
  if (expected.toLowerCase() !== actual) {
    throw new ChartError(`${what}: the digest does not match: expected ${expected}, got ${actual}`)
  }
  return actual
}
