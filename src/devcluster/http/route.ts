/** A request path taken apart, after apiserver's RequestInfo. */
export type Route = ResourceRoute | { readonly kind: 'path'; readonly path: string }

export interface ResourceRoute {
  readonly kind: 'resource'
  readonly group: string
  readonly version: string
  readonly namespace: string
  readonly resource: string
  /** `''` for a collection. */
  readonly name: string
  /** `status`, `scale`, `log`, … or `''`; deeper parts (`proxy/…`) are cut. */
  readonly subresource: string
  /** The deprecated `/watch/` prefix was used. */
  readonly watchPrefix: boolean
}

const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize'])

/** Splits a request's target into its decoded path and its query; `undefined` when the encoding is broken. */
export function splitTarget(target: string): { path: string; query: Map<string, string[]> } | undefined {
  const mark = target.indexOf('?')
  const query = new Map<string, string[]>()
  try {
    const path = decodeURIComponent(mark < 0 ? target : target.slice(0, mark))
    if (mark >= 0) {
      for (const part of target.slice(mark + 1).split('&')) {
        if (part === '') continue
        const equals = part.indexOf('=')
        const key = decodePlus(equals < 0 ? part : part.slice(0, equals))
        const value = equals < 0 ? '' : decodePlus(part.slice(equals + 1))
        const values = query.get(key)
        if (values === undefined) query.set(key, [value])
        else values.push(value)
      }
    }
    return { path, query }
  } catch {
    return undefined
  }
}

function decodePlus(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '))
}

/** Takes a decoded path apart; anything that is not a resource's path comes back as `path`. */
export function parseRoute(path: string): Route {
  const parts = path.split('/').filter((part) => part !== '')
  let rest: string[]
  let group = ''
  let version: string
  if (parts[0] === 'api' && parts.length >= 3) {
    version = parts[1]!
    rest = parts.slice(2)
  } else if (parts[0] === 'apis' && parts.length >= 4) {
    group = parts[1]!
    version = parts[2]!
    rest = parts.slice(3)
  } else return { kind: 'path', path: path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path }
  const watchPrefix = rest[0] === 'watch' && rest.length > 1
  if (watchPrefix) rest = rest.slice(1)
  let namespace = ''
  if (rest[0] === 'namespaces' && rest.length > 1) {
    namespace = rest[1]!
    // `namespaces/x` and `namespaces/x/status` are the Namespace itself.
    if (rest.length > 2 && !(NAMESPACE_SUBRESOURCES.has(rest[2]!) && rest.length === 3)) rest = rest.slice(2)
    else namespace = ''
  }
  return {
    kind: 'resource',
    group,
    version,
    namespace,
    resource: rest[0]!,
    name: rest[1] ?? '',
    subresource: rest[2] ?? '',
    watchPrefix,
  }
}
