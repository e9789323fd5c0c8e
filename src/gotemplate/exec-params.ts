import { GoInt, type GoValue, isList, isMap, type ParamType, typeOf } from './value.ts'

/** A parameter's type as errors name it. */
export function typeName(type: ParamType): string {
  return type === 'any' ? 'interface {}' : type
}

/** True where nil is a value of the type. */
export function canBeNil(type: ParamType): boolean {
  return type === 'any' || type === 'error' || type === 'io.Writer' || /^(map|\[|\*)/.test(type)
}

function isPlainMap(type: string): boolean {
  return type === 'map[string]interface {}' || type === 'common.Values'
}

/** Go's assignability of a template's value to a parameter. */
export function isAssignable(value: GoValue, type: ParamType): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string'
    case 'bool':
      return typeof value === 'boolean'
    case 'float64':
      return typeof value === 'number'
    case 'int':
    case 'int64':
      return value instanceof GoInt && value.type === type
    case '[]interface {}':
      return isList(value) && typeOf(value) === type
    case 'map[string]interface {}':
      // A named map type with the same underlying type is assignable to the unnamed one.
      return isMap(value) && isPlainMap(typeOf(value))
  }
  return typeOf(value) === type
}
