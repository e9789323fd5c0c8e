/**
 * The messages between extension, worker and webviews: types and guards, no behaviour.
 * Invariant: a message that came from another process is used only after its guard has passed.
 */
export * from './clusters.ts'
export * from './fleet.ts'
export * from './graph.ts'
export * from './guards.ts'
export * from './messages.ts'
export * from './objects.ts'
