import { isObject, type JsonObject, rfc3339 } from '../../base/index.ts'
import type { KubeObject, ObjectMeta } from '../../kube/index.ts'

const SUFFIX_LETTERS = 'bcdfghjklmnpqrstvwxz2456789'

/** `prefix` plus five letters that spell no words, cut to 63 as apiserver's name generator does. */
export function generateName(prefix: string, random: () => number): string {
  let suffix = ''
  for (let i = 0; i < 5; i++) suffix += SUFFIX_LETTERS[Math.floor(random() * SUFFIX_LETTERS.length)]
  return prefix.slice(0, 58) + suffix
}

/** A version-4 UUID from a source of random numbers. */
export function makeUid(random: () => number): string {
  let out = ''
  for (let i = 0; i < 36; i++) {
    if (i === 8 || i === 13 || i === 18 || i === 23) out += '-'
    else if (i === 14) out += '4'
    else if (i === 19) out += '89ab'[Math.floor(random() * 4)]
    else out += '0123456789abcdef'[Math.floor(random() * 16)]
  }
  return out
}

/** The finalizers of an object. */
export function finalizersOf(object: KubeObject): string[] {
  const list = object.metadata['finalizers']
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : []
}

export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller: boolean
  readonly blockOwnerDeletion: boolean
}

/** The well-formed owner references of an object. */
export function ownersOf(object: KubeObject): OwnerReference[] {
  const list = object.metadata['ownerReferences']
  if (!Array.isArray(list)) return []
  return list.filter(isObject).map((owner) => ({
    apiVersion: String(owner['apiVersion'] ?? ''),
    kind: String(owner['kind'] ?? ''),
    name: String(owner['name'] ?? ''),
    uid: String(owner['uid'] ?? ''),
    controller: owner['controller'] === true,
    blockOwnerDeletion: owner['blockOwnerDeletion'] === true,
  }))
}

/** metadata.uid, `''` when it is missing. */
export function uidOf(object: KubeObject): string {
  const uid = object.metadata['uid']
  return typeof uid === 'string' ? uid : ''
}

/** metadata.namespace, `''` for cluster-scoped objects. */
export function namespaceOf(object: KubeObject): string {
  const namespace = object.metadata['namespace']
  return typeof namespace === 'string' ? namespace : ''
}

/** True while an object is being deleted. */
export function isDeleting(object: KubeObject): boolean {
  return typeof object.metadata['deletionTimestamp'] === 'string'
}

/** metadata.labels as strings. */
export function labelsOf(object: JsonObject): Record<string, string> {
  const metadata = object['metadata']
  return isObject(metadata) ? stringMap(metadata['labels']) : {}
}

/** metadata.annotations as strings. */
export function annotationsOf(object: JsonObject): Record<string, string> {
  const metadata = object['metadata']
  return isObject(metadata) ? stringMap(metadata['annotations']) : {}
}

/** The string members of an object. */
export function stringMap(value: unknown): Record<string, string> {
  if (!isObject(value)) return {}
  const out: Record<string, string> = {}
  for (const [key, item] of Object.entries(value)) if (typeof item === 'string') out[key] = item
  return out
}

const EMPTY_DROPPED = ['labels', 'annotations', 'finalizers', 'ownerReferences', 'managedFields'] as const
const SYSTEM_FIELDS = ['selfLink', 'clusterName'] as const

/** Metadata as Go's ObjectMeta writes it: no nulls, no empty maps or lists. */
export function tidyMetadata(metadata: ObjectMeta): void {
  for (const [key, value] of Object.entries(metadata)) if (value === null) delete metadata[key]
  for (const key of EMPTY_DROPPED) {
    const value = metadata[key]
    if (Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0) {
      delete metadata[key]
    }
  }
  for (const key of SYSTEM_FIELDS) delete metadata[key]
}

/** Fills in what the system owns on a new object (apiserver's FillObjectMetaSystemFields). */
export function fillSystemFields(metadata: ObjectMeta, now: number, uid: string): void {
  delete metadata['deletionTimestamp']
  delete metadata['deletionGracePeriodSeconds']
  delete metadata['resourceVersion']
  delete metadata['generation']
  metadata['creationTimestamp'] = rfc3339(now)
  metadata['uid'] = uid
}
