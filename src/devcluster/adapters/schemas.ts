import type { SchemaRegistry } from '../../schema/index.ts'
import type { SchemaChecks } from '../operations/schema-checks.ts'

/** Checks of objects against the schemas of their kinds. */
export function createSchemaChecks(_schemas: SchemaRegistry): SchemaChecks {
  return {
    prune: () => [],
    setDefaults: () => undefined,
    validate: () => [],
    decodeError: () => undefined,
  }
}
