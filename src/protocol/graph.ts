import type { ObjectRef } from '../base/index.ts'
import { type Guard, isString, listOf, oneOf, optional, record } from './guards.ts'
import { type Health, isHealth, isObjectRef } from './objects.ts'

export type GraphLayer = 'source' | 'workload' | 'object'

export interface GraphNode {
  readonly id: string
  readonly ref: ObjectRef
  readonly layer: GraphLayer
  readonly health: Health
  readonly detail: string
}

/** `feeds`: source → workload; `applies`: workload → object; `after`: dependsOn. */
export interface GraphEdge {
  readonly from: string
  readonly to: string
  readonly kind: 'feeds' | 'applies' | 'after'
}

export interface Graph {
  readonly title: string
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

/** Extension → graph webview. */
export type GraphHostMessage =
  | { readonly type: 'graph'; readonly graph: Graph }
  | { readonly type: 'failed'; readonly message: string }

/** Graph webview → extension. */
export type GraphViewMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'refresh' }
  | { readonly type: 'reveal'; readonly node: string }

export const isGraphNode: Guard<GraphNode> = record<GraphNode>({
  id: isString,
  ref: isObjectRef,
  layer: oneOf('source', 'workload', 'object'),
  health: isHealth,
  detail: isString,
})

const isGraphEdge: Guard<GraphEdge> = record<GraphEdge>({
  from: isString,
  to: isString,
  kind: oneOf('feeds', 'applies', 'after'),
})

export const isGraph: Guard<Graph> = record<Graph>({
  title: isString,
  nodes: listOf(isGraphNode),
  edges: listOf(isGraphEdge),
})

const isTagged = record<{ type: string; graph?: unknown; message?: unknown; node?: unknown }>({
  type: isString,
  graph: optional((value): value is unknown => true),
  message: optional((value): value is unknown => true),
  node: optional((value): value is unknown => true),
})

export const isGraphHostMessage: Guard<GraphHostMessage> = (value): value is GraphHostMessage => {
  if (!isTagged(value)) return false
  if (value.type === 'graph') return isGraph(value.graph)
  return value.type === 'failed' && isString(value.message)
}

export const isGraphViewMessage: Guard<GraphViewMessage> = (value): value is GraphViewMessage => {
  if (!isTagged(value)) return false
  if (value.type === 'reveal') return isString(value.node)
  return value.type === 'ready' || value.type === 'refresh'
}
