import { isObject, type JsonObject, type JsonValue, type ObjectRef } from '../base/index.ts'
import { conditionsOf, getCondition, isReady } from '../flux/index.ts'
import { type KubeObject, refOf } from '../kube/index.ts'

/** What `settle` found: every object of the engine's kinds, and how it stands. */
export interface Settled {
  readonly ready: readonly ObjectRef[]
  /** With the reason and message of Ready. */
  readonly failed: readonly { readonly ref: ObjectRef; readonly reason: string; readonly message: string }[]
  readonly suspended: readonly ObjectRef[]
}

/** How objects stand; `undefined` when one of them has yet to be reconciled in its present form. */
export function survey(objects: readonly KubeObject[]): Settled | undefined {
  const ready: ObjectRef[] = []
  const failed: { ref: ObjectRef; reason: string; message: string }[] = []
  const suspended: ObjectRef[] = []
  for (const object of objects) {
    const conditions = conditionsOf(object)
    const condition = getCondition(conditions, 'Ready')
    if (isSuspended(object)) suspended.push(refOf(object))
    else if (object.metadata['deletionTimestamp'] !== undefined) return undefined
    else if (condition === undefined || condition.observedGeneration !== object.metadata['generation']) return undefined
    else if (isReady(conditions)) ready.push(refOf(object))
    else if (condition.status === 'False' || getCondition(conditions, 'Stalled')?.status === 'True') {
      failed.push({ ref: refOf(object), reason: condition.reason ?? '', message: condition.message ?? '' })
    } else return undefined
  }
  return { ready, failed, suspended }
}

/** The object's spec; empty when it has none. */
export function specOf(object: KubeObject): JsonObject {
  const spec: JsonValue | undefined = object['spec']
  return isObject(spec) ? spec : {}
}

/** A text field of the object's status. */
export function statusText(object: KubeObject, field: string): string | undefined {
  const status: JsonValue | undefined = object['status']
  const value = isObject(status) ? status[field] : undefined
  return typeof value === 'string' ? value : undefined
}

export function isSuspended(object: KubeObject): boolean {
  return specOf(object)['suspend'] === true
}

export function namespaceOf(object: KubeObject): string {
  const namespace = object.metadata['namespace']
  return typeof namespace === 'string' ? namespace : ''
}

/** `namespace/name`. */
export function keyOf(object: KubeObject): string {
  return `${namespaceOf(object)}/${object.metadata.name}`
}
