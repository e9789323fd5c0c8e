import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import {
  ADMIN,
  type ApiRequest,
  type ApiServer,
  isStream,
  MAX_BODY,
  tooLarge,
  type UserInfo,
  writeJson,
} from '../index.ts'
import type { Certificates } from './tls.ts'

/** A client that lets this much of a watch pile up is cut off. */
const MAX_BACKLOG = 8 * 1024 * 1024
const MAX_CONNECTIONS = 500
/** Time for a client to send its whole request. */
const REQUEST_TIMEOUT = 30_000
const HEADERS_TIMEOUT = 10_000

export interface RunningServer {
  readonly port: number
  close(): Promise<void>
}

/** Serves an API server over TLS on the loopback address. Rejects when the port cannot be bound. */
export function startHttps(
  api: ApiServer,
  options: { readonly port: number; readonly token: string; readonly certificates: Certificates },
): Promise<RunningServer> {
  const expected = digest(options.token)
  const server = createServer(
    { key: options.certificates.key, cert: options.certificates.cert },
    (request, response) => {
      serve(api, expected, request, response).catch(() => response.destroy())
    },
  )
  server.maxConnections = MAX_CONNECTIONS
  server.requestTimeout = REQUEST_TIMEOUT
  server.headersTimeout = HEADERS_TIMEOUT
  server.keepAliveTimeout = 65_000
  // A broken handshake or request line is the client's affair.
  server.on('tlsClientError', () => undefined)
  server.on('clientError', (_error, socket) => socket.destroy())
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve({ port: (server.address() as AddressInfo).port, close: () => closeServer(server) })
    })
  })
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

async function serve(
  api: ApiServer,
  expected: Buffer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.on('error', () => undefined)
  const body = await readBody(request)
  if (body === undefined) {
    const status = tooLarge().toStatus()
    response.writeHead(413, { 'content-type': 'application/json', connection: 'close' })
    response.end(writeJson(status))
    return
  }
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  const apiRequest: ApiRequest = {
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers,
    ...(body.length > 0 ? { body } : {}),
    user: authenticate(api, expected, headers['authorization']),
  }
  const answer = await api.handle(apiRequest)
  if (!isStream(answer)) {
    const payload = answer.bytes === undefined ? Buffer.from(answer.body) : Buffer.from(answer.bytes)
    response.writeHead(answer.status, { ...answer.headers, 'content-length': payload.length })
    response.end(request.method === 'HEAD' ? undefined : payload)
    return
  }
  response.writeHead(answer.status, answer.headers)
  response.flushHeaders()
  let closed = false
  const running = answer.start({
    write: (text) => {
      if (closed) return false
      response.write(text)
      return response.writableLength <= MAX_BACKLOG
    },
    end: () => {
      closed = true
      response.end()
    },
  })
  response.on('close', () => {
    closed = true
    running.dispose()
  })
}

/** The request's body; undefined when it is larger than the limit. */
function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= MAX_BODY) chunks.push(chunk)
      // The rest is read and dropped, up to a point, so that the client can read the refusal.
      else if (size > MAX_BODY * 16) request.destroy()
    })
    request.on('end', () => resolve(size > MAX_BODY ? undefined : Buffer.concat(chunks)))
    request.on('error', reject)
  })
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** The holder of the token, an account with a token of its own, or nobody. */
function authenticate(api: ApiServer, expected: Buffer, header: string | undefined): UserInfo | undefined {
  const match = /^Bearer +(\S+)$/i.exec(header ?? '')
  if (match === null) return undefined
  return timingSafeEqual(digest(match[1]!), expected) ? ADMIN : api.userOfToken(match[1]!)
}
