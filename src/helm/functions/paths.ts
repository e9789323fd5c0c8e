import { basename, cleanPath, dirname } from '../../base/index.ts'
import { fromBytes, GoError, type GoMap, goFunction, kindOf, mapGet, quote, toBytes } from '../../gotemplate/index.ts'
import type { FunctionTable } from './shared.ts'

/** sprig's paths and URLs (url.go; Go's path, path/filepath on Unix, net/url). */
export function pathFunctions(): FunctionTable {
  const base = goFunction('string', basename)
  const dir = goFunction('string', dirname)
  const clean = goFunction('string', cleanPath)
  const ext = goFunction('string', (path: string) => /\.[^./]*$/.exec(path)?.[0] ?? '')
  const isAbs = goFunction('string', (path: string) => path.startsWith('/'))
  return {
    ...{ base, osBase: base, dir, osDir: dir, clean, osClean: clean, ext, osExt: ext, isAbs, osIsAbs: isAbs },
    urlParse: goFunction('string', urlParse),
    urlJoin: goFunction('map[string]interface {}', urlJoin),
  }
}

/** The parts of a URL. */
export interface ParsedUrl {
  readonly scheme: string
  readonly opaque: string
  readonly userinfo: string
  readonly host: string
  readonly path: string
  readonly query: string
  readonly fragment: string
}

function urlParse(text: string): GoMap {
  const { scheme, opaque, userinfo, host, path, query, fragment } = parsedForSprig(text)
  const hostname = /^\[([^\]]*)\]/.exec(host)?.[1] ?? host.replace(/:[^:]*$/, '')
  return { scheme, host, hostname, path, query, opaque, fragment, userinfo }
}

function parsedForSprig(text: string): ParsedUrl {
  try {
    return parseUrl(text)
  } catch (error) {
    if (error instanceof GoError) throw new GoError(`unable to parse url: ${error.message}`)
    throw error
  }
}

/** Go's url.Parse. @throws GoError in its words */
export function parseUrl(text: string): ParsedUrl {
  const fail = (reason: string): never => {
    throw new GoError(`parse ${quote(text)}: ${reason}`)
  }
  if (/[\0-\x1f\x7f]/.test(text)) fail('net/url: invalid control character in URL')
  const hash = text.indexOf('#')
  const fragment = hash < 0 ? '' : unescapePart(text.slice(hash + 1), fail)
  let rest = hash < 0 ? text : text.slice(0, hash)
  const schemeMatch = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(rest)
  if (schemeMatch === null && rest.startsWith(':')) fail('missing protocol scheme')
  const scheme = schemeMatch === null ? '' : schemeMatch[1]!.toLowerCase()
  rest = rest.slice(schemeMatch?.[0].length ?? 0)
  const mark = rest.indexOf('?')
  const query = mark < 0 ? '' : rest.slice(mark + 1)
  if (mark >= 0) rest = rest.slice(0, mark)
  if (!rest.startsWith('/') && scheme !== '') {
    return { scheme, opaque: rest, userinfo: '', host: '', path: '', query, fragment }
  }
  if (scheme === '' && /^[^/]*:/.test(rest)) fail('first path segment in URL cannot contain colon')
  let userinfo = ''
  let host = ''
  if (rest.startsWith('//') && !rest.startsWith('///')) {
    const slash = rest.indexOf('/', 2)
    const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash)
    rest = slash < 0 ? '' : rest.slice(slash)
    const at = authority.lastIndexOf('@')
    userinfo = at < 0 ? '' : authority.slice(0, at)
    host = authority.slice(at + 1)
    const port = /^(?:\[[^\]]*\]|[^:]*):(.*)$/.exec(host)?.[1]
    if (port !== undefined && !/^\d*$/.test(port)) fail(`invalid port ${quote(`:${port}`)} after host`)
    if (/[\s<>"]/.test(host)) fail(`invalid character ${quote(/[\s<>"]/.exec(host)![0])} in host name`)
  }
  return { scheme, opaque: '', userinfo, host, path: unescapePart(rest, fail), query, fragment }
}

function unescapePart(text: string, fail: (reason: string) => never): string {
  if (!text.includes('%')) return text
  const bytes: number[] = []
  const raw = toBytes(text)
  for (let i = 0; i < raw.length; i++) {
    if (raw[i] !== 0x25) {
      bytes.push(raw[i]!)
      continue
    }
    const hex = String.fromCharCode(...raw.subarray(i + 1, i + 3))
    if (!/^[0-9a-fA-F]{2}$/.test(hex)) fail(`invalid URL escape ${quote(`%${hex}`)}`)
    bytes.push(Number.parseInt(hex, 16))
    i += 2
  }
  return fromBytes(Uint8Array.from(bytes))
}

function urlJoin(dict: GoMap | null): string {
  const get = (key: string): string => {
    const value = mapGet(dict ?? {}, key)
    if (value === undefined) return ''
    if (typeof value !== 'string') {
      throw new GoError(`unable to parse ${key} key, must be of type string, but ${kindOf(value)} found`)
    }
    return value
  }
  const scheme = get('scheme')
  const opaque = get('opaque')
  const host = get('host')
  const userinfo = get('userinfo')
  const path = get('path')
  let out = scheme === '' ? '' : `${scheme}:`
  if (opaque !== '') out += opaque
  else {
    if (scheme !== '' || host !== '' || userinfo !== '') {
      if (host !== '' || path !== '' || userinfo !== '') out += '//'
      if (userinfo !== '') out += `${userinfo}@`
      out += host
    }
    const escaped = escapePath(path)
    if (escaped !== '' && !escaped.startsWith('/') && host !== '') out += '/'
    out += escaped
  }
  const query = get('query')
  const fragment = get('fragment')
  return out + (query === '' ? '' : `?${query}`) + (fragment === '' ? '' : `#${escapePath(fragment)}`)
}

function escapePath(text: string): string {
  let out = ''
  for (const byte of toBytes(text)) {
    const char = String.fromCharCode(byte)
    out += /[A-Za-z0-9\-_.~$&+,/:;=@!'()*]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return out
}
