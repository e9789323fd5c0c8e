import { getIn, isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { ageOf } from './age.ts'

function list(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

const state = (status: JsonObject, path: string): JsonValue | undefined => getIn(status, ['state', ...path.split('.')])

/** READY, STATUS, RESTARTS, AGE, IP, NODE, NOMINATED NODE, READINESS GATES of a Pod (printers `printPod`). */
export function podCells(pod: KubeObject, now: number): JsonValue[] {
  const spec = isObject(pod['spec']) ? pod['spec'] : {}
  const status = isObject(pod['status']) ? pod['status'] : {}
  const statuses = list(status['containerStatuses'])
  const total = list(spec['containers']).length
  const ready = statuses.filter((item) => item['ready'] === true && state(item, 'running') !== undefined).length
  const restarts = statuses.reduce((sum, item) => sum + Number(item['restartCount'] ?? 0), 0)
  return [
    `${ready}/${total}`,
    podReason(pod, spec, status, statuses),
    restartText(restarts, statuses, now),
    ageOf(pod.metadata['creationTimestamp'], now),
    String(status['podIP'] ?? '<none>'),
    String(spec['nodeName'] ?? '<none>'),
    String(status['nominatedNodeName'] ?? '<none>'),
    '<none>',
  ]
}

function restartText(restarts: number, statuses: readonly JsonObject[], now: number): string {
  const ends = statuses
    .map((item) => Date.parse(String(getIn(item, ['lastState', 'terminated', 'finishedAt']) ?? '')))
    .filter((time) => !Number.isNaN(time))
  if (restarts === 0 || ends.length === 0) return String(restarts)
  return `${restarts} (${ageOf(new Date(Math.max(...ends)).toISOString(), now)} ago)`
}

function podReason(pod: KubeObject, spec: JsonObject, status: JsonObject, statuses: readonly JsonObject[]): string {
  let reason = String(status['reason'] ?? status['phase'] ?? '')
  const init = list(status['initContainerStatuses'])
  const waitingInit = init.findIndex(
    (item) => getIn(item, ['state', 'terminated', 'exitCode']) !== 0 && item['ready'] !== true,
  )
  if (waitingInit >= 0 && status['phase'] === 'Pending') {
    const item = init[waitingInit]!
    const why = state(item, 'waiting.reason') ?? state(item, 'terminated.reason')
    reason =
      typeof why === 'string' && why !== 'PodInitializing'
        ? `Init:${why}`
        : `Init:${waitingInit}/${list(spec['initContainers']).length}`
  } else {
    let running = false
    for (const item of [...statuses].reverse()) {
      const waiting = state(item, 'waiting.reason')
      const ended = state(item, 'terminated.reason')
      if (typeof waiting === 'string' && waiting !== '') reason = waiting
      else if (typeof ended === 'string' && ended !== '') reason = ended
      else if (state(item, 'terminated') !== undefined)
        reason = `ExitCode:${String(state(item, 'terminated.exitCode'))}`
      else if (item['ready'] === true && state(item, 'running') !== undefined) running = true
    }
    if (reason === 'Completed' && running) reason = 'Running'
  }
  return pod.metadata['deletionTimestamp'] === undefined ? reason : 'Terminating'
}
