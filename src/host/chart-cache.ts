import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isObject } from '../base/index.ts'
import { type CacheRef, type ChartCache, sha256Digest } from '../source/index.ts'

export interface DiskCacheOptions {
  /** `<Fluxkit's cache folder>/charts`. */
  readonly dir: string
  /** Bytes of all blobs together; the ones unused for longest go first. Default 1 GiB. */
  readonly maxSize?: number
}

const defaultMaxSize = 1 << 30
/** When it is cleaned, this much of the limit is kept, so that it is not cleaned at every write. */
const keptShare = 0.8

/**
 * A cache on disk that all windows and processes share: blobs by digest, names as small JSON files. Writes are atomic,
 * reads check the digest, and whatever goes wrong with the disk counts as "not cached".
 */
export function createDiskChartCache({ dir, maxSize = defaultMaxSize }: DiskCacheOptions): ChartCache {
  const blobs = join(dir, 'blobs')
  const refs = join(dir, 'refs')
  const blobPath = (digest: string): string | undefined => {
    const hex = /^sha256:([a-f0-9]{64})$/.exec(digest)?.[1]
    return hex === undefined ? undefined : join(blobs, hex)
  }
  const refPath = (key: string): string => join(refs, `${sha256Digest(new TextEncoder().encode(key)).slice(7)}.json`)
  return {
    get(digest) {
      const path = blobPath(digest)
      if (path === undefined) return undefined
      return attempt(() => {
        const bytes = readFileSync(path)
        if (sha256Digest(bytes) !== digest) {
          rmSync(path, { force: true })
          return undefined
        }
        const now = new Date()
        utimesSync(path, now, now)
        return bytes
      })
    },
    put(digest, bytes) {
      const path = blobPath(digest)
      if (path === undefined || bytes.length > maxSize) return
      attempt(() => {
        writeAtomically(blobs, path, bytes)
        prune(blobs, maxSize)
      })
    },
    ref(key) {
      return attempt(() => readRef(readFileSync(refPath(key), 'utf8'), key))
    },
    setRef(key, ref) {
      attempt(() => writeAtomically(refs, refPath(key), JSON.stringify({ key, ...ref })))
    },
  }
}

function readRef(text: string, key: string): CacheRef | undefined {
  const value: unknown = JSON.parse(text)
  if (!isObject(value) || value['key'] !== key || typeof value['digest'] !== 'string') return undefined
  const text_ = (name: string): string | undefined => (typeof value[name] === 'string' ? value[name] : undefined)
  const [version, url, revision, etag] = [text_('version'), text_('url'), text_('revision'), text_('etag')]
  return {
    digest: value['digest'],
    ...(version === undefined ? {} : { version }),
    ...(url === undefined ? {} : { url }),
    ...(revision === undefined ? {} : { revision }),
    ...(etag === undefined ? {} : { etag }),
  }
}

function writeAtomically(dir: string, path: string, content: Uint8Array | string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`
  writeFileSync(draft, content, { mode: 0o600 })
  renameSync(draft, path)
}

/** Removes the blobs unused for longest until the rest is well below the limit. */
function prune(dir: string, maxSize: number): void {
  const files = readdirSync(dir).flatMap((name) => {
    const path = join(dir, name)
    const stat = statSync(path, { throwIfNoEntry: false })
    return stat === undefined ? [] : [{ path, size: stat.size, used: stat.mtimeMs }]
  })
  let total = files.reduce((sum, file) => sum + file.size, 0)
  if (total <= maxSize) return
  files.sort((a, b) => a.used - b.used)
  for (const file of files) {
    if (total <= maxSize * keptShare) break
    rmSync(file.path, { force: true })
    total -= file.size
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error)) return undefined
    throw error
  }
}
