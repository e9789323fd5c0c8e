import { type Disposable, getIn, isObject, type JsonObject } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import type { LogLine, PodLogs } from '../handlers/logs.ts'
import type { Machine } from '../operations/machine.ts'
import { annotationsOf } from '../operations/metadata.ts'
import { LOG_ANNOTATION } from './annotations.ts'

/** Logs that follow from a container's state: what it runs, when it started, how it ended. */
export class SimulatedLogs implements PodLogs {
  readonly #machine: Machine

  constructor(machine: Machine) {
    this.#machine = machine
  }

  lines(pod: KubeObject, container: string, previous: boolean): readonly LogLine[] {
    const status = statusOf(pod, container)
    const state = getIn(status, [previous ? 'lastState' : 'state'])
    const running = getIn(state, ['running'])
    const ended = getIn(state, ['terminated'])
    const started = String(getIn(running, ['startedAt']) ?? getIn(ended, ['startedAt']) ?? '')
    if (started === '') return []
    const own = annotationsOf(pod)[LOG_ANNOTATION]
    const command = commandOf(pod, container)
    const time = nano(started)
    const out: LogLine[] =
      own === undefined ? [{ time, text: `starting ${command}` }] : own.split('\n').map((text) => ({ time, text }))
    if (isObject(ended)) {
      const code = Number(ended['exitCode'] ?? 0)
      const text =
        code === 0 ? 'done' : `exiting with code ${code}: ${String(ended['message'] ?? ended['reason'] ?? '')}`
      if (own === undefined || code !== 0) out.push({ time: nano(String(ended['finishedAt'] ?? started)), text })
    }
    return out
  }

  follow(pod: KubeObject, container: string, onLine: (line: LogLine) => void, onEnd: () => void): Disposable {
    let shown = this.lines(pod, container, false).length
    const namespace = String(pod.metadata['namespace'] ?? '')
    const ended = (object: KubeObject | undefined): boolean =>
      object === undefined ||
      object.metadata['uid'] !== pod.metadata['uid'] ||
      isObject(getIn(statusOf(object, container), ['state', 'terminated']))
    if (ended(this.#machine.store.get('pods', namespace, pod.metadata.name)?.object)) {
      const timer = this.#machine.clock.after(0, onEnd)
      return timer
    }
    const subscription = this.#machine.store.onChange((change) => {
      if (
        change.collection !== 'pods' ||
        change.entry.namespace !== namespace ||
        change.entry.name !== pod.metadata.name
      )
        return
      const now = change.type === 'DELETED' ? undefined : change.entry.object
      const lines = now === undefined ? [] : this.lines(now, container, false)
      for (const line of lines.slice(shown)) onLine(line)
      shown = Math.max(shown, lines.length)
      if (!ended(now)) return
      subscription.dispose()
      onEnd()
    })
    return subscription
  }
}

function statusOf(pod: KubeObject, container: string): JsonObject | undefined {
  for (const field of ['containerStatuses', 'initContainerStatuses']) {
    const list = getIn(pod, ['status', field])
    const found = Array.isArray(list) ? list.filter(isObject).find((item) => item['name'] === container) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

function commandOf(pod: KubeObject, container: string): string {
  for (const field of ['containers', 'initContainers']) {
    const list = getIn(pod, ['spec', field])
    const found = Array.isArray(list) ? list.filter(isObject).find((item) => item['name'] === container) : undefined
    if (found === undefined) continue
    const words = [found['command'], found['args']].flatMap((part) => (Array.isArray(part) ? part.map(String) : []))
    return words.length > 0 ? words.join(' ').split('\n', 1)[0]! : String(found['image'] ?? '')
  }
  return container
}

function nano(time: string): string {
  return time.replace(/Z$/, '.000000000Z')
}
