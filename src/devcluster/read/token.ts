import { decodeText, encodeText, jsonFault } from '../../base/index.ts'
import { badRequest } from '../http/errors.ts'
import { base64Fault, encodeBase64, fromBase64 } from '../resources/strategies/base64.ts'

/** Where a paged list goes on. */
export interface ContinueToken {
  /** Absent: the newest (a list that lost its place goes on there). */
  readonly revision: number | undefined
  /** The key of the last object shown. */
  readonly after: string
}

/** JSON in base64url without padding, as apiserver's storage writes it. */
export function encodeToken(token: ContinueToken): string {
  const text = JSON.stringify({ v: 'meta.k8s.io/v1', rv: token.revision, start: `${token.after}\u0000` })
  return encodeBase64(encodeText(text)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/** Throws `ApiError` 400 for a token that no server wrote. */
export function decodeToken(token: string): ContinueToken {
  const bad = (why: string): never => {
    throw badRequest(`invalid continue token: continue key is not valid: ${why}`)
  }
  const standard = token.replaceAll('-', '+').replaceAll('_', '/')
  const padded = standard + '='.repeat((4 - (standard.length % 4)) % 4)
  const bytes = /[+/=]/.test(token) ? undefined : fromBase64(padded)
  if (bytes === undefined) return bad(`illegal base64 data at input byte ${base64Fault(padded) ?? 0}`)
  const text = decodeText(bytes)
  let value: { v?: unknown; rv?: unknown; start?: unknown } | null
  try {
    value = JSON.parse(text) as { v?: unknown; rv?: unknown; start?: unknown } | null
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return bad(jsonFault(text))
  }
  const version = value !== null && typeof value.v === 'string' ? value.v : ''
  if (value === null || version !== 'meta.k8s.io/v1') {
    return bad(`server does not recognize this encoded version ${version}`)
  }
  if (typeof value.rv !== 'number' || value.rv === 0) {
    return bad('incorrect encoded start resourceVersion (version meta.k8s.io/v1)')
  }
  const { start } = value
  if (typeof start !== 'string' || start === '') return bad('encoded start key empty (version meta.k8s.io/v1)')
  if (!isClean(start)) return bad(start)
  return { revision: value.rv < 0 ? undefined : value.rv, after: start.replace(/\0$/, '') }
}

/** False for a key that would lead out of its resource (Go's `path.Clean` changes it). */
function isClean(key: string): boolean {
  return (
    key === '/' ||
    key
      .replace(/^\//, '')
      .split('/')
      .every((step) => step !== '' && step !== '.' && step !== '..')
  )
}
