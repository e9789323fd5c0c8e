import { getIn, isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import { gvkOf, type KubeObject } from '../types.ts'
import { goPlain, goType } from '../values/go-text.ts'
import { bad, good, type Outcome } from '../values/outcome.ts'

export type ObjectStatus = 'InProgress' | 'Failed' | 'Current' | 'Terminating' | 'NotFound' | 'Unknown'

/** A condition that the computation adds: an object is being reconciled, or has got stuck. */
export interface StatusCondition {
  readonly type: 'Reconciling' | 'Stalled'
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
}

export interface StatusResult {
  readonly status: ObjectStatus
  readonly message: string
  readonly conditions: readonly StatusCondition[]
}

export interface StatusOptions {
  /** Milliseconds since 1970, for pods that have only just been made. */
  readonly now: number
  /** As Flux waits: a job is current only once it has completed (fluxcd/pkg runtime/statusreaders). */
  readonly jobsMustComplete?: boolean
}

interface BasicCondition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
}

type Rule = (object: KubeObject, options: StatusOptions) => StatusResult

/** A pod may go unscheduled for this long before that counts as a failure. */
const scheduleWindow = 15_000

/** A field has a type that nothing can be told from. Caught at the door. */
class StatusFault extends Error {}

/**
 * How far the cluster has come with an object, told from the object alone: its generation, its standard conditions, and
 * rules of its kind (sigs.k8s.io/cli-utils kstatus). Errors: fields of a wrong type, an unknown pod phase.
 */
export function computeStatus(object: KubeObject, options: StatusOptions): Outcome<StatusResult> {
  try {
    return good(generic(object) ?? ruleFor(object, options)?.(object, options) ?? byReady(object))
  } catch (error) {
    if (error instanceof StatusFault) return bad(error.message)
    throw error
  }
}

/**
 * The object with its computed conditions among its own: `Reconciling` or `Stalled`, added or brought up to date.
 * @param now milliseconds since 1970
 */
export function augmentStatus(object: KubeObject, options: StatusOptions): Outcome<KubeObject> {
  const result = computeStatus(object, options)
  if (!result.ok) return result
  const found = getIn(object, ['status', 'conditions'])
  if (found !== undefined && !Array.isArray(found)) {
    const shown = `${goPlain(found)} is of the type ${goType(found)}`
    return bad(`.status.conditions accessor error: ${shown}, expected []interface{}`)
  }
  const conditions = [...(found ?? [])]
  const time = `${new Date(options.now).toISOString().slice(0, 19)}Z`
  for (const { type, status, reason, message } of result.value.conditions) {
    let present = false
    for (const [i, condition] of conditions.entries()) {
      if (!isObject(condition)) return bad('condition does not have the expected structure')
      if (typeof condition['type'] !== 'string') return bad('condition type does not have the expected type')
      if (condition['type'] !== type) continue
      if (typeof condition['status'] !== 'string') return bad('condition status does not have the expected type')
      const changed: JsonObject = condition['status'] === status ? {} : { lastTransitionTime: time }
      conditions[i] = { ...condition, ...changed, status, lastUpdateTime: time, reason, message }
      present = true
    }
    if (!present) conditions.push({ lastTransitionTime: time, lastUpdateTime: time, message, reason, status, type })
  }
  const status: JsonObject = isObject(object['status']) ? object['status'] : {}
  return good({ ...object, status: { ...status, conditions } })
}

function ruleFor(object: KubeObject, options: StatusOptions): Rule | undefined {
  const { group, kind } = gvkOf(object)
  if (group === 'batch' && kind === 'Job' && options.jobsMustComplete === true) return jobToCompletion
  const key = group === '' ? kind : `${group}/${kind}`
  return Object.hasOwn(rules, key) ? rules[key] : undefined
}

/** Deletion, an old generation, and the standard conditions: what holds for every kind. */
function generic(object: KubeObject): StatusResult | undefined {
  const deleted = getIn(object, ['metadata', 'deletionTimestamp'])
  if (typeof deleted === 'string' && deleted !== '') {
    return { status: 'Terminating', message: 'Resource scheduled for deletion', conditions: [] }
  }
  const generation = generationAt(object, 'metadata', 'generation')
  const observed = generation === undefined ? undefined : generationAt(object, 'status', 'observedGeneration')
  if (observed !== undefined && observed !== generation) {
    const message = `${object.kind} generation is ${generation}, but latest observed generation is ${observed}`
    return inProgress('LatestGenerationNotObserved', message)
  }
  for (const { type, status, reason, message } of conditionsOf(object)) {
    if (status !== 'True') continue
    if (type === 'Reconciling') return inProgress(reason, message)
    if (type === 'Stalled') return failed(reason, message)
  }
  return undefined
}

