import { createHash } from 'node:crypto'
import http from 'node:http'
import https from 'node:https'
import { StringDecoder } from 'node:string_decoder'
import type { KubeConfig } from '@kubernetes/client-node'
import type { Disposable } from '../base/index.ts'
import {
  KubeError,
  type KubeRequest,
  type KubeResponse,
  type KubeTransport,
  type StreamHandlers,
} from '../kube/index.ts'
import type { Kubeconfig } from './kubeconfig.ts'

export interface TransportOptions {
  /** Whether programs that the kubeconfig names for credentials may run. Default false. */
  readonly allowExec?: boolean
  /** Milliseconds without an answer before a request fails; default 30 s. Streams have no limit. */
  readonly timeout?: number
  /** Bytes of one answer that are accepted; default 512 MiB. */
  readonly maxBody?: number
}

/** A transport that also owns sockets. */
export type ClosableTransport = KubeTransport & Disposable

/**
 * The way to the cluster of one context, authenticated by `@kubernetes/client-node` (tokens, certificates, OIDC, exec
 * plugins when allowed, proxies). Nothing is contacted until the first request.
 *
 * @throws KubeError reason `Kubeconfig` when the context does not exist or needs a program that was not allowed.
 */
export function createTransport(
  kubeconfig: Kubeconfig,
  contextName: string,
  options: TransportOptions = {},
): ClosableTransport {
  const context = kubeconfig.contexts.find((each) => each.name === contextName)
  if (context === undefined) {
    const known = kubeconfig.contexts.map((each) => each.name).join(', ') || 'none'
    throw new KubeError(0, 'Kubeconfig', `context "${contextName}" is not in the kubeconfig (contexts: ${known})`)
  }
  if (context.usesExec && !options.allowExec) {
    throw new KubeError(
      0,
      'Kubeconfig',
      `context "${contextName}" gets its credentials from a program; allow the context before it is used`,
    )
  }
  return new HttpTransport(kubeconfig, contextName, context.server, options)
}

class HttpTransport implements ClosableTransport {
  readonly #config: KubeConfig
  readonly #context: string
  readonly #server: URL
  readonly #options: TransportOptions
  readonly #agents = new Map<string, https.Agent | http.Agent>()
  #disposed = false

  constructor(kubeconfig: Kubeconfig, context: string, server: string, options: TransportOptions) {
    this.#config = kubeconfig.forContext(context)
    this.#context = context
    this.#options = options
    if (!URL.canParse(server)) {
      throw new KubeError(
        0,
        'Kubeconfig',
        `the cluster of context "${context}" has no valid server address: "${server}"`,
      )
    }
    this.#server = new URL(server)
  }

