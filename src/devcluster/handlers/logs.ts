import { type Disposable, getIn, isObject } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { badRequest, notFound } from '../http/errors.ts'
import { queryFlag, queryText } from '../http/query.ts'
import type { ApiAnswer, StreamSink } from '../http/types.ts'
import type { Exchange } from './exchange.ts'

export interface LogLine {
  /** RFC 3339 with nanoseconds. */
  readonly time: string
  readonly text: string
}

/** What containers have written. */
export interface PodLogs {
  lines(pod: KubeObject, container: string, previous: boolean): readonly LogLine[]
  /** Calls back for each further line until disposed; `onEnd` when the container ended. */
  follow(pod: KubeObject, container: string, onLine: (line: LogLine) => void, onEnd: () => void): Disposable
}

/** GET of pods/log: plain text, followed as a stream. Throws `ApiError`. */
export function handleLog(exchange: Exchange): ApiAnswer {
  const { machine, logs } = exchange.services
  const { route, query, type } = exchange
  const entry = machine.store.get(type.collection, route.namespace, route.name)
  if (entry === undefined) throw notFound(type, route.name)
  const pod = entry.object
  const container = chooseContainer(pod, queryText(query, 'container'))
  checkStarted(pod, container)
  const stamps = queryFlag(query, 'timestamps')
  const print = (line: LogLine): string => `${stamps ? `${line.time} ` : ''}${line.text}\n`
  const tail = queryText(query, 'tailLines')
  const since = Number(queryText(query, 'sinceSeconds') || 0)
  const previous = queryFlag(query, 'previous')
  if (previous) checkRestarted(pod, container)
  let lines = logs.lines(pod, container, previous)
  if (since > 0) lines = lines.filter((line) => Date.parse(line.time) >= machine.clock.now() - since * 1000)
  if (tail !== '' && /^[0-9]+$/.test(tail)) lines = Number(tail) === 0 ? [] : lines.slice(-Number(tail))
  const text = lines.map(print).join('')
  const headers = { 'content-type': 'text/plain' }
  if (!queryFlag(query, 'follow')) return { status: 200, headers, body: text }
  return {
    status: 200,
    headers,
    start: (sink: StreamSink) => {
      if (text !== '') sink.write(text)
      return logs.follow(
        pod,
        container,
        (line) => sink.write(print(line)),
        () => sink.end(),
      )
    },
  }
}

/** The kubelet's answer where no earlier run of the container is known. */
function checkRestarted(pod: KubeObject, container: string): void {
  const states = ['containerStatuses', 'initContainerStatuses'].flatMap((field) => {
    const list = getIn(pod, ['status', field])
    return Array.isArray(list) ? list.filter(isObject) : []
  })
  const own = states.find((item) => item['name'] === container)
  if (getIn(own, ['lastState', 'terminated']) !== undefined) return
  throw badRequest(`previous terminated container "${container}" in pod "${pod.metadata.name}" not found`)
}

function names(pod: KubeObject, field: string): string[] {
  const list = getIn(pod, ['spec', field])
  return Array.isArray(list) ? list.filter(isObject).map((item) => String(item['name'])) : []
}

function chooseContainer(pod: KubeObject, wanted: string): string {
  const containers = names(pod, 'containers')
  const init = names(pod, 'initContainers')
  const pods = pod.metadata.name
  if (wanted !== '') {
    if ([...containers, ...init].includes(wanted)) return wanted
    throw badRequest(`container ${wanted} is not valid for pod ${pods}`)
  }
  const annotations = getIn(pod, ['metadata', 'annotations'])
  const standard = isObject(annotations) ? annotations['kubectl.kubernetes.io/default-container'] : undefined
  if (typeof standard === 'string' && containers.includes(standard)) return standard
  if (containers.length === 1) return containers[0]!
  const extra = init.length > 0 ? ` or one of the init containers: [${init.join(' ')}]` : ''
  throw badRequest(
    `a container name must be specified for pod ${pods}, choose one of: [${containers.join(' ')}]${extra}`,
  )
}

function checkStarted(pod: KubeObject, container: string): void {
  const statuses = [getIn(pod, ['status', 'containerStatuses']), getIn(pod, ['status', 'initContainerStatuses'])]
  const status = statuses
    .flatMap((list) => (Array.isArray(list) ? list.filter(isObject) : []))
    .find((item) => item['name'] === container)
  if (status === undefined) {
    const node = getIn(pod, ['spec', 'nodeName'])
    if (typeof node !== 'string' || node === '')
      throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`)
    return
  }
  const waiting = getIn(status, ['state', 'waiting'])
  if (isObject(waiting) && getIn(status, ['lastState', 'terminated']) === undefined) {
    const reason = String(waiting['reason'] ?? 'ContainerCreating')
    const why =
      reason === 'ErrImagePull' || reason === 'ImagePullBackOff'
        ? `trying and failing to pull image`
        : reason === 'ContainerCreating' || reason === 'PodInitializing'
          ? reason
          : `waiting to start: ${reason}`
    throw badRequest(
      `container ${JSON.stringify(container)} in pod ${JSON.stringify(pod.metadata.name)} is waiting to start: ${why}`,
    )
  }
}
