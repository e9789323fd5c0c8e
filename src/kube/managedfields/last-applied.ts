import { getString, isObject, type JsonObject, type JsonValue, setOwn } from '../../base/index.ts'
import { compareTyped } from '../smd/compare.ts'
import type { FieldSet } from '../smd/field-set.ts'
import { toFieldSet } from '../smd/to-field-set.ts'
import type { TypedValue } from '../smd/typed.ts'
import { validateTyped } from '../smd/validate.ts'
import type { KubeObject, ObjectMeta } from '../types.ts'
import { goJson } from '../values/go-text.ts'
import { parseJson } from '../values/json-text.ts'

/** Where `kubectl apply` keeps what it applied. */
export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration'

/** All annotations of an object together may not be larger. */
const annotationsLimit = 256 * 1024

/** The object's last-applied annotation, `undefined` when it has none or an empty one. */
export function lastAppliedOf(object: JsonObject): string | undefined {
  const text = getString(object, 'metadata', 'annotations', lastAppliedAnnotation)
  return text === '' ? undefined : text
}

/** The object with its annotation renewed from what was applied; without it when that would be too large. */
export function withLastApplied(object: KubeObject, applied: KubeObject): KubeObject {
  const annotations = isObject(object.metadata['annotations']) ? { ...object.metadata['annotations'] } : {}
  annotations[lastAppliedAnnotation] = lastAppliedText(applied)
  if (annotationsSize(annotations) > annotationsLimit) delete annotations[lastAppliedAnnotation]
  return { ...object, metadata: { ...object.metadata, annotations } as ObjectMeta }
}

function lastAppliedText(applied: KubeObject): string {
  const annotations = isObject(applied.metadata) ? applied.metadata['annotations'] : undefined
  let object: JsonObject = applied
  if (isObject(annotations) && Object.hasOwn(annotations, lastAppliedAnnotation)) {
    const kept: JsonObject = {}
    for (const [key, value] of Object.entries(annotations)) if (key !== lastAppliedAnnotation) setOwn(kept, key, value)
    object = { ...applied, metadata: { ...applied.metadata, annotations: kept } }
  }
  return `${goJson(object)}\n`
}

function annotationsSize(annotations: JsonObject): number {
  const encoder = new TextEncoder()
  let size = 0
  for (const [key, value] of Object.entries(annotations)) {
    size += encoder.encode(key).length + (typeof value === 'string' ? encoder.encode(value).length : 0)
  }
  return size
}

/**
 * The fields that `kubectl apply` owns by its annotation: what it applied and the live object still has so. Server-side
 * apply by kubectl may take them without force. `undefined` when the annotation is missing or no use.
 */
export function fieldsOfLastApplied(live: TypedValue, apiVersion: string): FieldSet | undefined {
  if (!isObject(live.value)) return undefined
  const text = lastAppliedOf(live.value)
  const applied = text === undefined ? undefined : readObject(text)
  if (applied === undefined || applied['apiVersion'] !== apiVersion) return undefined
  const typed = { ...live, value: applied }
  if (validateTyped(typed.value, typed.schema, typed.ref).length > 0) return undefined
  const set = toFieldSet(typed)
  const comparison = compareTyped(typed, live)
  if (!set.ok || !comparison.ok) return undefined
  const { modified, added, removed } = comparison.value
  return set.value.difference(modified).difference(added).difference(removed)
}

function readObject(text: string): JsonObject | undefined {
  let value: JsonValue
  try {
    value = parseJson(text)
  } catch {
    return undefined
  }
  return isObject(value) && typeof value['kind'] === 'string' && value['kind'] !== '' ? value : undefined
}
