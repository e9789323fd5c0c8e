import { isObject, type JsonObject, type JsonValue, setOwn } from '../base/index.ts'
import { parseRfc3339 } from '../cel/index.ts'
import { kindOf } from './value-kind.ts'

/** How Go's encoding/json reads a member of metav1.ObjectMeta. */
type Shape =
  | { readonly kind: 'string' | 'bool' | 'int64' | 'time' | 'any'; readonly pointer?: boolean }
  | { readonly kind: 'map'; readonly values: Shape }
  | { readonly kind: 'list'; readonly items: Shape }
  | { readonly kind: 'struct'; readonly name: string; readonly fields: Readonly<Record<string, Shape>> }

const text: Shape = { kind: 'string' }
const optionalBool: Shape = { kind: 'bool', pointer: true }
const strings: Shape = { kind: 'map', values: text }

const ownerReference: Shape = {
  kind: 'struct',
  name: 'OwnerReference',
  fields: {
    apiVersion: text,
    kind: text,
    name: text,
    uid: text,
    controller: optionalBool,
    blockOwnerDeletion: optionalBool,
  },
}

const managedFields: Shape = {
  kind: 'struct',
  name: 'ManagedFieldsEntry',
  fields: {
    manager: text,
    operation: text,
    apiVersion: text,
    time: { kind: 'time', pointer: true },
    fieldsType: text,
    fieldsV1: { kind: 'any' },
    subresource: text,
  },
}

const objectMeta: Shape = {
  kind: 'struct',
  name: 'ObjectMeta',
  fields: {
    name: text,
    generateName: text,
    namespace: text,
    selfLink: text,
    uid: text,
    resourceVersion: text,
    generation: { kind: 'int64' },
    creationTimestamp: { kind: 'time' },
    deletionTimestamp: { kind: 'time', pointer: true },
    deletionGracePeriodSeconds: { kind: 'int64', pointer: true },
    labels: strings,
    annotations: strings,
    ownerReferences: { kind: 'list', items: ownerReference },
    finalizers: { kind: 'list', items: text },
    managedFields: { kind: 'list', items: managedFields },
  },
}

/** Fields that are written even when empty: the others are left out. */
const alwaysWritten: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'name', 'uid'])

export interface DecodedMeta {
  /** The metadata as an API server writes it back: known fields, empty ones left out. */
  readonly value: JsonObject
  /** Paths of fields it does not know, relative to the metadata. */
  readonly unknown: readonly string[]
}

/**
 * Reads metadata as metav1.ObjectMeta and writes it back. The error is Go's. With `dropMalformed`, fields that cannot be
 * read are left out instead.
 */
export function decodeObjectMeta(
  metadata: JsonValue,
  dropMalformed: boolean,
): DecodedMeta | { readonly error: string } {
  if (metadata !== null && !isObject(metadata)) {
    if (dropMalformed) return { error: `invalid metadata: expected object, got ${goType(metadata)}` }
    return { error: unmarshalError(metadata, 'value of type v1.ObjectMeta', '') }
  }
  const kept: JsonObject = {}
  for (const [name, value] of Object.entries(metadata ?? {})) {
    const error = malformed(value, Object.hasOwn(objectMetaFields, name) ? objectMetaFields[name] : undefined, name)
    if (error === undefined) setOwn(kept, name, value)
    else if (!dropMalformed) return { error }
  }
  const unknown: string[] = []
  const value = rebuild(kept, objectMeta, '', unknown) as JsonObject
  return { value, unknown: unknown.sort() }
}

const objectMetaFields = (objectMeta as Extract<Shape, { kind: 'struct' }>).fields

function goType(value: JsonValue): string {
  const names: Readonly<Record<string, string>> = { array: '[]interface {}', boolean: 'bool', integer: 'int64' }
  const kind = kindOf(value)
  return names[kind] ?? (kind === 'number' ? 'float64' : kind)
}

function malformed(value: JsonValue, shape: Shape | undefined, path: string): string | undefined {
  if (shape === undefined || value === null || shape.kind === 'any') return undefined
  const kind = kindOf(value)
  const target = `Go struct field ObjectMeta.${path}`
  switch (shape.kind) {
    case 'string':
      return kind === 'string' ? undefined : unmarshalError(value, target, 'string')
    case 'bool':
      return kind === 'boolean' ? undefined : unmarshalError(value, target, 'bool')
    case 'int64':
      return kind === 'integer' ? undefined : unmarshalError(value, target, 'int64')
    case 'time':
      return malformedTime(value, kind)
    case 'map':
      if (!isObject(value)) return unmarshalError(value, target, 'map[string]string')
      return first(Object.values(value), (item) => malformed(item, shape.values, path))
    case 'list':
      if (!Array.isArray(value)) return unmarshalError(value, target, '[]')
      return first(value, (item) => malformed(item, shape.items, path))
    case 'struct':
      if (!isObject(value)) return unmarshalError(value, target, `v1.${shape.name}`)
      return first(Object.entries(value), ([name, item]) =>
        malformed(item, Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined, `${path}.${name}`),
      )
  }
}

function malformedTime(value: JsonValue, kind: string): string | undefined {
  if (typeof value !== 'string') return `json: cannot unmarshal ${kind} into Go value of type string`
  if (value === '' || parseRfc3339(value) !== undefined) return undefined
  const shown = JSON.stringify(value)
  return `parsing time ${shown} as "2006-01-02T15:04:05Z07:00": cannot parse ${shown} as "2006"`
}

function first<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}

function unmarshalError(value: JsonValue, target: string, type: string): string {
  const kinds: Readonly<Record<string, string>> = { integer: 'number', boolean: 'bool' }
  const kind = kindOf(value)
  const suffix = type === '' ? '' : ` of type ${type}`
  return `json: cannot unmarshal ${kinds[kind] ?? kind} into ${type === '' ? `Go ${target}` : target}${suffix}`
}

function rebuild(value: JsonValue, shape: Shape, path: string, unknown: string[]): JsonValue {
  if (value === null) return null
  if (shape.kind === 'list') {
    return (value as JsonValue[]).map((item, i) => rebuild(item, shape.items, `${path}[${i}]`, unknown))
  }
  if (shape.kind !== 'struct') return value
  const out: JsonObject = {}
  for (const [name, member] of Object.entries(value as JsonObject)) {
    const at = path === '' ? name : `${path}.${name}`
    if (!Object.hasOwn(shape.fields, name)) {
      unknown.push(at)
      continue
    }
    const field = shape.fields[name]!
    const kept = rebuild(member, field, at, unknown)
    const always = shape.name === 'OwnerReference' && alwaysWritten.has(name)
    if (always || !isEmpty(kept, field)) setOwn(out, name, kept)
  }
  return out
}

/** What `omitempty` leaves out. */
function isEmpty(value: JsonValue, shape: Shape): boolean {
  if (value === null) return true
  if ('pointer' in shape && shape.pointer === true) return false
  if (Array.isArray(value)) return value.length === 0
  if (isObject(value)) return shape.kind === 'map' && Object.keys(value).length === 0
  return value === '' || value === 0 || value === false
}
