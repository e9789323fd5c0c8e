import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import {
  type Cancellation,
  CancelledError,
  decodeText,
  type FileSystem,
  getIn,
  getString,
  joinPath,
  MemoryFileSystem,
} from '../base/index.ts'
import type { KubeObject } from '../kube/index.ts'
import {
  type ArtifactFile,
  ChartError,
  compileTagPattern,
  fetchBucket,
  readBucket,
  readOciRepository,
  readTarGz,
  type SecretReader,
  selectArtifactFiles,
  sha256Digest,
  shownUrl,
} from '../source/index.ts'
import { createDiskChartCache } from './chart-cache.ts'
import { createChartSources } from './chart-sources.ts'
import { createGitFetcher } from './git.ts'
import { createNodeHttpClient } from './http-client.ts'

export interface ChartTreesOptions {
  /** Fluxkit's cache folder. */
  readonly cacheDir: string
  /** Nothing is fetched; what is not in the cache is an error. */
  readonly offline?: boolean
  /** Milliseconds of a duration as Flux writes it. */
  readonly duration: (text: string) => number | undefined
  readonly cancellation?: Cancellation
  /** Told before something is fetched. */
  readonly onFetch?: (url: string) => void
}

/** The files of a source, as its artifact has them. */
export interface FetchedTree {
  readonly fs: FileSystem
  /** Absolute directory of `fs`. */
  readonly root: string
  /** Of the artifact, as source-controller names it; `undefined` for one that was kept without. */
  readonly revision: () => string | undefined
}

const defaultTimeout = 60_000
/** Bytes of a tree that is kept; larger ones are fetched each time. */
const maxKept = 64 << 20

/**
 * Fetches the artifacts of GitRepositories that are not in the workspace, with the `git` of the machine, of Buckets and of
 * OCIRepositories (whose signatures are not looked at).
 * Trees are kept on disk beside the charts: one that names a commit or a tag is not asked for again, others stand in when the network
 * fails or may not be used. Rejects with ChartError, or an Error in git's words.
 */
export function createChartTrees(
  options: ChartTreesOptions,
): (source: KubeObject, secrets: SecretReader) => Promise<FetchedTree> {
  const cache = createDiskChartCache({ dir: join(options.cacheDir, 'charts') })
  const kept = (key: string): FetchedTree | undefined => {
    const ref = cache.ref(key)
    const bytes = ref === undefined ? undefined : cache.get(ref.digest)
    return bytes === undefined ? undefined : treeOf(unpackFiles(bytes), ref?.revision)
  }
  return async (source, secrets) => {
    const request = requestOf(source, secrets, options)
    const { key, url, isPinned } = request
    const known = isPinned || options.offline ? kept(key) : undefined
    if (known !== undefined) return known
    if (options.offline) {
      throw new ChartError(`${shownUrl(url)} is not in the cache, and the network may not be used`, {
        unavailable: true,
      })
    }
    try {
      options.onFetch?.(url)
      const { files, revision } = await request.fetch()
      const bytes = packFiles(files)
      const digest = sha256Digest(bytes)
      if (bytes.length <= maxKept) {
        cache.put(digest, bytes)
        cache.setRef(key, { digest, url, revision })
      }
      return treeOf(files, revision)
    } catch (error) {
      const isFinal = error instanceof CancelledError || (error instanceof ChartError && !error.transient)
      const stale = isFinal ? undefined : kept(key)
      if (stale === undefined) throw error
      return stale
    }
  }
}

interface TreeRequest {
  /** Names the tree in the cache. */
  readonly key: string
  readonly url: string
  /** What is asked for never changes. */
  readonly isPinned: boolean
  readonly fetch: () => Promise<FetchedFiles>
}

interface FetchedFiles {
  readonly files: readonly ArtifactFile[]
  readonly revision: string
}

/** @throws ChartError for kinds of sources that have no files, and what a Bucket cannot be read with. */
function requestOf(source: KubeObject, secrets: SecretReader, options: ChartTreesOptions): TreeRequest {
  const { kind, spec } = source
  if (kind === 'GitRepository') {
    const ref = refOf(source)
    const url = getString(spec, 'url') ?? ''
    const fields = ['sparseCheckout', 'recurseSubmodules', 'ignore'].map((field) => getIn(spec, [field]) ?? null)
    return {
      key: `git ${JSON.stringify([url, ref, fields])}`,
      url,
      isPinned: ref['commit'] !== undefined || ref['tag'] !== undefined,
      fetch: () => fetchFiles(source, { secrets, ref, url, options }),
    }
  }
  if (kind === 'OCIRepository') return ociRequest(source, secrets, options)
  if (kind !== 'Bucket') throw new ChartError(`sources of kind ${kind} are not fetched here`)
  const location = readBucket(source, secrets, options.duration)
  const { endpoint, bucket, prefix, region, ignore } = location
  const { cancellation } = options
  const context = {
    http: createNodeHttpClient(),
    now: Date.now,
    ...(cancellation === undefined ? {} : { cancellation }),
  }
  return {
    key: `bucket ${JSON.stringify([endpoint, bucket, prefix, region, ignore])}`,
    url: `${endpoint}/${bucket}`,
    isPinned: false,
    fetch: () => fetchBucket(location, context),
  }
}

