/**
 * The reconciliation engine: the Flux controllers that Fluxkit runs itself, over any Kubernetes client. Everything that
 * must survive a crash is in the cluster; artifacts are rebuilt at every start. Behaviour, conditions and events follow
 * source-controller 1.9, source-watcher 2.2 and kustomize-controller 1.9.
 */
export { createEngine, type Engine } from './engine.ts'
export { FluxMissingError, FluxRunningError, refuseRunningFlux } from './guard.ts'
export { type ApplyPolicy, kustomizePolicy, plainPolicy } from './kustomize/apply-policy.ts'
export type { Change, ChangeAction } from './kustomize/change-set.ts'
export { targetsOf, waitForReady } from './kustomize/health.ts'
export { ApplyError, type ManagerOptions, ResourceManager } from './kustomize/resource-manager.ts'
export * from './ports.ts'
export type { ControllerStats } from './runtime/metrics.ts'
export { type TreeFile, treeRevision } from './runtime/tree-hash.ts'
export { snapshotTree } from './source/snapshot.ts'
export type { Settled } from './survey.ts'
