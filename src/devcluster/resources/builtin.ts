import { builtinResources } from '../../schema/index.ts'
import type { ResourceType } from './types.ts'

/** Resources that have no stored objects of their own: each create is a question that is answered at once. */
export const REVIEW_GROUPS: ReadonlySet<string> = new Set(['authentication.k8s.io', 'authorization.k8s.io'])

/** Every built-in resource, with the place where its objects are stored: the preferred version's form. */
export function builtinTypes(): ResourceType[] {
  const storage = new Map<string, ResourceType['storage']>()
  return builtinResources().map((info) => {
    // Both event APIs show the same objects, stored as core events.
    const collection =
      info.group === 'events.k8s.io' || info.group === '' ? info.resource : `${info.resource}.${info.group}`
    const apiVersion = info.group === '' ? info.version : `${info.group}/${info.version}`
    let stored = storage.get(collection)
    if (stored === undefined) {
      stored = { apiVersion, kind: info.kind }
      storage.set(collection, stored)
    }
    return {
      group: info.group,
      version: info.version,
      kind: info.kind,
      resource: info.resource,
      singular: info.singular,
      namespaced: info.namespaced,
      shortNames: info.shortNames,
      categories: info.categories,
      verbs: info.verbs,
      subresources: info.subresources,
      listKind: `${info.kind}List`,
      collection,
      storage: stored,
      custom: undefined,
    }
  })
}
