/**
 * API machinery with no policy: object ids, discovery, client, informers, values, selectors, patches, server-side-apply
 * merge, protobuf bodies, resource status, and the pure part of Flux's apply engine.
 * Invariants: no I/O (a `KubeTransport` is given), objects are never changed in place, cost is linear in input size.
 * Follows kubernetes/apimachinery, sigs.k8s.io/structured-merge-diff v6, sigs.k8s.io/cli-utils and fluxcd/pkg/ssa.
 */
export * from './client.ts'
export { createKubeClient } from './http/create-client.ts'
export * from './http/errors.ts'
export * from './http/informer.ts'
export * from './http/paths.ts'
export * from './http/watch-decoder.ts'
export * from './smd/compare.ts'
export * from './smd/element.ts'
export * from './smd/field-set.ts'
export * from './smd/field-set-json.ts'
export * from './smd/managers.ts'
export * from './smd/matcher.ts'
export * from './smd/merge.ts'
export * from './smd/reconcile.ts'
export * from './smd/remove.ts'
export * from './smd/schema.ts'
export * from './smd/to-field-set.ts'
export * from './smd/typed.ts'
export * from './smd/updater.ts'
export * from './smd/validate.ts'
export * from './smd/value-order.ts'
export * from './types.ts'
export * from './values/json-text.ts'
export * from './values/outcome.ts'
