import type { ApiResponse } from './types.ts'

/**
 * A tag that differs where a text differs: 128 bits in hexadecimal, as an entity tag and as the hash in a URL. Not for
 * secrets: it tells versions of our own documents apart (upstream's are SHA-512).
 */
export function contentTag(text: string): string {
  let out = ''
  for (const seed of [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35]) {
    let hash = seed
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0
    hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d) >>> 0
    out += ((hash ^ (hash >>> 15)) >>> 0).toString(16).padStart(8, '0')
  }
  return out.toUpperCase()
}

/** The answer with its entity tag, or 304 when the client has it already (`If-None-Match`, strong comparison). */
export function conditional(answer: ApiResponse, tag: string, wanted: string | undefined): ApiResponse {
  const etag = `"${tag}"`
  const headers: Record<string, string> = { ...answer.headers, etag }
  if (wanted?.split(',').some((item) => item.trim() === etag) !== true) return { ...answer, headers }
  for (const name of ['content-type', 'last-modified', 'accept-ranges']) delete headers[name]
  return { status: 304, headers, body: '' }
}
