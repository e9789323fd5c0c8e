import { type ApiResource, apiVersionOf } from '../types.ts'

/**
 * The URL path of a resource's collection, or of one object when `name` is given
 * (`/apis/apps/v1/namespaces/ns/deployments/name/status`). Segments are percent-encoded.
 */
export function resourcePath(
  resource: ApiResource,
  target: { readonly namespace?: string; readonly name?: string; readonly subresource?: string } = {},
): string {
  const root = resource.group === '' ? '/api' : '/apis'
  const namespaced = resource.namespaced && target.namespace !== undefined && target.namespace !== ''
  const parts = [root, ...apiVersionOf(resource).split('/')]
  if (namespaced) parts.push('namespaces', encodeURIComponent(target.namespace!))
  parts.push(resource.resource)
  if (target.name !== undefined) parts.push(encodeURIComponent(target.name))
  if (target.subresource !== undefined) parts.push(...target.subresource.split('/').map(encodeURIComponent))
  return parts.join('/')
}

/** Appends the query parameters that have a value. */
export function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const parts: string[] = []
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parts.push(`${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
  }
  return parts.length === 0 ? path : `${path}?${parts.join('&')}`
}
