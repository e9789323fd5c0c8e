import { type JsonObject, jsonClone } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { createObject } from '../operations/create.ts'
import { type Machine, systemContext } from '../operations/machine.ts'
import { clusterRoleBindings, clusterRoles } from './seed-roles.ts'

export interface SeedOptions {
  /** Definitions to install. */
  readonly crds: readonly JsonObject[]
  /** A Node, a StorageClass and an IngressClass for the workload simulation. */
  readonly node: boolean
}

/** What a fresh cluster holds: system namespaces, basic roles, the API's own Service, definitions. */
export function seed(machine: Machine, options: SeedOptions): void {
  const put = (collection: string, namespace: string, object: JsonObject, manager = 'kube-apiserver'): void => {
    const type = machine.registry.ofCollection(collection)!
    createObject(machine, type, namespace, jsonClone(object) as KubeObject, { ...systemContext('seed'), manager })
  }
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) {
    put('namespaces', '', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  }
  put('services', 'default', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: { clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }] },
  })
  for (const role of clusterRoles()) put('clusterroles.rbac.authorization.k8s.io', '', role)
  for (const binding of clusterRoleBindings()) put('clusterrolebindings.rbac.authorization.k8s.io', '', binding)
  for (const [name, value, description] of [
    [
      'system-cluster-critical',
      2_000_000_000,
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
    ],
    [
      'system-node-critical',
      2_000_001_000,
      'Used for system critical pods that must not be moved from their current node.',
    ],
  ] as const) {
    put('priorityclasses.scheduling.k8s.io', '', {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value,
      description,
    })
  }
  if (options.node) {
    put('nodes', '', node(), 'kubelet')
    put('storageclasses.storage.k8s.io', '', storageClass())
  }
  for (const crd of options.crds) put('customresourcedefinitions.apiextensions.k8s.io', '', crd, 'flux')
}

function storageClass(): JsonObject {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'devcluster.fluxkit.dev/memory',
    volumeBindingMode: 'Immediate',
  }
}

function node(): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: 'fluxkit-node',
      labels: {
        'kubernetes.io/hostname': 'fluxkit-node',
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'beta.kubernetes.io/arch': 'amd64',
        'node-role.kubernetes.io/control-plane': '',
      },
    },
    spec: { podCIDR: '10.244.0.0/24', podCIDRs: ['10.244.0.0/24'] },
  }
}
