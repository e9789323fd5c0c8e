import type { JsonObject, ObjectRef } from '../base/index.ts'

/** A Kubernetes object as plain JSON. Stored objects are immutable: copy before a change. */
export interface KubeObject extends JsonObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
}

/** The metadata that code reads; other fields are kept as they are. */
export interface ObjectMeta extends JsonObject {
  name: string
}

export interface GroupVersionKind {
  /** `""` for the core group. */
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** One resource of a server's discovery. */
export interface ApiResource extends GroupVersionKind {
  /** Plural, lower case: `deployments`. */
  readonly resource: string
  readonly singular: string
  readonly namespaced: boolean
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly verbs: readonly string[]
  readonly subresources: readonly string[]
}

/** Splits `group/version`; the core group's apiVersion is just the version. */
export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/')
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) }
}

/** The group, version and kind of an object. */
export function gvkOf(object: { apiVersion: string; kind: string }): GroupVersionKind {
  return { ...parseApiVersion(object.apiVersion), kind: object.kind }
}

/** `group/version`, or the version alone for the core group. */
export function apiVersionOf(gvk: { group: string; version: string }): string {
  return gvk.group === '' ? gvk.version : `${gvk.group}/${gvk.version}`
}

/** The reference by which problems and views name an object. */
export function refOf(object: KubeObject): ObjectRef {
  const namespace = object.metadata['namespace']
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name: object.metadata.name,
    ...(typeof namespace === 'string' && namespace !== '' ? { namespace } : {}),
  }
}
