/**
 * The Node implementations of the core's interfaces: disk, clock, clusters, git. Shared by the worker and the CLI.
 * Invariant: no policy; whoever calls decides what may be contacted or written.
 */
export { cacheDir } from './cache-dir.ts'
export * from './chart-cache.ts'
export * from './chart-files.ts'
export * from './chart-sources.ts'
export { createChartTrees } from './chart-trees.ts'
export * from './clock.ts'
export * from './dev-clusters.ts'
export * from './file-system.ts'
export * from './git.ts'
export * from './gzip.ts'
export * from './http-client.ts'
export * from './kube-transport.ts'
export * from './kubeconfig.ts'
export * from './remote-bases.ts'
export * from './template-crypto.ts'
