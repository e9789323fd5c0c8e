import type { JsonValue } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import type { ColumnDefinition } from '../resources/types.ts'

/** What prints a resource's rows. */
export interface TablePrinter {
  readonly columns: readonly ColumnDefinition[]
  cells(object: KubeObject, now: number): JsonValue[]
}

export const NAME: ColumnDefinition = {
  name: 'Name',
  type: 'string',
  format: 'name',
  priority: 0,
  description: 'Name of the object, unique among its kind within its namespace.',
}

export const AGE: ColumnDefinition = {
  name: 'Age',
  type: 'string',
  priority: 0,
  description: 'Time since the object was created.',
}
