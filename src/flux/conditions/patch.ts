import { jsonEqual } from '../../base/index.ts'
import { getCondition } from './get.ts'
import { deleteCondition, hasSameState, type SetContext, setCondition } from './set.ts'
import type { Condition } from './types.ts'

/** One step from a list of conditions to another. */
export type ConditionPatch =
  | { readonly op: 'Add'; readonly after: Condition }
  | { readonly op: 'Change'; readonly before: Condition; readonly after: Condition }
  | { readonly op: 'Remove'; readonly before: Condition }

/** A condition that was changed by somebody else since it was read. */
export class ConditionConflict extends Error {
  override readonly name = 'ConditionConflict'
  readonly conditionType: string

  constructor(
    type: string,
    how: 'modified' | 'deleted',
    merge: 'AddCondition' | 'ChangeCondition' | 'RemoveCondition',
  ) {
    super(
      `error patching conditions: The condition "${type}" was ${how} by a different process and this caused a merge/${merge} conflict`,
    )
    this.conditionType = type
  }
}

/** The steps that lead from `before` to `after`. */
export function diffConditions(before: readonly Condition[], after: readonly Condition[]): ConditionPatch[] {
  const patch: ConditionPatch[] = []
  for (const wanted of after) {
    const current = getCondition(before, wanted.type)
    if (current === undefined) patch.push({ op: 'Add', after: wanted })
    else if (!sameCondition(current, wanted)) patch.push({ op: 'Change', before: current, after: wanted })
  }
  for (const current of before) {
    if (getCondition(after, current.type) === undefined) patch.push({ op: 'Remove', before: current })
  }
  return patch
}

/** Which side wins when both changed a condition. */
export interface ApplyConditionsOptions {
  /** The controller's own types: its value always wins. */
  readonly owned?: readonly string[]
  readonly forceOverwrite?: boolean
}

/**
 * Three-way merge of condition changes onto the latest list (fluxcd/pkg runtime/conditions/patch.go `Apply`).
 * Throws `ConditionConflict` when another process changed a condition that is not owned here in another way.
 */
export function applyConditionPatch(
  latest: readonly Condition[],
  patch: readonly ConditionPatch[],
  context: SetContext,
  options: ApplyConditionsOptions = {},
): Condition[] {
  let list = [...latest]
  for (const step of patch) {
    const { type } = step.op === 'Remove' ? step.before : step.after
    const wins = (options.forceOverwrite ?? false) || (options.owned?.includes(type) ?? false)
    if (!wins && !checkLatest(getCondition(list, type), step)) continue
    list = step.op === 'Remove' ? deleteCondition(list, type) : setCondition(list, step.after, context)
  }
  return list
}

/** False when the latest list already says what is wanted. */
function checkLatest(latest: Condition | undefined, step: ConditionPatch): boolean {
  switch (step.op) {
    case 'Add':
      if (latest === undefined) return true
      if (!hasSameState(latest, step.after)) throw new ConditionConflict(latest.type, 'modified', 'AddCondition')
      return false
    case 'Change':
      if (latest === undefined) throw new ConditionConflict(step.after.type, 'deleted', 'ChangeCondition')
      if (sameCondition(latest, step.before)) return true
      if (!hasSameState(latest, step.after)) throw new ConditionConflict(latest.type, 'modified', 'ChangeCondition')
      return false
    case 'Remove':
      if (latest !== undefined && !hasSameState(latest, step.before)) {
        throw new ConditionConflict(latest.type, 'modified', 'RemoveCondition')
      }
      return true
  }
}

function sameCondition(a: Condition, b: Condition): boolean {
  return (
    hasSameState(a, b) &&
    jsonEqual(a.lastTransitionTime, b.lastTransitionTime) &&
    (a.observedGeneration ?? 0) === (b.observedGeneration ?? 0)
  )
}
