import { hmac } from '@noble/hashes/hmac.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { scrypt } from '@noble/hashes/scrypt.js'
import { sha256 } from '@noble/hashes/sha2.js'
import bcrypt from 'bcryptjs'
import {
  fromBytes,
  GoError,
  GoInt,
  type GoObject,
  type GoValue,
  goFunction,
  goObject,
  isList,
  toBytes,
} from '../../gotemplate/index.ts'
import { base64Decode, base64Encode } from './base-n.ts'
import { type FunctionTable, maxText, strslice, toNumber } from './shared.ts'

/** What a certificate is to hold. */
export interface CertificateRequest {
  readonly commonName: string
  readonly ips: readonly string[]
  readonly names: readonly string[]
  readonly days: number
  readonly isAuthority: boolean
  /** Who signs; absent: the certificate itself. */
  readonly authority?: { readonly certificate: string; readonly key: string }
  /** PEM of the key to use; absent: a new RSA key. */
  readonly key?: string
}

/** Randomness, keys and certificates, which only the host has. */
export interface TemplateCrypto {
  randomBytes(count: number): Uint8Array
  /** PEM of a new private key; `undefined` for a type that is not known. */
  generatePrivateKey(type: 'rsa' | 'dsa' | 'ecdsa' | 'ed25519'): string
  /** @throws Error with the reason in Go's words where a key or certificate cannot be read. */
  issueCertificate(request: CertificateRequest): { readonly certificate: string; readonly key: string }
  /** @throws Error when these are no certificate and key in PEM. */
  checkPair(certificate: string, key: string): void
  /** AES-256-CBC with PKCS#7 padding. */
  aesEncrypt(key: Uint8Array, iv: Uint8Array, plain: Uint8Array): Uint8Array
  aesDecrypt(key: Uint8Array, iv: Uint8Array, cipher: Uint8Array): Uint8Array
}

/** sprig's crypto.go and its random strings. Without a provider, functions that need randomness fail and say so. */
export function cryptoFunctions(provider: TemplateCrypto | undefined): FunctionTable {
  const crypto = (): TemplateCrypto => {
    if (provider === undefined) throw new GoError('no source of randomness in this environment')
    return provider
  }
  const pick = (alphabet: string) =>
    goFunction('int', (count: GoInt) => randomText(crypto(), alphabet, toNumber(count)))
  const issue = (request: CertificateRequest): GoObject => {
    try {
      return certificateObject(crypto().issueCertificate(request))
    } catch (error) {
      throw error instanceof GoError ? error : new GoError((error as Error).message)
    }
  }
  const leaf = (name: string, ips: GoValue, names: GoValue, days: GoInt): CertificateRequest => ({
    commonName: name,
    ips: ipList(ips),
    names: nameList(names),
    days: toNumber(days),
    isAuthority: false,
  })
  const signer = (ca: GoValue) => ({ authority: pairOf(ca) })
  return {
    bcrypt: goFunction('string', (text: string) => bcryptHash(crypto(), text)),
    htpasswd: goFunction('string,string,...string', (user: string, password: string, algorithm?: string) =>
      htpasswd(crypto, user, { password, algorithm }),
    ),
    derivePassword: goFunction('any,string,string,string,string', derivePassword),
    randAlphaNum: pick('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'),
    randAlpha: pick('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'),
    randNumeric: pick('0123456789'),
    randAscii: pick(Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('')),
    randBytes: goFunction('int', (count: GoInt) => base64Encode(crypto().randomBytes(bounded(toNumber(count))))),
    randInt: goFunction('int,int', (low: GoInt, high: GoInt) => randomInt(crypto(), low.value, high.value)),
    shuffle: goFunction('string', (text: string) => shuffle(crypto(), text)),
    uuidv4: goFunction('', () => uuid(crypto().randomBytes(16))),
    genPrivateKey: goFunction('string', (type: string) => privateKey(crypto(), type)),
    genCA: goFunction('string,int', (name: string, days: GoInt) =>
      issue({ ...leaf(name, null, null, days), isAuthority: true }),
    ),
    genCAWithKey: goFunction('string,int,string', (name: string, days: GoInt, key: string) =>
      issue({ ...leaf(name, null, null, days), isAuthority: true, key }),
    ),
    genSelfSignedCert: goFunction('string,any,any,int', (name: string, ips: GoValue, names: GoValue, days: GoInt) =>
      issue(leaf(name, ips, names, days)),
    ),
    genSelfSignedCertWithKey: goFunction(
      'string,any,any,int,string',
      (...args: [string, GoValue, GoValue, GoInt, string]) =>
        issue({ ...leaf(args[0], args[1], args[2], args[3]), key: args[4] }),
    ),
    genSignedCert: goFunction(
      'string,any,any,int,sprig.certificate',
      (...args: [string, GoValue, GoValue, GoInt, GoValue]) =>
        issue({ ...leaf(args[0], args[1], args[2], args[3]), ...signer(args[4]) }),
    ),
    genSignedCertWithKey: goFunction(
      'string,any,any,int,sprig.certificate,string',
      (...args: [string, GoValue, GoValue, GoInt, GoValue, string]) =>
        issue({ ...leaf(args[0], args[1], args[2], args[3]), ...signer(args[4]), key: args[5] }),
    ),
    buildCustomCert: goFunction('string,string', (certificate: string, key: string) =>
      customPair(crypto(), certificate, key),
    ),
    encryptAES: goFunction('string,string', (password: string, text: string) => {
      const iv = crypto().randomBytes(16)
      const cipher = crypto().aesEncrypt(aesKey(password), iv, toBytes(text))
      return base64Encode(Uint8Array.from([...iv, ...cipher]))
    }),
    decryptAES: goFunction('string,string', (password: string, text: string) => {
      const bytes = base64Decode(text)
      if (typeof bytes === 'string') throw new GoError(bytes)
      if (bytes.length < 32 || bytes.length % 16 !== 0) throw new GoError('crypto/cipher: input not full blocks')
      return fromBytes(crypto().aesDecrypt(aesKey(password), bytes.subarray(0, 16), bytes.subarray(16)))
    }),
  }
}

