import {
  type Cancellation,
  cleanPath,
  compareStrings,
  decodeText,
  encodeText,
  getIn,
  getString,
  type JsonObject,
} from '../../base/index.ts'
import { ChartError, follow, type HttpClient, type HttpResponse, type TlsOptions } from '../charts/http.ts'
import { readBucketAccess, type SecretReader } from '../charts/source-objects.ts'
import { type ArtifactFile, sha256Digest } from '../digest.ts'
import { createIgnoreMatcher, parseIgnorePatterns, sourceIgnoreFile } from '../sourceignore.ts'
import { parseListing, parseS3Error } from './listing.ts'
import { type S3Credentials, signedHeaders, uriEncode } from './sign.ts'

/** A bucket of an S3-compatible store, and how to reach it. */
export interface BucketLocation {
  /** Host, with a port where it has one. */
  readonly endpoint: string
  readonly bucket: string
  readonly prefix: string
  readonly region: string
  readonly insecure: boolean
  /** The source's `spec.ignore`. */
  readonly ignore: string
  readonly credentials?: S3Credentials
  readonly tls?: TlsOptions
  /** URL of a proxy, with its login. */
  readonly proxy?: string
  /** Milliseconds for each exchange. */
  readonly timeout: number
}

export interface BucketContext {
  readonly http: HttpClient
  /** Milliseconds since 1970: signatures are valid for minutes. */
  readonly now: () => number
  readonly cancellation?: Cancellation
}

export interface FetchedBucket {
  readonly files: readonly ArtifactFile[]
  /** Of the keys and their ETags, as source-controller has it. */
  readonly revision: string
}

const maxObjects = 20_000
const maxTotal = 100 << 20
const maxListing = 16 << 20
const fetches = 8
/** Keys with such names cannot be asked for: URLs resolve them. */
const leavesFolder = /(?:^|\/)\.\.?(?:\/|$)/

/**
 * Where a Bucket is. Providers: `generic` and `aws` by the keys of their Secret, or without a login; what needs the
 * identity of a cloud (`gcp`, `azure`, roles, STS) is an error.
 * Source: source-controller 1.9 internal/bucket/minio/minio.go; minio-go's choice of region.
 * @throws ChartError
 */
export function readBucket(
  object: JsonObject,
  secrets: SecretReader,
  duration: (text: string) => number | undefined,
): BucketLocation {
  const spec = object['spec']
  const text = (field: string): string => getString(spec, field) ?? ''
  const provider = text('provider') || 'generic'
  if (provider !== 'generic' && provider !== 'aws') {
    throw new ChartError(
      `buckets of the provider '${provider}' need the identity of that cloud and are not fetched here`,
    )
  }
  if (getIn(spec, ['sts']) !== undefined) throw new ChartError('buckets with a login by STS are not fetched here')
  const endpoint = text('endpoint')
  const { credentials, tls, proxy } = readBucketAccess(object, secrets)
  return {
    endpoint,
    bucket: text('bucketName'),
    prefix: text('prefix'),
    region: text('region') || /^s3[.-]([a-z0-9-]+)\.amazonaws\.com/.exec(endpoint)?.[1] || 'us-east-1',
    insecure: getIn(spec, ['insecure']) === true,
    ignore: text('ignore'),
    timeout: duration(text('timeout')) ?? 60_000,
    ...(credentials === undefined ? {} : { credentials }),
    ...(tls === undefined ? {} : { tls }),
    ...(proxy === undefined ? {} : { proxy }),
  }
}

/**
 * The objects of a bucket below its prefix that neither `.sourceignore` nor `spec.ignore` leave out.
 * Source: source-controller 1.9 internal/controller/bucket_controller.go (fetchEtagIndex, fetchIndexFiles).
 * @throws ChartError
 */
