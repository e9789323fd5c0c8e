import type { Graph, GraphEdge, GraphNode, Health } from '../../src/protocol/index.ts'
import { type Layout, metrics, type Placed } from './layout.ts'

const svgSpace = 'http://www.w3.org/2000/svg'

const words: Readonly<Record<Health, string>> = {
  ready: 'Ready',
  reconciling: 'Reconciling',
  failed: 'Failed',
  suspended: 'Suspended',
  unmanaged: 'No controller yet',
  unknown: '',
}

/** Drawn marks, so that state never hangs on colour alone. */
const marks: Readonly<Record<Health, string>> = {
  ready: '✓',
  reconciling: '↻',
  failed: '✕',
  suspended: '⏸',
  unmanaged: '⊘',
  unknown: '',
}

/** The drawing: one button a node and one path an edge, each kept by its id from one update to the next. */
export class Drawing {
  readonly #canvas: HTMLElement
  readonly #edges: SVGSVGElement
  readonly #nodes = new Map<string, HTMLButtonElement>()
  readonly #paths = new Map<string, SVGPathElement>()
  readonly #onReveal: (id: string) => void

  constructor(canvas: HTMLElement, onReveal: (id: string) => void) {
    this.#canvas = canvas
    this.#onReveal = onReveal
    this.#edges = document.createElementNS(svgSpace, 'svg')
    this.#edges.setAttribute('aria-hidden', 'true')
    canvas.append(this.#edges)
  }

  /** The button of a node. */
  button(id: string): HTMLButtonElement | undefined {
    return this.#nodes.get(id)
  }

  /** @param scale 1 for full size */
  draw(graph: Graph, layout: Layout, scale: number): void {
    this.#canvas.style.transform = scale === 1 ? '' : `scale(${scale})`
    this.#canvas.style.width = `${layout.width}px`
    this.#canvas.style.height = `${layout.height}px`
    this.#edges.setAttribute('width', String(layout.width))
    this.#edges.setAttribute('height', String(layout.height))
    this.#drawNodes(graph, layout)
    this.#drawEdges(graph.edges, new Map(layout.nodes.map((placed) => [placed.node.id, placed])))
  }

  /** Sets apart the edges and neighbours of a node; none for `undefined`. */
  highlight(id: string | undefined, edges: readonly GraphEdge[]): void {
    for (const { from, to, kind } of edges) {
      this.#paths.get(edgeId(from, to, kind))?.classList.toggle('lit', id !== undefined && (from === id || to === id))
    }
  }

  #drawNodes(graph: Graph, layout: Layout): void {
    const seen = new Set<string>()
    let previous: Element = this.#edges
    for (const placed of layout.nodes) {
      const { id } = placed.node
      seen.add(id)
      const button = this.#nodes.get(id) ?? this.#makeNode(id)
      fill(button, placed, graph)
      // Reading order follows columns and rows; an element that stands right is not moved, so that focus stays.
      if (previous.nextElementSibling !== button) previous.after(button)
      previous = button
    }
    for (const [id, button] of this.#nodes) {
      if (seen.has(id)) continue
      button.remove()
      this.#nodes.delete(id)
    }
  }

  #makeNode(id: string): HTMLButtonElement {
    const button = document.createElement('button')
    button.type = 'button'
    button.tabIndex = -1
    button.dataset['id'] = id
    for (const part of ['mark', 'name', 'kind', 'detail']) {
      const span = document.createElement('span')
      span.className = part
      button.append(span)
    }
    button.addEventListener('click', () => this.#onReveal(id))
    this.#nodes.set(id, button)
    return button
  }

  #drawEdges(edges: readonly GraphEdge[], placed: ReadonlyMap<string, Placed>): void {
    const seen = new Set<string>()
    for (const { from, to, kind } of edges) {
      const start = placed.get(from)
      const end = placed.get(to)
      if (start === undefined || end === undefined) continue
      const id = edgeId(from, to, kind)
      seen.add(id)
      let path = this.#paths.get(id)
      if (path === undefined) {
        path = document.createElementNS(svgSpace, 'path')
        this.#paths.set(id, path)
        this.#edges.append(path)
      }
      const back = end.column <= start.column ? ' back' : ''
      path.setAttribute('class', `edge ${kind}${back}${path.classList.contains('lit') ? ' lit' : ''}`)
      path.setAttribute('d', curve(start, end))
    }
    for (const [id, path] of this.#paths) {
      if (seen.has(id)) continue
      path.remove()
      this.#paths.delete(id)
    }
  }
}

function fill(button: HTMLButtonElement, { node, x, y }: Placed, graph: Graph): void {
  const { ref, health, layer, detail } = node
  button.className = `node ${layer} ${health}`
  button.style.transform = `translate(${x}px, ${y}px)`
  const [mark, name, kind, note] = button.children
  mark!.textContent = marks[health]
  name!.textContent = ref.name
  kind!.textContent = ref.namespace === undefined ? ref.kind : `${ref.kind} · ${ref.namespace}`
  note!.textContent = layer === 'object' ? '' : shortRevision(detail)
  button.title = [
    `${ref.kind} ${ref.namespace === undefined ? '' : `${ref.namespace}/`}${ref.name}`,
    words[health],
    detail,
  ]
    .filter((line) => line !== '')
    .join('\n')
  button.setAttribute('aria-label', describe(node, graph))
}

function describe(node: GraphNode, graph: Graph): string {
  const count = (kind: GraphEdge['kind'], end: 'from' | 'to'): number =>
    graph.edges.filter((edge) => edge.kind === kind && edge[end] === node.id).length
  const applies = count('applies', 'from')
  const feeds = count('feeds', 'from')
  return [
    `${node.ref.kind} ${node.ref.name}`,
    node.ref.namespace === undefined ? '' : `in ${node.ref.namespace}`,
    words[node.health],
    feeds > 0 ? `feeds ${feeds}` : '',
    applies > 0 ? `applies ${applies}` : '',
    node.detail,
  ]
    .filter((part) => part !== '')
    .join(', ')
}

function curve(start: Placed, end: Placed): string {
  const middle = metrics.height / 2
  if (end.column <= start.column) {
    // Within a column or backwards: around the left side.
    const bend = Math.min(start.x, end.x) - metrics.columnGap / 2
    return `M${start.x} ${start.y + middle}C${bend} ${start.y + middle} ${bend} ${end.y + middle} ${end.x} ${end.y + middle}`
  }
  const from = start.x + metrics.width
  const bend = (from + end.x) / 2
  return `M${from} ${start.y + middle}C${bend} ${start.y + middle} ${bend} ${end.y + middle} ${end.x} ${end.y + middle}`
}

function edgeId(from: string, to: string, kind: string): string {
  return `${kind}\0${from}\0${to}`
}

function shortRevision(text: string): string {
  return text.replace(/(?:sha1|sha256):([0-9a-f]{8})[0-9a-f]+/, '$1')
}
