import { getIn, isObject, type JsonObject, rfc3339 } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { annotationsOf, isDeleting, ownersOf, uidOf } from '../../operations/metadata.ts'
import type { Change } from '../../store/store.ts'
import { FAIL_ANNOTATION, parseDelay, READY_ANNOTATION, RUN_ANNOTATION } from '../annotations.ts'
import type { Controller, Environment } from '../environment.ts'
import { recordEvent } from './events.ts'
import { listAt, phaseOf } from './pod-objects.ts'
import { missingReference, unboundClaim } from './pod-references.ts'
import { containerStatuses, type PodState, podConditions, withPodConditions } from './pod-status.ts'

const NAME = 'kubelet'
const PODS = 'pods'

/** Delays of the simulation, in milliseconds. */
const START = 200
const READY = 500
const RUN = 800
const STOP = 150
const RETRY = 1000
const BACKOFF = [10_000, 20_000, 40_000, 80_000, 160_000, 300_000]

/** Scheduler and kubelet in one: Pods get a node, start, become ready, end, crash and stop, on the clock. */
export class PodSimulation implements Controller {
  readonly #env: Environment
  readonly #scheduler: Environment
  readonly #kubelet: Environment

  constructor(env: Environment) {
    this.#env = env
    this.#scheduler = env.as('kube-scheduler')
    this.#kubelet = env.as('kubelet')
    env.queue.register(NAME, (key) => this.#work(key))
  }

  observe(change: Change): void {
    if (change.collection !== PODS || change.type === 'DELETED') return
    const { object } = change.entry
    const key = `${change.entry.namespace}/${change.entry.name}`
    if (isDeleting(object)) this.#env.queue.add(NAME, key, STOP)
    else if (change.type === 'ADDED') this.#env.queue.add(NAME, key)
  }

  resync(): void {
    for (const pod of this.#env.list(PODS))
      this.#env.queue.add(NAME, `${String(pod.metadata['namespace'])}/${pod.metadata.name}`)
  }

  #work(key: string): void {
    const slash = key.indexOf('/')
    const pod = this.#env.get(PODS, key.slice(0, slash), key.slice(slash + 1))
    if (pod === undefined) return
    const again = (delay: number): void => this.#env.queue.add(NAME, key, delay)
    if (isDeleting(pod)) {
      this.#kubelet.remove(PODS, pod, undefined, 0)
      return
    }
    const phase = phaseOf(pod)
    if (phase === 'Succeeded' || phase === 'Failed') return
    const node = getIn(pod, ['spec', 'nodeName'])
    if (typeof node !== 'string' || node === '') this.#schedule(pod, again)
    else if (phase === 'Running') this.#advance(pod, again)
    else this.#start(pod, again)
  }

  #schedule(pod: KubeObject, again: (delay: number) => void): void {
    const gates = listAt(pod, 'spec', 'schedulingGates')
    const claim = unboundClaim(this.#env, pod)
    const node = this.#env.list('nodes').find((item) => getIn(item, ['spec', 'unschedulable']) !== true)
    if (gates.length > 0 || claim !== undefined || node === undefined) {
      const message =
        claim ??
        (node === undefined
          ? '0/1 nodes are available: 1 node(s) were unschedulable.'
          : 'Scheduling is blocked due to non-empty scheduling gates')
      const reason = gates.length > 0 ? 'SchedulingGated' : 'Unschedulable'
      this.#scheduler.setStatus(PODS, pod, {
        ...statusOf(pod),
        conditions: withPodConditions(pod, [{ type: 'PodScheduled', status: 'False', reason, message }], this.#time()),
      })
      if (gates.length === 0)
        recordEvent(this.#env, pod, {
          type: 'Warning',
          reason: 'FailedScheduling',
          message,
          component: 'default-scheduler',
        })
      again(RETRY)
      return
    }
    const name = node.metadata.name
    this.#scheduler.bind(String(pod.metadata['namespace']), pod.metadata.name, name)
    recordEvent(this.#env, pod, {
      type: 'Normal',
      reason: 'Scheduled',
      message: `Successfully assigned ${String(pod.metadata['namespace'])}/${pod.metadata.name} to ${name}`,
      component: 'default-scheduler',
    })
    this.#show(pod, { kind: 'creating' })
    again(START)
  }

  #start(pod: KubeObject, again: (delay: number) => void): void {
    const missing = missingReference(this.#env, pod)
    if (missing !== undefined) {
      if (missing.volume)
        recordEvent(this.#env, pod, {
          type: 'Warning',
          reason: 'FailedMount',
          message: missing.message,
          component: 'kubelet',
        })
      else this.#show(pod, { kind: 'waiting', reason: 'CreateContainerConfigError', message: missing.message })
      again(RETRY)
      return
    }
    if (annotationsOf(pod)[FAIL_ANNOTATION] === 'image-pull') {
      const image = String(listAt(pod, 'spec', 'containers')[0]?.['image'] ?? '')
      const message = `Back-off pulling image "${image}": ErrImagePull: failed to resolve reference "${image}": not found`
      this.#show(pod, { kind: 'waiting', reason: 'ImagePullBackOff', message })
      recordEvent(this.#env, pod, {
        type: 'Warning',
        reason: 'Failed',
        message: `Failed to pull image "${image}": not found`,
        component: 'kubelet',
      })
      return
    }
    for (const container of listAt(pod, 'spec', 'containers')) {
      const image = String(container['image'])
      recordEvent(this.#env, pod, {
        type: 'Normal',
        reason: 'Pulled',
        message: `Container image "${image}" already present on machine`,
        component: 'kubelet',
      })
      recordEvent(this.#env, pod, {
        type: 'Normal',
        reason: 'Started',
        message: `Container started`,
        component: 'kubelet',
      })
    }
    if (annotationsOf(pod)[FAIL_ANNOTATION] === 'crash-loop') {
      this.#crash(pod, 0, again)
      return
    }
    this.#show(pod, { kind: 'running', ready: false })
    again(
      ends(pod)
        ? (parseDelay(annotationsOf(pod)[RUN_ANNOTATION]) ?? RUN)
        : (parseDelay(annotationsOf(pod)[READY_ANNOTATION]) ?? READY),
    )
  }

  /** A running Pod goes on: it ends, becomes ready, crashes again, or stays as it is. */
  #advance(pod: KubeObject, again: (delay: number) => void): void {
    const fail = annotationsOf(pod)[FAIL_ANNOTATION]
    if (fail === 'crash-loop') {
      const restarts = Number(listAt(pod, 'status', 'containerStatuses')[0]?.['restartCount'] ?? 0)
      this.#crash(pod, restarts + 1, again)
    } else if (ends(pod)) this.#show(pod, { kind: 'ended', exitCode: fail === undefined ? 0 : 1 })
    else if (fail === 'exit') this.#show(pod, { kind: 'ended', exitCode: 1 })
    else if (fail !== 'never-ready') this.#show(pod, { kind: 'running', ready: true })
    else
      recordEvent(this.#env, pod, {
        type: 'Warning',
        reason: 'Unhealthy',
        message: 'Readiness probe failed',
        component: 'kubelet',
      })
  }

  #crash(pod: KubeObject, restarts: number, again: (delay: number) => void): void {
    this.#show(pod, { kind: 'crashed', restarts })
    recordEvent(this.#env, pod, {
      type: 'Warning',
      reason: 'BackOff',
      message: 'Back-off restarting failed container',
      component: 'kubelet',
    })
    again(BACKOFF[Math.min(restarts, BACKOFF.length - 1)]!)
  }

  #show(pod: KubeObject, state: PodState): void {
    const live = this.#env.get(PODS, String(pod.metadata['namespace']), pod.metadata.name)
    if (live === undefined) return
    const time = this.#time()
    const before = statusOf(live)
    const started = before['startTime'] ?? time
    const phase =
      state.kind === 'ended'
        ? state.exitCode === 0
          ? 'Succeeded'
          : 'Failed'
        : state.kind === 'running' || state.kind === 'crashed'
          ? 'Running'
          : 'Pending'
    const status: JsonObject = {
      ...before,
      observedGeneration: Number(live.metadata['generation'] ?? 1),
      phase,
      conditions: withPodConditions(live, podConditions(live, state), time),
      hostIP: '172.18.0.2',
      hostIPs: [{ ip: '172.18.0.2' }],
      startTime: started,
      ...containerStatuses(live, state, time),
    }
    if (phase !== 'Pending' && before['podIP'] === undefined) {
      const ip = addressOf(uidOf(live))
      status['podIP'] = ip
      status['podIPs'] = [{ ip }]
    }
    this.#kubelet.setStatus(PODS, live, status)
  }

  #time(): string {
    return rfc3339(this.#env.now)
  }
}

function statusOf(pod: KubeObject): JsonObject {
  return isObject(pod['status']) ? pod['status'] : {}
}

/** Pods of Jobs end, and so do single Pods that are not to be restarted. */
function ends(pod: KubeObject): boolean {
  const policy = getIn(pod, ['spec', 'restartPolicy'])
  const owners = ownersOf(pod).filter((owner) => owner.controller)
  if (owners.some((owner) => owner.kind === 'Job')) return true
  return owners.length === 0 && (policy === 'Never' || policy === 'OnFailure')
}

function addressOf(uid: string): string {
  let hash = 0
  for (let i = 0; i < uid.length; i++) hash = (Math.imul(hash, 31) + uid.charCodeAt(i)) >>> 0
  return `10.244.${(hash >>> 8) & 255}.${hash & 255 || 1}`
}