/** Kinds without a rule of their own: the `Ready` condition, and current without one. */
function byReady(object: KubeObject): StatusResult {
  for (const { type, status, reason, message } of conditionsOf(object)) {
    if (type !== 'Ready') continue
    if (status === 'True') return current('Resource is Ready')
    if (status === 'False' || status === 'Unknown') return inProgress(reason, message)
  }
  return current('Resource is current')
}

const rules: Readonly<Record<string, Rule>> = {
  Service: service,
  Pod: pod,
  Secret: alwaysReady,
  ConfigMap: alwaysReady,
  PersistentVolumeClaim: claim,
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'extensions/DaemonSet': daemonSet,
  'apps/Deployment': deployment,
  'extensions/Deployment': deployment,
  'apps/ReplicaSet': replicaSet,
  'extensions/ReplicaSet': replicaSet,
  'policy/PodDisruptionBudget': () => current('AllowedDisruptions has been computed.'),
  'batch/CronJob': alwaysReady,
  'batch/Job': job,
  'apiextensions.k8s.io/CustomResourceDefinition': definition,
}

function alwaysReady(): StatusResult {
  return current('Resource is always ready')
}

function statefulSet(object: KubeObject): StatusResult {
  const strategy = ['spec', 'updateStrategy'] as const
  if (getIn(object, [...strategy, 'type']) === 'OnDelete') {
    return current('StatefulSet is using the ondelete update strategy')
  }
  const wanted = int(object, ['spec', 'replicas'], 1)
  const status = (field: string): number => int(object, ['status', field], 0)
  const replicas = status('replicas')
  const updated = status('updatedReplicas')
  const partition = int(object, [...strategy, 'rollingUpdate', 'partition'], -1)
  if (wanted > replicas) return inProgress('LessReplicas', `Replicas: ${replicas}/${wanted}`)
  if (wanted > status('readyReplicas')) return inProgress('LessReady', `Ready: ${status('readyReplicas')}/${wanted}`)
  if (replicas > wanted) return inProgress('ExtraPods', `Pending termination: ${replicas - wanted}`)
  if (partition !== -1) {
    const due = wanted - partition
    if (updated < due) return inProgress('PartitionRollout', `updated: ${updated}/${due}`)
    return current(`Partition rollout complete. updated: ${updated}`)
  }
  if (wanted > status('currentReplicas')) {
    return inProgress('LessCurrent', `current: ${status('currentReplicas')}/${wanted}`)
  }
  if (text(object, ['status', 'currentRevision']) !== text(object, ['status', 'updateRevision'])) {
    return inProgress('RevisionMismatch', 'Waiting for updated revision to match current')
  }
  return current(`All replicas scheduled as expected. Replicas: ${replicas}`)
}

function deployment(object: KubeObject): StatusResult {
  const unlimited = 2 ** 31 - 1
  let progressing = int(object, ['spec', 'progressDeadlineSeconds'], unlimited) === unlimited
  let available = false
  for (const { type, status, reason, message } of conditionsOf(object)) {
    if (type === 'Progressing') {
      if (reason === 'ProgressDeadlineExceeded') {
        const conditions = [{ type: 'Stalled', status: 'True', reason, message }] as const
        return { status: 'Failed', message: 'Progress deadline exceeded', conditions }
      }
      if (status === 'True' && reason === 'NewReplicaSetAvailable') progressing = true
    } else if (type === 'Available' && status === 'True') available = true
  }
  const wanted = int(object, ['spec', 'replicas'], 1)
  const status = (field: string): number => int(object, ['status', field], 0)
  const replicas = status('replicas')
  const updated = status('updatedReplicas')
  const ready = status('readyReplicas')
  const up = status('availableReplicas')
  if (wanted > replicas) return inProgress('LessReplicas', `Replicas: ${replicas}/${wanted}`)
  if (wanted > updated) return inProgress('LessUpdated', `Updated: ${updated}/${wanted}`)
  if (replicas > wanted) return inProgress('ExtraPods', `Pending termination: ${replicas - wanted}`)
  if (updated > up) return inProgress('LessAvailable', `Available: ${up}/${updated}`)
  if (wanted > ready) return inProgress('LessReady', `Ready: ${ready}/${wanted}`)
  if (!progressing) return inProgress('ReplicaSetNotAvailable', 'ReplicaSet not Available')
  if (!available) return inProgress('DeploymentNotAvailable', 'Deployment not Available')
  return current(`Deployment is available. Replicas: ${replicas}`)
}

