import type { GraphEdge } from '../../src/protocol/index.ts'
import type { Layout, Placed } from './layout.ts'

/**
 * Where an arrow key leads: up and down within the column, left and right along an edge, or to the nearest node of the
 * next column when there is none; Home and End to the first and the last. `undefined` when it leads nowhere.
 */
export function neighbour(layout: Layout, edges: readonly GraphEdge[], id: string, key: string): string | undefined {
  const { nodes } = layout
  const here = nodes.find(({ node }) => node.id === id)
  if (here === undefined) return undefined
  switch (key) {
    case 'ArrowUp':
    case 'ArrowDown': {
      const column = nodes.filter((placed) => placed.column === here.column)
      return column[column.indexOf(here) + (key === 'ArrowUp' ? -1 : 1)]?.node.id
    }
    case 'ArrowLeft':
    case 'ArrowRight':
      return sideways(nodes, edges, here, key === 'ArrowLeft' ? -1 : 1)
    case 'Home':
      return nodes[0]?.node.id
    case 'End':
      return nodes.at(-1)?.node.id
    default:
      return undefined
  }
}

function sideways(
  nodes: readonly Placed[],
  edges: readonly GraphEdge[],
  here: Placed,
  step: -1 | 1,
): string | undefined {
  const linked = new Set(
    step === 1
      ? edges.filter(({ from }) => from === here.node.id).map(({ to }) => to)
      : edges.filter(({ to }) => to === here.node.id).map(({ from }) => from),
  )
  const beside = nodes.filter(({ column }) => (column - here.column) * step > 0)
  const candidates = beside.filter(({ node }) => linked.has(node.id))
  return nearest(candidates.length > 0 ? candidates : beside, here)?.node.id
}

function nearest(candidates: readonly Placed[], here: Placed): Placed | undefined {
  let best: Placed | undefined
  for (const candidate of candidates) {
    const distance = Math.abs(candidate.column - here.column) * 10_000 + Math.abs(candidate.y - here.y)
    const least =
      best === undefined ? Infinity : Math.abs(best.column - here.column) * 10_000 + Math.abs(best.y - here.y)
    if (distance < least) best = candidate
  }
  return best
}
