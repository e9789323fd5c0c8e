/** Where each node of the graph goes: a pure function of the graph, so that an update moves only what has changed. */
import type { Graph, GraphNode } from '../../src/protocol/index.ts'

export const metrics = { width: 196, height: 58, columnGap: 56, rowGap: 12, margin: 24 } as const

export interface Placed {
  readonly node: GraphNode
  readonly column: number
  readonly x: number
  readonly y: number
}

export interface Layout {
  /** In reading order: by column, then from top to bottom. */
  readonly nodes: readonly Placed[]
  readonly width: number
  readonly height: number
}

export interface Shown {
  /** Lower-case text that a node's name or kind must hold; its neighbours are kept too. */
  readonly filter: string
  readonly objects: boolean
}

/** The part of the graph that is to be seen. */
export function visible(graph: Graph, { filter, objects }: Shown): Graph {
  const wanted = objects ? graph.nodes : graph.nodes.filter(({ layer }) => layer !== 'object')
  const ids = new Set(wanted.map(({ id }) => id))
  const edges = graph.edges.filter(({ from, to }) => ids.has(from) && ids.has(to))
  if (filter === '') return { ...graph, nodes: wanted, edges }
  const hits = new Set(
    wanted
      .filter(({ ref }) => `${ref.kind}/${ref.namespace ?? ''}/${ref.name}`.toLowerCase().includes(filter))
      .map(({ id }) => id),
  )
  const kept = new Set(hits)
  for (const { from, to } of edges) {
    if (hits.has(from)) kept.add(to)
    if (hits.has(to)) kept.add(from)
  }
  return {
    ...graph,
    nodes: wanted.filter(({ id }) => kept.has(id)),
    edges: edges.filter(({ from, to }) => kept.has(from) && kept.has(to)),
  }
}

/**
 * Columns from left to right: sources, workloads by how deep they hang from one another, objects beside what applies
 * them. Rows follow the workloads: each has the rows of its objects for itself, so that no two nodes share a place; a
 * source stands beside the first workload that it feeds.
 */
export function layOut(graph: Graph): Layout {
  const depths = workloadDepths(graph)
  const owners = objectOwners(graph)
  const rows = assignRows(graph, depths, owners)
  const columnOf = ({ id, layer }: GraphNode): number => {
    if (layer === 'source') return 0
    return layer === 'workload' ? 1 + depths.get(id)! : 2 + (depths.get(owners.get(id) ?? '') ?? 0)
  }
  const nodes = graph.nodes.map((node): Placed => {
    const column = columnOf(node)
    return {
      node,
      column,
      x: metrics.margin + column * (metrics.width + metrics.columnGap),
      y: metrics.margin + rows.get(node.id)! * (metrics.height + metrics.rowGap),
    }
  })
  nodes.sort((a, b) => a.column - b.column || a.y - b.y)
  const right = Math.max(0, ...nodes.map(({ x }) => x + metrics.width))
  const bottom = Math.max(0, ...nodes.map(({ y }) => y + metrics.height))
  return { nodes, width: right + metrics.margin, height: bottom + metrics.margin }
}

/** The longest way to a workload over other workloads; a cycle is cut where it closes. */
function workloadDepths(graph: Graph): ReadonlyMap<string, number> {
  const workloads = graph.nodes.filter(({ layer }) => layer === 'workload')
  const before = new Map(workloads.map(({ id }) => [id, [] as string[]]))
  for (const { from, to, kind } of graph.edges) {
    if (kind !== 'feeds' && before.has(from) && from !== to) before.get(to)?.push(from)
  }
  const depths = new Map<string, number>()
  const open = new Set<string>()
  function depthOf(id: string): number {
    const known = depths.get(id)
    if (known !== undefined) return known
    if (open.has(id)) return 0
    open.add(id)
    const depth = Math.max(-1, ...before.get(id)!.map(depthOf)) + 1
    open.delete(id)
    depths.set(id, depth)
    return depth
  }
  for (const { id } of workloads) depthOf(id)
  return depths
}

/** The workload beside which an object stands: the first that applies it, by id. */
function objectOwners(graph: Graph): ReadonlyMap<string, string> {
  const objects = new Set(graph.nodes.filter(({ layer }) => layer === 'object').map(({ id }) => id))
  const owners = new Map<string, string>()
  for (const { from, to, kind } of graph.edges) {
    const known = owners.get(to)
    if (kind === 'applies' && objects.has(to) && (known === undefined || from < known)) owners.set(to, from)
  }
  return owners
}

/** Rows from the top: workloads in order of depth and name, each with room for what it alone applies. */
function assignRows(
  graph: Graph,
  depths: ReadonlyMap<string, number>,
  owners: ReadonlyMap<string, string>,
): ReadonlyMap<string, number> {
  const order = (a: GraphNode, b: GraphNode): number =>
    (depths.get(a.id) ?? 0) - (depths.get(b.id) ?? 0) || (a.id < b.id ? -1 : 1)
  const workloads = graph.nodes.filter(({ layer }) => layer === 'workload').sort(order)
  const applied = new Map<string, GraphNode[]>()
  for (const node of graph.nodes) {
    const owner = owners.get(node.id)
    if (owner !== undefined) applied.set(owner, [...(applied.get(owner) ?? []), node])
  }
  const rows = new Map<string, number>()
  let next = 0
  for (const workload of workloads) {
    const objects = (applied.get(workload.id) ?? []).sort((a, b) => (a.id < b.id ? -1 : 1))
    rows.set(workload.id, next)
    objects.forEach((object, i) => {
      rows.set(object.id, next + i)
    })
    next += Math.max(1, objects.length)
  }
  let lost = next
  for (const { id, layer } of graph.nodes) if (layer === 'object' && !rows.has(id)) rows.set(id, lost++)
  assignSources(graph, rows)
  return rows
}

/** Beside the first workload that it feeds, or in the next free row below. */
function assignSources(graph: Graph, rows: Map<string, number>): void {
  const sources = graph.nodes
    .filter(({ layer }) => layer === 'source')
    .map((node) => {
      const fed = graph.edges
        .filter(({ from, kind }) => kind === 'feeds' && from === node.id)
        .map(({ to }) => rows.get(to) ?? 0)
      return { id: node.id, wish: fed.length === 0 ? Number.MAX_SAFE_INTEGER : Math.min(...fed) }
    })
    .sort((a, b) => a.wish - b.wish || (a.id < b.id ? -1 : 1))
  let free = 0
  for (const { id, wish } of sources) {
    const row = wish === Number.MAX_SAFE_INTEGER ? free : Math.max(free, wish)
    rows.set(id, row)
    free = row + 1
  }
}
