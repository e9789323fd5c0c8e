import type { ObjectRef } from '../../base/index.ts'
import type {
  ClusterInfo,
  FleetCluster,
  FleetObject,
  FleetSource,
  FleetWorkload,
  FluxObject,
  InventoryItem,
} from '../../protocol/index.ts'

/** The elements of the trees; commands act on them, whichever view they come from. */
export type TreeNode =
  | { readonly type: 'cluster'; readonly cluster: ClusterInfo }
  | { readonly type: 'fluxCounts'; readonly cluster: string; readonly label: string; readonly detail: string }
  | { readonly type: 'clusterGroup'; readonly view: 'sources' | 'workloads'; readonly cluster: ClusterInfo }
  | { readonly type: 'live'; readonly cluster: ClusterInfo; readonly object: FluxObject }
  | {
      readonly type: 'inventory'
      readonly cluster: ClusterInfo
      readonly owner: ObjectRef
      readonly item: InventoryItem
    }
  | { readonly type: 'fleetCluster'; readonly cluster: FleetCluster }
  | { readonly type: 'fleetWorkload'; readonly cluster: FleetCluster; readonly workload: FleetWorkload }
  | { readonly type: 'fleetSource'; readonly cluster: FleetCluster; readonly source: FleetSource }
  | {
      readonly type: 'fleetObject'
      readonly cluster: FleetCluster
      readonly owner: string
      readonly object: FleetObject
    }

/** The Kubernetes object that a node stands for. */
export function refOfNode(node: TreeNode): ObjectRef | undefined {
  switch (node.type) {
    case 'live':
    case 'fleetObject':
      return node.object.ref
    case 'inventory':
      return node.item.ref
    case 'fleetWorkload':
      return node.workload.ref
    case 'fleetSource':
      return node.source.ref
    default:
      return undefined
  }
}

/** What commands of a tree are called with: the clicked row, and the selection when it is part of one. */
export function nodesOf(args: readonly unknown[]): readonly TreeNode[] {
  const [clicked, selection] = args
  if (Array.isArray(selection) && selection.length > 0) return selection.flatMap(nodeOf)
  return nodeOf(clicked)
}

/** The node in a row's cell, or the node itself where our own code calls. */
function nodeOf(value: unknown): TreeNode[] {
  if (typeof value !== 'object' || value === null) return []
  const { cell, node, type } = value as { cell?: unknown; node?: TreeNode; type?: unknown }
  if (cell === true && node !== undefined) return [node]
  return typeof type === 'string' ? [value as TreeNode] : []
}
