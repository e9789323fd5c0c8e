import type { CelType } from '../types.ts'
import {
  CelDuration,
  CelList,
  CelMap,
  CelOpaque,
  CelOptional,
  CelStruct,
  CelTimestamp,
  CelTypeValue,
  CelUint,
  type CelValue,
} from './value.ts'

/** The name of a value's type, as `type(x)` shows it. */
export function typeName(value: CelValue): string {
  switch (typeof value) {
    case 'boolean':
      return 'bool'
    case 'bigint':
      return 'int'
    case 'number':
      return 'double'
    case 'string':
      return 'string'
  }
  if (value === null) return 'null_type'
  if (value instanceof CelList) return 'list'
  if (value instanceof CelStruct) return value.typeName
  if (value instanceof CelMap) return 'map'
  if (value instanceof Uint8Array) return 'bytes'
  if (value instanceof CelUint) return 'uint'
  if (value instanceof CelDuration) return 'google.protobuf.Duration'
  if (value instanceof CelTimestamp) return 'google.protobuf.Timestamp'
  if (value instanceof CelOptional) return 'optional_type'
  if (value instanceof CelOpaque) return value.type.name
  return 'type'
}

/** True when a value could be of a declared type, looking at the outermost type only. */
export function hasType(value: CelValue, type: CelType): boolean {
  if (type.kind === 'dyn' || type.kind === 'param') return true
  if (type.kind === 'object') return value instanceof CelMap || typeName(value) === type.name
  if (type.kind === 'type') return value instanceof CelTypeValue
  return typeName(value) === type.name
}
