import { isObject, type JsonObject, type JsonValue } from '../../base/index.ts'

export type ConditionStatus = 'True' | 'False' | 'Unknown'

/** `metav1.Condition`. Values are immutable: every function here returns new lists. */
export interface Condition {
  readonly type: string
  readonly status: ConditionStatus
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime?: string
  readonly observedGeneration?: number
}

/** Whatever carries conditions: a list and, where it matters, whom they belong to. */
export interface ConditionHolder {
  readonly conditions: readonly Condition[]
  readonly kind?: string
  readonly name?: string
}

/** The conditions in `status.conditions` of an object; entries that are no conditions are left out. */
export function conditionsOf(object: JsonObject): Condition[] {
  const status = object['status']
  const list = isObject(status) ? status['conditions'] : undefined
  return Array.isArray(list) ? list.filter(isCondition) : []
}

function isCondition(value: JsonValue): value is JsonObject & Condition {
  return isObject(value) && typeof value['type'] === 'string' && typeof value['status'] === 'string'
}

/** A condition as JSON in the field order that the API types have. */
export function conditionToJson(condition: Condition): JsonObject {
  const out: JsonObject = {
    lastTransitionTime: condition.lastTransitionTime ?? null,
    message: condition.message ?? '',
  }
  if (condition.observedGeneration !== undefined && condition.observedGeneration !== 0) {
    out['observedGeneration'] = condition.observedGeneration
  }
  out['reason'] = condition.reason ?? ''
  out['status'] = condition.status
  out['type'] = condition.type
  return out
}
