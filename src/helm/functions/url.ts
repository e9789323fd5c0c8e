import { fromBytes, GoError, quote, toBytes } from '../../gotemplate/index.ts'

/** Go's net/url (1.25): parsing and printing of URLs as `urlParse`, `urlJoin` and formats of schemas need them. */

/** The parts of a URL, decoded; `query` is as written. */
export interface ParsedUrl {
  readonly scheme: string
  readonly opaque: string
  readonly user: Userinfo | undefined
  readonly host: string
  readonly path: string
  readonly query: string
  readonly fragment: string
}

interface Userinfo {
  readonly name: string
  readonly password: string | undefined
}

type Mode = 'path' | 'fragment' | 'user' | 'host' | 'zone'

/** url.Parse. @throws GoError in its words */
export function parseUrl(text: string): ParsedUrl {
  const hash = text.indexOf('#')
  const main = hash < 0 ? text : text.slice(0, hash)
  try {
    const parsed = parseMain(main)
    return hash < 0 ? parsed : { ...parsed, fragment: decodePart(text.slice(hash + 1), 'fragment', text) }
  } catch (error) {
    if (!(error instanceof UrlFault)) throw error
    throw new GoError(`parse ${quote(error.whole ?? main)}: ${error.message}`)
  }
}

/** What is wrong with a URL; `whole` where the message names more than the part before the fragment. */
class UrlFault extends Error {
  readonly whole: string | undefined

  constructor(message: string, whole?: string) {
    super(message)
    this.whole = whole
  }
}

function parseMain(text: string): ParsedUrl {
  const none: ParsedUrl = { scheme: '', opaque: '', user: undefined, host: '', path: '', query: '', fragment: '' }
  if (/[\0-\x1f\x7f]/.test(text)) throw new UrlFault('net/url: invalid control character in URL')
  if (text === '*') return { ...none, path: '*' }
  if (text.startsWith(':')) throw new UrlFault('missing protocol scheme')
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(text)?.[1] ?? ''
  let rest = scheme === '' ? text : text.slice(scheme.length + 1)
  const mark = rest.indexOf('?')
  const query = mark < 0 ? '' : rest.slice(mark + 1)
  if (mark >= 0) rest = rest.slice(0, mark)
  const base = { ...none, scheme: scheme.toLowerCase(), query }
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...base, opaque: rest }
    if (rest.split('/', 1)[0]!.includes(':')) throw new UrlFault('first path segment in URL cannot contain colon')
  }
  if (!rest.startsWith('//') || (scheme === '' && rest.startsWith('///'))) {
    return { ...base, path: decodePart(rest, 'path') }
  }
  const slash = rest.indexOf('/', 2)
  const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash)
  const at = authority.lastIndexOf('@')
  const host = parseHost(authority.slice(at + 1))
  const user = at < 0 ? undefined : parseUser(authority.slice(0, at))
  return { ...base, user, host, path: decodePart(slash < 0 ? '' : rest.slice(slash), 'path') }
}

function parseUser(text: string): Userinfo {
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(text)) throw new UrlFault('net/url: invalid userinfo')
  const colon = text.indexOf(':')
  if (colon < 0) return { name: decodePart(text, 'user'), password: undefined }
  return { name: decodePart(text.slice(0, colon), 'user'), password: decodePart(text.slice(colon + 1), 'user') }
}

function parseHost(host: string): string {
  const open = host.lastIndexOf('[')
  if (open > 0) throw new UrlFault('invalid IP-literal')
  if (open === 0) return parseLiteral(host)
  const colon = host.lastIndexOf(':')
  if (colon >= 0) checkPort(host.slice(colon))
  return decodePart(host, 'host')
}

/** `[IPv6]:port`; `%25` in it begins a zone. */
function parseLiteral(host: string): string {
  const close = host.lastIndexOf(']')
  if (close < 0) throw new UrlFault("missing ']' in host")
  checkPort(host.slice(close + 1))
  const port = decodePart(host.slice(close + 1), 'host')
  const name = host.slice(1, close)
  const zone = name.indexOf('%25')
  const shown =
    zone < 0 ? decodePart(name, 'host') : decodePart(name.slice(0, zone), 'host') + decodePart(name.slice(zone), 'zone')
  const address = shown.split('%', 1)[0]!
  if (/^\d+(?:\.\d+){3}$/.test(address)) throw new UrlFault('invalid IP-literal')
  if (!isIpv6(address)) throw new UrlFault(`invalid host: ParseAddr(${quote(shown)}): unable to parse IP`)
  return `[${shown}]${port}`
}

