import { compareStrings } from '../../base/index.ts'

/** The order in which Helm deletes kinds. Source: Helm 4.1 pkg/release/v1/util/kind_sorter.go (`UninstallOrder`). */
const order = [
  ...['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration', 'APIService', 'Ingress', 'IngressClass'],
  ...['Service', 'CronJob', 'Job', 'StatefulSet', 'HorizontalPodAutoscaler', 'Deployment', 'ReplicaSet'],
  ...['ReplicationController', 'Pod', 'DaemonSet', 'RoleBindingList', 'RoleBinding', 'RoleList', 'Role'],
  ...['ClusterRoleBindingList', 'ClusterRoleBinding', 'ClusterRoleList', 'ClusterRole', 'CustomResourceDefinition'],
  ...['PersistentVolumeClaim', 'PersistentVolume', 'StorageClass', 'ConfigMap', 'SecretList', 'Secret'],
  ...['ServiceAccount', 'PodDisruptionBudget', 'PodSecurityPolicy', 'LimitRange', 'ResourceQuota', 'NetworkPolicy'],
  ...['Namespace', 'PriorityClass'],
]
const rank: ReadonlyMap<string, number> = new Map(order.map((kind, i) => [kind, i]))

/** Known kinds in the order of deletion, then the others by name; equal ones keep their order. */
export function byUninstallOrder<T extends { readonly kind: string }>(manifests: readonly T[]): T[] {
  const unknown = order.length
  return manifests.toSorted((a, b) => {
    const ranks = [rank.get(a.kind) ?? unknown, rank.get(b.kind) ?? unknown] as const
    return ranks[0] - ranks[1] || (ranks[0] === unknown ? compareStrings(a.kind, b.kind) : 0)
  })
}
