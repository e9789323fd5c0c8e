import { getIn, isObject, type JsonObject } from '../../base/index.ts'
import { KubeError } from '../client.ts'
import type { KubeObject, ObjectMeta } from '../types.ts'

/**
 * Whether a refusal means that a field cannot be changed, so that only making the object anew helps
 * (fluxcd/pkg ssa/errors): conflicts and invalid objects, as kubectl sees it, and what admission says of itself.
 */
export function isImmutableError(error: unknown): boolean {
  if (error instanceof KubeError && (error.reason === 'Conflict' || error.reason === 'Invalid')) return true
  const message = error instanceof Error ? error.message : String(error)
  return /is\simmutable|immutable\sfield/.test(message)
}

/** An object with more labels and annotations; given values win. */
export function withCommonMetadata(
  object: KubeObject,
  labels: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>>,
): KubeObject {
  const metadata: JsonObject = { ...(isObject(object['metadata']) ? object.metadata : {}) }
  for (const [field, added] of [
    ['labels', labels],
    ['annotations', annotations],
  ] as const) {
    const merged = { ...(isObject(metadata[field]) ? metadata[field] : {}), ...added }
    if (Object.keys(merged).length > 0) metadata[field] = merged
  }
  return { ...object, metadata: metadata as ObjectMeta }
}

export interface GroupKind {
  readonly group: string
  readonly kind: string
}

/** Reads `group/Kind,Kind,…`. */
export function parseGroupKinds(text: string): GroupKind[] {
  if (text === '') return []
  return text.split(',').map((part) => {
    const item = part.trim()
    const slash = item.indexOf('/')
    return slash < 0 ? { group: '', kind: item } : { group: item.slice(0, slash), kind: item.slice(slash + 1) }
  })
}

/** True for a Job of any version. */
export function isJob(object: { readonly apiVersion: string; readonly kind: string }): boolean {
  return object.kind === 'Job' && object.apiVersion.startsWith('batch/')
}

/** The jobs that the cluster removes by itself some time after they finish. */
export function jobsWithTtl(objects: readonly KubeObject[]): KubeObject[] {
  return objects.filter((object) => {
    const ttl = getIn(object, ['spec', 'ttlSecondsAfterFinished'])
    return isJob(object) && typeof ttl === 'number' && Number.isInteger(ttl)
  })
}

/** True when a document has what every Kubernetes object has: a kind, a version and a name. */
export function isKubernetesObject(document: unknown): document is KubeObject {
  if (!isObject(document)) return false
  const { apiVersion, kind } = document
  const name = getIn(document, ['metadata', 'name'])
  return [apiVersion, kind, name].every((value) => typeof value === 'string' && value !== '')
}
