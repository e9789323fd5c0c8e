import { isObject, type JsonObject, jsonEqual } from '../../base/index.ts'
import { apiVersionOf, type KubeObject } from '../../kube/index.ts'
import { writeJson } from '../http/json.ts'
import { convertFlux } from './flux-versions.ts'

/** Remembers conversions of stored objects, so that their JSON text is made once per version too. */
export class Converter {
  readonly #made = new WeakMap<KubeObject, Map<string, KubeObject>>()

  /** The same object in another version; the input when it already is. Custom resources change only apiVersion (strategy None), but for old Flux versions. */
  convert(object: KubeObject, to: { group: string; version: string; kind: string }): KubeObject {
    const apiVersion = apiVersionOf(to)
    if (object.apiVersion === apiVersion) return object
    let known = this.#made.get(object)
    const found = known?.get(apiVersion)
    if (found !== undefined) return found
    const made = convertObject(object, apiVersion)
    if (known === undefined) {
      known = new Map()
      this.#made.set(object, known)
    }
    known.set(apiVersion, made)
    return made
  }
}

function convertObject(object: KubeObject, apiVersion: string): KubeObject {
  const change = `${object.apiVersion}→${apiVersion}/${object.kind}`
  switch (change) {
    case 'autoscaling/v2→autoscaling/v1/HorizontalPodAutoscaler':
      return autoscalerToV1(object)
    case 'autoscaling/v1→autoscaling/v2/HorizontalPodAutoscaler':
      return autoscalerToV2(object)
    case 'v1→events.k8s.io/v1/Event':
      return renamed(object, apiVersion, EVENT_NAMES)
    case 'events.k8s.io/v1→v1/Event':
      return renamed(object, apiVersion, new Map([...EVENT_NAMES].map(([a, b]) => [b, a])))
    default:
      return convertFlux(object, apiVersion) ?? { ...object, apiVersion }
  }
}

/** Fields of a core Event and their names in events.k8s.io. */
const EVENT_NAMES: ReadonlyMap<string, string> = new Map([
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
])

function renamed(object: KubeObject, apiVersion: string, names: ReadonlyMap<string, string>): KubeObject {
  const out: JsonObject = { ...object, apiVersion }
  for (const [from, to] of names) {
    if (!Object.hasOwn(object, from)) continue
    delete out[from]
    out[to] = object[from]!
  }
  return out as KubeObject
}

const V2_METRICS = 'autoscaling.alpha.kubernetes.io/metrics'

/** CPU utilisation has fields of its own in v1; other metrics live in an annotation. */
function autoscalerToV1(object: KubeObject): KubeObject {
  const spec = isObject(object['spec']) ? object['spec'] : {}
  const { metrics, behavior: _behavior, ...rest } = spec
  const list = Array.isArray(metrics) ? metrics : []
  const cpu = list.find((metric) => cpuUtilization(metric) !== undefined)
  const others = list.filter((metric) => metric !== cpu)
  const annotations = isObject(object.metadata['annotations']) ? { ...object.metadata['annotations'] } : {}
  if (others.length > 0) annotations[V2_METRICS] = writeJson(others)
  const target = cpuUtilization(cpu)
  const status = isObject(object['status']) ? object['status'] : undefined
  const { currentMetrics: _current, conditions: _conditions, ...plain } = status ?? {}
  return {
    ...object,
    apiVersion: 'autoscaling/v1',
    metadata: { ...object.metadata, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
    spec: { ...rest, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
    ...(status === undefined ? {} : { status: { currentReplicas: 0, desiredReplicas: 0, ...plain } }),
  }
}

function cpuUtilization(metric: unknown): number | undefined {
  if (!isObject(metric) || metric['type'] !== 'Resource' || !isObject(metric['resource'])) return undefined
  const { name, target } = metric['resource']
  if (name !== 'cpu' || !isObject(target) || target['type'] !== 'Utilization') return undefined
  return typeof target['averageUtilization'] === 'number' ? target['averageUtilization'] : undefined
}

function autoscalerToV2(object: KubeObject): KubeObject {
  const spec = isObject(object['spec']) ? object['spec'] : {}
  const { targetCPUUtilizationPercentage: target, ...rest } = spec
  const metrics: JsonObject[] = []
  const annotations = isObject(object.metadata['annotations']) ? { ...object.metadata['annotations'] } : {}
  const kept = annotations[V2_METRICS]
  if (typeof target === 'number') {
    metrics.push({
      type: 'Resource',
      resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: target } },
    })
  }
  if (typeof kept === 'string') {
    delete annotations[V2_METRICS]
    try {
      const others = JSON.parse(kept) as unknown
      if (Array.isArray(others)) metrics.push(...others.filter(isObject))
    } catch {
      annotations[V2_METRICS] = kept
    }
  }
  const { annotations: _old, ...metadata } = object.metadata
  const changed = jsonEqual(annotations, isObject(_old) ? _old : {})
    ? object.metadata
    : { ...metadata, name: object.metadata.name, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) }
  return {
    ...object,
    apiVersion: 'autoscaling/v2',
    metadata: changed,
    spec: { ...rest, ...(metrics.length > 0 ? { metrics } : {}) },
  }
}
