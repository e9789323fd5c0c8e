import { celIndex, celOptionalIndex, listIndex } from '../library/operators.ts'
import { CelList, CelMap, CelOptional, type CelValue } from '../values/value.ts'

/** `value.field` */
export function selectField(value: CelValue, field: string): CelValue {
  if (value instanceof CelOptional) {
    return value.value === undefined ? value : optionalField(value.value, field)
  }
  return celIndex(value, field)
}

/** `has(value.field)` */
export function presence(value: CelValue, field: string): boolean {
  if (value instanceof CelMap) return value.get(field) !== undefined
  if (value instanceof CelOptional) return value.value !== undefined && presence(value.value, field)
  // A list has no fields, and says so; what is no container has none either.
  if (value instanceof CelList) listIndex(field)
  return false
}

/** `value.?field` */
export function optionalField(value: CelValue, field: string): CelOptional {
  if (value instanceof CelOptional) return value.value === undefined ? value : optionalField(value.value, field)
  return celOptionalIndex(value, field)
}
