import type { JsonObject, JsonValue } from '../../base/index.ts'
import type { StructuralSchema } from '../../schema/index.ts'
import {
  type AtomDefinition,
  deducedTypeName,
  type ElementRelationship,
  type FieldDefinition,
  type TypeRefDefinition,
} from './schema.ts'

/** The type of an object's `metadata`, to which the schema of every kind refers. */
export const objectMetaType = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'

export interface StructuralOptions {
  /** Unknown fields are kept below here (`preserveUnknownFields` of a CRD, or of a schema above). */
  readonly preserveUnknown?: boolean
  /** True for the root of a custom resource: apiVersion, kind and metadata are added. */
  readonly resource?: boolean
}

/**
 * The merge type that an OpenAPI schema stands for: list types and keys, atomic maps, unknown fields
 * (kube-openapi `schemaconv.ToSchemaFromOpenAPI`). References (`$ref`) become references to types of that name.
 */
export function atomFromStructural(schema: StructuralSchema, options: StructuralOptions = {}): AtomDefinition {
  if (schema['x-kubernetes-int-or-string'] === true || schema.format === 'quantity') return { scalar: 'untyped' }
  const preserveUnknown = options.preserveUnknown === true || schema['x-kubernetes-preserve-unknown-fields'] === true
  const inner = { preserveUnknown }
  switch (schema.type) {
    case 'object':
      return { map: mapOf(schema, inner, options.resource === true) }
    case 'array':
      return { list: listOf(schema, inner) }
    case 'integer':
    case 'number':
      return { scalar: 'numeric' }
    case 'boolean':
      return { scalar: 'boolean' }
    case 'string':
      return { scalar: schema.format === undefined || schema.format === 'byte' ? 'string' : 'untyped' }
    default:
      return { scalar: 'untyped', list: listOf(schema, inner), map: mapOf(schema, inner, options.resource === true) }
  }
}

function mapOf(
  schema: StructuralSchema,
  options: StructuralOptions,
  resource: boolean,
): NonNullable<AtomDefinition['map']> {
  const fields: FieldDefinition[] = []
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const type = refOf(property, options)
    fields.push(property.default === undefined ? { name, type } : { name, type, default: property.default })
  }
  const elementType = elementOf(schema, options)
  const relationship = mapRelationship(schema)
  return {
    fields: resource || schema['x-kubernetes-embedded-resource'] === true ? withTypeMeta(fields) : fields,
    ...(elementType === undefined ? {} : { elementType }),
    ...(relationship === undefined ? {} : { elementRelationship: relationship }),
  }
}

function elementOf(schema: StructuralSchema, options: StructuralOptions): TypeRefDefinition | undefined {
  const additional = schema.additionalProperties
  if (typeof additional === 'object') return refOf(additional, options)
  return additional === true || options.preserveUnknown === true ? { namedType: deducedTypeName } : undefined
}

function withTypeMeta(fields: readonly FieldDefinition[]): FieldDefinition[] {
  const added = new Set(['apiVersion', 'kind', 'metadata'])
  return [
    ...fields.filter((field) => !added.has(field.name)),
    { name: 'apiVersion', type: { scalar: 'string' } },
    { name: 'kind', type: { scalar: 'string' } },
    { name: 'metadata', type: { namedType: objectMetaType } },
  ]
}

function listOf(schema: StructuralSchema, options: StructuralOptions): NonNullable<AtomDefinition['list']> {
  const elementType = schema.items === undefined ? { namedType: deducedTypeName } : refOf(schema.items, options)
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return { elementType, elementRelationship: 'associative' }
    case 'map':
      return { elementType, elementRelationship: 'associative', keys: schema['x-kubernetes-list-map-keys'] ?? [] }
    case 'atomic':
      return { elementType, elementRelationship: 'atomic' }
    default:
      return { elementType, ...patchMerged(schema) }
  }
}

/** Lists without a list type of their own: what the strategic merge patch says, else atomic. */
function patchMerged(schema: StructuralSchema): { elementRelationship: ElementRelationship; keys?: readonly string[] } {
  const strategy = schema['x-kubernetes-patch-strategy']
  if (strategy !== 'merge' && strategy !== 'merge,retainKeys') return { elementRelationship: 'atomic' }
  const key = schema['x-kubernetes-patch-merge-key']
  return { elementRelationship: 'associative', ...(key === undefined ? {} : { keys: [key] }) }
}

function refOf(schema: StructuralSchema, options: StructuralOptions): TypeRefDefinition {
  const reference = (schema as unknown as JsonObject)['$ref'] as JsonValue | undefined
  if (typeof reference !== 'string') return atomFromStructural(schema, options)
  const relationship = mapRelationship(schema)
  return relationship === undefined
    ? { namedType: reference }
    : { namedType: reference, elementRelationship: relationship }
}

function mapRelationship(schema: StructuralSchema): ElementRelationship | undefined {
  switch (schema['x-kubernetes-map-type']) {
    case 'atomic':
      return 'atomic'
    case 'granular':
      return 'separable'
    default:
      return undefined
  }
}
