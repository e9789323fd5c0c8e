import { type FleetCluster, type FleetObject, type FleetWorkload, objectId } from '../../../protocol/index.ts'
import type { TreeNode } from '../../infrastructure/nodes.ts'

/** What hangs below an entry point: its first workloads, then the sources that no file of a shown workload repeats. */
export function clusterChildren(cluster: FleetCluster): readonly TreeNode[] {
  return [
    ...workloadsBelow(cluster, undefined),
    ...cluster.sources.map((source): TreeNode => ({ type: 'fleetSource', cluster, source })),
  ]
}

/** What a workload renders to: child workloads first, then the other objects. */
export function workloadChildren(
  cluster: FleetCluster,
  workload: FleetWorkload,
  objects: readonly FleetObject[],
): readonly TreeNode[] {
  const children = workloadsBelow(cluster, workload.id)
  const shown = new Set(
    children.flatMap((node) => (node.type === 'fleetWorkload' ? [objectId(node.workload.ref)] : [])),
  )
  const rest = objects
    .filter((object) => !shown.has(objectId(object.ref)))
    .map((object): TreeNode => ({ type: 'fleetObject', cluster, owner: workload.id, object }))
  return [...children, ...rest]
}

function workloadsBelow(cluster: FleetCluster, parent: string | undefined): readonly TreeNode[] {
  return cluster.workloads
    .filter((workload) => workload.parent === parent)
    .map((workload) => ({ type: 'fleetWorkload', cluster, workload }))
}
