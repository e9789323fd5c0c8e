/**
 * The worker behind the editor: the Language Server Protocol and the requests of `protocol`, over whatever connection it
 * is given. Invariants: one error boundary for each request; LSP shapes exist only here; no cluster is contacted unless
 * asked; everything but caches can be rebuilt from disk, open documents and the clusters.
 */

export { UserError } from './dispatch.ts'
export { type BootstrapInput, bootstrap } from './run/bootstrap.ts'
export { type LiveSourceInput, liveSources } from './run/live-source.ts'
export { startWorker, type WorkerOptions } from './worker.ts'
