import type { YamlNode } from '../yaml/index.ts'
import { rawField } from './rnode.ts'

/** Group, version and kind; `''` where unknown. */
export interface Gvk {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** Identifies a resource in a build (kyaml/resid). */
export interface ResId extends Gvk {
  readonly name: string
  readonly namespace: string
  /** Only true when the schema says so; ids of the past and ids in selectors are never cluster scoped. */
  readonly clusterScoped: boolean
}

const notANamespace = '_non_namespaceable_'

export function parseGroupVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/')
  if (slash < 0) return { group: '', version: apiVersion }
  return { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) }
}

export function apiVersionOfGvk(gvk: Gvk): string {
  return gvk.group === '' ? gvk.version : `${gvk.group}/${gvk.version}`
}

/** Group, version and kind of a node; empty parts where the node lacks them. */
export function gvkOfNode(node: YamlNode | undefined): Gvk {
  const { group, version } = parseGroupVersion(rawField(node, 'apiVersion')?.value ?? '')
  return { group, version, kind: rawField(node, 'kind')?.value ?? '' }
}

export function effectiveNamespace(id: ResId): string {
  if (id.clusterScoped) return notANamespace
  return id.namespace === '' ? 'default' : id.namespace
}

/** Equal for ids that must not meet in one build. */
export function idKey(id: ResId): string {
  return `${id.group}\n${id.version}\n${id.kind}\n${id.name}\n${effectiveNamespace(id)}`
}

export function sameGvk(a: Gvk, b: Gvk): boolean {
  return a.kind === b.kind && a.group === b.group && a.version === b.version
}

export function sameId(a: ResId, b: ResId): boolean {
  return a.name === b.name && sameGvk(a, b) && effectiveNamespace(a) === effectiveNamespace(b)
}

/** True when every part that the selector names is the same. */
export function isSelected(gvk: Gvk, selector: Gvk): boolean {
  return (
    (selector.kind === '' || selector.kind === gvk.kind) &&
    (selector.group === '' || selector.group === gvk.group) &&
    (selector.version === '' || selector.version === gvk.version)
  )
}

/** True when the id has every part that the selector names; namespaces are compared as `sameId` does. */
export function isIdSelected(id: ResId, selector: ResId): boolean {
  return (
    (selector.name === '' || selector.name === id.name) &&
    (selector.namespace === '' || effectiveNamespace(selector) === effectiveNamespace(id)) &&
    isSelected(id, selector)
  )
}

/** As messages print it: `Deployment.v1.apps/web.default`. */
export function idText(id: ResId): string {
  return `${gvkText(id)}/${id.name || '[noName]'}.${id.namespace || '[noNs]'}`
}

export function gvkText(gvk: Gvk): string {
  return `${gvk.kind || '[noKind]'}.${gvk.version || '[noVer]'}.${gvk.group || '[noGrp]'}`
}

/** The text by which kustomize orders kinds: `apps_v1_Deployment`. */
export function gvkSortText(gvk: Gvk): string {
  return `${gvk.group || '~G'}_${gvk.version || '~V'}_${gvk.kind || '~K'}`
}

const first = [
  'Namespace',
  'ResourceQuota',
  'StorageClass',
  'CustomResourceDefinition',
  'ServiceAccount',
  'PodSecurityPolicy',
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'ConfigMap',
  'Secret',
  'Endpoints',
  'Service',
  'LimitRange',
  'PriorityClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
]
const last = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration']

/** The rank of kinds by two lists: those to come first are negative, those to come last positive. */
export function kindOrder(
  orderFirst: readonly string[] = first,
  orderLast: readonly string[] = last,
): Map<string, number> {
  const ranks = new Map<string, number>()
  orderFirst.forEach((kind, i) => {
    ranks.set(kind, i - orderFirst.length)
  })
  orderLast.forEach((kind, i) => {
    ranks.set(kind, i + 1)
  })
  return ranks
}