function bounded(count: number): number {
  if (count < 0) throw new GoError('runtime error: makeslice: len out of range')
  if (count > maxText / 16) throw new RangeError(`${count} random characters`)
  return count
}

function randomText(crypto: TemplateCrypto, alphabet: string, count: number): string {
  let out = ''
  // Bytes beyond the last whole multiple of the alphabet would favour its first letters.
  const limit = 256 - (256 % alphabet.length)
  while (out.length < bounded(count)) {
    for (const byte of crypto.randomBytes(Math.max(32, count - out.length))) {
      if (byte < limit && out.length < count) out += alphabet[byte % alphabet.length]
    }
  }
  return out
}

function randomInt(crypto: TemplateCrypto, low: bigint, high: bigint): GoInt {
  if (high <= low) throw new GoError('invalid argument to Intn')
  let value = 0n
  for (const byte of crypto.randomBytes(12)) value = (value << 8n) | BigInt(byte)
  return new GoInt('int', low + (value % (high - low)))
}

function shuffle(crypto: TemplateCrypto, text: string): string {
  const chars = [...text]
  for (let i = chars.length - 1; i > 0; i--) {
    const j = Number(randomInt(crypto, 0n, BigInt(i + 1)).value)
    ;[chars[i], chars[j]] = [chars[j]!, chars[i]!]
  }
  return chars.join('')
}

