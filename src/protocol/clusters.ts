import { type Guard, isBoolean, isNumber, isString, oneOf, optional, record } from './guards.ts'

/** `closed`: known from the kubeconfig, never contacted. */
export type ClusterState = 'closed' | 'opening' | 'open' | 'failed'

export type EnginePhase = 'stopped' | 'starting' | 'running' | 'failed'

/** What the reconciliation engine does in one cluster. */
export interface EngineStatus {
  readonly phase: EnginePhase
  readonly message: string
}

/** The id of the embedded cluster; contexts have the id `context:NAME`. */
export const devClusterId = 'dev'

/** One row of the Clusters view. */
export interface ClusterInfo {
  readonly id: string
  readonly name: string
  readonly kind: 'context' | 'dev'
  readonly state: ClusterState
  /** Why it failed, or the server's version when open. */
  readonly message: string
  readonly server: string
  /** The kubeconfig's current context. */
  readonly current: boolean
  /** Writing by Fluxkit is allowed: the dev cluster, and contexts that the user has named. */
  readonly allowed: boolean
  /** Credentials come from a program that the kubeconfig names; it runs only in an allowed context. */
  readonly usesExec: boolean
  /** Flux controllers seen running; absent until the cluster is open. */
  readonly controllers?: number | undefined
  readonly engine: EngineStatus
}

/** The cluster id of a kubeconfig context. */
export function contextId(context: string): string {
  return `context:${context}`
}

export const isEngineStatus: Guard<EngineStatus> = record<EngineStatus>({
  phase: oneOf('stopped', 'starting', 'running', 'failed'),
  message: isString,
})

export const isClusterInfo: Guard<ClusterInfo> = record<ClusterInfo>({
  id: isString,
  name: isString,
  kind: oneOf('context', 'dev'),
  state: oneOf('closed', 'opening', 'open', 'failed'),
  message: isString,
  server: isString,
  current: isBoolean,
  allowed: isBoolean,
  usesExec: isBoolean,
  controllers: optional(isNumber),
  engine: isEngineStatus,
})
