import { compareConditions } from './order.ts'
import { trimConditionMessage } from './trim.ts'
import type { Condition, ConditionStatus } from './types.ts'

/** What `setCondition` needs to know of the object: its generation, and the time of a transition. */
export interface SetContext {
  readonly generation: number
  /** RFC 3339, whole seconds. */
  readonly now: string
}

/** True when type, status, reason and message agree. */
export function hasSameState(a: Condition, b: Condition): boolean {
  return (
    a.type === b.type &&
    a.status === b.status &&
    (a.reason ?? '') === (b.reason ?? '') &&
    (a.message ?? '') === (b.message ?? '')
  )
}

/**
 * Sets a condition: the transition time moves only with a change of status, reason or message; the observed generation
 * always follows the object; the list is kept in order (fluxcd/pkg runtime/conditions `Set`).
 */
export function setCondition(
  conditions: readonly Condition[],
  condition: Condition | undefined,
  context: SetContext,
): Condition[] {
  if (condition === undefined) return [...conditions]
  const message = trimConditionMessage(condition.message ?? '')
  const wanted: Condition = { ...condition, message, observedGeneration: context.generation }
  const before = conditions.find((other) => other.type === wanted.type)
  let time = wanted.lastTransitionTime ?? context.now
  if (before !== undefined) {
    time = hasSameState(before, wanted) ? (before.lastTransitionTime ?? time) : context.now
  }
  const next = { ...wanted, lastTransitionTime: time }
  const rest = conditions.filter((other) => other.type !== wanted.type)
  return [...rest, next].sort(compareConditions)
}

/** The list without the condition of a type. */
export function deleteCondition(conditions: readonly Condition[], type: string): Condition[] {
  return conditions.filter((condition) => condition.type !== type)
}

/** Status, reason and message to be set on a type. */
export interface Mark {
  readonly status: ConditionStatus
  readonly reason: string
  readonly message: string
}

/** Sets the condition of a type. */
export function markCondition(
  conditions: readonly Condition[],
  type: string,
  mark: Mark,
  context: SetContext,
): Condition[] {
  return setCondition(conditions, { type, ...mark }, context)
}

/** Sets Reconciling=True and takes Stalled away. */
export function markReconciling(
  conditions: readonly Condition[],
  reason: string,
  message: string,
  context: SetContext,
): Condition[] {
  return setCondition(
    deleteCondition(conditions, 'Stalled'),
    { type: 'Reconciling', status: 'True', reason, message },
    context,
  )
}

/** Sets Stalled=True and takes Reconciling away. */
export function markStalled(
  conditions: readonly Condition[],
  reason: string,
  message: string,
  context: SetContext,
): Condition[] {
  return setCondition(
    deleteCondition(conditions, 'Reconciling'),
    { type: 'Stalled', status: 'True', reason, message },
    context,
  )
}