  async request(request: KubeRequest): Promise<KubeResponse> {
    const response = await this.#open(request, request.timeout ?? this.#options.timeout ?? 30_000)
    const limit = this.#options.maxBody ?? 512 * 1024 * 1024
    const chunks: Buffer[] = []
    let size = 0
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        size += chunk.length
        if (size > limit) {
          response.destroy()
          throw new KubeError(0, 'TooLarge', `the answer to ${request.method} ${request.path} is over ${limit} bytes`)
        }
        chunks.push(chunk)
      }
    } catch (error) {
      throw this.#failure(error)
    }
    return {
      status: response.statusCode ?? 0,
      headers: headersOf(response),
      body: Buffer.concat(chunks).toString('utf8'),
    }
  }

  stream(request: KubeRequest, handlers: StreamHandlers): Disposable {
    let ended = false
    let response: http.IncomingMessage | undefined
    const end = (error?: Error): void => {
      if (ended) return
      ended = true
      handlers.onEnd(error)
    }
    this.#open(request, 0).then(
      (opened) => {
        response = opened
        if (ended) {
          opened.destroy()
          return
        }
        const status = opened.statusCode ?? 0
        const decoder = new StringDecoder('utf8')
        let refusal = ''
        opened.on('data', (chunk: Buffer) => {
          const text = decoder.write(chunk)
          if (status >= 400) refusal = (refusal + text).slice(0, 1 << 20)
          else if (!ended) handlers.onText(text)
        })
        opened.on('end', () => end(status >= 400 ? refused(status, refusal) : undefined))
        opened.on('error', (error) => end(this.#failure(error)))
        opened.on('close', () => end(new KubeError(0, 'Connection', `the stream of ${request.path} broke off`)))
      },
      (error: unknown) => end(this.#failure(error)),
    )
    return {
      dispose: () => {
        ended = true
        response?.destroy()
      },
    }
  }

  dispose(): void {
    this.#disposed = true
    for (const agent of this.#agents.values()) agent.destroy()
    this.#agents.clear()
  }

  async #open(request: KubeRequest, timeout: number): Promise<http.IncomingMessage> {
    if (this.#disposed) throw new KubeError(0, 'Closed', `the connection to context "${this.#context}" was closed`)
    const options: https.RequestOptions = {}
    try {
      await this.#config.applyToHTTPSOptions(options)
    } catch (error) {
      throw this.#failure(error)
    }
    const secure = this.#server.protocol === 'https:'
    const proxied = this.#config.getCurrentCluster()?.proxyUrl !== undefined
    const agent = proxied ? options.agent : this.#agent(options, secure)
    const base = this.#server.pathname.replace(/\/$/, '')
    const body = request.body === undefined ? undefined : Buffer.from(request.body as string)
    return new Promise((resolve, reject) => {
      const send = (secure ? https : http).request(
        {
          ...options,
          agent,
          method: request.method,
          protocol: this.#server.protocol,
          hostname: this.#server.hostname.replace(/^\[|\]$/g, ''),
          port: this.#server.port || (secure ? 443 : 80),
          path: `${base}${request.path}`,
          headers: {
            'user-agent': 'fluxkit',
            accept: 'application/json',
            ...(options.headers as http.OutgoingHttpHeaders | undefined),
            ...request.headers,
            ...(body === undefined ? {} : { 'content-length': body.length }),
          },
        },
        resolve,
      )
      if (timeout > 0) {
        send.setTimeout(timeout, () =>
          send.destroy(new KubeError(0, 'Timeout', `${this.#server.host} did not answer within ${timeout / 1000} s`)),
        )
      }
      send.on('error', (error) => reject(this.#failure(error)))
      send.end(body)
    })
  }

  /** Client-node makes agents without keep-alive; ours keep connections, one pool for each set of TLS material. */
  #agent(options: https.RequestOptions, secure: boolean): https.Agent | http.Agent {
    const hash = createHash('sha256')
    for (const part of [
      options.ca,
      options.cert,
      options.key,
      options.servername,
      String(options.rejectUnauthorized),
    ]) {
      hash.update(part === undefined ? '-' : String(part)).update('\0')
    }
    const key = hash.digest('hex')
    let agent = this.#agents.get(key)
    if (agent === undefined) {
      const { ca, cert, key: privateKey, servername, rejectUnauthorized, passphrase, pfx } = options
      agent = secure
        ? new https.Agent({
            keepAlive: true,
            maxSockets: 64,
            ca,
            cert,
            key: privateKey,
            passphrase,
            pfx,
            ...(servername === undefined ? {} : { servername }),
            ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
          })
        : new http.Agent({ keepAlive: true, maxSockets: 64 })
      this.#agents.set(key, agent)
    }
    return agent
  }

  #failure(error: unknown): KubeError {
    if (error instanceof KubeError) return error
    const { code, message } = error as NodeJS.ErrnoException
    const reason = code === undefined ? message : message.includes(code) ? message : `${message} (${code})`
    return new KubeError(0, 'Connection', `cannot reach ${this.#server.host} (context "${this.#context}"): ${reason}`)
  }
}

function headersOf(response: http.IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}

/** The Status that refused a stream, or what can be said without one. */
function refused(status: number, body: string): KubeError {
  try {
    const parsed = JSON.parse(body) as { reason?: unknown; message?: unknown }
    if (typeof parsed.message === 'string') {
      return new KubeError(status, typeof parsed.reason === 'string' ? parsed.reason : 'Unknown', parsed.message)
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return new KubeError(status, status === 410 ? 'Expired' : 'Unknown', body.slice(0, 200) || `HTTP ${status}`)
}
