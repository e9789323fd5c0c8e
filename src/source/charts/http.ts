import { type Cancellation, checkCancelled, encodeBase64, encodeText } from '../../base/index.ts'

/** What TLS needs beyond the system's certificates; PEM texts. */
export interface TlsOptions {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  /** Accept any certificate. Only where a source says so. */
  readonly insecureSkipVerify?: boolean
}

export interface HttpRequest {
  readonly url: string
  /** Default GET. */
  readonly method?: 'GET' | 'HEAD'
  readonly headers: Readonly<Record<string, string>>
  /** Bytes of the body; a larger one is an error. */
  readonly maxSize: number
  /** Milliseconds for the whole exchange. */
  readonly timeout: number
  readonly tls?: TlsOptions
  /** URL of the proxy to use, with its login, instead of those of the environment. */
  readonly proxy?: string
  readonly onProgress?: (progress: HttpProgress) => void
  readonly cancellation?: Cancellation
}

export interface HttpProgress {
  readonly url: string
  readonly received: number
  /** `undefined` when the server does not say. */
  readonly total: number | undefined
}

export interface HttpResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/**
 * One HTTP exchange; redirects are not followed. Rejects with `ChartError` for what the network did (no answer, a body
 * that is cut off or too large), never for a status.
 */
export interface HttpClient {
  request(request: HttpRequest): Promise<HttpResponse>
}

/** Why a chart cannot be had. Boundaries turn it into a problem. */
export class ChartError extends Error {
  override readonly name = 'ChartError'
  /** True when trying again later, or a cached copy, may help: the network failed, not the request. */
  readonly transient: boolean
  /** True when nobody can tell here: the network may not be used, or the login cannot be read. */
  readonly unavailable: boolean
  /** Of the answer that was no success, where there was one. */
  readonly status: number | undefined

  constructor(
    message: string,
    options: {
      readonly transient?: boolean
      readonly unavailable?: boolean
      readonly status?: number | undefined
    } = {},
  ) {
    super(message)
    this.status = options.status
    this.transient = options.transient ?? false
    this.unavailable = options.unavailable ?? false
  }
}

const maxRedirects = 10
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
/** What may not leave the host that it was meant for. */
const secretHeaders: ReadonlySet<string> = new Set(['authorization', 'cookie', 'www-authenticate'])

/**
 * Follows redirects of a GET or HEAD as Go's `net/http` does: at most ten; credentials stay with the first host (and
 * port) and are not sent over an unencrypted connection that an encrypted one led to.
 * @throws ChartError
 */
export async function follow(client: HttpClient, request: HttpRequest): Promise<HttpResponse & { url: string }> {
  let { url, headers } = request
  const first = parseUrl(url)
  for (let count = 0; ; count++) {
    checkCancelled(request.cancellation)
    const response = await client.request({ ...request, url, headers })
    const location = response.headers['location']
    if (!redirects.has(response.status) || location === undefined) return { ...response, url }
    if (count >= maxRedirects) throw new ChartError(`Get "${shownUrl(request.url)}": stopped after 10 redirects`)
    const next = parseUrl(location, url)
    if (next.protocol !== 'http:' && next.protocol !== 'https:') {
      throw new ChartError(`Get "${shownUrl(url)}": unsupported protocol scheme "${next.protocol.slice(0, -1)}"`)
    }
    const leaves = next.host !== first.host || (first.protocol === 'https:' && next.protocol === 'http:')
    if (leaves) headers = withoutSecrets(headers)
    url = next.href
  }
}

function withoutSecrets(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !secretHeaders.has(name.toLowerCase())))
}

/** Parses a URL. @throws ChartError naming it. */
export function parseUrl(text: string, base?: string): URL {
  try {
    return new URL(text, base)
  } catch (error) {
    if (error instanceof TypeError) throw new ChartError(`failed to parse ${shownUrl(text)} as URL`)
    throw error
  }
}

/** A URL without the credentials and the query that it may hold, for messages. */
export function shownUrl(url: string): string {
  return url.replace(/^([a-z+]+:\/\/)[^/@]*@/i, '$1***@').replace(/\?.*$/s, '')
}

/** The value of an `Authorization: Basic` header. */
export function basicAuthorization(username: string, password: string): string {
  return `Basic ${encodeBase64(encodeText(`${username}:${password}`))}`
}
