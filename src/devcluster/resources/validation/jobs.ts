import { isObject, type JsonObject, type JsonValue, jsonEqual } from '../../../base/index.ts'
import { checkQualifiedName } from '../../../kube/index.ts'
import { type GoStruct, goValue } from '../go-values.ts'
import { cronFault } from './cron.ts'
import type { Field } from './field.ts'
import { checkSelector, isUsable, selects, shownLabels, shownSelector } from './selectors.ts'
import { checkTemplate } from './workloads.ts'

const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
] as const
const MOST = 100_000

const quoted = (list: readonly string[]): string => `[${list.map((item) => JSON.stringify(item)).join(' ')}]`

function checkIndexed(spec: Field): void {
  const completions = spec.number('completions')
  const parallelism = spec.number('parallelism')
  const failed = spec.number('maxFailedIndexes')
  if (completions === undefined) spec.required('completions', 'when completion mode is Indexed')
  if (parallelism !== undefined && parallelism > MOST) {
    spec.invalid('parallelism', parallelism, `must be less than or equal to ${MOST} when completion mode is Indexed`)
  }
  if (completions !== undefined && failed !== undefined && failed > completions) {
    spec.invalid('maxFailedIndexes', failed, 'must be less than or equal to completions')
  }
  if (failed !== undefined && failed > MOST) {
    spec.invalid('maxFailedIndexes', failed, `must be less than or equal to ${MOST}`)
  }
}

function checkRule(rule: Field, spec: Field): void {
  const action = rule.text('action')
  const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore']
  if (action === '') rule.required('action', `valid values: ${quoted(actions)}`)
  else if (action === 'FailIndex') {
    if (!spec.given('backoffLimitPerIndex')) {
      rule.invalid('action', action, 'requires the backoffLimitPerIndex to be set')
    }
  } else rule.oneOf('action', actions)
  const codes = rule.object('onExitCodes')
  const conditions = rule.objects('onPodConditions')
  if (codes !== undefined) checkExitCodes(codes, spec)
  const states = ['False', 'True', 'Unknown']
  for (const pattern of conditions) {
    pattern.faults('type', pattern.text('type'), checkQualifiedName(pattern.text('type')))
    if (pattern.text('status') === '') pattern.required('status', `valid values: ${quoted(states)}`)
    else pattern.oneOf('status', states)
  }
  const omit = (why: string): void => {
    rule.errors.push({ reason: 'FieldValueInvalid', field: rule.path, message: `Invalid value: ${why}` })
  }
  if (codes !== undefined && conditions.length > 0) {
    omit('specifying both OnExitCodes and OnPodConditions is not supported')
  }
  if (codes === undefined && conditions.length === 0) {
    omit('specifying one of OnExitCodes and OnPodConditions is required')
  }
}

function checkExitCodes(codes: Field, spec: Field): void {
  const operator = codes.text('operator')
  if (operator === '') codes.required('operator', `valid values: ${quoted(['In', 'NotIn'])}`)
  else codes.oneOf('operator', ['In', 'NotIn'])
  const pod = spec.struct('template').struct('spec')
  const names = ['containers', 'initContainers'].flatMap((key) => pod.objects(key).map((item) => item.text('name')))
  if (codes.given('containerName') && !names.includes(codes.text('containerName'))) {
    const why = 'must be one of the container or initContainer names in the pod template'
    codes.invalid('containerName', codes.text('containerName'), why)
  }
  const member = codes.value['values']
  const values = Array.isArray(member) ? member.map(Number) : []
  if (values.length === 0) codes.invalid('values', member ?? null, 'at least one value is required')
  else if (values.length > 255) codes.tooMany('values', values.length, 255)
  const seen = new Set<number>()
  for (const [i, value] of values.entries()) {
    if (operator === 'In' && value === 0) codes.invalid(`values[${i}]`, value, 'must not be 0 for the In operator')
    if (seen.has(value)) codes.duplicate(`values[${i}]`, value)
    seen.add(value)
  }
  if (values.some((value, i) => i > 0 && values[i - 1]! > value)) codes.invalid('values', values, 'must be ordered')
}

/** `3-5` or `4` within the completions: its first and last index, or what is wrong with it. */
export function indexInterval(text: string, completions: number): readonly [number, number] | string {
  const limits = text.split('-')
  if (limits.length > 2)
    return `the fragment ${JSON.stringify(text)} violates the requirement that an index interval can have at most two parts separated by '-'`
  const numbers: number[] = []
  for (const limit of limits) {
    if (!/^[+-]?\d+$/.test(limit)) return `cannot convert string to integer for index: ${JSON.stringify(limit)}`
    const index = Number(limit)
    if (index >= completions) return `too large index: ${JSON.stringify(limit)}`
    numbers.push(index)
  }
  const [from = 0, to = from] = numbers
  if (numbers.length === 2 && from >= to) return `non-increasing order, previous: ${from}, current: ${to}`
  return [from, to]
}

