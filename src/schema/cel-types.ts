import {
  boolType,
  bytesType,
  type CelType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  mapType,
  objectType,
  stringType,
  type TypeProvider,
  timestampType,
} from '../cel/index.ts'
import { escapeName, isReserved } from './cel-escape.ts'
import type { StructuralSchema } from './types.ts'

/** How CEL sees a schema: its type, and for objects the types of the fields. */
export interface Declaration {
  readonly type: CelType
  readonly fields?: ReadonlyMap<string, Declaration>
  readonly element?: Declaration
}

const simple = (type: CelType): Declaration => ({ type })

/**
 * The CEL type of a schema; `undefined` when expressions cannot see the value (unknown fields, lists and maps without an
 * item schema). k8s.io/apiserver pkg/cel/common/schemas.go SchemaDeclType.
 */
export function declarationOf(
  schema: StructuralSchema,
  resourceRoot: boolean,
  name = 'selfType',
): Declaration | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) return simple(dynType)
  const full = resourceRoot ? withTypeAndMetadata(schema) : schema
  switch (full.type) {
    case 'array':
      return listOf(full, name)
    case 'object':
      return typeof full.additionalProperties === 'object'
        ? mapOf(full.additionalProperties, name)
        : objectOf(full, name)
    case 'string':
      return simple(stringTypes[full.format ?? ''] ?? stringType)
    case 'boolean':
      return simple(boolType)
    case 'number':
      return simple(doubleType)
    case 'integer':
      return simple(intType)
    default:
      return undefined
  }
}

const stringTypes: Readonly<Record<string, CelType>> = {
  byte: bytesType,
  duration: durationType,
  date: timestampType,
  'date-time': timestampType,
}

function isEmbedded(schema: StructuralSchema): boolean {
  return schema['x-kubernetes-embedded-resource'] === true
}

function listOf(schema: StructuralSchema, name: string): Declaration | undefined {
  const { items } = schema
  const element = items === undefined ? undefined : declarationOf(items, isEmbedded(items), `${name}.@idx`)
  return element === undefined ? undefined : { type: listType(element.type), element }
}

function mapOf(values: StructuralSchema, name: string): Declaration | undefined {
  const element = declarationOf(values, isEmbedded(values), `${name}.@elem`)
  return element === undefined ? undefined : { type: mapType(stringType, element.type), element }
}

function objectOf(schema: StructuralSchema, name: string): Declaration {
  const fields = new Map<string, Declaration>()
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const identifier = escapeName(key)
    if (identifier === undefined) continue
    const field = declarationOf(property, isEmbedded(property), `${name}.${identifier}`)
    if (field !== undefined) fields.set(identifier, field)
  }
  return { type: objectType(name), fields }
}

const text: StructuralSchema = { type: 'string' }

/**
 * Type and name are visible at the root of every resource, whatever its schema says.
 * k8s.io/apiserver pkg/cel/common/schemas.go WithTypeAndObjectMeta.
 */
export function withTypeAndMetadata(schema: StructuralSchema): StructuralSchema {
  const { properties } = schema
  const metadata = properties?.['metadata']
  const complete =
    properties?.['kind']?.type === 'string' &&
    properties['apiVersion']?.type === 'string' &&
    metadata?.type === 'object' &&
    metadata.properties?.['name']?.type === 'string' &&
    metadata.properties['generateName']?.type === 'string'
  if (complete) return schema
  const named: StructuralSchema = { type: 'object', properties: { name: text, generateName: text } }
  return { ...schema, properties: { ...properties, kind: text, apiVersion: text, metadata: named } }
}

/** Resolves the fields of every object type under a declaration. */
export function providerOf(root: Declaration): TypeProvider {
  const objects = new Map<string, ReadonlyMap<string, Declaration>>()
  collect(root, objects)
  return {
    has: (name) => objects.has(name),
    field: (name, field) => {
      const fields = objects.get(name)
      // A reserved word can be selected as it is: `self.spec.if`.
      return (fields?.get(field) ?? (isReserved(field) ? fields?.get(`__${field}__`) : undefined))?.type
    },
  }
}

function collect(declaration: Declaration, into: Map<string, ReadonlyMap<string, Declaration>>): void {
  if (declaration.fields !== undefined) {
    into.set(declaration.type.name, declaration.fields)
    for (const field of declaration.fields.values()) collect(field, into)
  }
  if (declaration.element !== undefined) collect(declaration.element, into)
}
