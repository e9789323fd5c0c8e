/**
 * What every layer needs and no layer owns: JSON values, ranges, problems, paths, clock and file-system interfaces.
 * Invariants: no I/O, no dependency on another module, no module-level mutable state.
 */
export * from './base64.ts'
export * from './clock.ts'
export * from './file-system.ts'
export * from './json.ts'
export * from './json-fault.ts'
export * from './lifetime.ts'
export * from './memory-file-system.ts'
export * from './path.ts'
export * from './problem.ts'
export * from './search.ts'
export * from './semver.ts'
export * from './text.ts'
