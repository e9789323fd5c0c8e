import { getIn, isObject, type JsonObject, type JsonValue, jsonClone } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { stringifyYaml } from '../../yaml/index.ts'
import { mask, withoutSecrets } from '../secrets.ts'

/** A live object as YAML for reading: no managed fields, no last-applied copy, Secret values masked. */
export function liveText(object: KubeObject): string {
  return stringifyYaml(withoutNoise(object))
}

/** A live object as one would commit it: nothing that only a server sets; as `flux export` writes it. */
export function exportText(object: KubeObject): string {
  const copy = withoutNoise(object)
  delete copy['status']
  const metadata = copy['metadata']
  if (isObject(metadata)) {
    for (const field of [
      'uid',
      'resourceVersion',
      'generation',
      'creationTimestamp',
      'selfLink',
      'ownerReferences',
      'finalizers',
    ]) {
      delete metadata[field]
    }
    const annotations = metadata['annotations']
    if (isObject(annotations)) {
      delete annotations['reconcile.fluxcd.io/requestedAt']
      if (Object.keys(annotations).length === 0) delete metadata['annotations']
    }
  }
  return stringifyYaml(copy)
}

/**
 * Two states of one object for a comparison. Values of Secrets are masked such that an equal value looks equal and a
 * changed one looks changed. What each server write touches by itself is left out of both.
 */
export function comparableTexts(
  live: KubeObject | undefined,
  merged: KubeObject | undefined,
): { readonly live: string; readonly merged: string } {
  const left = live === undefined ? undefined : comparable(live)
  const right = merged === undefined ? undefined : comparable(merged)
  if (live?.kind === 'Secret' || merged?.kind === 'Secret') maskChanges(live, merged, left, right)
  return {
    live: left === undefined ? '' : stringifyYaml(left),
    merged: right === undefined ? '' : stringifyYaml(right),
  }
}

function comparable(object: KubeObject): JsonObject {
  const copy = withoutNoise(object)
  delete copy['status']
  const metadata = copy['metadata']
  if (isObject(metadata)) {
    for (const field of ['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'selfLink'])
      delete metadata[field]
  }
  return copy
}

function withoutNoise(object: KubeObject): JsonObject {
  const copy = jsonClone<JsonObject>(object)
  const metadata = copy['metadata']
  if (isObject(metadata)) {
    delete metadata['managedFields']
    const annotations = metadata['annotations']
    if (isObject(annotations)) {
      delete annotations['kubectl.kubernetes.io/last-applied-configuration']
      if (Object.keys(annotations).length === 0) delete metadata['annotations']
    }
  }
  return withoutSecrets(copy)
}

function maskChanges(
  live: KubeObject | undefined,
  merged: KubeObject | undefined,
  left: JsonObject | undefined,
  right: JsonObject | undefined,
): void {
  for (const field of ['data', 'stringData']) {
    const before = live?.[field]
    const shownBefore = left?.[field]
    const shownAfter = right?.[field]
    const after = merged?.[field]
    if (!isObject(before) || !isObject(after) || !isObject(shownBefore) || !isObject(shownAfter)) continue
    for (const key of Object.keys(after)) {
      if (differs(before, after, key)) {
        if (Object.hasOwn(before, key)) shownBefore[key] = `${mask} (before)`
        shownAfter[key] = `${mask} (after)`
      }
    }
  }
}

function differs(before: JsonObject, after: JsonObject, key: string): boolean {
  const a: JsonValue | undefined = getIn(before, [key])
  return a !== getIn(after, [key])
}
