import { describe, expect, it } from 'vitest'
import type { Graph, GraphEdge, GraphNode } from '../../../src/protocol/index.ts'
import { neighbour } from '../../../webview/graph/keyboard.ts'
import { layOut, visible } from '../../../webview/graph/layout.ts'

function node(id: string, layer: GraphNode['layer']): GraphNode {
  const kind = layer === 'source' ? 'GitRepository' : layer === 'workload' ? 'Kustomization' : 'Deployment'
  return { id, ref: { apiVersion: 'v1', kind, name: id, namespace: 'shop' }, layer, health: 'ready', detail: '' }
}

function edge(from: string, to: string, kind: GraphEdge['kind']): GraphEdge {
  return { from, to, kind }
}

/** A source, its entry point, two Kustomizations of which one waits for the other, and what they apply. */
const graph: Graph = {
  title: 'dev',
  nodes: [
    node('fleet', 'source'),
    node('root', 'workload'),
    node('infra', 'workload'),
    node('apps', 'workload'),
    node('web', 'object'),
    node('db', 'object'),
    node('crd', 'object'),
  ],
  edges: [
    edge('fleet', 'root', 'feeds'),
    edge('fleet', 'apps', 'feeds'),
    edge('root', 'infra', 'applies'),
    edge('root', 'apps', 'applies'),
    edge('infra', 'apps', 'after'),
    edge('infra', 'crd', 'applies'),
    edge('apps', 'web', 'applies'),
    edge('apps', 'db', 'applies'),
  ],
}

const columns = (g: Graph): Record<string, number> =>
  Object.fromEntries(layOut(g).nodes.map((placed) => [placed.node.id, placed.column]))

describe('layout', () => {
  it('puts sources first, workloads by what they wait for, objects beside what applies them', () => {
    expect(columns(graph)).toEqual({ fleet: 0, root: 1, infra: 2, apps: 3, crd: 3, db: 4, web: 4 })
  })
  it('lays no two nodes over one another', () => {
    const places = layOut(graph).nodes.map(({ x, y }) => `${x},${y}`)
    expect(new Set(places).size).toBe(places.length)
  })
  it('is the same whatever order nodes and edges come in', () => {
    const shuffled = { ...graph, nodes: [...graph.nodes].reverse(), edges: [...graph.edges].reverse() }
    expect(layOut(shuffled)).toEqual(layOut(graph))
  })
  it('does not move when only a health changes', () => {
    const changed = { ...graph, nodes: graph.nodes.map((each) => ({ ...each, health: 'failed' as const })) }
    const places = (g: Graph) => layOut(g).nodes.map(({ node: { id }, x, y }) => ({ id, x, y }))
    expect(places(changed)).toEqual(places(graph))
  })
  it('ends on a cycle of dependsOn', () => {
    const cycle = { ...graph, edges: [...graph.edges, edge('apps', 'infra', 'after')] }
    expect(layOut(cycle).nodes).toHaveLength(7)
  })
  it('has room for nothing', () => {
    expect(layOut({ title: '', nodes: [], edges: [] }).nodes).toEqual([])
  })
})

describe('what is shown', () => {
  const ids = (g: Graph): readonly string[] => g.nodes.map(({ id }) => id)
  it('leaves out objects', () => {
    expect(ids(visible(graph, { filter: '', objects: false }))).toEqual(['fleet', 'root', 'infra', 'apps'])
  })
  it('keeps the neighbours of what the filter names', () => {
    expect(ids(visible(graph, { filter: 'deployment/shop/web', objects: true }))).toEqual(['apps', 'web'])
  })
  it('shows nothing for a name that nothing has', () => {
    expect(visible(graph, { filter: 'nowhere', objects: true })).toMatchObject({ nodes: [], edges: [] })
  })
})

describe('arrow keys', () => {
  const layout = layOut(graph)
  it.each([
    ['web', 'ArrowUp', 'db'],
    ['web', 'ArrowLeft', 'apps'],
    ['root', 'ArrowRight', 'infra'],
    ['fleet', 'ArrowLeft', undefined],
    ['apps', 'Home', 'fleet'],
    ['fleet', 'End', 'web'],
    ['fleet', 'a', undefined],
  ])('%s %s', (from, key, to) => {
    expect(neighbour(layout, graph.edges, from, key)).toBe(to)
  })
})
