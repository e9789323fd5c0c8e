import type { Fleet, SchemaRegistry } from '../fleet/index.ts'
import type { Linter } from './types.ts'

/** A linter over a fleet; keeps results of files and rules whose inputs did not change. */
export function createLinter(_fleet: Fleet, _registry: SchemaRegistry): Linter {
  return { lint: () => new Map(), lintFile: () => [], checksRun: 0 }
}
