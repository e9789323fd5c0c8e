/** The graph panel: source → workload → objects, with live status. Draws what the extension sends; holds no state of its own but the view. */
import './graph.css'
import {
  type Graph,
  type GraphHostMessage,
  type GraphViewMessage,
  isBoolean,
  isGraphHostMessage,
  isString,
  record,
} from '../../src/protocol/index.ts'
import { connect } from '../shared/host.ts'
import { registerControls, type ToolkitCheckbox, type ToolkitTextField } from '../shared/toolkit.ts'
import { neighbour } from './keyboard.ts'
import { type Layout, layOut, type Shown, visible } from './layout.ts'
import { Drawing } from './render.ts'

const isShown = record<Shown>({ filter: isString, objects: isBoolean })

/** Above this many nodes objects are hidden at first: a picture of everything shows nothing. */
const manyNodes = 400
/** A graph is made smaller to fit the width, but not beyond what can be read. */
const smallest = 0.8

function start(root: HTMLElement): void {
  registerControls()
  const host = connect<GraphHostMessage, GraphViewMessage>(isGraphHostMessage)
  const { filter, objects, refresh, canvas, status } = buildPage(root)
  const drawing = new Drawing(canvas, (id) => host.post({ type: 'reveal', node: id }))
  const kept = host.state(isShown)
  let shown: Shown = kept ?? { filter: '', objects: true }
  let graph: Graph | undefined
  let current: { graph: Graph; layout: Layout } | undefined
  let focused: string | undefined

  function redraw(): void {
    if (graph === undefined) return
    const part = visible(graph, shown)
    const layout = layOut(part)
    current = { graph: part, layout }
    drawing.draw(part, layout, Math.min(1, Math.max(smallest, canvas.parentElement!.clientWidth / layout.width)))
    if (focused === undefined || drawing.button(focused) === undefined) focused = layout.nodes[0]?.node.id
    for (const { node } of layout.nodes) drawing.button(node.id)!.tabIndex = node.id === focused ? 0 : -1
    const text = part.nodes.length === 0 ? 'Nothing to show' : `${part.nodes.length} of ${graph.nodes.length} nodes`
    if (status.textContent !== text) status.textContent = text
    root.setAttribute('aria-busy', 'false')
  }
  function show(next: Shown): void {
    shown = next
    host.keep(shown)
    redraw()
  }

  filter.addEventListener('input', () => show({ ...shown, filter: filter.value.trim().toLowerCase() }))
  objects.addEventListener('change', () => show({ ...shown, objects: objects.checked }))
  window.addEventListener('resize', redraw)
  refresh.addEventListener('click', () => host.post({ type: 'refresh' }))
  canvas.addEventListener('keydown', (event) => {
    const id = (event.target as HTMLElement).dataset['id']
    if (id === undefined || current === undefined) return
    const next = neighbour(current.layout, current.graph.edges, id, event.key)
    if (next === undefined) return
    event.preventDefault()
    drawing.button(next)?.focus()
  })
  canvas.addEventListener('focusin', (event) => {
    const id = (event.target as HTMLElement).dataset['id']
    if (id === undefined) return
    if (focused !== undefined) drawing.button(focused)?.setAttribute('tabindex', '-1')
    focused = id
    drawing.button(id)?.setAttribute('tabindex', '0')
    drawing.highlight(id, current?.graph.edges ?? [])
  })
  canvas.addEventListener('focusout', () => drawing.highlight(undefined, current?.graph.edges ?? []))
  host.onMessage((message) => {
    if (message.type === 'failed') {
      status.textContent = message.message
      return
    }
    if (graph === undefined) {
      if (kept === undefined && message.graph.nodes.length > manyNodes) shown = { ...shown, objects: false }
      objects.checked = shown.objects
      filter.value = shown.filter
    }
    graph = message.graph
    redraw()
  })
  host.post({ type: 'ready' })
}

interface Page {
  readonly filter: ToolkitTextField
  readonly objects: ToolkitCheckbox
  readonly refresh: HTMLElement
  readonly canvas: HTMLElement
  readonly status: HTMLElement
}

function buildPage(root: HTMLElement): Page {
  const bar = document.createElement('div')
  bar.className = 'bar'
  bar.setAttribute('role', 'toolbar')
  bar.setAttribute('aria-label', 'Graph')
  const filter = document.createElement('vscode-text-field') as ToolkitTextField
  filter.setAttribute('placeholder', 'Filter by kind, namespace or name')
  filter.setAttribute('aria-label', 'Filter')
  const objects = document.createElement('vscode-checkbox') as ToolkitCheckbox
  objects.textContent = 'Objects'
  objects.checked = true
  const refresh = document.createElement('vscode-button')
  refresh.setAttribute('appearance', 'secondary')
  refresh.textContent = 'Refresh'
  const status = document.createElement('span')
  status.className = 'status'
  status.setAttribute('role', 'status')
  bar.append(filter, objects, refresh, status)
  const scroll = document.createElement('div')
  scroll.className = 'scroll'
  const canvas = document.createElement('div')
  canvas.className = 'canvas'
  canvas.setAttribute('role', 'group')
  canvas.setAttribute('aria-label', 'Sources, workloads and objects. Arrow keys move, Enter opens the declaration.')
  scroll.append(canvas)
  root.append(bar, scroll)
  return { filter, objects, refresh, canvas, status }
}

start(document.getElementById('root')!)
