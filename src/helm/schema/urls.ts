/** The little of RFC 3986 that schema references need. */

/** `[before, after]` the first `#`. */
export function splitFragment(text: string): [string, string] {
  const at = text.indexOf('#')
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

/** Undoes percent escapes; `undefined` for broken ones. */
export function unescapePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

interface Parts {
  readonly scheme: string
  readonly authority: string | undefined
  readonly path: string
  readonly query: string | undefined
}

function parse(url: string): Parts {
  const match = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^/?]*))?([^?]*)(?:\?(.*))?$/s.exec(url)
  return { scheme: match?.[1] ?? '', authority: match?.[2], path: match?.[3] ?? '', query: match?.[4] }
}

/** Resolves a reference without fragment against a base; `undefined` where it is no URL. */
export function resolveUrl(base: string, reference: string): string | undefined {
  if (/%(?![0-9a-fA-F]{2})/.test(reference) || /[\0-\x1f\x7f]/.test(reference)) return undefined
  if (reference === '') return base
  const from = parse(base)
  const to = parse(reference)
  if (to.scheme !== '') return reference
  if (to.authority !== undefined) return print({ ...to, scheme: from.scheme, path: withoutDots(to.path) })
  // Such as urn:uuid:…, which has no path to resolve against.
  if (from.authority === undefined && !from.path.startsWith('/')) return base
  if (to.path === '') return print({ ...from, query: to.query ?? from.query })
  const path = to.path.startsWith('/') ? to.path : from.path.slice(0, from.path.lastIndexOf('/') + 1) + to.path
  return print({ ...from, path: withoutDots(path), query: to.query })
}

function print({ scheme, authority, path, query }: Parts): string {
  const host = authority === undefined ? '' : `//${authority}`
  return `${scheme === '' ? '' : `${scheme}:`}${host}${path}${query === undefined ? '' : `?${query}`}`
}

function withoutDots(path: string): string {
  const out: string[] = []
  const parts = path.split('/')
  parts.forEach((part, i) => {
    if (part === '..') {
      if (out.length > 1) out.pop()
      if (i === parts.length - 1) out.push('')
    } else if (part === '.') {
      if (i === parts.length - 1) out.push('')
    } else out.push(part)
  })
  return out.join('/')
}
