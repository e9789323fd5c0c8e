import { getIn, isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import type { ColumnDefinition } from '../resources/types.ts'
import { ageOf, humanDuration } from './age.ts'
import { AGE, NAME, type TablePrinter } from './printer.ts'

export type Cells = (object: KubeObject, now: number) => JsonValue[]

/** Columns as `Title` (string), `#Title` (integer), `?Title` (boolean); a leading `~` means wide output only. Name is always the first. */
export function table(columns: string, cells: Cells): TablePrinter {
  const definitions = columns.split(',').map((spec): ColumnDefinition => {
    const wide = spec.startsWith('~')
    const rest = wide ? spec.slice(1) : spec
    if (rest === 'Age') return { ...AGE, priority: wide ? 1 : 0 }
    const type = rest.startsWith('#') ? 'integer' : rest.startsWith('?') ? 'boolean' : 'string'
    return { name: type === 'string' ? rest : rest.slice(1), type, priority: wide ? 1 : 0 }
  })
  return { columns: [NAME, ...definitions], cells: (object, now) => [object.metadata.name, ...cells(object, now)] }
}

export const at = (object: JsonValue | undefined, path: string): JsonValue | undefined => getIn(object, path.split('.'))
export const num = (object: KubeObject, path: string): number => Number(at(object, path) ?? 0)
export const str = (object: JsonValue | undefined, path: string, missing = ''): string => {
  const value = at(object, path)
  return value === undefined || value === null ? missing : String(value)
}
export const items = (object: JsonValue | undefined, path: string): JsonObject[] => {
  const value = at(object, path)
  return Array.isArray(value) ? value.filter(isObject) : []
}
export const size = (object: KubeObject, path: string): number => {
  const value = at(object, path)
  return Array.isArray(value) ? value.length : isObject(value) ? Object.keys(value).length : 0
}
export const age = (object: KubeObject, now: number): string => ageOf(object.metadata['creationTimestamp'], now)

/** A label selector as kubectl prints it. */
export function selector(value: JsonValue | undefined): string {
  if (!isObject(value)) return '<none>'
  const labels = isObject(value['matchLabels']) ? value['matchLabels'] : {}
  const parts = Object.keys(labels)
    .sort()
    .map((key) => `${key}=${String(labels[key])}`)
  for (const term of items(value, 'matchExpressions')) {
    const values = Array.isArray(term['values']) ? `(${term['values'].join(',')})` : ''
    const operator = String(term['operator'])
    if (operator === 'Exists') parts.push(String(term['key']))
    else if (operator === 'DoesNotExist') parts.push(`!${String(term['key'])}`)
    else parts.push(`${String(term['key'])} ${operator.toLowerCase()} ${values}`)
  }
  return parts.length === 0 ? '<none>' : parts.join(',')
}

export function mapText(value: JsonValue | undefined): string {
  if (!isObject(value) || Object.keys(value).length === 0) return '<none>'
  return Object.keys(value)
    .sort()
    .map((key) => `${key}=${String(value[key])}`)
    .join(',')
}

export const containers = (object: KubeObject, path: string): [string, string] => [
  items(object, path)
    .map((item) => String(item['name']))
    .join(','),
  items(object, path)
    .map((item) => String(item['image']))
    .join(','),
]
export const TEMPLATE = 'spec.template.spec.containers'

export function jobStatus(object: KubeObject): string {
  for (const type of ['Complete', 'Failed', 'Suspended', 'FailureTarget', 'SuccessCriteriaMet']) {
    if (items(object, 'status.conditions').some((item) => item['type'] === type && item['status'] === 'True'))
      return type
  }
  return object.metadata['deletionTimestamp'] === undefined ? 'Running' : 'Terminating'
}

export function jobDuration(object: KubeObject, now: number): string {
  const start = Date.parse(str(object, 'status.startTime'))
  if (Number.isNaN(start)) return ''
  const end = Date.parse(str(object, 'status.completionTime'))
  return humanDuration((Number.isNaN(end) ? now : end) - start)
}

export function jobCompletions(object: KubeObject): string {
  const wanted = at(object, 'spec.completions')
  const done = num(object, 'status.succeeded')
  if (typeof wanted === 'number') return `${done}/${wanted}`
  const parallel = num(object, 'spec.parallelism')
  return parallel > 1 ? `${done}/1 of ${parallel}` : `${done}/1`
}

export const accessModes = (value: JsonValue | undefined): string =>
  Array.isArray(value)
    ? value
        .map(
          (mode) =>
            ({ ReadWriteOnce: 'RWO', ReadOnlyMany: 'ROX', ReadWriteMany: 'RWX', ReadWriteOncePod: 'RWOP' })[
              String(mode)
            ] ?? '',
        )
        .join(',')
    : ''

export function nodeStatus(object: KubeObject): string {
  const ready = items(object, 'status.conditions').find((item) => item['type'] === 'Ready')
  const base = ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady'
  return at(object, 'spec.unschedulable') === true ? `${base},SchedulingDisabled` : base
}

export function nodeRoles(object: KubeObject): string {
  const labels = isObject(object.metadata['labels']) ? object.metadata['labels'] : {}
  const roles = Object.keys(labels)
    .filter((key) => key.startsWith('node-role.kubernetes.io/'))
    .map((key) => key.slice(24))
  return roles.length === 0 ? '<none>' : roles.sort().join(',')
}

export const nodeAddress = (object: KubeObject, type: string): string =>
  str(
    items(object, 'status.addresses').find((item) => item['type'] === type),
    'address',
    '<none>',
  )

export function nodeKernel(object: KubeObject): string {
  const kernel = str(object, 'status.nodeInfo.kernelVersion') || '<unknown>'
  const architecture = str(object, 'status.nodeInfo.architecture')
  return architecture === '' ? kernel : `${kernel} (${architecture})`
}

/** What the first two metrics of an autoscaler are and should be (`formatHPAMetrics` of upstream's printers). */
export function hpaMetrics(object: KubeObject): string {
  const metrics = items(object, 'spec.metrics')
  if (metrics.length === 0) return '<none>'
  const seen = items(object, 'status.currentMetrics')
  const shown = metrics.map((metric, i) => hpaMetric(metric, seen[i]))
  const more = shown.length > 2 ? ` + ${shown.length - 2} more...` : ''
  return shown.slice(0, 2).join(', ') + more
}

function hpaMetric(metric: JsonObject, seen: JsonObject | undefined): string {
  const type = str(metric, 'type')
  const member = type.charAt(0).toLowerCase() + type.slice(1)
  if (!isObject(metric[member])) return '<unknown type>'
  const of = (key: string): string => str(metric[member], `target.${key}`)
  const now = (key: string): string => str(seen, `${member}.current.${key}`, '<unknown>')
  const average = of('averageValue')
  if (type === 'Pods') return `${now('averageValue')}/${average}`
  if (type === 'External' || type === 'Object') {
    return average === '' ? `${now('value')}/${of('value')}` : `${now('averageValue')}/${average} (avg)`
  }
  const name = str(metric[member], 'name')
  if (average !== '') return `${name}: ${now('averageValue')}/${average}`
  const percent = (value: string): string => (/^\d/.test(value) ? `${value}%` : value)
  const wanted = of('averageUtilization') === '' ? '<auto>' : `${of('averageUtilization')}%`
  return `${name}: ${percent(now('averageUtilization'))}/${wanted}`
}

export function endpointsText(object: KubeObject): string {
  const out: string[] = []
  for (const subset of items(object, 'subsets')) {
    const ports = items(subset, 'ports')
    for (const address of items(subset, 'addresses')) {
      if (ports.length === 0) out.push(String(address['ip']))
      for (const port of ports) out.push(`${String(address['ip'])}:${String(port['port'])}`)
    }
  }
  if (out.length === 0) return '<none>'
  return out.length > 3 ? `${out.slice(0, 3).join(',')} + ${out.length - 3} more...` : out.join(',')
}

export function sliceEndpoints(object: KubeObject): string {
  const all = items(object, 'endpoints').flatMap((item) =>
    Array.isArray(item['addresses']) ? item['addresses'].map(String) : [],
  )
  if (all.length === 0) return '<unset>'
  return all.length > 3 ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...` : all.join(',')
}

export function eventLastSeen(object: KubeObject, now: number): string {
  const last = at(object, 'series.lastObservedTime') ?? at(object, 'lastTimestamp') ?? at(object, 'eventTime')
  return ageOf(last ?? at(object, 'firstTimestamp'), now)
}

export const subjects = (object: KubeObject, kind: string): string =>
  items(object, 'subjects')
    .filter((item) => item['kind'] === kind)
    .map((item) => (kind === 'ServiceAccount' ? `${str(item, 'namespace')}/${str(item, 'name')}` : str(item, 'name')))
    .join(', ')

export const bindingCells: Cells = (object, now) => [
  `${str(object, 'roleRef.kind')}/${str(object, 'roleRef.name')}`,
  age(object, now),
  subjects(object, 'User'),
  subjects(object, 'Group'),
  subjects(object, 'ServiceAccount'),
]
export const BINDING = 'Role,Age,~Users,~Groups,~ServiceAccounts'

export function quotaText(object: KubeObject, wanted: (key: string) => boolean): string {
  const hard = at(object, 'status.hard')
  const used = at(object, 'status.used')
  if (!isObject(hard)) return ''
  return Object.keys(hard)
    .sort()
    .filter(wanted)
    .map((key) => `${key}: ${String(isObject(used) ? (used[key] ?? '0') : '0')}/${String(hard[key])}`)
    .join(', ')
}
