import { createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { isIP } from 'node:net'

export interface Certificates {
  /** PEM of the certificate authority that clients trust. */
  readonly ca: string
  /** PEM of the server's certificate, the authority's after it. */
  readonly cert: string
  /** PEM of the server's private key. */
  readonly key: string
}

const DAY = 86_400_000

/**
 * Makes a certificate authority and a server certificate for the given names, valid for ten years from yesterday. The
 * few DER structures of X.509 (RFC 5280) are written here: ECDSA P-256, no dependency. The authority's key is dropped.
 */
export function makeCertificates(names: readonly string[]): Certificates {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const issuer = distinguishedName('fluxkit-devcluster-ca')
  const ca = certificate({
    subject: issuer,
    issuer,
    publicKey: authority.publicKey,
    signer: authority.privateKey,
    extensions: [
      extension('551d13', sequence(boolean(true)), true),
      // keyCertSign and digitalSignature.
      extension('551d0f', tag(0x03, Buffer.from([2, 0x84])), true),
    ],
  })
  const cert = certificate({
    subject: distinguishedName('fluxkit-devcluster'),
    issuer,
    publicKey: server.publicKey,
    signer: authority.privateKey,
    extensions: [
      extension('551d13', sequence(), true),
      extension('551d0f', tag(0x03, Buffer.from([7, 0x80])), true),
      // serverAuth.
      extension('551d25', sequence(oid('2b06010505070301')), false),
      extension('551d11', sequence(...names.map(alternativeName)), false),
    ],
  })
  return { ca, cert: cert + ca, key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

interface Parts {
  readonly subject: Buffer
  readonly issuer: Buffer
  readonly publicKey: KeyObject
  readonly signer: KeyObject
  readonly extensions: readonly Buffer[]
}

function certificate(parts: Parts): string {
  // ecdsa-with-SHA256.
  const algorithm = sequence(oid('2a8648ce3d040302'))
  const now = Date.now()
  const body = sequence(
    tag(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([0x40]), randomBytes(15)])),
    algorithm,
    parts.issuer,
    sequence(time(now - DAY), time(now + 3650 * DAY)),
    parts.subject,
    parts.publicKey.export({ type: 'spki', format: 'der' }),
    tag(0xa3, sequence(...parts.extensions)),
  )
  const signature = createSign('SHA256').update(body).sign(parts.signer)
  const der = sequence(body, algorithm, tag(0x03, Buffer.concat([Buffer.from([0]), signature])))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

function tag(number: number, content: Buffer): Buffer {
  const length =
    content.length < 0x80
      ? Buffer.from([content.length])
      : content.length < 0x100
        ? Buffer.from([0x81, content.length])
        : Buffer.from([0x82, content.length >> 8, content.length & 0xff])
  return Buffer.concat([Buffer.from([number]), length, content])
}

function sequence(...items: Buffer[]): Buffer {
  return tag(0x30, Buffer.concat(items))
}

function integer(bytes: Buffer): Buffer {
  return tag(0x02, bytes)
}

function boolean(value: boolean): Buffer {
  return tag(0x01, Buffer.from([value ? 0xff : 0]))
}

function oid(hex: string): Buffer {
  return tag(0x06, Buffer.from(hex, 'hex'))
}

function time(milliseconds: number): Buffer {
  const text = new Date(milliseconds).toISOString().replace(/[-:T]/g, '').slice(0, 14)
  // UTCTime holds two digits of the year, which X.509 reads as 1950 to 2049.
  return Number(text.slice(0, 4)) < 2050
    ? tag(0x17, Buffer.from(`${text.slice(2)}Z`))
    : tag(0x18, Buffer.from(`${text}Z`))
}

function distinguishedName(commonName: string): Buffer {
  return sequence(tag(0x31, sequence(oid('550403'), tag(0x0c, Buffer.from(commonName)))))
}

function extension(hex: string, value: Buffer, critical: boolean): Buffer {
  return sequence(oid(hex), ...(critical ? [boolean(true)] : []), tag(0x04, value))
}

function alternativeName(name: string): Buffer {
  if (isIP(name) === 4) return tag(0x87, Buffer.from(name.split('.').map(Number)))
  return tag(0x82, Buffer.from(name))
}
