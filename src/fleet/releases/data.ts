import {
  decodeBase64,
  decodeText,
  getIn,
  getString,
  isObject,
  type JsonObject,
  type ObjectRef,
} from '../../base/index.ts'
import type { ReferencedData } from '../../flux/index.ts'
import type { Fleet } from '../types.ts'
import { findObject } from './list.ts'

/**
 * The data of a ConfigMap or Secret of a cluster. A Secret that no file makes may be made in the cluster, and an
 * encrypted one has values that nobody can read here: both are `unknown`.
 */
export function dataOf(fleet: Fleet, cluster: string, ref: ObjectRef): ReferencedData {
  const object = findObject(fleet, cluster, ref)
  if (object === undefined) return ref.kind === 'Secret' || cluster === '-' ? 'unknown' : 'missing'
  if (isEncrypted(object)) return 'unknown'
  return ref.kind === 'Secret' ? secretData(object) : textData(object, 'data')
}

/** SOPS leaves its own metadata in what it encrypted. */
function isEncrypted(object: JsonObject): boolean {
  return getString(object['sops'], 'mac') !== undefined
}

function secretData(object: JsonObject): ReferencedData {
  const out = new Map<string, string>()
  for (const [key, value] of textData(object, 'data')) {
    const bytes = decodeBase64(value)
    if (bytes === undefined) return 'unknown'
    out.set(key, decodeText(bytes))
  }
  for (const [key, value] of textData(object, 'stringData')) out.set(key, value)
  return out
}

function textData(object: JsonObject, field: string): Map<string, string> {
  const data = getIn(object, [field])
  const entries = isObject(data) ? Object.entries(data) : []
  return new Map(entries.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : [])))
}
