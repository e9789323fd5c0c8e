import { basename, cleanPath, dirname } from '../../base/index.ts'
import { GoError, type GoMap, goFunction, kindOf, mapGet } from '../../gotemplate/index.ts'
import { type FunctionTable, nilPanic } from './shared.ts'
import { hostname, type ParsedUrl, parseUrl, urlText, userText } from './url.ts'

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

function urlParse(text: string): GoMap {
  const { scheme, opaque, user, host, path, query, fragment } = parsed(text, 'url')
  const userinfo = user === undefined ? '' : userText(user)
  return { scheme, host, hostname: hostname(host), path, query, opaque, fragment, userinfo }
}

function parsed(text: string, what: string): ParsedUrl {
  try {
    return parseUrl(text)
  } catch (error) {
    if (error instanceof GoError) throw new GoError(`unable to parse ${what}: ${error.message}`)
    throw error
  }
}

function urlJoin(dict: GoMap | null): string {
  const get = (key: string): string => {
    const value = mapGet(dict ?? {}, key)
    if (value === undefined) return ''
    if (value === null) throw nilPanic()
    if (typeof value !== 'string') {
      throw new GoError(`unable to parse ${key} key, must be of type string, but ${kindOf(value)} found`)
    }
    return value
  }
  const [scheme, host, path, query, opaque, fragment, userinfo] = [
    ...[get('scheme'), get('host'), get('path'), get('query'), get('opaque'), get('fragment'), get('userinfo')],
  ] as [string, string, string, string, string, string, string]
  const user = userinfo === '' ? undefined : parsed(`proto://${userinfo}@host`, 'userinfo in dict').user
  return urlText({ scheme, opaque, user, host, path, query, fragment })
}
