import type { Condition } from './types.ts'

type Conditions = readonly Condition[]

/** The condition of a type, `undefined` when there is none. */
export function getCondition(conditions: Conditions, type: string): Condition | undefined {
  return conditions.find((condition) => condition.type === type)
}

export function isConditionTrue(conditions: Conditions, type: string): boolean {
  return getCondition(conditions, type)?.status === 'True'
}

export function isConditionFalse(conditions: Conditions, type: string): boolean {
  return getCondition(conditions, type)?.status === 'False'
}

/** Also true when the condition is missing. */
export function isConditionUnknown(conditions: Conditions, type: string): boolean {
  const condition = getCondition(conditions, type)
  return condition === undefined || condition.status === 'Unknown'
}

/** Ready is True and nothing says stalled or reconciling (fluxcd/pkg runtime/conditions `IsReady`). */
export function isReady(conditions: Conditions): boolean {
  return !isStalled(conditions) && !isReconciling(conditions) && isConditionTrue(conditions, 'Ready')
}

export function isStalled(conditions: Conditions): boolean {
  return !isConditionTrue(conditions, 'Reconciling') && isConditionTrue(conditions, 'Stalled')
}

export function isReconciling(conditions: Conditions): boolean {
  return !isConditionTrue(conditions, 'Stalled') && isConditionTrue(conditions, 'Reconciling')
}
