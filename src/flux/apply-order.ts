import { compareStrings } from '../base/index.ts'
import { type KubeObject, parseApiVersion } from '../kube/index.ts'
import type { ObjectMeta } from './inventory.ts'

const first = [
  'CustomResourceDefinition',
  'Namespace',
  'ClusterRole',
  'ClusterClass',
  'RuntimeClass',
  'PriorityClass',
  'StorageClass',
  'VolumeSnapshotClass',
  'IngressClass',
  'GatewayClass',
  'ClusterRoleBinding',
  'ResourceQuota',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ConfigMap',
  'Secret',
  'Service',
  'LimitRange',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
] as const
const last = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'] as const

const indexOfKind: ReadonlyMap<string, number> = new Map<string, number>([
  ...first.map((kind, i) => [kind, i - first.length] as const),
  ...last.map((kind, i) => [kind, i + 1] as const),
])

/** The order in which Flux applies objects, and against which it deletes them (fluxcd/pkg ssa/sort.go). */
export function compareApplyOrder(a: ObjectMeta, b: ObjectMeta): number {
  if (a.group !== b.group || a.kind !== b.kind) {
    const byKind = (indexOfKind.get(a.kind) ?? 0) - (indexOfKind.get(b.kind) ?? 0)
    if (byKind !== 0) return byKind
    return compareStrings(a.group, b.group) || compareStrings(a.kind, b.kind)
  }
  return compareStrings(a.namespace, b.namespace) || compareStrings(a.name, b.name)
}

/** Stages of an apply: each is complete (the first two also ready) before the next begins. */
export interface ApplyStages<T> {
  /** Custom resource definitions, namespaces and cluster roles. */
  readonly definitions: T[]
  /** Whatever kind ends in `Class`. */
  readonly classes: T[]
  /** Kinds that the controller's `--custom-apply-stage-kinds` names. */
  readonly custom: T[]
  readonly rest: T[]
}

/**
 * Splits objects into the stages of an apply (fluxcd/pkg ssa `ApplyAllStaged`). `customKinds` holds `group/Kind`,
 * `Kind` for the core group.
 */
export function applyStages<T extends KubeObject>(
  objects: readonly T[],
  customKinds: ReadonlySet<string> = new Set(),
): ApplyStages<T> {
  const stages: ApplyStages<T> = { definitions: [], classes: [], custom: [], rest: [] }
  for (const object of objects) stages[stageOf(object, customKinds)].push(object)
  return stages
}

function stageOf(object: KubeObject, customKinds: ReadonlySet<string>): keyof ApplyStages<KubeObject> {
  if (isClusterDefinition(object)) return 'definitions'
  if (object.kind.endsWith('Class')) return 'classes'
  if (customKinds.size > 0) {
    const { group } = parseApiVersion(object.apiVersion)
    if (customKinds.has(group === '' ? object.kind : `${group}/${object.kind}`)) return 'custom'
  }
  return 'rest'
}

/** True for a custom resource definition, a namespace or a cluster role. */
export function isClusterDefinition(object: KubeObject): boolean {
  switch (object.kind.toLowerCase()) {
    case 'customresourcedefinition':
      return object.apiVersion.startsWith('apiextensions.k8s.io/')
    case 'namespace':
      return object.apiVersion === 'v1'
    case 'clusterrole':
      return object.apiVersion.startsWith('rbac.authorization.k8s.io/')
    default:
      return false
  }
}
