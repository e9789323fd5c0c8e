import { type Cancellation, CancelledError, type Clock, checkCancelled, getIn, getString } from '../../base/index.ts'
import { computeStatus, isJob, type KubeClient, type KubeObject, type ObjectStatus } from '../../kube/index.ts'
import { messageOf, ReleaseError } from './errors.ts'
import type { Resource } from './resources.ts'

export interface WaitContext {
  readonly client: KubeClient
  readonly clock: Clock
  /** Milliseconds. */
  readonly timeout: number
  readonly cancellation?: Cancellation | undefined
}

interface Look {
  readonly resource: Resource
  readonly status: ObjectStatus
  readonly message: string
}

type Reader = (object: KubeObject, now: number) => { readonly status: ObjectStatus; readonly message: string }

/** Milliseconds between looks: short at first, as most things are ready at once. */
const firstInterval = 100
const longestInterval = 1_000

/**
 * Waits until objects are current by kstatus; failed ones end the wait for themselves, paused Deployments are left out.
 * Source: Helm 4.1 pkg/kube/statuswait.go (`Wait`, `WaitWithJobs`).
 * @throws ReleaseError `NotReady`
 */
export function waitForCurrent(resources: readonly Resource[], withJobs: boolean, context: WaitContext): Promise<void> {
  const awaited = resources.filter(
    ({ object }) => !(object.kind === 'Deployment' && getIn(object, ['spec', 'paused']) === true),
  )
  const read: Reader = (object, now) => {
    const result = computeStatus(object, { now, jobsMustComplete: withJobs })
    return result.ok ? result.value : { status: 'Unknown', message: result.error }
  }
  return waitUntil(awaited, 'Current', read, context)
}

/**
 * Waits until the Jobs and Pods of a hook have run to their end; anything else is ready at once.
 * Source: Helm 4.1 pkg/kube/statuswait.go (`WatchUntilReady`), internal/statusreaders.
 * @throws ReleaseError `NotReady`
 */
export function waitForCompletion(resources: readonly Resource[], context: WaitContext): Promise<void> {
  const read: Reader = (object, now) => {
    if (object.kind === 'Pod' && object.apiVersion === 'v1') return podCompletion(object)
    if (!isJob(object)) return { status: 'Current', message: 'Resource is current' }
    const result = computeStatus(object, { now, jobsMustComplete: true })
    return result.ok ? result.value : { status: 'Unknown', message: result.error }
  }
  return waitUntil(resources, 'Current', read, context)
}

/**
 * Waits until objects are gone. Source: Helm 4.1 pkg/kube/statuswait.go (`WaitForDelete`).
 * @throws ReleaseError `NotReady`
 */
export function waitForDelete(resources: readonly Resource[], context: WaitContext): Promise<void> {
  const read: Reader = (object, now) => {
    const result = computeStatus(object, { now })
    return result.ok ? result.value : { status: 'Unknown', message: result.error }
  }
  return waitUntil(resources, 'NotFound', read, context)
}

function podCompletion(pod: KubeObject): { status: ObjectStatus; message: string } {
  const name = pod.metadata.name
  switch (getString(pod, 'status', 'phase')) {
    case 'Succeeded':
      return { status: 'Current', message: `pod ${name} succeeded` }
    case 'Failed':
      return { status: 'Failed', message: `pod ${name} failed` }
    default:
      return { status: 'InProgress', message: 'Pod in progress' }
  }
}

async function waitUntil(
  resources: readonly Resource[],
  desired: 'Current' | 'NotFound',
  read: Reader,
  context: WaitContext,
): Promise<void> {
  const end = context.clock.now() + context.timeout
  for (let interval = firstInterval; ; interval = Math.min(interval * 2, longestInterval)) {
    checkCancelled(context.cancellation)
    const looks = await Promise.all(resources.map((resource) => look(resource, read, context)))
    const others = looks.filter(({ status }) => status !== desired)
    if (others.length === 0) return
    const left = end - context.clock.now()
    // A failure is final: only someone's hand can help, so nothing is gained by waiting for it.
    const isFinal = desired === 'Current' && others.every(({ status }) => status === 'Failed')
    if (isFinal || left <= 0) throw notReached(others, desired, left <= 0)
    await pause(Math.min(interval, left), context)
  }
}

async function look(resource: Resource, read: Reader, context: WaitContext): Promise<Look> {
  try {
    const object = await context.client.get(resource.ref)
    if (object === undefined) return { resource, status: 'NotFound', message: 'Resource not found' }
    return { resource, ...read(object, context.clock.now()) }
  } catch (error) {
    // A server that does not answer may come back before the time is up.
    return { resource, status: 'Unknown', message: messageOf(error) }
  }
}

function notReached(looks: readonly Look[], desired: 'Current' | 'NotFound', timedOut: boolean): ReleaseError {
  const lines = looks.map(({ resource: { ref }, status, message }) => {
    const id = `resource ${ref.kind}/${ref.namespace ?? ''}/${ref.name}`
    const what = desired === 'Current' ? 'not ready' : 'still exists'
    return `${id} ${what}. status: ${status}, message: ${message}`
  })
  if (timedOut) lines.push('context deadline exceeded')
  return new ReleaseError('NotReady', lines.join('\n'), { object: looks[0]!.resource.ref })
}

/** Ends early when the work is cancelled. @throws CancelledError */
function pause(delay: number, context: WaitContext): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = context.clock.after(delay, () => {
      listener?.dispose()
      resolve()
    })
    const listener = context.cancellation?.onCancel(() => {
      timer.dispose()
      reject(new CancelledError())
    })
  })
}
