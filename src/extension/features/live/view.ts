import { type ClusterInfo, type FluxObject, type InventoryItem, objectId } from '../../../protocol/index.ts'
import type { TreeNode } from '../../infrastructure/nodes.ts'

export type LiveView = 'sources' | 'workloads'

const workloadKinds: ReadonlySet<string> = new Set(['Kustomization', 'HelmRelease'])
const sourceGroups: ReadonlySet<string> = new Set(['source.toolkit.fluxcd.io', 'source.extensions.fluxcd.io'])

/** The view that an object belongs in; `undefined` for kinds that neither shows. */
export function viewOf(object: FluxObject): LiveView | undefined {
  if (workloadKinds.has(object.ref.kind)) return 'workloads'
  return sourceGroups.has(object.ref.apiVersion.slice(0, object.ref.apiVersion.indexOf('/'))) ? 'sources' : undefined
}

/** The top of a view: the objects of the one open cluster, or the open clusters when there are several. */
export function rootNodes(
  view: LiveView,
  open: readonly ClusterInfo[],
  objects: (cluster: string) => readonly FluxObject[],
): readonly TreeNode[] {
  const only = open.length === 1 ? open[0] : undefined
  if (only !== undefined) return clusterNodes(view, only, objects(only.id))
  return open.map((cluster) => ({ type: 'clusterGroup', view, cluster }))
}

/** The objects of one cluster that a view shows: by kind, namespace and name, Kustomizations first. */
export function clusterNodes(
  view: LiveView,
  cluster: ClusterInfo,
  objects: readonly FluxObject[],
): readonly TreeNode[] {
  return objects
    .filter((object) => viewOf(object) === view)
    .map((object) => ({ object, key: sortKey(object) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ object }) => ({ type: 'live', cluster, object }))
}

/** What a workload applied; an object that is a Flux workload or source itself shows its live row. */
export function inventoryNodes(
  cluster: ClusterInfo,
  owner: FluxObject,
  items: readonly InventoryItem[],
): readonly TreeNode[] {
  return [...items]
    .sort((a, b) => (objectId(a.ref) < objectId(b.ref) ? -1 : 1))
    .map((item) => ({ type: 'inventory', cluster, owner: owner.ref, item }))
}

function sortKey({ ref }: FluxObject): string {
  return `${ref.kind === 'Kustomization' ? 0 : 1}/${ref.kind}/${ref.namespace ?? ''}/${ref.name}`
}
