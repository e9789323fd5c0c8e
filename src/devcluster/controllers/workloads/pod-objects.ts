import { getIn, isObject, type JsonObject, type JsonValue, jsonClone } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { isDeleting, labelsOf, uidOf } from '../../operations/metadata.ts'
import type { Change } from '../../store/store.ts'

const HASH_LETTERS = 'bcdfghjklmnpqrstvwxz2456789'

/** The objects in a list at a path. */
export function listAt(value: JsonValue | undefined, ...path: string[]): JsonObject[] {
  const found = getIn(value, path)
  return Array.isArray(found) ? found.filter(isObject) : []
}

/** The object at a path, empty when there is none. */
export function objectAt(value: JsonValue | undefined, ...path: string[]): JsonObject {
  const found = getIn(value, path)
  return isObject(found) ? found : {}
}

/** The number at a path. */
export function numberAt(value: JsonValue | undefined, fallback: number, ...path: string[]): number {
  const found = getIn(value, path)
  return typeof found === 'number' ? found : fallback
}

/** The controller reference by which a workload owns what it makes. */
export function controllerReference(owner: KubeObject): JsonObject {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: uidOf(owner),
    controller: true,
    blockOwnerDeletion: true,
  }
}

export interface PodIdentity {
  readonly name?: string
  readonly generateName?: string
  readonly labels?: JsonObject
  readonly annotations?: JsonObject
}

/** A Pod from a workload's template. */
export function podFromTemplate(owner: KubeObject, template: JsonValue | undefined, identity: PodIdentity): KubeObject {
  const metadata = objectAt(template, 'metadata')
  const annotations = { ...objectAt(metadata, 'annotations'), ...identity.annotations }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(identity.name === undefined ? {} : { name: identity.name }),
      ...(identity.generateName === undefined ? {} : { generateName: identity.generateName }),
      namespace: owner.metadata['namespace'] ?? '',
      labels: { ...objectAt(metadata, 'labels'), ...identity.labels },
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
      ...(Array.isArray(metadata['finalizers']) ? { finalizers: [...metadata['finalizers']] } : {}),
      ownerReferences: [controllerReference(owner)],
    } as unknown as KubeObject['metadata'],
    spec: jsonClone(objectAt(template, 'spec')),
  }
}

/** A short stable name for a template: Go's FNV-1a of its text, spelt without vowels. */
export function templateHash(template: JsonValue | undefined, salt: string = ''): string {
  const text = canonical(template ?? null) + salt
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0
  return [...String(hash)].map((digit) => HASH_LETTERS[digit.charCodeAt(0) % HASH_LETTERS.length]).join('')
}

function canonical(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (!isObject(value)) return typeof value === 'bigint' ? value.toString() : JSON.stringify(value)
  const keys = Object.keys(value).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key]!)}`).join(',')}}`
}

/** The condition of a type. */
export function conditionOf(object: JsonValue | undefined, type: string): JsonObject | undefined {
  return listAt(object, 'status', 'conditions').find((condition) => condition['type'] === type)
}

/** True when a Pod serves. */
export function isPodReady(pod: KubeObject): boolean {
  return conditionOf(pod, 'Ready')?.['status'] === 'True'
}

/** How long a Pod has been ready, in milliseconds; undefined while it is not. */
export function readyFor(pod: KubeObject, now: number): number | undefined {
  const ready = conditionOf(pod, 'Ready')
  if (ready?.['status'] !== 'True') return undefined
  return now - Date.parse(String(ready['lastTransitionTime'] ?? ''))
}

export function phaseOf(pod: KubeObject): string {
  return String(getIn(pod, ['status', 'phase']) ?? '')
}

/** True while a Pod counts for its workload: neither ended nor going. */
export function isPodActive(pod: KubeObject): boolean {
  const phase = phaseOf(pod)
  return phase !== 'Succeeded' && phase !== 'Failed' && !isDeleting(pod)
}

/** A count or percentage of a total. */
export function scaled(value: JsonValue | undefined, total: number, roundUp: boolean): number {
  if (typeof value === 'number') return value
  const match = /^([0-9]+)%$/.exec(typeof value === 'string' ? value : '')
  if (match === null) return 0
  const exact = (Number(match[1]) * total) / 100
  return roundUp ? Math.ceil(exact) : Math.floor(exact)
}

/** A condition list with one condition replaced; times move only when the status does. */
export function withCondition(conditions: readonly JsonObject[], next: JsonObject, time: string): JsonObject[] {
  const before = conditions.find((condition) => condition['type'] === next['type'])
  const same = before?.['status'] === next['status']
  const made: JsonObject = { ...next, lastTransitionTime: same ? (before!['lastTransitionTime'] ?? time) : time }
  if (before === undefined) return [...conditions, made]
  return conditions.map((condition) => (condition === before ? made : condition))
}

/** Labels of a workload's selector against a Pod's. */
export function hasLabels(object: KubeObject, wanted: JsonObject): boolean {
  const labels = object.metadata['labels']
  if (!isObject(labels)) return Object.keys(wanted).length === 0
  for (const key in wanted) if (!Object.hasOwn(labels, key) || labels[key] !== wanted[key]) return false
  return true
}

/** The order in which superfluous Pods go: those that do least first, then the youngest. */
export function byUselessness(a: KubeObject, b: KubeObject): number {
  const rank = (pod: KubeObject): number =>
    (getIn(pod, ['spec', 'nodeName']) === undefined ? 0 : 4) +
    (phaseOf(pod) === 'Running' ? 2 : 0) +
    (isPodReady(pod) ? 1 : 0)
  const created = (pod: KubeObject): string => String(pod.metadata['creationTimestamp'] ?? '')
  return rank(a) - rank(b) || (created(a) < created(b) ? 1 : created(a) > created(b) ? -1 : 0)
}

/** True when a change of a Pod matters to those that count it: it came or went, or its labels or readiness changed. */
export function podCounts(change: Change): boolean {
  if (change.type !== 'MODIFIED' || change.previous === undefined) return true
  return signature(change.entry.object) !== signature(change.previous.object)
}

function signature(pod: KubeObject): string {
  const ip = getIn(pod, ['status', 'podIP'])
  return `${phaseOf(pod)} ${isPodReady(pod)} ${isDeleting(pod)} ${String(ip)} ${JSON.stringify(labelsOf(pod))}`
}
