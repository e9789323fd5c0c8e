import { badRequest } from '../http/errors.ts'

/** Where a paged list goes on. */
export interface ContinueToken {
  readonly revision: number
  /** The key of the last object shown. */
  readonly after: string
}

/** Base64url would need a decoder that the core does not have; hexadecimal of the JSON text is opaque enough. */
export function encodeToken(token: ContinueToken): string {
  const text = JSON.stringify({ v: 'meta.k8s.io/v1', rv: token.revision, start: token.after })
  let out = ''
  for (let i = 0; i < text.length; i++) out += text.charCodeAt(i).toString(16).padStart(4, '0')
  return out
}

/** Throws `ApiError` 400 for a token that this server did not write. */
export function decodeToken(token: string): ContinueToken {
  const bad = (): never => {
    throw badRequest('continue key is not valid: illegal base64 data')
  }
  if (!/^(?:[0-9a-f]{4})+$/.test(token)) return bad()
  let text = ''
  for (let i = 0; i < token.length; i += 4) text += String.fromCharCode(Number.parseInt(token.slice(i, i + 4), 16))
  try {
    const value = JSON.parse(text) as { rv?: unknown; start?: unknown } | null
    if (value === null || typeof value.rv !== 'number' || typeof value.start !== 'string') return bad()
    return { revision: value.rv, after: value.start }
  } catch {
    return bad()
  }
}
