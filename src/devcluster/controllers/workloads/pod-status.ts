import { isObject, type JsonObject } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { uidOf } from '../../operations/metadata.ts'
import { listAt, withCondition } from './pod-objects.ts'

/** Where a simulated Pod stands. */
export type PodState =
  | { readonly kind: 'creating' }
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string }
  | { readonly kind: 'running'; readonly ready: boolean }
  | { readonly kind: 'crashed'; readonly restarts: number }
  | { readonly kind: 'ended'; readonly exitCode: number }

/** The conditions that a state stands for. */
export function podConditions(pod: KubeObject, state: PodState): JsonObject[] {
  const names = listAt(pod, 'spec', 'containers').map((container) => String(container['name']))
  const unready = { reason: 'ContainersNotReady', message: `containers with unready status: [${names.join(' ')}]` }
  const ended = state.kind === 'ended' && state.exitCode === 0
  const ready: JsonObject =
    state.kind === 'running' && state.ready
      ? { status: 'True' }
      : ended
        ? { status: 'False', reason: 'PodCompleted' }
        : { status: 'False', ...unready }
  const starting = state.kind === 'creating' || state.kind === 'waiting'
  return [
    {
      type: 'PodReadyToStartContainers',
      status: state.kind === 'creating' || state.kind === 'ended' ? 'False' : 'True',
    },
    {
      type: 'Initialized',
      status: starting && listAt(pod, 'spec', 'initContainers').length > 0 ? 'False' : 'True',
      ...(ended ? { reason: 'PodCompleted' } : {}),
    },
    { type: 'Ready', ...ready },
    { type: 'ContainersReady', ...ready },
    { type: 'PodScheduled', status: 'True' },
  ]
}

/** A Pod's conditions with some of them replaced. */
export function withPodConditions(pod: KubeObject, next: readonly JsonObject[], time: string): JsonObject[] {
  let conditions = listAt(pod, 'status', 'conditions')
  for (const condition of next) conditions = withCondition(conditions, { lastProbeTime: null, ...condition }, time)
  return conditions
}

/** The statuses of a Pod's containers in a state. */
export function containerStatuses(pod: KubeObject, state: PodState, time: string): JsonObject {
  const before = new Map(
    [...listAt(pod, 'status', 'containerStatuses'), ...listAt(pod, 'status', 'initContainerStatuses')].map((item) => [
      String(item['name']),
      item,
    ]),
  )
  const containers = listAt(pod, 'spec', 'containers').map((container) =>
    statusOf(pod, container, before.get(String(container['name'])), state, time),
  )
  const init = listAt(pod, 'spec', 'initContainers').map((container) => {
    const own: PodState =
      state.kind === 'creating' || state.kind === 'waiting'
        ? { kind: 'creating' }
        : container['restartPolicy'] === 'Always' && state.kind !== 'ended'
          ? { kind: 'running', ready: true }
          : { kind: 'ended', exitCode: 0 }
    const made = statusOf(pod, container, before.get(String(container['name'])), own, time)
    return own.kind === 'ended' ? { ...made, ready: true } : made
  })
  return { containerStatuses: containers, ...(init.length > 0 ? { initContainerStatuses: init } : {}) }
}

function statusOf(
  pod: KubeObject,
  container: JsonObject,
  before: JsonObject | undefined,
  state: PodState,
  time: string,
): JsonObject {
  const name = String(container['name'])
  const image = String(container['image'] ?? '')
  const base = { name, image: qualifiedImage(image), imageID: '', restartCount: Number(before?.['restartCount'] ?? 0) }
  const id = `containerd://${hex(`${uidOf(pod)}/${name}`)}`
  const started = startOf(before) ?? time
  const imageID = `${qualifiedImage(image).replace(/[:@][^/]*$/, '')}@sha256:${hex(image)}`
  switch (state.kind) {
    case 'creating':
      return {
        ...base,
        ready: false,
        started: false,
        lastState: {},
        state: { waiting: { reason: 'ContainerCreating' } },
      }
    case 'waiting':
      return {
        ...base,
        ready: false,
        started: false,
        lastState: {},
        state: { waiting: { reason: state.reason, message: state.message } },
      }
    case 'running':
      return {
        ...base,
        imageID,
        containerID: id,
        ready: state.ready,
        started: true,
        lastState: {},
        state: { running: { startedAt: started } },
      }
    case 'crashed': {
      const terminated = { exitCode: 1, reason: 'Error', startedAt: time, finishedAt: time, containerID: id }
      const message = `back-off restarting failed container=${name} pod=${pod.metadata.name}_${String(pod.metadata['namespace'])}(${uidOf(pod)})`
      return {
        ...base,
        imageID,
        containerID: id,
        restartCount: state.restarts,
        ready: false,
        started: false,
        lastState: { terminated },
        state: { waiting: { reason: 'CrashLoopBackOff', message } },
      }
    }
    default: {
      const reason = state.exitCode === 0 ? 'Completed' : 'Error'
      const terminated = { exitCode: state.exitCode, reason, startedAt: started, finishedAt: time, containerID: id }
      return { ...base, imageID, containerID: id, ready: false, started: false, lastState: {}, state: { terminated } }
    }
  }
}

function startOf(status: JsonObject | undefined): string | undefined {
  const state = status?.['state']
  if (!isObject(state)) return undefined
  for (const kind of ['running', 'terminated']) {
    const found = state[kind]
    if (isObject(found) && typeof found['startedAt'] === 'string') return found['startedAt']
  }
  return undefined
}

/** An image as the container runtime names it. */
function qualifiedImage(image: string): string {
  const first = image.split('/', 1)[0]!
  const host = image.includes('/') && (first.includes('.') || first.includes(':') || first === 'localhost')
  const path = host ? image : image.includes('/') ? `docker.io/${image}` : `docker.io/library/${image}`
  const tail = path.slice(path.lastIndexOf('/') + 1)
  return tail.includes(':') || tail.includes('@') ? path : `${path}:latest`
}

/** 64 stable hexadecimal digits. */
function hex(text: string): string {
  let out = ''
  for (let block = 0; block < 8; block++) {
    let hash = 0x811c9dc5 ^ (block * 0x9e3779b1)
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0
    out += (hash >>> 0).toString(16).padStart(8, '0')
  }
  return out
}
