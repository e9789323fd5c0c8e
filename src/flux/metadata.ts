import { isObject, type JsonObject } from '../base/index.ts'
import type { KubeObject } from '../kube/index.ts'
import { ownerLabels } from './constants.ts'

/** Labels or annotations of an object as strings; anything else in them is left out. */
export function stringMap(object: JsonObject, field: 'labels' | 'annotations'): Record<string, string> {
  const metadata = object['metadata']
  const map = isObject(metadata) ? metadata[field] : undefined
  return isObject(map) ? stringEntries(map) : {}
}

function stringEntries(map: JsonObject): Record<string, string> {
  const entries = Object.entries(map).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return Object.fromEntries(entries)
}

/** The object with labels and annotations added; given values win. The input is not changed. */
export function withMetadata(
  object: KubeObject,
  add: { readonly labels?: Readonly<Record<string, string>>; readonly annotations?: Readonly<Record<string, string>> },
): KubeObject {
  const metadata = { ...object.metadata }
  for (const field of ['labels', 'annotations'] as const) {
    const more = add[field]
    if (more !== undefined && Object.keys(more).length > 0) metadata[field] = { ...stringMap(object, field), ...more }
  }
  return { ...object, metadata }
}

/** The labels by which objects name the Kustomization that applies them. */
export function ownerLabelsFor(owner: { readonly name: string; readonly namespace: string }): Record<string, string> {
  return { [ownerLabels.name]: owner.name, [ownerLabels.namespace]: owner.namespace }
}

/**
 * True when any of the pairs stands in the labels or annotations; values compare without regard to case
 * (fluxcd/pkg ssa/utils `AnyInMetadata`).
 */
export function anyInMetadata(object: KubeObject | undefined, pairs: Readonly<Record<string, string>>): boolean {
  if (object === undefined) return false
  const labels = stringMap(object, 'labels')
  const annotations = stringMap(object, 'annotations')
  return Object.entries(pairs).some(
    ([key, value]) => matches(own(labels, key), value) || matches(own(annotations, key), value),
  )
}

function own(map: Record<string, string>, key: string): string | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined
}

function matches(value: string | undefined, wanted: string): boolean {
  return value !== undefined && value !== '' && value.toLowerCase() === wanted.toLowerCase()
}
