/**
 * CEL's types, as the checker and `type(x)` see them.
 * Object types have fields, given by the type provider of an environment; opaque types have parameters only.
 */
export type CelTypeKind =
  | 'dyn'
  | 'error'
  | 'null'
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'timestamp'
  | 'duration'
  | 'list'
  | 'map'
  | 'type'
  | 'opaque'
  | 'object'
  | 'param'

export interface CelType {
  readonly kind: CelTypeKind
  /** The name `type(x)` shows: `int`, `google.protobuf.Timestamp`, `net.IP`. */
  readonly name: string
  readonly parameters: readonly CelType[]
  /** The form in messages (`list(int)`); equal keys are equal types. */
  readonly key: string
}

function make(kind: CelTypeKind, name: string, parameters: readonly CelType[] = [], shown: string = name): CelType {
  const key = parameters.length === 0 ? shown : `${shown}(${parameters.map((type) => type.key).join(', ')})`
  return { kind, name, parameters, key }
}

export const dynType: CelType = make('dyn', 'dyn')
export const errorType: CelType = make('error', '!error!')
export const nullType: CelType = make('null', 'null_type', [], 'null')
export const boolType: CelType = make('bool', 'bool')
export const intType: CelType = make('int', 'int')
export const uintType: CelType = make('uint', 'uint')
export const doubleType: CelType = make('double', 'double')
export const stringType: CelType = make('string', 'string')
export const bytesType: CelType = make('bytes', 'bytes')
export const timestampType: CelType = make('timestamp', 'google.protobuf.Timestamp', [], 'timestamp')
export const durationType: CelType = make('duration', 'google.protobuf.Duration', [], 'duration')
export const typeType: CelType = make('type', 'type')

export function listType(element: CelType): CelType {
  return make('list', 'list', [element])
}

export function mapType(key: CelType, value: CelType): CelType {
  return make('map', 'map', [key, value])
}

export function typeOfType(parameter: CelType): CelType {
  return make('type', 'type', [parameter])
}

export function optionalType(parameter: CelType): CelType {
  return make('opaque', 'optional_type', [parameter])
}

export function opaqueType(name: string, parameters: readonly CelType[] = []): CelType {
  return make('opaque', name, parameters)
}

export function objectType(name: string): CelType {
  return make('object', name)
}

export function paramType(name: string): CelType {
  return make('param', name)
}

export function isOptionalType(type: CelType): boolean {
  return type.kind === 'opaque' && type.name === 'optional_type'
}

/** Rebuilds a type with other parameters. */
export function withParameters(type: CelType, parameters: readonly CelType[]): CelType {
  return make(type.kind, type.name, parameters)
}

const simpleTypes: ReadonlyMap<string, CelType> = new Map(
  [dynType, nullType, boolType, intType, uintType, doubleType, stringType, bytesType, typeType].map((type) => [
    type.key,
    type,
  ]),
)

/**
 * Reads a type from a signature: `list(A)`, `map(string, dyn)`, `optional(V)`, `type(A)`. One upper-case letter is a
 * type parameter; any other unknown name is an opaque type, or under `kubernetes.` an object type.
 */
export function parseType(text: string): CelType {
  const trimmed = text.trim()
  if (/^[A-Z]$/.test(trimmed)) return paramType(trimmed)
  if (trimmed === 'timestamp') return timestampType
  if (trimmed === 'duration') return durationType
  const simple = simpleTypes.get(trimmed)
  if (simple !== undefined) return simple
  const open = trimmed.indexOf('(')
  // Kubernetes' own values are messages without fields (`cel.ObjectType`), but for addresses (`net.IP`).
  if (open < 0) return trimmed.startsWith('kubernetes.') ? objectType(trimmed) : opaqueType(trimmed)
  const parameters = splitTypes(trimmed.slice(open + 1, -1)).map(parseType)
  const name = trimmed.slice(0, open)
  if (name === 'list') return listType(parameters[0]!)
  if (name === 'map') return mapType(parameters[0]!, parameters[1]!)
  if (name === 'optional') return optionalType(parameters[0]!)
  if (name === 'type') return typeOfType(parameters[0]!)
  return opaqueType(name, parameters)
}

/** Splits at the commas outside parentheses; `''` has no parts. */
export function splitTypes(text: string): string[] {
  const out: string[] = []
  let depth = 0
  let start = 0
  for (let i = 0; i < text.length; i++) {
    const char = text[i]
    if (char === '(') depth++
    else if (char === ')') depth--
    else if (char === ',' && depth === 0) {
      out.push(text.slice(start, i))
      start = i + 1
    }
  }
  if (text.trim() !== '') out.push(text.slice(start))
  return out
}
