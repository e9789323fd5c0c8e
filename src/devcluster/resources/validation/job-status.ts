import { isObject, type JsonObject, jsonEqual } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { Field } from './field.ts'
import { countIndexes, indexInterval } from './jobs.ts'

/** What of a Job's status an update changes, as far as rules ask for it. */
interface View {
  readonly status: JsonObject
  readonly complete: boolean
  readonly failed: boolean
  readonly failureTarget: boolean
  readonly successMet: boolean
  /** Complete or failed. */
  readonly finished: boolean
}

function viewOf(job: KubeObject): View {
  const status = isObject(job['status']) ? job['status'] : {}
  const conditions = Array.isArray(status['conditions']) ? status['conditions'].filter(isObject) : []
  const met = (type: string): boolean => conditions.some((item) => item['type'] === type && item['status'] === 'True')
  const complete = met('Complete')
  const failed = met('Failed')
  return {
    status,
    complete,
    failed,
    failureTarget: met('FailureTarget'),
    successMet: met('SuccessCriteriaMet'),
    finished: complete || failed,
  }
}

/**
 * What a status update of a Job may not say (`ValidateJobStatusUpdate` with the options of the Job strategy): most rules
 * only hold where the update changes what they are about.
 */
export function checkJobStatus(status: Field, next: KubeObject, live: KubeObject): void {
  const now = viewOf(next)
  const before = viewOf(live)
  const changed = (key: string): boolean => !jsonEqual(now.status[key] ?? null, before.status[key] ?? null)
  const spec = new Field(isObject(next['spec']) ? next['spec'] : {}, 'spec', [])
  for (const key of ['active', 'succeeded', 'failed', 'ready', 'terminating']) status.nonNegative(key)
  checkUncounted(status)
  checkConclusion(status, now, before, changed, spec)
  checkIndexes(status, spec, changed)
  const finished = now.finished !== before.finished
  const terminating = status.number('terminating') ?? 0
  if ((finished || changed('terminating')) && terminating > 0 && now.finished) {
    status.invalid('terminating', terminating, 'terminating>0 is invalid for finished job')
  }
  const ready = status.number('ready')
  if ((changed('ready') || changed('active')) && ready !== undefined && ready > (status.number('active') ?? 0)) {
    status.invalid('ready', ready, 'cannot set more ready pods than active')
  }
  checkCriteria(status, now, spec)
  checkHistory(status, now, before, spec)
}

function omitted(status: Field, why: string): void {
  status.errors.push({ reason: 'FieldValueInvalid', field: status.at('conditions'), message: `Invalid value: ${why}` })
}

function checkUncounted(status: Field): void {
  const pods = status.object('uncountedTerminatedPods')
  const seen = new Set<string>()
  for (const list of ['succeeded', 'failed']) {
    pods?.texts(list).forEach((uid, i) => {
      if (uid === '') pods.invalid(`${list}[${i}]`, uid, 'must not be empty')
      else if (seen.has(uid)) pods.duplicate(`${list}[${i}]`, uid)
      seen.add(uid)
    })
  }
}

function checkConclusion(status: Field, now: View, before: View, changed: (key: string) => boolean, spec: Field): void {
  const completes = now.complete !== before.complete
  const fails = now.failed !== before.failed
  const finishes = now.finished !== before.finished
  if ((completes || fails) && now.complete && now.failed) {
    omitted(status, 'cannot set Complete=True and Failed=true conditions')
  }
  const targets = now.failureTarget !== before.failureTarget
  if ((completes || targets) && now.complete && now.failureTarget) {
    omitted(status, 'cannot set Complete=True and FailureTarget=true conditions')
  }
  const at = status.text('completionTime')
  const started = status.text('startTime')
  if (completes || changed('completionTime')) {
    if (at !== '' && !now.complete) {
      status.invalid('completionTime', at, 'cannot set completionTime when there is no Complete=True condition')
    }
    if (at === '' && now.complete) {
      status.required('completionTime', 'completionTime is required for Complete jobs')
    }
  }
  if ((changed('startTime') || changed('completionTime')) && at !== '' && started !== '' && at < started) {
    status.invalid('completionTime', at, 'must be equal to or after `startTime`')
  }
  if ((fails || changed('failedIndexes')) && now.failed && !now.failureTarget) {
    omitted(status, 'cannot set Failed=True condition without the FailureTarget=true condition')
  }
  if ((completes || now.successMet !== before.successMet) && now.complete && !now.successMet) {
    omitted(status, 'cannot set Complete=True condition without the SuccessCriteriaMet=true condition')
  }
  const active = status.number('active') ?? 0
  if ((finishes || changed('active')) && active > 0 && now.finished) {
    status.invalid('active', active, 'active>0 is invalid for finished job')
  }
  const idle = spec.flag('suspend') && spec.number('completions') === 0
  if ((finishes || changed('startTime')) && !idle && started === '' && now.finished) {
    status.required('startTime', 'startTime is required for finished job')
  }
  const pods = status.object('uncountedTerminatedPods')
  if ((finishes || changed('uncountedTerminatedPods')) && now.finished && pods !== undefined) {
    if (pods.count('failed') + pods.count('succeeded') > 0) {
      const shown = { Succeeded: pods.value['succeeded'] ?? null, Failed: pods.value['failed'] ?? null }
      status.invalid('uncountedTerminatedPods', shown, 'must be empty for finished job')
    }
  }
}

