import { getIn, type JsonObject, rfc3339 } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { isDeleting } from '../../operations/metadata.ts'
import type { Environment } from '../environment.ts'
import { recordEvent } from './events.ts'
import {
  fulfilledRule,
  type Indexes,
  indexedIdentity,
  indexesOf,
  indexText,
  isIndexed,
  pendingIndexes,
  withIndex,
} from './indexed-jobs.ts'
import {
  conditionOf,
  isPodActive,
  isPodReady,
  listAt,
  numberAt,
  phaseOf,
  podFromTemplate,
  withCondition,
} from './pod-objects.ts'
import { WorkloadController } from './workload.ts'

const BACKOFF = 10_000

interface Outcome {
  readonly type: 'Complete' | 'Failed'
  readonly reason: string
  readonly message: string
}

interface Balance {
  readonly pods: readonly KubeObject[]
  readonly active: number
  readonly wanted: number
  readonly failed: number
  readonly indexes: Indexes | undefined
}

/** Jobs: Pods until enough of them succeeded, or too many failed. */
export class JobController extends WorkloadController {
  constructor(env: Environment) {
    super(env, { collection: 'jobs.batch', kind: 'Job', owns: ['pods'] })
  }

  protected sync(job: KubeObject): void {
    if (isDeleting(job)) return
    if (finished(job)) {
      this.#expire(job)
      return
    }
    const pods = this.ownedBy(job, 'pods')
    const indexes = isIndexed(job) ? indexesOf(job, pods) : undefined
    const succeeded = indexes?.succeeded.size ?? pods.filter((pod) => phaseOf(pod) === 'Succeeded').length
    const failed = pods.filter((pod) => phaseOf(pod) === 'Failed').length
    const active = pods.filter(isPodActive)
    const parallelism = numberAt(job, 1, 'spec', 'parallelism')
    const completions = numberAt(job, Math.min(1, parallelism), 'spec', 'completions')
    const start = Date.parse(String(getIn(job, ['status', 'startTime']) ?? rfc3339(this.env.now)))
    const deadline = numberAt(job, 0, 'spec', 'activeDeadlineSeconds') * 1000
    const crashes = pods
      .flatMap((pod) => listAt(pod, 'status', 'containerStatuses'))
      .reduce((sum, item) => sum + Number(item['restartCount'] ?? 0), 0)
    const suspended = getIn(job, ['spec', 'suspend']) === true
    let outcome: Outcome | undefined = indexes === undefined ? undefined : outcomeOfIndexes(job, indexes, completions)
    if (outcome !== undefined) {
      // Decided by single indexes.
    } else if (succeeded >= completions) {
      outcome = { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' }
    } else if (failed + crashes > numberAt(job, 6, 'spec', 'backoffLimit')) {
      outcome = {
        type: 'Failed',
        reason: 'BackoffLimitExceeded',
        message: 'Job has reached the specified backoff limit',
      }
    } else if (deadline > 0 && this.env.now - start >= deadline) {
      outcome = { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' }
    }
    if (outcome !== undefined || suspended) for (const pod of active) this.env.remove('pods', pod)
    else {
      const left = completions - succeeded - (indexes?.failed?.size ?? 0)
      this.#balance(job, { pods, active: active.length, wanted: Math.min(parallelism, left), failed, indexes })
    }
    if (deadline > 0 && outcome === undefined) this.again(job, Math.max(1, start + deadline - this.env.now))
    this.#report(job, { succeeded, failed, outcome, suspended, indexes })
  }

  #balance(job: KubeObject, { pods, active, wanted, failed, indexes }: Balance): void {
    if (active >= wanted) return
    // After a failure the next try waits, twice as long each time.
    if (failed > 0) {
      const last = Math.max(0, ...pods.filter((pod) => phaseOf(pod) === 'Failed').map(endOf))
      const wait = last + BACKOFF * 2 ** Math.min(failed - 1, 6) - this.env.now
      if (wait > 0) {
        this.again(job, wait)
        return
      }
    }
    const template = getIn(job, ['spec', 'template'])
    if (indexes !== undefined) {
      for (const index of pendingIndexes(job, pods, indexes, wanted - active)) {
        this.#start(job, withIndex(job, index, podFromTemplate(job, template, indexedIdentity(job, index, pods))))
      }
      return
    }
    for (let i = active; i < wanted; i++) {
      this.#start(job, podFromTemplate(job, template, { generateName: `${job.metadata.name}-` }))
    }
  }

  #start(job: KubeObject, pod: KubeObject): void {
    const made = this.env.create('pods', String(job.metadata['namespace']), pod)
    recordEvent(this.env, job, {
      type: 'Normal',
      reason: 'SuccessfulCreate',
      message: `Created pod: ${made.metadata.name}`,
      component: 'job-controller',
    })
  }