function replicaSet(object: KubeObject): StatusResult {
  if (conditionsOf(object).some(({ type, status }) => type === 'ReplicaFailure' && status === 'True')) {
    return inProgress('ReplicaFailure', 'Replica Failure condition. Check Pods')
  }
  const wanted = int(object, ['spec', 'replicas'], 1)
  const status = (field: string): number => int(object, ['status', field], 0)
  const labelled = status('fullyLabeledReplicas')
  const available = status('availableReplicas')
  const ready = status('readyReplicas')
  const replicas = status('replicas')
  if (wanted > labelled) return inProgress('LessLabelled', `Labelled: ${labelled}/${wanted}`)
  if (wanted > available) return inProgress('LessAvailable', `Available: ${available}/${wanted}`)
  if (wanted > ready) return inProgress('LessReady', `Ready: ${ready}/${wanted}`)
  if (replicas > wanted) return inProgress('ExtraPods', `Pending termination: ${replicas - wanted}`)
  return current(`ReplicaSet is available. Replicas: ${replicas}`)
}

function daemonSet(object: KubeObject): StatusResult {
  if (generationAt(object, 'metadata', 'generation') === undefined) {
    return inProgress('NoGeneration', `${object.kind} metadata.generation not found`)
  }
  if (generationAt(object, 'status', 'observedGeneration') === undefined) {
    return inProgress('NoObservedGeneration', `${object.kind} status.observedGeneration not found`)
  }
  const status = (field: string): number => int(object, ['status', field], 0)
  const wanted = int(object, ['status', 'desiredNumberScheduled'], -1)
  if (wanted === -1) return inProgress('NoDesiredNumber', 'Missing .status.desiredNumberScheduled')
  const steps = [
    ['LessCurrent', 'Current', status('currentNumberScheduled')],
    ['LessUpdated', 'Updated', status('updatedNumberScheduled')],
    ['LessAvailable', 'Available', status('numberAvailable')],
    ['LessReady', 'Ready', status('numberReady')],
  ] as const
  for (const [reason, label, count] of steps) {
    if (wanted > count) return inProgress(reason, `${label}: ${count}/${wanted}`)
  }
  return current(`All replicas scheduled as expected. Replicas: ${wanted}`)
}

function claim(object: KubeObject): StatusResult {
  const phase = text(object, ['status', 'phase'], 'unknown')
  return phase === 'Bound' ? current('PVC is Bound') : inProgress('NotBound', `PVC is not Bound. phase: ${phase}`)
}

function pod(object: KubeObject, options: StatusOptions): StatusResult {
  const phase = text(object, ['status', 'phase'])
  switch (phase) {
    case 'Succeeded':
      return current('Pod has completed successfully')
    case 'Failed':
      return current('Pod has completed, but not successfully')
    case 'Running':
      return runningPod(object)
    case 'Pending':
      return pendingPod(object, options)
    case '':
      return inProgress('PodNotObserved', 'Pod phase not available')
    default:
      throw new StatusFault(`unknown phase ${phase}`)
  }
}

function runningPod(object: KubeObject): StatusResult {
  if (conditionsOf(object).some(({ type, status }) => type === 'Ready' && status === 'True')) {
    return current('Pod is Ready')
  }
  const containers = getIn(object, ['status', 'containerStatuses'])
  const crashing = (Array.isArray(containers) ? containers : [])
    .filter((container) => getIn(container, ['state', 'waiting', 'reason']) === 'CrashLoopBackOff')
    .map((container) => String(getIn(container, ['name'])))
  if (crashing.length > 0) {
    return failed('ContainerCrashLooping', `Containers in CrashLoop state: ${crashing.join(',')}`)
  }
  return inProgress('PodRunningNotReady', 'Pod is running but is not Ready')
}

function pendingPod(object: KubeObject, options: StatusOptions): StatusResult {
  const scheduled = conditionsOf(object).find(({ type, status }) => type === 'PodScheduled' && status === 'False')
  if (scheduled?.reason !== 'Unschedulable') return inProgress('PodPending', 'Pod is in the Pending phase')
  const created = Date.parse(text(object, ['metadata', 'creationTimestamp']))
  if (options.now - scheduleWindow < created) return inProgress('PodNotScheduled', 'Pod has not been scheduled')
  return failed('PodUnschedulable', 'Pod could not be scheduled')
}

