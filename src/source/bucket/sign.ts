import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { compareStrings, encodeText } from '../../base/index.ts'

export interface S3Credentials {
  readonly accessKey: string
  readonly secretKey: string
}

export interface SigningScope {
  readonly region: string
  /** Milliseconds since 1970. */
  readonly time: number
}

const emptyBody = bytesToHex(sha256(new Uint8Array()))

/**
 * The headers of a signed GET without a body: `headers`, the date, the body's digest and `authorization`.
 * Source: AWS Signature Version 4 for S3 (Authenticating Requests: Using the Authorization Header).
 */
export function signedHeaders(
  url: URL,
  credentials: S3Credentials,
  { region, time }: SigningScope,
  headers: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const stamp = new Date(time).toISOString().replace(/[-:]|\.\d+/g, '')
  const day = stamp.slice(0, 8)
  const sent: Record<string, string> = { ...headers, 'x-amz-content-sha256': emptyBody, 'x-amz-date': stamp }
  const all = Object.entries({ ...sent, host: url.host })
    .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    .sort(([a], [b]) => compareStrings(a, b))
  const names = all.map(([name]) => name).join(';')
  const query = [...url.searchParams.entries()]
    .map(([name, value]) => `${uriEncode(name)}=${uriEncode(value)}`)
    .sort(compareStrings)
    .join('&')
  const request = ['GET', url.pathname, query, ...all.map(([name, value]) => `${name}:${value}`), '', names, emptyBody]
  const scope = `${day}/${region}/s3/aws4_request`
  const digest = bytesToHex(sha256(encodeText(request.join('\n'))))
  const text = `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${digest}`
  let key: Uint8Array = encodeText(`AWS4${credentials.secretKey}`)
  for (const part of [day, region, 's3', 'aws4_request']) key = hmac(sha256, key, encodeText(part))
  const signature = bytesToHex(hmac(sha256, key, encodeText(text)))
  const authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKey}/${scope},SignedHeaders=${names},Signature=${signature}`
  return { ...sent, authorization }
}

/** Percent-encodes as AWS wants it: all but unreserved characters, spaces as `%20`. */
export function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}