/** `1,3-5` within the completions: how many indexes, or what is wrong with it. */
export function countIndexes(text: string, completions: number): number | string {
  if (text === '') return 0
  let total = 0
  let last: number | undefined
  for (const part of text.split(',')) {
    const interval = indexInterval(part, completions)
    if (typeof interval === 'string') return interval
    const [from, to] = interval
    if (last !== undefined && last >= from) return `non-increasing order, previous: ${last}, current: ${from}`
    total += to - from + 1
    last = to
  }
  return total
}

function checkSuccess(policy: Field, completions: number): void {
  const rules = policy.objects('rules')
  if (rules.length === 0) {
    policy.required('rules', 'at least one rules must be specified when the successPolicy is specified')
  }
  if (rules.length > 20) policy.tooMany('rules', rules.length, 20)
  for (const rule of rules) {
    const count = rule.number('succeededCount')
    const indexed = rule.given('succeededIndexes')
    if (count === undefined && !indexed) {
      rule.required('', 'at least one of succeededCount or succeededIndexes must be specified')
    }
    const indexes = indexed ? countIndexes(rule.text('succeededIndexes'), completions) : 0
    if (typeof indexes === 'string') {
      rule.invalid('succeededIndexes', rule.text('succeededIndexes'), `error parsing succeededIndexes: ${indexes}`)
    }
    if (count === undefined) continue
    rule.nonNegative('succeededCount')
    if (count > completions) {
      rule.invalid(
        'succeededCount',
        count,
        `must be less than or equal to ${completions} (the number of specified completions)`,
      )
    }
    const total = typeof indexes === 'string' ? 0 : indexes
    if (indexed && count > total) {
      const what = 'the number of indexes in the specified succeededIndexes field'
      rule.invalid('succeededCount', count, `must be less than or equal to ${total} (${what})`)
    }
  }
}