function checkIndexes(status: Field, spec: Field, changed: (key: string) => boolean): void {
  const completions = spec.number('completions')
  const completed = status.text('completedIndexes')
  const failed = status.given('failedIndexes') ? status.text('failedIndexes') : undefined
  if (changed('completedIndexes') && completions !== undefined && completed !== '') {
    const fault = countIndexes(completed, completions)
    if (typeof fault === 'string') {
      status.invalid('completedIndexes', completed, `error parsing completedIndexes: ${fault}`)
    }
  }
  const limited = spec.given('backoffLimitPerIndex')
  if (changed('failedIndexes') && completions !== undefined && limited && failed !== undefined && failed !== '') {
    const fault = countIndexes(failed, completions)
    if (typeof fault === 'string') status.invalid('failedIndexes', failed, `error parsing failedIndexes: ${fault}`)
  }
  if (changed('completedIndexes') && completed !== '' && spec.text('completionMode') !== 'Indexed') {
    const why = 'cannot set non-empty completedIndexes when non-indexed completion mode'
    status.invalid('completedIndexes', completed, why)
  }
  if (changed('failedIndexes') && failed !== undefined && !limited) {
    status.invalid('failedIndexes', failed, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null')
  }
  if (!changed('failedIndexes') && !changed('completedIndexes')) return
  if (completions === undefined || failed === undefined) return
  const both = overlap(completed, failed, completions)
  if (both !== undefined) {
    status.invalid('failedIndexes', failed, `failedIndexes and completedIndexes overlap at index: ${both}`)
  }
}

/** The first index that two texts of intervals share; intervals that cannot be read count for nothing. */
function overlap(completed: string, failed: string, completions: number): number | undefined {
  const read = (text: string): [number, number][] =>
    text === ''
      ? []
      : text.split(',').flatMap((part) => {
          const interval = indexInterval(part, completions)
          return typeof interval === 'string' ? [] : [[...interval]]
        })
  const left = read(completed)
  const right = read(failed)
  let i = 0
  let j = 0
  while (i < left.length && j < right.length) {
    const [a, b] = left[i]!
    const [c, d] = right[j]!
    if (a <= d && c <= b) return Math.max(a, c)
    if (a <= c) i++
    else j++
  }
  return undefined
}

function checkCriteria(status: Field, now: View, spec: Field): void {
  if (now.successMet && now.failed) omitted(status, 'cannot set SuccessCriteriaMet=True and Failed=true conditions')
  if (now.successMet && now.failureTarget) {
    omitted(status, 'cannot set SuccessCriteriaMet=True and FailureTarget=true conditions')
  }
  if (spec.given('successPolicy') && !now.successMet && now.complete) {
    omitted(status, 'cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True')
  }
}

function checkHistory(status: Field, now: View, before: View, spec: Field): void {
  for (const [type, was, is] of [
    ['Failed', before.failed, now.failed],
    ['Complete', before.complete, now.complete],
    ['FailureTarget', before.failureTarget, now.failureTarget],
  ] as const) {
    if (was && !is) omitted(status, `cannot disable the terminal ${type}=True condition`)
  }
  const count = (view: View, key: string): number => Number(view.status[key] ?? 0)
  if (count(now, 'failed') < count(before, 'failed')) {
    status.invalid('failed', count(now, 'failed'), 'cannot decrease the failed counter')
  }
  const scalable =
    spec.text('completionMode') === 'Indexed' && spec.number('completions') === spec.number('parallelism')
  if (!scalable && count(now, 'succeeded') < count(before, 'succeeded')) {
    status.invalid('succeeded', count(now, 'succeeded'), 'cannot decrease the succeeded counter')
  }
  const [ended, wasEnded] = [now.status['completionTime'], before.status['completionTime']]
  if (ended !== undefined && wasEnded !== undefined && ended !== wasEnded) {
    status.invalid('completionTime', ended, 'field is immutable')
  }
  const [start, wasStart] = [now.status['startTime'], before.status['startTime']]
  if (wasStart !== undefined && start !== wasStart && !spec.flag('suspend') && !resumes(now, before)) {
    status.invalid('startTime', start ?? null, 'field is immutable for unsuspended job once set')
  }
  if (before.successMet && !now.successMet) omitted(status, 'cannot disable the SuccessCriteriaMet=True condition')
  if (before.complete && !before.successMet && now.successMet) {
    omitted(status, 'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions')
  }
}

/** A suspended Job goes on. */
function resumes(now: View, before: View): boolean {
  const suspended = (view: View, value: string): boolean => {
    const { conditions } = view.status
    const list = Array.isArray(conditions) ? conditions.filter(isObject) : []
    return list.some((item) => item['type'] === 'Suspended' && item['status'] === value)
  }
  return suspended(before, 'True') && suspended(now, 'False')
}
