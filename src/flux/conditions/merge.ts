import { compareStrings } from '../../base/index.ts'
import { compareConditions } from './order.ts'
import type { Condition, ConditionHolder, ConditionStatus } from './types.ts'

/** How `summarizeConditions` and `aggregateConditions` choose and word their result. */
export interface MergeOptions {
  /** Only these types count; their order gives the priority for reason and message. */
  readonly types?: readonly string[]
  /** Types that are bad when True. */
  readonly negativePolarity?: readonly string[]
  /** Adds `@ Kind/name` to the reason. */
  readonly sourceRef?: boolean
  /** As `sourceRef`, when a condition of one of these types is in scope. */
  readonly sourceRefIf?: readonly string[]
  /** Message `x of y Type`. */
  readonly counter?: boolean
  readonly counterIfOnly?: readonly string[]
  /** Message `x of y completed`. */
  readonly stepCounter?: boolean
  readonly stepCounterIfOnly?: readonly string[]
  /** Only conditions of the newest observed generation count. */
  readonly latestGeneration?: boolean
}

interface Localized {
  readonly condition: Condition
  readonly holder: ConditionHolder
}

interface Group {
  readonly status: ConditionStatus
  readonly negative: boolean
  readonly generation: number
  readonly members: Localized[]
}

interface MergePlan {
  readonly options: MergeOptions
  readonly sourceRef: boolean
  readonly counter: boolean
  readonly stepCounter: boolean
  readonly total: number
}

/**
 * One condition of type `target` that sums up the others of an object; `undefined` when there are none
 * (fluxcd/pkg runtime/conditions/getter.go `summary`).
 */
export function summarizeConditions(
  from: ConditionHolder,
  target: string,
  options: MergeOptions = {},
): Condition | undefined {
  const inScope = from.conditions
    .filter(({ type }) => type !== target && (options.types?.includes(type) ?? true))
    .map((condition) => ({ condition, holder: from }))
  const total = options.stepCounterIfOnly?.length ?? options.types?.length ?? inScope.length
  return merge(inScope, target, {
    options,
    sourceRef: options.sourceRef ?? false,
    counter: options.counter ?? false,
    stepCounter: (options.stepCounter ?? false) && onlyOf(inScope, options.stepCounterIfOnly),
    total,
  })
}

/** One condition of type `target` over the conditions of several objects; `undefined` when none is in scope. */
export function aggregateConditions(
  from: readonly ConditionHolder[],
  target: string,
  options: MergeOptions = {},
): Condition | undefined {
  const inScope = from.flatMap((holder) =>
    holder.conditions
      .filter(({ type }) => options.types?.includes(type) ?? true)
      .map((condition) => ({ condition, holder })),
  )
  const refIf = options.sourceRefIf
  return merge(inScope, target, {
    options,
    sourceRef:
      (options.sourceRef ?? false) ||
      (refIf !== undefined && inScope.some((one) => refIf.includes(one.condition.type))),
    counter: (options.counter ?? false) && onlyOf(inScope, options.counterIfOnly),
    stepCounter: options.stepCounter ?? false,
    total: from.length,
  })
}

/** The Ready condition of another object under a new type; a fallback stands in for a missing one. */
export function mirrorCondition(
  from: ConditionHolder,
  target: string,
  fallback?: { readonly value: boolean; readonly reason: string; readonly message: string },
): Condition | undefined {
  const ready = from.conditions.find(({ type }) => type === 'Ready')
  if (ready !== undefined) return { ...ready, type: target }
  if (fallback === undefined) return undefined
  return {
    type: target,
    status: fallback.value ? 'True' : 'False',
    reason: fallback.reason,
    message: fallback.message,
  }
}

function onlyOf(conditions: readonly Localized[], types: readonly string[] | undefined): boolean {
  return types === undefined || conditions.every(({ condition }) => types.includes(condition.type))
}

function merge(conditions: readonly Localized[], target: string, plan: MergePlan): Condition | undefined {
  const groups = groupConditions(conditions, plan.options)
  const top = groups[0]
  if (top === undefined) return undefined
  const first = firstOf(top, plan.options.types ?? [])
  const reason = plan.sourceRef ? localizeReason(first) : (first.condition.reason ?? '')
  const message = plan.stepCounter
    ? `${stepsDone(groups)} of ${plan.total} completed`
    : plan.counter
      ? `${top.members.length} of ${plan.total} ${top.members[0]!.condition.type}`
      : (first.condition.message ?? '')
  const targetNegative = plan.options.negativePolarity?.includes(target) ?? false
  let status = top.status
  if (status !== 'Unknown' && top.negative !== targetNegative) status = status === 'True' ? 'False' : 'True'
  return { type: target, status, reason, message }
}

function groupConditions(conditions: readonly Localized[], options: MergeOptions): Group[] {
  let groups: Group[] = []
  for (const one of conditions) {
    const { status, type, observedGeneration: generation = 0 } = one.condition
    const negative = options.negativePolarity?.includes(type) ?? false
    const group = groups.find(
      (other) =>
        other.status === status &&
        other.negative === negative &&
        (options.latestGeneration !== true || other.generation === generation),
    )
    if (group === undefined) groups.push({ status, negative, generation, members: [one] })
    else group.members.push(one)
  }
  if (options.latestGeneration === true) {
    const latest = Math.max(0, ...groups.map((group) => group.generation))
    groups = groups.filter((group) => group.generation === latest)
  }
  groups.sort((a, b) => priorityOf(a) - priorityOf(b))
  groups[0]?.members.sort((a, b) =>
    a.condition.type === b.condition.type
      ? compareStrings(a.holder.name ?? '', b.holder.name ?? '')
      : compareConditions(a.condition, b.condition),
  )
  return groups
}

/** Bad news first: True of a negative type, False, True, False of a negative type, Unknown. */
function priorityOf(group: Group): number {
  if (group.status === 'True') return group.negative ? 0 : 2
  if (group.status === 'False') return group.negative ? 3 : 1
  return 4
}

function firstOf(group: Group, priority: readonly string[]): Localized {
  for (const type of priority) {
    const found = group.members.find(({ condition }) => condition.type === type)
    if (found !== undefined) return found
  }
  return group.members[0]!
}

function localizeReason({ condition, holder }: Localized): string {
  const reason = condition.reason ?? ''
  return reason.includes('@') ? reason : `${reason} @ ${holder.kind ?? ''}/${holder.name ?? ''}`
}

function stepsDone(groups: readonly Group[]): number {
  return groups.find((group) => !group.negative && group.status === 'True')?.members.length ?? 0
}