function uuid(bytes: Uint8Array): string {
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

function bcryptHash(crypto: TemplateCrypto, text: string): string {
  if (toBytes(text).length > 72) return 'failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes'
  const salt = `$2a$10$${bcrypt.encodeBase64([...crypto.randomBytes(16)], 16)}`
  return bcrypt.hashSync(text, salt).replace(/^\$2[by]\$/, '$2a$')
}

function htpasswd(
  crypto: () => TemplateCrypto,
  user: string,
  { password, algorithm }: { password: string; algorithm: string | undefined },
): string {
  if (user.includes(':')) return `invalid username: ${user}`
  if (algorithm === 'sha') return `${user}:{SHA}${base64Encode(sha1(toBytes(password)))}`
  return `${user}:${bcryptHash(crypto(), password)}`
}

function privateKey(crypto: TemplateCrypto, type: string): string {
  const known = type === '' ? 'rsa' : type
  if (known !== 'rsa' && known !== 'dsa' && known !== 'ecdsa' && known !== 'ed25519') return `Unknown type ${type}`
  return crypto.generatePrivateKey(known)
}

function aesKey(password: string): Uint8Array {
  const key = new Uint8Array(32)
  key.set(toBytes(password).subarray(0, 32))
  return key
}

function ipList(value: GoValue): string[] {
  if (value === null || value === undefined) return []
  if (!isList(value)) throw new GoError('error parsing ips: not a list')
  return value.map((each) => {
    if (typeof each !== 'string') throw new GoError(`error parsing ip: ${String(each)} is not a string`)
    if (!/^(\d{1,3}\.){3}\d{1,3}$|^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$/.test(each))
      throw new GoError(`error parsing ip: ${each}`)
    return each
  })
}

function nameList(value: GoValue): string[] {
  if (value !== null && value !== undefined && !isList(value))
    throw new GoError('error processing alternate DNS names: not a list')
  return strslice(value)
}

function certificateObject(pair: { readonly certificate: string; readonly key: string }): GoObject {
  return goObject({
    goType: 'sprig.certificate',
    goKind: 'struct',
    field: (name) => (name === 'Cert' ? { value: pair.certificate } : name === 'Key' ? { value: pair.key } : undefined),
    format: () => `{${pair.certificate} ${pair.key}}`,
  })
}

function pairOf(value: GoValue): { certificate: string; key: string } {
  const object = value as GoObject
  const text = (name: string): string => {
    const field = object.field(name)
    return field !== undefined && 'value' in field ? String(field.value) : ''
  }
  return { certificate: text('Cert'), key: text('Key') }
}

function customPair(crypto: TemplateCrypto, certificate: string, key: string): GoObject {
  const certificatePem = base64Decode(certificate)
  if (typeof certificatePem === 'string') throw new GoError('unable to decode base64 certificate')
  const keyPem = base64Decode(key)
  if (typeof keyPem === 'string') throw new GoError('unable to decode base64 private key')
  const pair = { certificate: fromBytes(certificatePem), key: fromBytes(keyPem) }
  try {
    crypto.checkPair(pair.certificate, pair.key)
  } catch (error) {
    throw new GoError((error as Error).message)
  }
  return certificateObject(pair)
}

// Master Password (version of sprig): templates of password types and the characters behind their letters.
const passwordTemplates: Readonly<Record<string, readonly string[]>> = {
  maximum: ['anoxxxxxxxxxxxxxxxxx', 'axxxxxxxxxxxxxxxxxno'],
  long: [
    ...['CvcvnoCvcvCvcv', 'CvcvCvcvnoCvcv', 'CvcvCvcvCvcvno', 'CvccnoCvcvCvcv', 'CvccCvcvnoCvcv', 'CvccCvcvCvcvno'],
    ...['CvcvnoCvccCvcv', 'CvcvCvccnoCvcv', 'CvcvCvccCvcvno', 'CvcvnoCvcvCvcc', 'CvcvCvcvnoCvcc', 'CvcvCvcvCvccno'],
    ...['CvccnoCvccCvcv', 'CvccCvccnoCvcv', 'CvccCvccCvcvno', 'CvcvnoCvccCvcc', 'CvcvCvccnoCvcc', 'CvcvCvccCvccno'],
    ...['CvccnoCvcvCvcc', 'CvccCvcvnoCvcc', 'CvccCvcvCvccno'],
  ],
  medium: ['CvcnoCvc', 'CvcCvcno'],
  short: ['Cvcn'],
  basic: ['aaanaaan', 'aannaaan', 'aaannaaa'],
  pin: ['nnnn'],
}
const vowels = 'AEIOU'
const consonants = 'BCDFGHJKLMNPQRSTVWXYZ'
const letters = `${vowels}${vowels.toLowerCase()}${consonants}${consonants.toLowerCase()}`
const passwordCharacters: Readonly<Record<string, string>> = {
  V: vowels,
  C: consonants,
  v: vowels.toLowerCase(),
  c: consonants.toLowerCase(),
  A: vowels + consonants,
  a: letters,
  n: '0123456789',
  o: "@&%?,=[]_:-+*$#!'^~;()/.",
  x: `${letters}0123456789!@#$%^&*()`,
}

function derivePassword(counter: GoValue, type: string, password: string, user: string, site: string): string {
  if (!(counter instanceof GoInt)) throw new GoError('expected integer')
  const templates = Object.hasOwn(passwordTemplates, type) ? passwordTemplates[type] : undefined
  if (templates === undefined) return `cannot find password template ${type}`
  const seedName = toBytes('com.lyndir.masterpassword')
  const length = (text: string): number[] => uint32(toBytes(text).length)
  const salt = Uint8Array.from([...seedName, ...length(user), ...toBytes(user)])
  const key = scrypt(toBytes(password), salt, { N: 32768, r: 8, p: 2, dkLen: 64 })
  const message = Uint8Array.from([...seedName, ...length(site), ...toBytes(site), ...uint32(Number(counter.value))])
  const seed = hmac(sha256, key, message)
  const template = templates[seed[0]! % templates.length]!
  return [...template]
    .map((letter, i) => {
      const choices = passwordCharacters[letter]!
      return choices[seed[i + 1]! % choices.length]
    })
    .join('')
}

function uint32(value: number): number[] {
  return [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]
}
