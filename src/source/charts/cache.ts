/** What a name (a repository's index, a chart's version, a tag) stood for when it was last looked up. */
export interface CacheRef {
  /** Of the bytes: `sha256:<hex>`. */
  readonly digest: string
  readonly version?: string
  readonly url?: string
  /** Artifact revision of an OCI source: `<tag>@sha256:<hex>`. */
  readonly revision?: string
  readonly etag?: string
}

/**
 * Charts and indexes by the digest of their bytes, and the names that led to them. Shared by windows and processes;
 * entries may vanish at any time.
 */
export interface ChartCache {
  /** The bytes of a digest; those that do not have it (any more) count as absent. */
  get(digest: string): Uint8Array | undefined
  put(digest: string, bytes: Uint8Array): void
  ref(key: string): CacheRef | undefined
  setRef(key: string, ref: CacheRef): void
}

/** A cache for one process. */
export function createMemoryCache(): ChartCache {
  const blobs = new Map<string, Uint8Array>()
  const refs = new Map<string, CacheRef>()
  return {
    get: (digest) => blobs.get(digest),
    put: (digest, bytes) => void blobs.set(digest, bytes),
    ref: (key) => refs.get(key),
    setRef: (key, ref) => void refs.set(key, ref),
  }
}
