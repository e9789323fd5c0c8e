import { goQuote } from './text.ts'

/** A URL as Go's net/url holds it. */
export interface GoUrl {
  readonly scheme: string
  readonly opaque: string
  readonly user: string | undefined
  readonly host: string
  /** Percent-decoded. */
  readonly path: string
  readonly escapedPath: string
  readonly rawQuery: string
  readonly fragment: string
}

/** Parses as Go's url.Parse; with `request`, as url.ParseRequestURI (absolute, no fragment). Errors carry Go's text. */
export function parseGoUrl(raw: string, request: boolean): { url: GoUrl } | { error: string } {
  const hash = request ? -1 : raw.indexOf('#')
  const result = parseBody(hash < 0 ? raw : raw.slice(0, hash), request)
  if (typeof result === 'string') return { error: `parse ${goQuote(raw)}: ${result}` }
  const fragment = hash < 0 ? '' : percentDecode(raw.slice(hash + 1))
  if (fragment === undefined) return { error: `parse ${goQuote(raw)}: ${badEscape(raw.slice(hash + 1))}` }
  return { url: { ...result, fragment } }
}

type Body = Omit<GoUrl, 'fragment'>

function parseBody(raw: string, request: boolean): Body | string {
  if (/[\x00-\x1f\x7f]/.test(raw)) return 'net/url: invalid control character in URL'
  if (raw === '' && request) return 'empty url'
  const empty: Body = { scheme: '', opaque: '', user: undefined, host: '', path: '', escapedPath: '', rawQuery: '' }
  if (raw === '*') return { ...empty, path: '*', escapedPath: '*' }
  if (raw.startsWith(':')) return 'missing protocol scheme'
  const schemeMatch = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(raw)
  const scheme = schemeMatch?.[1]?.toLowerCase() ?? ''
  let rest = schemeMatch === null ? raw : raw.slice(schemeMatch[0].length)
  const question = rest.indexOf('?')
  const rawQuery = question < 0 ? '' : rest.slice(question + 1)
  if (question >= 0) rest = rest.slice(0, question)
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...empty, scheme, opaque: rest, rawQuery }
    if (request) return 'invalid URI for request'
    if (rest.split('/')[0]!.includes(':')) return 'first path segment in URL cannot contain colon'
  }
  let user: string | undefined
  let host = ''
  if ((scheme !== '' || (!request && !rest.startsWith('///'))) && rest.startsWith('//')) {
    const slash = rest.indexOf('/', 2)
    const authority = parseAuthority(slash < 0 ? rest.slice(2) : rest.slice(2, slash))
    if (typeof authority === 'string') return authority
    user = authority.user
    host = authority.host
    rest = slash < 0 ? '' : rest.slice(slash)
  }
  const path = percentDecode(rest)
  if (path === undefined) return badEscape(rest)
  return { scheme, opaque: '', user, host, path, escapedPath: escapePath(rest, path), rawQuery }
}

function parseAuthority(text: string): { user: string | undefined; host: string } | string {
  const at = text.lastIndexOf('@')
  const user = at < 0 ? undefined : text.slice(0, at)
  if (user !== undefined && !/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user)) return 'net/url: invalid userinfo'
  const host = text.slice(at + 1)
  if (host.startsWith('[')) {
    const close = host.lastIndexOf(']')
    if (close < 0) return "missing ']' in host"
    return isPort(host.slice(close + 1)) ? { user, host } : invalidPort(host.slice(close + 1))
  }
  const colon = host.lastIndexOf(':')
  if (colon >= 0 && !isPort(host.slice(colon))) return invalidPort(host.slice(colon))
  const decoded = percentDecode(host)
  if (decoded === undefined) return badEscape(host)
  const bad = /[ "<>\\^`{|}#]/.exec(host)
  if (bad !== null) return `invalid character ${goQuote(bad[0])} in host name`
  return { user, host: decoded }
}

function isPort(text: string): boolean {
  return text === '' || /^:\d*$/.test(text)
}

function invalidPort(text: string): string {
  return `invalid port ${goQuote(text)} after host`
}

function badEscape(text: string): string {
  const at = text.search(/%(?![0-9a-fA-F]{2})/)
  return `invalid URL escape ${goQuote(text.slice(at, at + 3))}`
}

/** Decodes percent escapes as UTF-8; `undefined` for a malformed escape. */
export function percentDecode(text: string): string | undefined {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (escapes) => {
    try {
      return decodeURIComponent(escapes)
    } catch {
      // Bytes that are no UTF-8 cannot be shown as text.
      return '\ufffd'.repeat(escapes.length / 3)
    }
  })
}

/** The path as written when it is validly encoded, else encoded anew. */
function escapePath(raw: string, path: string): string {
  if (/^[A-Za-z0-9\-._~!$&'()*+,;=:@/[\]%]*$/.test(raw)) return raw
  return encodeURI(path)
}

/** Host without port and brackets. */
export function hostname(url: GoUrl): string {
  return splitHost(url.host)[0]
}

export function port(url: GoUrl): string {
  return splitHost(url.host)[1]
}

function splitHost(host: string): [string, string] {
  const colon = host.lastIndexOf(':')
  const hasPort = colon >= 0 && isPort(host.slice(colon)) && !host.slice(colon).includes(']')
  const name = hasPort ? host.slice(0, colon) : host
  const bare = name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name
  return [bare, hasPort ? host.slice(colon + 1) : '']
}

/** The query's keys and values; malformed pairs are dropped, as url.Values.Query does. */
export function queryValues(rawQuery: string): Map<string, string[]> {
  const out = new Map<string, string[]>()
  for (const pair of rawQuery.split('&')) {
    if (pair === '' || pair.includes(';')) continue
    const equals = pair.indexOf('=')
    const key = percentDecode((equals < 0 ? pair : pair.slice(0, equals)).replaceAll('+', ' '))
    const value = percentDecode((equals < 0 ? '' : pair.slice(equals + 1)).replaceAll('+', ' '))
    if (key === undefined || value === undefined) continue
    const list = out.get(key)
    if (list === undefined) out.set(key, [value])
    else list.push(value)
  }
  return out
}