/** The layer of an OCIRepository, unpacked; its digest is checked, and it is in the cache of the charts besides. */
function ociRequest(source: KubeObject, secrets: SecretReader, options: ChartTreesOptions): TreeRequest {
  const { duration, cacheDir, cancellation } = options
  const { repository, selector } = readOciRepository(source, secrets, { duration, pattern: compileTagPattern })
  const { semverFilter: _, ...wanted } = selector
  const ignore = getString(source.spec, 'ignore')
  const filter = getString(source.spec, 'ref', 'semverFilter')
  const gunzip = (archive: Uint8Array, maxOutputLength: number): Uint8Array => gunzipSync(archive, { maxOutputLength })
  return {
    key: `oci ${JSON.stringify([repository.url, wanted, filter ?? null, ignore ?? null])}`,
    url: repository.url,
    isPinned: selector.digest !== undefined,
    fetch: async () => {
      const { oci } = createChartSources({ cacheDir, ...(cancellation === undefined ? {} : { cancellation }) })
      const { archive, revision = '' } = await oci.fetchArtifact(repository, selector)
      const { value, problems } = readTarGz(archive, gunzip, { skipLinks: true })
      const [problem] = problems
      if (problem !== undefined) throw new ChartError(`${shownUrl(repository.url)}: ${problem.message}`)
      return { files: selectArtifactFiles(value, { ignore }), revision }
    },
  }
}

function refOf({ spec }: KubeObject): Readonly<Record<string, string>> {
  const ref: Record<string, string> = {}
  for (const field of ['branch', 'tag', 'semver', 'name', 'commit']) {
    const value = getString(spec, 'ref', field)
    if (value) ref[field] = value
  }
  return ref
}

async function fetchFiles(
  { spec }: KubeObject,
  request: {
    readonly secrets: SecretReader
    readonly ref: Readonly<Record<string, string>>
    readonly url: string
    readonly options: ChartTreesOptions
  },
): Promise<FetchedFiles> {
  const { secrets, ref, url, options } = request
  const [login, proxy] = [getString(spec, 'secretRef', 'name'), getString(spec, 'proxySecretRef', 'name')]
  const sparse = getIn(spec, ['sparseCheckout'])
  const fetched = await createGitFetcher().fetch({
    url,
    ref,
    sparseCheckout: Array.isArray(sparse) ? sparse.filter((path) => typeof path === 'string') : [],
    recurseSubmodules: getIn(spec, ['recurseSubmodules']) === true,
    timeout: options.duration(getString(spec, 'timeout') ?? '') ?? defaultTimeout,
    credentials: login === undefined ? undefined : secrets(login),
    proxy: proxy === undefined ? undefined : secrets(proxy),
    ...(options.cancellation === undefined ? {} : { cancellation: options.cancellation }),
  })
  return {
    files: selectArtifactFiles(fetched.files, { ignore: getString(spec, 'ignore') }),
    revision: fetched.revision,
  }
}

function treeOf(files: readonly ArtifactFile[], revision: string | undefined): FetchedTree {
  const root = '/artifact'
  return {
    root,
    revision: () => revision,
    fs: new MemoryFileSystem(files.map(({ path, content }) => [joinPath(root, path), content] as const)),
  }
}

/** A line of JSON with names and lengths, then the contents; gzipped. */
function packFiles(files: readonly ArtifactFile[]): Uint8Array {
  const index = JSON.stringify(files.map(({ path, content }) => [path, content.length]))
  return gzipSync(Buffer.concat([Buffer.from(`${index}\n`), ...files.map(({ content }) => content)]))
}

function unpackFiles(bytes: Uint8Array): readonly ArtifactFile[] {
  const plain = gunzipSync(bytes)
  let at = plain.indexOf('\n') + 1
  const index = JSON.parse(decodeText(plain.subarray(0, at))) as readonly (readonly [string, number])[]
  return index.map(([path, length]) => {
    const content = plain.subarray(at, at + length)
    at += length
    return { path, content }
  })
}
