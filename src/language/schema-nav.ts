import { isKustomizeFileKind, type SourceFile } from '../fleet/index.ts'
import { parseApiVersion } from '../kube/index.ts'
import { kustomizeSchema } from '../lint/index.ts'
import type { SchemaRegistry, StructuralSchema } from '../schema/index.ts'

/** The schema of a field; list indexes and keys of free maps lead to what they hold. */
export function schemaAt(
  schema: StructuralSchema | undefined,
  path: readonly (string | number)[],
): StructuralSchema | undefined {
  let current = schema
  for (const step of path) {
    if (current === undefined) return undefined
    if (typeof step === 'number') current = current.items
    else if (current.properties !== undefined && Object.hasOwn(current.properties, step))
      current = current.properties[step]
    else current = typeof current.additionalProperties === 'object' ? current.additionalProperties : undefined
  }
  return current
}

/** The schema of the kind that a document says it is; that of kustomization files by the file's name. */
export function schemaOf(
  registry: SchemaRegistry,
  file: Pick<SourceFile, 'isKustomizeFile'>,
  ref: { readonly apiVersion?: string; readonly kind?: string },
): StructuralSchema | undefined {
  if (
    ref.apiVersion !== undefined &&
    ref.kind !== undefined &&
    isKustomizeFileKind({ apiVersion: ref.apiVersion, kind: ref.kind })
  ) {
    return kustomizeSchema
  }
  if (ref.apiVersion === undefined || ref.kind === undefined) return file.isKustomizeFile ? kustomizeSchema : undefined
  return registry.forKind({ ...parseApiVersion(ref.apiVersion), kind: ref.kind })
}

/** Fields that every object has and whose schema is often left out of definitions. */
export const metadataSchema: StructuralSchema = {
  type: 'object',
  description: 'Name, namespace, labels and annotations of the object.',
  properties: {
    name: { type: 'string', description: 'Name of the object, unique in its namespace for the kind.' },
    namespace: { type: 'string', description: 'Namespace of the object.' },
    labels: {
      type: 'object',
      additionalProperties: { type: 'string' },
      description: 'Labels, by which objects are selected.',
    },
    annotations: {
      type: 'object',
      additionalProperties: { type: 'string' },
      description: 'Annotations, for tools and controllers.',
    },
    generateName: {
      type: 'string',
      description: 'Prefix of a name that the server completes. Flux cannot apply such objects.',
    },
    finalizers: {
      type: 'array',
      items: { type: 'string' },
      description: 'Controllers that must act before the object goes.',
    },
  },
}

/** The schema of a field of an object, `metadata` included. */
export function fieldSchema(
  schema: StructuralSchema | undefined,
  path: readonly (string | number)[],
): StructuralSchema | undefined {
  const found = schemaAt(schema, path)
  if (path[0] !== 'metadata' || schema === undefined || schema === kustomizeSchema) return found
  if (found !== undefined && (found.properties !== undefined || path.length > 1)) return found
  return schemaAt(metadataSchema, path.slice(1)) ?? found
}

/** `string`, `list of string`, `one of a, b`, … */
export function typeText(schema: StructuralSchema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(' | ')
  if (schema['x-kubernetes-int-or-string'] === true) return 'integer or string'
  if (schema.type === 'array') return schema.items === undefined ? 'list' : `list of ${typeText(schema.items)}`
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object') {
    return `map of ${typeText(schema.additionalProperties)}`
  }
  return schema.type ?? 'any'
}
