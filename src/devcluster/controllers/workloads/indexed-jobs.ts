import { getIn, type JsonObject, type JsonValue } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { annotationsOf } from '../../operations/metadata.ts'
import { isPodActive, listAt, numberAt, objectAt, type PodIdentity, phaseOf } from './pod-objects.ts'

/** Jobs whose Pods have numbers. Source of the behaviour: kubernetes pkg/controller/job/indexed_job_utils.go. */

const INDEX = 'batch.kubernetes.io/job-completion-index'
const FAILURES = 'batch.kubernetes.io/job-index-failure-count'
const VARIABLE = 'JOB_COMPLETION_INDEX'
/** Names that the server completes have five characters more. */
const LONGEST_PREFIX = 58

export interface Indexes {
  readonly succeeded: ReadonlySet<number>
  /** Those that are not tried again; undefined where the Job has no limit for each index. */
  readonly failed: ReadonlySet<number> | undefined
}

export function isIndexed(job: KubeObject): boolean {
  return getIn(job, ['spec', 'completionMode']) === 'Indexed'
}

/** The indexes that are done with: those that the status says, and of the Pods. */
export function indexesOf(job: KubeObject, pods: readonly KubeObject[]): Indexes {
  const completions = numberAt(job, 0, 'spec', 'completions')
  const known = (key: string): Set<number> => parseIndexes(String(getIn(job, ['status', key]) ?? ''), completions)
  const succeeded = known('completedIndexes')
  const limit = getIn(job, ['spec', 'backoffLimitPerIndex'])
  const failed = typeof limit === 'number' ? known('failedIndexes') : undefined
  for (const pod of pods) {
    const index = indexOf(pod)
    if (index === undefined || index >= completions) continue
    if (phaseOf(pod) === 'Succeeded') succeeded.add(index)
    if (phaseOf(pod) === 'Failed' && typeof limit === 'number' && failuresBefore(pod) >= limit) failed?.add(index)
  }
  return { succeeded, failed }
}

/** The first indexes that no Pod works on and that are not done with. */
export function pendingIndexes(
  job: KubeObject,
  pods: readonly KubeObject[],
  { succeeded, failed }: Indexes,
  count: number,
): number[] {
  const active = new Set(pods.filter(isPodActive).map(indexOf))
  const completions = numberAt(job, 0, 'spec', 'completions')
  const out: number[] = []
  for (let i = 0; i < completions && out.length < count; i++) {
    if (!active.has(i) && !succeeded.has(i) && failed?.has(i) !== true) out.push(i)
  }
  return out
}

/** What the Pod of an index has of its own. */
export function indexedIdentity(job: KubeObject, index: number, pods: readonly KubeObject[]): PodIdentity {
  const { name } = job.metadata
  const end = `-${index}-`
  const limited = typeof getIn(job, ['spec', 'backoffLimitPerIndex']) === 'number'
  const failures = pods.filter((pod) => indexOf(pod) === index && phaseOf(pod) === 'Failed').length
  return {
    generateName: `${name.slice(0, LONGEST_PREFIX - end.length)}${end}`,
    labels: { [INDEX]: String(index) },
    annotations: { [INDEX]: String(index), ...(limited ? { [FAILURES]: String(failures) } : {}) },
  }
}

/** The template's spec with the index in the host's name and in every container's environment. */
export function withIndex(job: KubeObject, index: number, pod: KubeObject): KubeObject {
  const spec = objectAt(pod, 'spec')
  const withVariable = (container: JsonObject): JsonObject => {
    const variables = listAt(container, 'env')
    if (variables.some((each) => each['name'] === VARIABLE)) return container
    const valueFrom = { fieldRef: { apiVersion: 'v1', fieldPath: `metadata.labels['${INDEX}']` } }
    return { ...container, env: [...variables, { name: VARIABLE, valueFrom }] }
  }
  const containers: JsonObject = {}
  for (const key of ['initContainers', 'containers']) {
    if (Array.isArray(spec[key])) containers[key] = listAt(spec, key).map(withVariable)
  }
  return { ...pod, spec: { ...spec, ...containers, hostname: `${job.metadata.name}-${index}` } }
}

/** Which rule of `successPolicy` the indexes fulfil. */
export function fulfilledRule(job: KubeObject, succeeded: ReadonlySet<number>): number | undefined {
  const rules = listAt(job, 'spec', 'successPolicy', 'rules')
  const completions = numberAt(job, 0, 'spec', 'completions')
  const found = rules.findIndex((rule) => {
    const wanted = rule['succeededIndexes']
    const count = rule['succeededCount']
    const needed = typeof wanted === 'string' ? parseIndexes(wanted, completions) : undefined
    const met = needed === undefined ? succeeded.size : [...needed].filter((index) => succeeded.has(index)).length
    return met >= (typeof count === 'number' ? count : (needed?.size ?? completions))
  })
  return found === -1 ? undefined : found
}

/** `0,3-5`, as the status has them. */
export function indexText(indexes: ReadonlySet<number>): string {
  const parts: [number, number][] = []
  for (const index of [...indexes].sort((a, b) => a - b)) {
    const last = parts.at(-1)
    if (last !== undefined && last[1] === index - 1) last[1] = index
    else parts.push([index, index])
  }
  const shown = ([first, last]: readonly [number, number]): string => {
    if (first === last) return String(first)
    return last === first + 1 ? `${first},${last}` : `${first}-${last}`
  }
  return parts.map(shown).join(',')
}

function parseIndexes(text: string, completions: number): Set<number> {
  const out = new Set<number>()
  for (const part of text === '' ? [] : text.split(',')) {
    const [first = Number.NaN, last = first] = part.split('-').map(Number)
    for (let i = first; i <= Math.min(last, completions - 1); i++) out.add(i)
  }
  return out
}

function indexOf(pod: KubeObject): number | undefined {
  return countIn(annotationsOf(pod)[INDEX])
}

function failuresBefore(pod: KubeObject): number {
  return countIn(annotationsOf(pod)[FAILURES]) ?? 0
}

function countIn(value: JsonValue | undefined): number | undefined {
  return typeof value === 'string' && /^[0-9]+$/.test(value) ? Number(value) : undefined
}