function job(object: KubeObject): StatusResult {
  const completions = int(object, ['spec', 'completions'], int(object, ['spec', 'parallelism'], 1))
  const status = (field: string): number => int(object, ['status', field], 0)
  for (const { type, status: value } of conditionsOf(object)) {
    if (value !== 'True') continue
    if (type === 'Complete') return current(`Job Completed. succeeded: ${status('succeeded')}/${completions}`)
    if (type === 'Failed') return failed('JobFailed', `Job Failed. failed: ${status('failed')}/${completions}`)
    if (type === 'Suspended' && getIn(object, ['spec', 'suspend']) === true) return current('Job is suspended')
  }
  if (text(object, ['status', 'startTime']) === '') return inProgress('JobNotStarted', 'Job not started')
  const counts = `success:${status('succeeded')}, active: ${status('active')}, failed: ${status('failed')}`
  return current(`Job in progress. ${counts}`)
}

function jobToCompletion(object: KubeObject): StatusResult {
  if (getIn(object, ['spec', 'suspend']) === true) return current('Job is suspended')
  const parallelism = int(object, ['spec', 'parallelism'], 1)
  const completions = int(object, ['spec', 'completions'], parallelism)
  const status = (field: string): number => int(object, ['status', field], 0)
  for (const { type, status: value } of conditionsOf(object)) {
    if (value !== 'True') continue
    if (type === 'Complete') return current(`Job Completed. succeeded: ${status('succeeded')}/${completions}`)
    if (type === 'Failed') return failed('JobFailed', `Job Failed. failed: ${status('failed')}/${completions}`)
  }
  if (text(object, ['status', 'startTime']) === '') {
    return inProgress('JobNotStarted', `Job not started. active: 0/${parallelism}`)
  }
  const counts = `success:${status('succeeded')}, active: ${status('active')}, failed: ${status('failed')}`
  return inProgress('JobInProgress', `Job in progress. ${counts}`)
}

function service(object: KubeObject): StatusResult {
  const balanced = getIn(object, ['spec', 'type']) === 'LoadBalancer'
  if (balanced && text(object, ['spec', 'clusterIP']) === '') {
    return inProgress('NoIPAssigned', 'ClusterIP not set. Service type: LoadBalancer')
  }
  return current('Service is ready')
}

function definition(object: KubeObject): StatusResult {
  for (const { type, status, reason, message } of conditionsOf(object)) {
    if (type === 'NamesAccepted' && status === 'False') return failed(reason, message)
    if (type !== 'Established') continue
    if (status === 'False' && reason !== 'Installing') return failed(reason, message)
    if (status === 'True') return current('CRD is established')
  }
  return inProgress('Installing', 'Install in progress')
}

function current(message: string): StatusResult {
  return { status: 'Current', message, conditions: [] }
}

function inProgress(reason: string, message: string): StatusResult {
  return { status: 'InProgress', message, conditions: [{ type: 'Reconciling', status: 'True', reason, message }] }
}

function failed(reason: string, message: string): StatusResult {
  return { status: 'Failed', message, conditions: [{ type: 'Stalled', status: 'True', reason, message }] }
}

/** The object's own conditions. Faults, in the words of Go's converter: no list, items that are no conditions. */
function conditionsOf(object: KubeObject): readonly BasicCondition[] {
  const found = getIn(object, ['status', 'conditions'])
  if (found === undefined || found === null) return []
  if (!Array.isArray(found)) throw new StatusFault(`cannot restore slice from ${goKind(found)}`)
  return found.map((condition) => {
    const fields = condition ?? {}
    if (!isObject(fields)) throw new StatusFault(`cannot restore struct from: ${goKind(fields)}`)
    const field = (key: string): string => {
      const value = fields[key] ?? ''
      if (typeof value === 'string') return value
      const isInteger = goType(value) === 'int64'
      throw new StatusFault(isInteger ? 'cannot convert int64 to string' : 'unrecognized type: string')
    }
    return { type: field('type'), status: field('status'), reason: field('reason'), message: field('message') }
  })
}

function goKind(value: JsonValue): string {
  return goType(value).replace('[]interface {}', 'slice').replace('map[string]interface {}', 'map')
}

function generationAt(object: KubeObject, parent: string, field: string): number | bigint | undefined {
  const value = getIn(object, [parent, field])
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' || typeof value === 'bigint') return value
  throw new StatusFault(`looking up ${parent}.${field} from resource: it is no integer`)
}

function int(object: KubeObject, path: readonly string[], fallback: number): number {
  const value: JsonValue | undefined = getIn(object, path)
  return typeof value === 'number' && Number.isInteger(value) ? value : fallback
}

function text(object: KubeObject, path: readonly string[], fallback = ''): string {
  const value = getIn(object, path)
  return typeof value === 'string' ? value : fallback
}
