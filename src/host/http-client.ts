import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { getCACertificates } from 'node:tls'
import { CancelledError } from '../base/index.ts'
import { ChartError, type HttpClient, type HttpRequest, type HttpResponse, shownUrl } from '../source/index.ts'

/**
 * HTTP over Node: one exchange a call, redirects left to the caller, bodies bounded in bytes and the whole in time. The
 * proxies of the environment (`HTTPS_PROXY`, `NO_PROXY`, …) are used where a request names none.
 */
export function createNodeHttpClient(environment: NodeJS.ProcessEnv = process.env): HttpClient {
  const http = new HttpAgent({ keepAlive: false, proxyEnv: environment })
  // Read at the first use: the system's store takes a while.
  let known: readonly string[] | undefined
  const roots = (): readonly string[] => {
    known ??= [...new Set([...getCACertificates('default'), ...getCACertificates('system')])]
    return known
  }
  return {
    request: async (request) => {
      const url = new URL(request.url)
      const proxyEnv =
        request.proxy === undefined ? environment : { http_proxy: request.proxy, https_proxy: request.proxy }
      if (url.protocol === 'http:') {
        const agent = request.proxy === undefined ? http : new HttpAgent({ keepAlive: false, proxyEnv })
        return exchange(request, (options) => httpRequest(url, { ...options, agent }))
      }
      if (url.protocol !== 'https:') {
        throw new ChartError(
          `Get "${shownUrl(request.url)}": unsupported protocol scheme "${url.protocol.slice(0, -1)}"`,
        )
      }
      const { ca, cert, key, insecureSkipVerify } = request.tls ?? {}
      const agent = new HttpsAgent({
        keepAlive: false,
        proxyEnv,
        ...(cert === undefined || key === undefined ? {} : { cert, key }),
        // A source's own certificates are added to those that the system trusts, as source-controller does.
        ca: [...roots(), ...(ca === undefined ? [] : [ca])],
        ...(insecureSkipVerify === true ? { rejectUnauthorized: false } : {}),
      })
      return exchange(request, (options) => httpsRequest(url, { ...options, agent }))
    },
  }
}

function exchange(
  request: HttpRequest,
  open: (options: { method: string; headers: Record<string, string> }) => ClientRequest,
): Promise<HttpResponse> {
  const method = request.method ?? 'GET'
  const where = `${method === 'GET' ? 'Get' : 'Head'} "${shownUrl(request.url)}"`
  return new Promise((resolve, reject) => {
    let outgoing: ClientRequest
    const fail = (error: Error): void => {
      clearTimeout(timer)
      cancelled?.dispose()
      outgoing?.destroy()
      reject(error)
    }
    const broken = (error: Error & { code?: string }): void =>
      fail(new ChartError(`${where}: ${explain(error)}`, { transient: true }))
    const timer = setTimeout(
      () => fail(new ChartError(`${where}: no answer within ${request.timeout / 1000} s`, { transient: true })),
      request.timeout,
    )
    const cancelled = request.cancellation?.onCancel(() => fail(new CancelledError()))
    if (request.cancellation?.cancelled) return
    outgoing = open({ method, headers: { 'user-agent': 'fluxkit', ...request.headers } })
    outgoing.on('error', broken)
    outgoing.on('response', (response) => {
      readBody(response, request)
        .then((body) => {
          clearTimeout(timer)
          cancelled?.dispose()
          resolve({ status: response.statusCode ?? 0, headers: headersOf(response), body })
        })
        .catch((error: Error) => (error instanceof ChartError ? fail(error) : broken(error)))
    })
    outgoing.end()
  })
}

async function readBody(response: IncomingMessage, request: HttpRequest): Promise<Uint8Array> {
  const length = response.headers['content-length']
  const total = length === undefined ? undefined : Number(length)
  const tooLarge = (): ChartError =>
    new ChartError(`${shownUrl(request.url)}: the answer is larger than the maximum of ${request.maxSize} bytes`)
  if (request.method !== 'HEAD' && total !== undefined && total > request.maxSize) throw tooLarge()
  const chunks: Buffer[] = []
  let received = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    received += chunk.length
    if (received > request.maxSize) throw tooLarge()
    chunks.push(chunk)
    request.onProgress?.({ url: request.url, received, total })
  }
  if (!response.complete || (request.method !== 'HEAD' && total !== undefined && received < total)) {
    throw new Error('unexpected EOF')
  }
  return Buffer.concat(chunks)
}

function headersOf(response: IncomingMessage): Record<string, string> {
  const out: Record<string, string> = {}
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) out[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return out
}

function explain(error: Error & { code?: string }): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'connection refused'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'no such host'
    case 'ECONNRESET':
      return 'unexpected EOF'
    default:
      // Several addresses were tried.
      return (
        error.message.replace(/; if the root CA is installed locally.*$/, '') || (error.code ?? 'the connection failed')
      )
  }
}