function isIpv6(text: string): boolean {
  const halves = text.split('::')
  if (halves.length > 2) return false
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')))
  const all = groups.flat()
  const last = all.at(-1) ?? ''
  const hasV4 = /^(?:\d{1,3}\.){3}\d{1,3}$/.test(last) && last.split('.').every((part) => Number(part) < 256)
  const size = all.length + (hasV4 ? 1 : 0)
  const hex = hasV4 ? all.slice(0, -1) : all
  return hex.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group)) && (halves.length === 2 ? size < 8 : size === 8)
}

function checkPort(text: string): void {
  if (!/^(?::\d*)?$/.test(text)) throw new UrlFault(`invalid port ${quote(text)} after host`)
}

/** Decodes `%41`. In a host only what is no ASCII may be escaped, and little may stand there unescaped. */
function decodePart(text: string, mode: Mode, whole?: string): string {
  const raw = toBytes(text)
  const bytes: number[] = []
  const isHost = mode === 'host' || mode === 'zone'
  for (let i = 0; i < raw.length; i++) {
    const byte = raw[i]!
    if (byte !== 0x25) {
      if (isHost && byte < 0x80 && shouldEscape(byte, mode)) {
        throw new UrlFault(`invalid character ${quote(String.fromCharCode(byte))} in host name`, whole)
      }
      bytes.push(byte)
      continue
    }
    const shown = fromBytes(raw.subarray(i, i + 3))
    if (!/^%[0-9a-fA-F]{2}$/.test(shown)) throw new UrlFault(`invalid URL escape ${quote(shown)}`, whole)
    const decoded = Number.parseInt(shown.slice(1), 16)
    const refused =
      mode === 'host' ? decoded < 0x80 : mode === 'zone' && decoded !== 0x20 && shouldEscape(decoded, 'host')
    if (refused && shown !== '%25') throw new UrlFault(`invalid URL escape ${quote(shown)}`, whole)
    bytes.push(decoded)
    i += 2
  }
  return fromBytes(Uint8Array.from(bytes))
}

const unescaped: Readonly<Record<Mode, RegExp>> = {
  path: /[A-Za-z0-9\-_.~$&+,/:;=@]/,
  fragment: /[A-Za-z0-9\-_.~$&+,/:;=?@!()*]/,
  user: /[A-Za-z0-9\-_.~$&+,;=]/,
  host: /[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]/,
  zone: /[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]/,
}

function shouldEscape(byte: number, mode: Mode): boolean {
  return !unescaped[mode].test(String.fromCharCode(byte))
}

function encodePart(text: string, mode: Mode): string {
  let out = ''
  for (const byte of toBytes(text)) {
    if (shouldEscape(byte, mode)) out += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    else out += String.fromCharCode(byte)
  }
  return out
}

/** url.Userinfo's String(). */
export function userText(user: Userinfo): string {
  return encodePart(user.name, 'user') + (user.password === undefined ? '' : `:${encodePart(user.password, 'user')}`)
}

/** url.URL's Hostname(): the host without a port and brackets. */
export function hostname(host: string): string {
  const name = host.replace(/:\d*$/, '')
  return /^\[.*\]$/s.test(name) ? name.slice(1, -1) : name
}

/** url.URL's String() of a URL that was put together from its parts. */
export function urlText({ scheme, opaque, user, host, path, query, fragment }: ParsedUrl): string {
  let out = scheme === '' ? '' : `${scheme}:`
  if (opaque !== '') out += opaque
  else {
    if (host !== '' || user !== undefined || (scheme !== '' && path !== '')) out += '//'
    if (user !== undefined) out += `${userText(user)}@`
    out += encodePart(host, 'host')
    const escaped = path === '*' ? '*' : encodePart(path, 'path')
    if (escaped !== '' && !escaped.startsWith('/') && host !== '') out += '/'
    // A first segment with a colon would be taken for a scheme.
    if (out === '' && escaped.split('/', 1)[0]!.includes(':')) out += './'
    out += escaped
  }
  return out + (query === '' ? '' : `?${query}`) + (fragment === '' ? '' : `#${encodePart(fragment, 'fragment')}`)
}
