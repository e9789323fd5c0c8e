/**
 * An embedded Kubernetes API server: kubectl, helm and client libraries use it unmodified.
 * Invariants: no I/O and no sockets (those are in server/), stored objects are immutable, time comes from a Clock, and no
 * request throws. Follows k8s.io/apiserver, k8s.io/apiextensions-apiserver and the controllers of kube-controller-manager.
 */
export { ApiServer, type ApiServerOptions, type ClusterSnapshot } from './api-server.ts'
export { ADMIN } from './auth/identity.ts'
export { type ForkOptions, type ForkReport, forkCluster } from './fork.ts'
export { MAX_BODY, tooLarge } from './handlers/body.ts'
export { writeJson } from './http/json.ts'
export * from './http/types.ts'
export type { CallWebhook, WebhookAnswer, WebhookCall } from './operations/webhook-session.ts'
export type { Change, Entry, StoreSnapshot } from './store/store.ts'
export { createInProcessTransport } from './transport.ts'
