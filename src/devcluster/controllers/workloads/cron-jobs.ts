import { getIn, getString, type JsonObject, jsonClone, rfc3339 } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { annotationsOf, isDeleting } from '../../operations/metadata.ts'
import type { Environment } from '../environment.ts'
import { parseCron } from './cron-schedule.ts'
import { recordEvent } from './events.ts'
import { conditionOf, controllerReference, listAt, numberAt, objectAt } from './pod-objects.ts'
import { WorkloadController } from './workload.ts'

const JOBS = 'jobs.batch'
const COMPONENT = 'cronjob-controller'
const SCHEDULED = 'batch.kubernetes.io/cronjob-scheduled-timestamp'
const ENDS = ['Complete', 'Failed']

/** CronJobs: a Job at each time of the schedule, and the status that tells of them. */
export class CronJobController extends WorkloadController {
  constructor(env: Environment) {
    super(env, { collection: 'cronjobs.batch', kind: 'CronJob', owns: [JOBS] })
  }

  protected sync(cron: KubeObject): void {
    if (isDeleting(cron)) return
    const jobs = this.ownedBy(cron, JOBS)
    const running = jobs.filter((job) => !ended(job) && isScheduled(job))
    let last = getString(cron, 'status', 'lastScheduleTime')
    const schedule = parseCron(getString(cron, 'spec', 'schedule') ?? '')
    if (schedule !== undefined && getIn(cron, ['spec', 'suspend']) !== true) {
      const from = Date.parse(last ?? String(cron.metadata['creationTimestamp'] ?? ''))
      let due: number | undefined
      // After a long pause only the latest missed time counts.
      for (
        let next = schedule.next(from), i = 0;
        next !== undefined && next <= this.env.now && i < 100;
        next = schedule.next(next), i++
      )
        due = next
      if (due !== undefined && this.#start(cron, due, running)) last = rfc3339(due)
      const next = schedule.next(this.env.now)
      if (next !== undefined) this.again(cron, next - this.env.now)
    }
    this.#report(cron, last)
    this.#prune(cron)
  }

  /** Makes the Job of a time; answers false when the one before has to end first. */
  #start(cron: KubeObject, time: number, running: readonly KubeObject[]): boolean {
    const policy = getString(cron, 'spec', 'concurrencyPolicy')
    if (policy === 'Forbid' && running.length > 0) return false
    if (policy === 'Replace') for (const job of running) this.env.remove(JOBS, job, 'Background')
    const namespace = String(cron.metadata['namespace'])
    const name = `${cron.metadata.name}-${Math.floor(time / 60_000)}`
    const template = objectAt(cron, 'spec', 'jobTemplate')
    if (this.env.get(JOBS, namespace, name) !== undefined) return true
    this.env.create(JOBS, namespace, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name,
        namespace,
        labels: { ...objectAt(template, 'metadata', 'labels') },
        annotations: {
          ...objectAt(template, 'metadata', 'annotations'),
          [SCHEDULED]: rfc3339(time),
        },
        ownerReferences: [controllerReference(cron)],
      },
      spec: jsonClone(objectAt(template, 'spec')),
    })
    recordEvent(this.env, cron, {
      type: 'Normal',
      reason: 'SuccessfulCreate',
      message: `Created job ${name}`,
      component: COMPONENT,
    })
    return true
  }

  #report(cron: KubeObject, last: string | undefined): void {
    const jobs = this.ownedBy(cron, JOBS)
    const active = jobs.filter((job) => !ended(job) && isScheduled(job))
    this.#tell(cron, jobs)
    const successes = jobs
      .map((job) => getString(job, 'status', 'completionTime') ?? '')
      .filter(Boolean)
      .sort()
    const status: JsonObject = {}
    if (active.length > 0) {
      status['active'] = active.map((job) => ({
        apiVersion: job.apiVersion,
        kind: job.kind,
        name: job.metadata.name,
        namespace: String(job.metadata['namespace']),
        uid: String(job.metadata['uid']),
        resourceVersion: String(job.metadata['resourceVersion']),
      }))
    }
    if (last !== undefined) status['lastScheduleTime'] = last
    const success = successes.at(-1) ?? getString(cron, 'status', 'lastSuccessfulTime')
    if (success !== undefined) status['lastSuccessfulTime'] = success
    this.env.setStatus(this.collection, cron, status)
  }

  /** Jobs that somebody made of the CronJob's template are not its own; Jobs of its own are told of when they end. */
  #tell(cron: KubeObject, jobs: readonly KubeObject[]): void {
    const before = new Set(listAt(cron, 'status', 'active').map((item) => item['uid']))
    for (const job of jobs) {
      const name = job.metadata.name
      const end = ENDS.find((type) => conditionOf(job, type)?.['status'] === 'True')
      if (before.has(String(job.metadata['uid'])) && end !== undefined) {
        const message = `Saw completed job: ${name}, condition: ${end}`
        recordEvent(this.env, cron, { type: 'Normal', reason: 'SawCompletedJob', message, component: COMPONENT })
      } else if (end === undefined && !isScheduled(job)) {
        const message = `Saw a job that the controller did not create or forgot: ${name}`
        recordEvent(this.env, cron, { type: 'Warning', reason: 'UnexpectedJob', message, component: COMPONENT })
      }
    }
  }

  #prune(cron: KubeObject): void {
    const jobs = this.ownedBy(cron, JOBS).sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    for (const [type, field, standard] of [
      ['Complete', 'successfulJobsHistoryLimit', 3],
      ['Failed', 'failedJobsHistoryLimit', 1],
    ] as const) {
      const done = jobs.filter((job) => conditionOf(job, type)?.['status'] === 'True')
      const keep = numberAt(cron, standard, 'spec', field)
      for (const job of done.slice(0, Math.max(0, done.length - keep))) this.env.remove(JOBS, job, 'Background')
    }
  }
}

function ended(job: KubeObject): boolean {
  return ENDS.some((type) => conditionOf(job, type)?.['status'] === 'True')
}

/** Made by this controller, not by `kubectl create job --from`. */
function isScheduled(job: KubeObject): boolean {
  return annotationsOf(job)[SCHEDULED] !== undefined
}
