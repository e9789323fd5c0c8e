import type { ObjectRef } from '../../base/index.ts'
import { fluxKindOf } from '../../flux/index.ts'
import {
  type FluxObject,
  type Graph,
  type GraphEdge,
  type GraphNode,
  type Health,
  type InventoryItem,
  objectId,
} from '../../protocol/index.ts'

/** The graph of a live cluster: sources, the workloads that they feed, and what those applied. */
export function liveGraph(
  title: string,
  objects: readonly FluxObject[],
  inventories: ReadonlyMap<string, readonly InventoryItem[]>,
): Graph {
  const nodes = new Map<string, GraphNode>()
  const edges: GraphEdge[] = []
  const add = (ref: ObjectRef, layer: GraphNode['layer'], health: Health, detail: string): string => {
    const id = objectId(ref)
    if (!nodes.has(id)) nodes.set(id, { id, ref, layer, health, detail })
    return id
  }
  const sorted = [...objects].sort((a, b) => (objectId(a.ref) < objectId(b.ref) ? -1 : 1))
  const isWorkload = ({ ref }: FluxObject): boolean => fluxKindOf(ref)?.role === 'applier'
  for (const object of sorted) {
    add(
      object.ref,
      isWorkload(object) ? 'workload' : 'source',
      object.health,
      object.revision === '' ? object.reason : object.revision,
    )
  }
  for (const object of sorted.filter(isWorkload)) {
    const id = objectId(object.ref)
    if (object.source !== undefined) {
      edges.push({ from: add(object.source, 'source', 'unknown', 'not in the cluster'), to: id, kind: 'feeds' })
    }
    for (const dependency of object.dependsOn) {
      const from = objectId(dependency)
      if (nodes.has(from)) edges.push({ from, to: id, kind: 'after' })
    }
    for (const { ref, health, message } of inventories.get(id) ?? []) {
      edges.push({ from: id, to: add(ref, 'object', health, message), kind: 'applies' })
    }
  }
  return { title, nodes: [...nodes.values()], edges }
}
