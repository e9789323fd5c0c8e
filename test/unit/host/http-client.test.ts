import { createServer as createProxy } from 'node:http'
import { createServer, type Server } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createNodeHttpClient, nodeTemplateCrypto } from '../../../src/host/index.ts'
import type { TlsOptions } from '../../../src/source/index.ts'

const authority = nodeTemplateCrypto.issueCertificate({
  commonName: 'test authority',
  ips: [],
  names: [],
  days: 1,
  isAuthority: true,
})
const issue = (commonName: string) =>
  nodeTemplateCrypto.issueCertificate({
    commonName,
    ips: ['127.0.0.1'],
    names: ['localhost'],
    days: 1,
    isAuthority: false,
    authority,
  })
let server: Server
let url = ''

beforeAll(async () => {
  const { certificate, key } = issue('localhost')
  server = createServer(
    { cert: certificate, key, ca: authority.certificate, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      response.end(`client certificate: ${(request.socket as TLSSocket).authorized}`)
    },
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterAll(() => void server.close())

const get = async (tls?: TlsOptions) => {
  const request = { url, headers: {}, maxSize: 100, timeout: 5000 }
  const { body } = await createNodeHttpClient({}).request(tls === undefined ? request : { ...request, tls })
  return new TextDecoder().decode(body)
}

test('a certificate that nobody trusts is refused', async () => {
  await expect(get()).rejects.toThrow(`Get "${url}": `)
})

test("a source's own authority is trusted, and its client certificate is shown", async () => {
  const ca = authority.certificate
  expect(await get({ ca })).toBe('client certificate: false')
  const client = issue('client')
  expect(await get({ ca, cert: client.certificate, key: client.key })).toBe('client certificate: true')
})

test('verification is left out only where it is said so', async () => {
  expect(await get({ insecureSkipVerify: true })).toBe('client certificate: false')
})

test.each(['http://example.invalid/x', 'https'])(
  'the proxy of a request is used, with its login: %s',
  async (target) => {
    const seen: string[] = []
    const proxy = createProxy((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers['proxy-authorization']}`)
      response.end('by proxy')
    })
    proxy.on('connect', (request, socket) => {
      seen.push(`CONNECT ${request.headers['proxy-authorization']}`)
      const upstream = connect(Number(new URL(url).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        upstream.pipe(socket)
        socket.pipe(upstream)
      })
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    try {
      const address = `http://ann:s%40crt@127.0.0.1:${(proxy.address() as AddressInfo).port}/`
      const request = {
        url: target === 'https' ? url : target,
        headers: {},
        maxSize: 100,
        timeout: 5000,
        proxy: address,
      }
      const { body } = await createNodeHttpClient({}).request({ ...request, tls: { ca: authority.certificate } })
      const login = `Basic ${Buffer.from('ann:s@crt').toString('base64')}`
      if (target === 'https') {
        expect(new TextDecoder().decode(body)).toContain('client certificate')
        expect(seen).toEqual([`CONNECT ${login}`])
      } else {
        expect(new TextDecoder().decode(body)).toBe('by proxy')
        expect(seen).toEqual([`GET ${target} ${login}`])
      }
    } finally {
      proxy.closeAllConnections()
      proxy.close()
    }
  },
)
