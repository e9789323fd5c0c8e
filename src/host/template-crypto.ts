import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto'
import { isIP } from 'node:net'
import type { CertificateRequest, TemplateCrypto } from '../helm/index.ts'
import {
  bitString,
  contextTag,
  derInteger,
  integerBytes,
  nullValue,
  octetString,
  oid,
  readDer,
  sequence,
  set,
  time,
  utf8,
} from './der.ts'

/** Keys, certificates and randomness for charts, by Node's crypto. Certificates are what sprig makes (X.509 v3). */
export const nodeTemplateCrypto: TemplateCrypto = {
  randomBytes: (count) => new Uint8Array(randomBytes(count)),
  generatePrivateKey(type) {
    switch (type) {
      case 'rsa':
        return pem(generateKeyPairSync('rsa', { modulusLength: 4096 }).privateKey)
      case 'ecdsa':
        return pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
      case 'ed25519':
        return pem(generateKeyPairSync('ed25519').privateKey)
      case 'dsa':
        return dsaPem(generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }).privateKey)
    }
  },
  issueCertificate,
  checkPair(certificate, key) {
    if (!certificate.includes('-----BEGIN')) throw new Error('unable to decode certificate')
    try {
      new X509Certificate(certificate)
    } catch (error) {
      throw new Error(`error parsing certificate: decodedCert.Bytes: ${(error as Error).message}`)
    }
    readKey(key)
  },
  aesEncrypt(key, iv, plain) {
    const cipher = createCipheriv('aes-256-cbc', key, iv)
    return new Uint8Array(Buffer.concat([cipher.update(plain), cipher.final()]))
  },
  aesDecrypt(key, iv, encrypted) {
    const decipher = createDecipheriv('aes-256-cbc', key, iv)
    return new Uint8Array(Buffer.concat([decipher.update(encrypted), decipher.final()]))
  },
}

function readKey(text: string): KeyObject {
  try {
    return createPrivateKey(text)
  } catch (error) {
    throw new Error(`error parsing private key: ${(error as Error).message}`)
  }
}

/** PEM in the form that Go writes for the kind of key: PKCS#1, SEC 1, PKCS#8. */
function pem(key: KeyObject): string {
  const type = key.asymmetricKeyType === 'rsa' ? 'pkcs1' : key.asymmetricKeyType === 'ec' ? 'sec1' : 'pkcs8'
  return key.export({ type, format: 'pem' }).toString()
}

/** OpenSSL's own form of DSA keys: version, p, q, g, y, x. */
function dsaPem(key: KeyObject): string {
  const parts = readDer(key.export({ type: 'pkcs8', format: 'der' }))
  const parameters = parts.children[1]!.children[1]!.children
  const x = readDer(parts.children[2]!.value)
  const y = readDer(
    readDer(createPublicKey(key).export({ type: 'spki', format: 'der' })).children[1]!.value.subarray(1),
  )
  const body = sequence(derInteger(0n), ...parameters.map((each) => each.whole), y.whole, x.whole)
  return wrapPem('DSA PRIVATE KEY', body)
}

function wrapPem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

const oids = {
  commonName: '2.5.4.3',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  subjectAltName: '2.5.29.17',
  subjectKeyId: '2.5.29.14',
  authorityKeyId: '2.5.29.35',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  sha256WithRsa: '1.2.840.113549.1.1.11',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  ed25519: '1.3.101.112',
} as const

function issueCertificate(request: CertificateRequest): { certificate: string; key: string } {
  const key =
    request.key === undefined ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey : readKey(request.key)
  const authority = request.authority
  const signer = authority === undefined ? key : readKey(authority.key)
  const issuer = authority === undefined ? nameOf(request.commonName) : subjectOf(authority.certificate)
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' })
  const now = Date.now()
  const algorithm = signatureAlgorithm(signer)
  const body = sequence(
    contextTag(0, derInteger(2n)),
    integerBytes(randomBytes(16)),
    algorithm,
    issuer,
    sequence(time(now), time(now + request.days * 86_400_000)),
    nameOf(request.commonName),
    publicKey,
    contextTag(3, sequence(...extensions(request, publicKey))),
  )
  const signature = sign(signer.asymmetricKeyType === 'ed25519' ? null : 'sha256', body, signer)
  return { certificate: wrapPem('CERTIFICATE', sequence(body, algorithm, bitString(signature))), key: pem(key) }
}

function signatureAlgorithm(key: KeyObject): Uint8Array {
  if (key.asymmetricKeyType === 'rsa') return sequence(oid(oids.sha256WithRsa), nullValue())
  if (key.asymmetricKeyType === 'ec') return sequence(oid(oids.ecdsaWithSha256))
  if (key.asymmetricKeyType === 'ed25519') return sequence(oid(oids.ed25519))
  throw new Error('error creating certificate: x509: only RSA, ECDSA and Ed25519 keys supported')
}

function nameOf(commonName: string): Uint8Array {
  return commonName === '' ? sequence() : sequence(set(sequence(oid(oids.commonName), utf8(commonName))))
}

/** The encoded subject of a certificate, taken as it stands. */
function subjectOf(certificate: string): Uint8Array {
  let raw: Buffer
  try {
    raw = new X509Certificate(certificate).raw
  } catch (error) {
    throw new Error(`error parsing certificate: ${(error as Error).message}`)
  }
  const fields = readDer(raw).children[0]!.children
  // version, serial number, algorithm, issuer, validity, subject
  return fields[5]!.whole
}

function extensions(request: CertificateRequest, publicKey: Buffer): Uint8Array[] {
  const critical = Uint8Array.from([1, 1, 0xff])
  const extension = (id: string, value: Uint8Array, isCritical = false): Uint8Array =>
    sequence(oid(id), ...(isCritical ? [critical] : []), octetString(value))
  const keyId = createHash('sha1').update(readDer(publicKey).children[1]!.value.subarray(1)).digest()
  // Digital signature and key encipherment; an authority also signs certificates.
  const usage = request.isAuthority ? [3, 2, 2, 0xa4] : [3, 2, 5, 0xa0]
  const list = [
    extension(oids.keyUsage, Uint8Array.from(usage), true),
    extension(oids.extendedKeyUsage, sequence(oid(oids.serverAuth), oid(oids.clientAuth))),
    extension(oids.basicConstraints, request.isAuthority ? sequence(critical) : sequence(), true),
  ]
  if (request.isAuthority) list.push(extension(oids.subjectKeyId, octetString(keyId)))
  const names = [
    ...request.names.map((name) => tagged(0x82, Buffer.from(name, 'latin1'))),
    ...request.ips.map((ip) => tagged(0x87, ipBytes(ip))),
  ]
  if (names.length > 0) list.push(extension(oids.subjectAltName, sequence(...names)))
  return list
}

function tagged(tag: number, bytes: Uint8Array): Uint8Array {
  return Uint8Array.from([tag, bytes.length, ...bytes])
}

function ipBytes(ip: string): Uint8Array {
  if (isIP(ip) === 4) return Uint8Array.from(ip.split('.').map(Number))
  if (isIP(ip) !== 6) throw new Error(`error parsing ip: ${ip}`)
  const [head = '', tail = ''] = ip.split('::')
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((each) => Number.parseInt(each, 16))
  const front = groups(head)
  const back = groups(tail)
  const all = [...front, ...Array<number>(Math.max(0, 8 - front.length - back.length)).fill(0), ...back]
  return Uint8Array.from(all.flatMap((each) => [each >> 8, each & 255]))
}
