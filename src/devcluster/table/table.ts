import type { JsonObject, JsonValue } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import type { ResourceType } from '../resources/types.ts'
import { ageOf } from './age.ts'
import { BUILTIN_TABLES } from './builtin-tables.ts'
import { compileJsonPath } from './json-path.ts'
import { AGE, NAME, type TablePrinter } from './printer.ts'

export interface TableEnvironment {
  readonly now: number
  readonly includeObject: 'Metadata' | 'Object' | 'None'
  readonly version: string
}

/** What every resource without columns of its own shows (apiserver's default table convertor). */
const DEFAULT_PRINTER: TablePrinter = {
  columns: [NAME, { ...AGE, name: 'Created At', type: 'date' }],
  cells: (object) => [object.metadata.name, object.metadata['creationTimestamp'] ?? null],
}

/** One row, with the object in the asked extent. */
export function rowOf(printer: TablePrinter, object: KubeObject, environment: TableEnvironment): JsonObject {
  const cells = printer.cells(object, environment.now)
  const row: JsonObject = { cells }
  if (environment.includeObject === 'Object') row['object'] = object
  else if (environment.includeObject === 'None') row['object'] = null
  else if (environment.includeObject === 'Metadata') {
    row['object'] = {
      kind: 'PartialObjectMetadata',
      apiVersion: `meta.k8s.io/${environment.version}`,
      metadata: object.metadata,
    }
  }
  return row
}

/** The printer of a resource; made anew, so take it once for a whole table. */
export function printerOf(type: ResourceType): TablePrinter {
  if (type.custom === undefined) return BUILTIN_TABLES.get(type.collection) ?? DEFAULT_PRINTER
  const { columns } = type.custom
  if (columns.length === 0)
    return {
      columns: [NAME, AGE],
      cells: (object, now) => [object.metadata.name, ageOf(object.metadata['creationTimestamp'], now)],
    }
  const readers = columns.map((column) => compileJsonPath(column.jsonPath))
  return {
    columns: [NAME, ...columns.map(({ jsonPath: _path, ...column }) => column)],
    cells: (object, now) => [
      object.metadata.name,
      ...columns.map((column, i) => customCell(column.type, readers[i]?.(object)[0], now)),
    ],
  }
}

/** A printer column's value by its declared type; a value of another type shows as nothing. */
function customCell(type: string, value: JsonValue | undefined, now: number): JsonValue {
  if (value === undefined || value === null) return null
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : typeof value === 'bigint' ? value : null
    case 'number':
      return typeof value === 'number' ? value : null
    case 'boolean':
      return typeof value === 'boolean' ? value : null
    case 'date':
      return ageOf(value, now)
    default:
      return typeof value === 'string'
        ? value
        : JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? Number(item) : item))
  }
}