export async function fetchBucket(location: BucketLocation, context: BucketContext): Promise<FetchedBucket> {
  const client = new S3Client(location, context)
  const ignoreFile = await client.get(sourceIgnoreFile)
  const matcher = createIgnoreMatcher([
    ...parseIgnorePatterns(ignoreFile === undefined ? '' : decodeText(ignoreFile)),
    ...parseIgnorePatterns(location.ignore),
  ])
  const wanted = (await client.list()).filter(
    ({ key }) =>
      !key.endsWith('/') &&
      key !== sourceIgnoreFile &&
      !leavesFolder.test(key) &&
      !matcher.ignores(key.split('/'), false),
  )
  let total = 0
  for (const { size } of wanted) total += size
  if (total > maxTotal) throw new ChartError(`bucket '${location.bucket}' holds more than ${maxTotal} bytes`)
  wanted.sort((a, b) => compareStrings(a.key, b.key))
  const files: (ArtifactFile | undefined)[] = wanted.map(() => undefined)
  let next = 0
  const work = async (): Promise<void> => {
    for (let i = next++; i < wanted.length; i = next++) {
      const { key } = wanted[i]!
      const content = await client.get(key)
      // An object may have gone since the listing.
      if (content !== undefined) files[i] = { path: cleanPath(`/${key}`).slice(1), content }
    }
  }
  await Promise.all(Array.from({ length: fetches }, work))
  const index = wanted.filter((_, i) => files[i] !== undefined).map(({ key, etag }) => `${key} ${etag}\n`)
  return {
    files: files.filter((file) => file !== undefined),
    revision: sha256Digest(encodeText(index.join(''))),
  }
}

class S3Client {
  readonly #location: BucketLocation
  readonly #context: BucketContext
  readonly #base: string

  constructor(location: BucketLocation, context: BucketContext) {
    this.#location = location
    this.#context = context
    const { endpoint, bucket, insecure } = location
    if (!/^[A-Za-z0-9.-]+(?::\d+)?$/.test(endpoint)) {
      throw new ChartError(`Endpoint: ${endpoint} does not follow ip address or domain name standards.`)
    }
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$/.test(bucket)) {
      throw new ChartError(`Bucket name contains invalid characters: '${bucket}'`)
    }
    const scheme = insecure ? 'http' : 'https'
    // Amazon has the bucket in the host's name, unless a dot in it would not fit the certificate.
    const isVirtual = endpoint.endsWith('.amazonaws.com') && !bucket.includes('.')
    this.#base = isVirtual ? `${scheme}://${bucket}.${endpoint}` : `${scheme}://${endpoint}/${bucket}`
  }

  /** An object's content; `undefined` when there is none. */
  async get(key: string): Promise<Uint8Array | undefined> {
    const url = `${this.#base}/${key.split('/').map(uriEncode).join('/')}`
    const response = await this.#request(url, maxTotal)
    if (response.status === 200) return response.body
    const error = parseS3Error(decodeText(response.body))
    if (response.status === 404 && error?.code !== 'NoSuchBucket') return undefined
    throw this.#failed(`failed to get '${key}' object`, response)
  }

  async list(): Promise<{ readonly key: string; readonly etag: string; readonly size: number }[]> {
    const { bucket, prefix } = this.#location
    const out: { key: string; etag: string; size: number }[] = []
    let token: string | undefined
    do {
      const query = { 'list-type': '2', prefix, ...(token === undefined ? {} : { 'continuation-token': token }) }
      const text = Object.entries(query).map(([name, value]) => `${name}=${uriEncode(value)}`)
      const response = await this.#request(`${this.#base}/?${text.join('&')}`, maxListing)
      if (response.status !== 200) throw this.#failed(`listing objects from bucket '${bucket}' failed`, response)
      const page = parseListing(decodeText(response.body))
      out.push(...page.objects)
      if (out.length > maxObjects) throw new ChartError(`bucket '${bucket}' holds more than ${maxObjects} objects`)
      if (page.next !== undefined && page.next === token)
        throw new ChartError(`bucket '${bucket}': the listing has no end`)
      token = page.next
    } while (token !== undefined)
    return out
  }

  #request(url: string, maxSize: number): Promise<HttpResponse> {
    const { credentials, region, tls, timeout, proxy } = this.#location
    const { http, now, cancellation } = this.#context
    const headers = credentials === undefined ? {} : signedHeaders(new URL(url), credentials, { region, time: now() })
    return follow(http, {
      url,
      headers,
      maxSize,
      timeout,
      ...(tls === undefined ? {} : { tls }),
      ...(proxy === undefined ? {} : { proxy }),
      ...(cancellation === undefined ? {} : { cancellation }),
    })
  }

  #failed(what: string, { status, body }: HttpResponse): ChartError {
    const error = parseS3Error(decodeText(body))
    if (error?.code === 'NoSuchBucket') return new ChartError(`bucket '${this.#location.bucket}' not found`)
    const reason = error === undefined ? `status ${status}` : `${error.code}: ${error.message}`
    return new ChartError(`${what}: ${reason}`, { transient: status >= 500 || status === 429 })
  }
}
