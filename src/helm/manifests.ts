import { basename, compareStrings, isObject, type JsonObject, type JsonValue } from '../base/index.ts'
import { formatFloat } from '../gotemplate/index.ts'
import { HelmError } from './chart.ts'
import { sortNames } from './dependencies.ts'
import { readYamlText } from './read-yaml.ts'

/** One manifest of a rendered file. */
export interface Manifest {
  /** The file's path in the chart, as `# Source` shows it. */
  readonly path: string
  readonly content: string
  readonly kind: string
  readonly name: string
  readonly apiVersion: string
  /** White space that follows it in its file: line breaks that a text at its end may need, or keep (`|+`). */
  readonly tail?: string
}

export interface Hook extends Manifest {
  readonly events: readonly string[]
  readonly weight: number
  readonly deletePolicies: readonly string[]
  readonly outputLogPolicies: readonly string[]
}

/** The order in which Helm installs kinds. */
const installOrder = [
  ...['PriorityClass', 'Namespace', 'NetworkPolicy', 'ResourceQuota', 'LimitRange', 'PodSecurityPolicy'],
  ...['PodDisruptionBudget', 'ServiceAccount', 'Secret', 'SecretList', 'ConfigMap', 'StorageClass', 'PersistentVolume'],
  ...['PersistentVolumeClaim', 'CustomResourceDefinition', 'ClusterRole', 'ClusterRoleList', 'ClusterRoleBinding'],
  ...['ClusterRoleBindingList', 'Role', 'RoleList', 'RoleBinding', 'RoleBindingList', 'Service', 'DaemonSet', 'Pod'],
  ...['ReplicationController', 'ReplicaSet', 'Deployment', 'HorizontalPodAutoscaler', 'StatefulSet', 'Job', 'CronJob'],
  ...['IngressClass', 'Ingress', 'APIService', 'MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
] as const
const installRank: ReadonlyMap<string, number> = new Map(installOrder.map((kind, i) => [kind, i]))

const hookEvents = new Set([
  ...['pre-install', 'post-install', 'pre-delete', 'post-delete', 'pre-upgrade', 'post-upgrade'],
  ...['pre-rollback', 'post-rollback', 'test', 'test-success'],
])

/** No honest chart has a tenth of them; each is read on its own. */
const maxDocuments = 20_000

/**
 * Splits rendered files into manifests and hooks, each in install order.
 * Source: Helm 4.1 pkg/release/v1/util (manifest_sorter.go, kind_sorter.go, manifest.go).
 * @throws HelmError `YAML parse error on PATH: …`
 */
export function sortManifests(
  files: ReadonlyMap<string, string>,
  heads?: HeadCache,
): { hooks: Hook[]; manifests: Manifest[] } {
  const hooks: Hook[] = []
  const manifests: Manifest[] = []
  let count = 0
  for (const path of sortNames(files.keys())) {
    const content = files.get(path)!
    if (basename(path).startsWith('_') || content.trim() === '') continue
    const documents = manifestParts(content)
    count += documents.length
    if (count > maxDocuments) throw new HelmError(`${path}: the chart renders more than ${maxDocuments} documents`)
    for (const { text: document, tail } of documents) {
      const { head, annotations } = heads?.get(document) ?? readHead(path, document)
      heads?.set(document, { head, annotations })
      const manifest: Manifest = { path, content: document, tail, ...head }
      const hook = annotations['helm.sh/hook']
      if (hook === undefined) {
        manifests.push(manifest)
        continue
      }
      const events = commaList(hook)
      // One event that Helm does not know drops the whole document.
      if (!events.every((event) => hookEvents.has(event))) continue
      hooks.push({
        ...manifest,
        events: events.map((event) => (event === 'test-success' ? 'test' : event)),
        weight: /^[+-]?\d+$/.test(annotations['helm.sh/hook-weight'] ?? '')
          ? Number(annotations['helm.sh/hook-weight'])
          : 0,
        deletePolicies:
          annotations['helm.sh/hook-delete-policy'] === undefined
            ? []
            : commaList(annotations['helm.sh/hook-delete-policy']),
        outputLogPolicies:
          annotations['helm.sh/hook-output-log-policy'] === undefined
            ? []
            : commaList(annotations['helm.sh/hook-output-log-policy']),
      })
    }
  }
  return { hooks: hooks.sort(byKind), manifests: manifests.sort(byKind) }
}

/** The documents of a file, trimmed; empty ones are dropped. */
export function splitManifests(text: string): string[] {
  return manifestParts(text).map((part) => part.text)
}

/**
 * The documents of a file, where each begins and the white space behind it. Helm 4.1 parts them at `(?:^|\s*\n)---\s*`;
 * 4.2, which is in helm-controller, leaves the white space to the document before.
 */
export function manifestParts(text: string): ManifestPart[] {
  const parts: ManifestPart[] = []
  let start = skipSpace(text, 0)
  const first = start
  for (let at = text.indexOf('---', start); at >= 0; at = text.indexOf('---', at + 1)) {
    // The line break belongs to the mark: one that another mark has taken does not count.
    if (at !== first && (at <= start || text.charCodeAt(at - 1) !== 0x0a)) continue
    if (at > start) parts.push(partOf(text, start, at))
    start = skipSpace(text, at + 3)
  }
  if (start < text.length) parts.push(partOf(text, start, text.length))
  return parts
}

interface ManifestPart {
  readonly start: number
  readonly text: string
  readonly tail: string
}

function partOf(file: string, start: number, end: number): ManifestPart {
  const whole = file.slice(start, end)
  const text = whole.trimEnd()
  return { start, text, tail: whole.slice(text.length) }
}

function skipSpace(text: string, from: number): number {
  const space = /\s*/y
  space.lastIndex = from
  space.test(text)
  return space.lastIndex
}

function commaList(text: string): string[] {
  return text.split(',').map((each) => each.trim().toLowerCase())
}

function byKind(a: Manifest, b: Manifest): number {
  return compareKinds(a.kind, b.kind)
}

/** Orders kinds as they are installed: the known ones, then the others by name. */
export function compareKinds(a: string, b: string): number {
  const rankA = installRank.get(a)
  const rankB = installRank.get(b)
  if (rankA === undefined && rankB === undefined) return a < b ? -1 : a > b ? 1 : 0
  if (rankA === undefined) return 1
  if (rankB === undefined) return -1
  return rankA - rankB
}

interface Head {
  readonly kind: string
  readonly name: string
  readonly apiVersion: string
}

interface ReadHead {
  readonly head: Head
  readonly annotations: Readonly<Record<string, string>>
}

/** Characters of manifests whose heads are kept. */
const maxKept = 8_000_000

/** What was read of manifests, by their text: most of them are the same in the next render. */
export class HeadCache {
  readonly #heads = new Map<string, ReadHead>()
  #size = 0

  get(text: string): ReadHead | undefined {
    return this.#heads.get(text)
  }

  /** Keeps a head; the ones that were kept first go when there are too many. */
  set(text: string, head: ReadHead): void {
    if (this.#heads.has(text)) return
    this.#heads.set(text, head)
    this.#size += text.length
    for (const oldest of this.#heads.keys()) {
      if (this.#size <= maxKept) return
      this.#heads.delete(oldest)
      this.#size -= oldest.length
    }
  }
}

/** Reads what Helm needs of a manifest: its kind, name and annotations. */
function readHead(path: string, text: string): ReadHead {
  const fail = (message: string): never => {
    throw new HelmError(`YAML parse error on ${path}: ${message}`)
  }
  const read = readYamlText(text)
  if ('error' in read) return fail(read.error)
  const { value } = read
  if (value === null) return { head: { kind: '', name: '', apiVersion: '' }, annotations: {} }
  const unmarshal = (each: JsonValue, target: string): never =>
    fail(`error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kindOfJson(each)} into Go ${target}`)
  if (!isObject(value)) return unmarshal(value, 'value of type util.SimpleHead')
  const text_ = (each: JsonValue | undefined, field: string): string => {
    if (each === undefined || each === null) return ''
    return scalarText(each) ?? unmarshal(each, `struct field ${field} of type string`)
  }
  const head = { apiVersion: '', kind: '', name: '' }
  const annotations: Record<string, string> = {}
  for (const [field, each] of members(value, ['apiVersion', 'kind', 'metadata'])) {
    if (field !== 'metadata') head[field] = text_(each, `SimpleHead.${field}`)
    else if (!isObject(each)) {
      const type = 'struct { Name string "json:\\"name\\""; Annotations map[string]string "json:\\"annotations\\"" }'
      if (each !== null) unmarshal(each, `struct field SimpleHead.metadata of type ${type}`)
    } else {
      // The struct of the metadata has no name.
      for (const [inner, given] of members(each, ['annotations', 'name'])) {
        if (inner === 'name') head.name = text_(given, '.metadata.name')
        else if (isObject(given)) {
          for (const key of Object.keys(given).sort(compareStrings)) {
            annotations[key] = text_(given[key], '.metadata.annotations')
          }
        } else if (given !== null) unmarshal(given, 'struct field .metadata.annotations of type map[string]string')
      }
    }
  }
  return { head, annotations }
}

/** Fields as encoding/json finds them: in the order of the keys, which may differ from the names in case. */
function* members<Name extends string>(
  object: JsonObject,
  names: readonly Name[],
): Generator<readonly [name: Name, value: JsonValue]> {
  for (const key of Object.keys(object).sort(compareStrings)) {
    const name = names.find((each) => each === key || each.toLowerCase() === key.toLowerCase())
    const value = object[key]
    if (name !== undefined && value !== undefined) yield [name, value]
  }
}

/** What sigs.k8s.io/yaml makes of a scalar whose Go field is a string; `undefined` for lists and objects. */
export function scalarText(value: JsonValue): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : formatFloat(value, 'g', -1)
  return typeof value === 'object' ? undefined : String(value)
}

/** What encoding/json calls the type of a value. */
export function kindOfJson(value: JsonValue): string {
  if (Array.isArray(value)) return 'array'
  if (isObject(value)) return 'object'
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'string' ? 'string' : 'number'
}