function checkJobBody(spec: Field): void {
  for (const key of COUNTS) spec.nonNegative(key)
  if (spec.given('maxFailedIndexes')) {
    spec.nonNegative('maxFailedIndexes')
    if (!spec.given('backoffLimitPerIndex')) {
      spec.required('backoffLimitPerIndex', 'when maxFailedIndexes is specified')
    }
  }
  const mode = spec.text('completionMode')
  if (spec.given('completionMode')) spec.oneOf('completionMode', ['NonIndexed', 'Indexed'])
  if (mode === 'Indexed') checkIndexed(spec)
  else if (mode === 'NonIndexed' || !spec.given('completionMode')) {
    for (const key of ['backoffLimitPerIndex', 'maxFailedIndexes']) {
      if (spec.given(key)) spec.invalid(key, spec.number(key), 'requires indexed completion mode')
    }
  }
  const failure = spec.object('podFailurePolicy')
  if (failure !== undefined) {
    const rules = failure.objects('rules')
    if (rules.length > 20) failure.tooMany('rules', rules.length, 20)
    for (const rule of rules) checkRule(rule, spec)
  }
  const success = spec.object('successPolicy')
  if (success !== undefined) {
    if (mode === 'Indexed') checkSuccess(success, spec.number('completions') ?? 0)
    else spec.invalid('successPolicy', goSuccess(success), 'requires indexed completion mode')
  }
  if (spec.given('podReplacementPolicy')) {
    spec.oneOf('podReplacementPolicy', failure === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed'])
  }
  checkTemplate(spec.struct('template'))
  const pod = spec.struct('template').struct('spec')
  const restart = pod.text('restartPolicy')
  if (restart === 'Always' || restart === '') {
    pod.required('restartPolicy', 'valid values: "OnFailure", "Never"')
  } else if (restart !== 'OnFailure' && restart !== 'Never') {
    pod.unsupported('restartPolicy', restart, ['OnFailure', 'Never'])
  } else if (failure !== undefined && restart !== 'Never') {
    pod.invalid('restartPolicy', restart, 'only "Never" is supported when podFailurePolicy is specified')
  }
}

/** A success policy under the names of Go's struct, as errors show it. */
function goSuccess(policy: Field): JsonValue {
  const shown = policy.objects('rules').map((rule) => ({
    SucceededIndexes: rule.value['succeededIndexes'] ?? null,
    SucceededCount: rule.value['succeededCount'] ?? null,
  }))
  return { Rules: shown }
}

/** Spec of a Job (pkg/apis/batch/validation). */
export function checkJobSpec(spec: Field): void {
  checkJobBody(spec)
  const selector = spec.object('selector')
  if (selector === undefined) spec.required('selector')
  else checkSelector(spec, 'selector')
  if (isUsable(selector?.value)) {
    const labels = spec.struct('template').struct('metadata').object('labels')?.value ?? null
    if (!selects(selector?.value ?? {}, labels ?? {}) || selector === undefined) {
      if (selector === undefined || Object.keys(selector.value).length > 0) {
        spec.invalid('template.metadata.labels', shownLabels(labels), '`selector` does not match template `labels`')
      }
    }
  }
}

/** The template of a CronJob. */
export function checkJobTemplate(template: Field): void {
  const spec = template.struct('spec')
  checkJobBody(spec)
  if (spec.given('selector')) {
    spec.invalid('selector', spec.object('selector')?.value ?? null, '`selector` will be auto-generated')
  }
  if (spec.flag('manualSelector')) spec.unsupported('manualSelector', true, ['nil', 'false'])
}

/** Spec of a CronJob; `zones`: a time zone inside the schedule is what the live object has already. */
export function checkCronJobSpec(spec: Field, live: JsonObject | undefined): void {
  const schedule = spec.text('schedule')
  if (schedule === '') spec.required('schedule')
  else {
    const fault = cronFault(schedule)
    if (fault !== undefined) spec.invalid('schedule', schedule, fault)
    const allowed = String(live?.['schedule'] ?? '').includes('TZ')
    if (schedule.includes('TZ')) {
      if (!allowed) {
        spec.invalid('schedule', schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead')
      } else if (spec.given('timeZone')) {
        spec.invalid('schedule', schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule')
      }
    }
  }
  spec.nonNegative('startingDeadlineSeconds')
  if (live === undefined || live['timeZone'] !== spec.value['timeZone']) checkTimeZone(spec)
  spec.oneOf('concurrencyPolicy', ['Allow', 'Forbid', 'Replace'], true)
  checkJobTemplate(spec.struct('jobTemplate'))
  spec.nonNegative('successfulJobsHistoryLimit')
  spec.nonNegative('failedJobsHistoryLimit')
}

function checkTimeZone(spec: Field): void {
  if (!spec.given('timeZone')) return
  const zone = spec.text('timeZone')
  if (zone === '') {
    spec.invalid('timeZone', zone, 'timeZone must be nil or non-empty string')
    return
  }
  if (
    zone.split('/').some((part) => part === '.' || part === '..' || !/^[A-Za-z._0-9+][-A-Za-z._0-9+]{0,13}$/.test(part))
  ) {
    spec.invalid('timeZone', zone, `unknown time zone ${zone}`)
    return
  }
  if (zone.toLowerCase() === 'local') {
    const why = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones'
    spec.invalid('timeZone', zone, why)
    return
  }
  if (!isTimeZone(zone)) spec.invalid('timeZone', zone, `unknown time zone ${zone}`)
}

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

const STRUCTS: ReadonlyMap<string, GoStruct> = new Map([
  ['podFailurePolicy', 'PodFailurePolicy'],
  ['successPolicy', 'SuccessPolicy'],
])
const FIXED = ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const

/** What of a Job's spec may not change. */
export function checkJobUpdate(next: Field, live: JsonObject): void {
  const same = (key: string): boolean => jsonEqual(next.value[key] ?? null, live[key] ?? null)
  if (!same('completions')) {
    if (next.text('completionMode') !== 'Indexed')
      next.invalid('completions', next.value['completions'] ?? null, 'field is immutable')
    else if (next.given('completions') && next.number('completions') !== next.number('parallelism')) {
      next.invalid('completions', next.number('completions'), 'can only be modified in tandem with spec.parallelism')
    }
  }
  if (!same('selector')) next.invalid('selector', shownSelector(next.value['selector']), 'field is immutable')
  if (!jsonEqual(comparableTemplate(next.value, live), comparableTemplate(live, live))) {
    next.invalid('template', goValue('PodTemplateSpec', next.value['template']), 'field is immutable')
  }
  for (const key of FIXED) {
    if (same(key)) continue
    const value = next.value[key] ?? null
    const struct = STRUCTS.get(key)
    next.invalid(key, struct === undefined || value === null ? value : goValue(struct, value), 'field is immutable')
  }
}

/** A suspended Job may still change where its Pods go, and how much they get. */
function comparableTemplate(spec: JsonObject, live: JsonObject): JsonValue {
  const template = isObject(spec['template']) ? spec['template'] : {}
  if (live['suspend'] !== true) return template
  const pod = isObject(template['spec']) ? template['spec'] : {}
  const { nodeSelector: _selector, tolerations: _tolerations, schedulingGates: _gates, affinity, ...rest } = pod
  const { nodeAffinity: _node, ...others } = isObject(affinity) ? affinity : {}
  const plain = (key: string): JsonValue[] => {
    const list = rest[key]
    return (Array.isArray(list) ? list : []).map((item) => {
      if (!isObject(item)) return item
      const { resources: _resources, ...container } = item
      return container
    })
  }
  return { ...rest, affinity: others, containers: plain('containers'), initContainers: plain('initContainers') }
}