  #report(
    job: KubeObject,
    view: {
      succeeded: number
      failed: number
      outcome: Outcome | undefined
      suspended: boolean
      indexes: Indexes | undefined
    },
  ): void {
    const time = rfc3339(this.env.now)
    const active = this.ownedBy(job, 'pods').filter(isPodActive)
    const status: JsonObject = {
      ...(view.suspended && getIn(job, ['status', 'startTime']) === undefined
        ? {}
        : { startTime: getIn(job, ['status', 'startTime']) ?? time }),
      uncountedTerminatedPods: {},
      ready: active.filter(isPodReady).length,
      terminating: 0,
    }
    const counts = {
      active: view.outcome === undefined ? active.length : 0,
      succeeded: view.succeeded,
      failed: view.failed,
    }
    for (const [key, value] of Object.entries(counts)) if (value > 0) status[key] = value
    if (view.indexes !== undefined && view.indexes.succeeded.size > 0) {
      status['completedIndexes'] = indexText(view.indexes.succeeded)
    }
    if (view.indexes?.failed !== undefined) status['failedIndexes'] = indexText(view.indexes.failed)
    let conditions = listAt(job, 'status', 'conditions')
    const add = (type: string, value: boolean, reason: string, message: string): void => {
      conditions = withCondition(
        conditions,
        { type, status: value ? 'True' : 'False', lastProbeTime: time, reason, message },
        time,
      )
    }
    if (view.suspended) add('Suspended', true, 'JobSuspended', 'Job suspended')
    else if (conditionOf(job, 'Suspended')?.['status'] === 'True') add('Suspended', false, 'JobResumed', 'Job resumed')
    if (view.outcome !== undefined) {
      const { type, reason, message } = view.outcome
      add(type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget', true, reason, message)
      add(type, true, reason, message)
      if (type === 'Complete') status['completionTime'] = time
      recordEvent(this.env, job, {
        type: type === 'Complete' ? 'Normal' : 'Warning',
        reason: type === 'Complete' ? 'Completed' : reason,
        message: type === 'Complete' ? 'Job completed' : message,
        component: 'job-controller',
      })
    }
    if (conditions.length > 0) status['conditions'] = conditions
    this.env.setStatus(this.collection, job, status)
  }

  /** ttlSecondsAfterFinished. */
  #expire(job: KubeObject): void {
    const ttl = getIn(job, ['spec', 'ttlSecondsAfterFinished'])
    if (typeof ttl !== 'number') return
    const end = listAt(job, 'status', 'conditions').find(
      (item) => item['type'] === 'Complete' || item['type'] === 'Failed',
    )
    const left = Date.parse(String(end?.['lastTransitionTime'] ?? '')) + ttl * 1000 - this.env.now
    if (left > 0) this.again(job, left)
    else this.env.remove(this.collection, job, 'Background')
  }
}

/** Whether single indexes decide a Job: a rule of success, too many that failed, or all done with and some failed. */
function outcomeOfIndexes(job: KubeObject, indexes: Indexes, completions: number): Outcome | undefined {
  const rule = fulfilledRule(job, indexes.succeeded)
  if (rule !== undefined) {
    return { type: 'Complete', reason: 'SuccessPolicy', message: `Matched rules at index ${rule}` }
  }
  const failed = indexes.failed?.size ?? 0
  if (failed === 0) return undefined
  if (failed > numberAt(job, Number.POSITIVE_INFINITY, 'spec', 'maxFailedIndexes')) {
    return {
      type: 'Failed',
      reason: 'MaxFailedIndexesExceeded',
      message: 'Job has exceeded the specified maximal number of failed indexes',
    }
  }
  if (failed + indexes.succeeded.size < completions) return undefined
  return { type: 'Failed', reason: 'FailedIndexes', message: 'Job has failed indexes' }
}

function endOf(pod: KubeObject): number {
  const ends = listAt(pod, 'status', 'containerStatuses').map((item) =>
    Date.parse(String(getIn(item, ['state', 'terminated', 'finishedAt']) ?? '')),
  )
  return Math.max(0, ...ends.filter((time) => !Number.isNaN(time)))
}

function finished(job: KubeObject): boolean {
  return ['Complete', 'Failed'].some((type) => conditionOf(job, type)?.['status'] === 'True')
}
