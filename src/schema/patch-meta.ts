import type { StructuralSchema } from './types.ts'

/** How a strategic merge patch treats one field. */
export interface PatchMeta {
  /** For example `['merge']`, `['merge', 'retainKeys']`, `['retainKeys']`; empty means replace. */
  readonly strategies: readonly string[]
  /** The key by which list items are matched; `undefined` for lists of scalars. */
  readonly mergeKey: string | undefined
  readonly schema: StructuralSchema
}

/**
 * Follows field names through a schema (list items are entered, map keys stand for their value) and reads the patch
 * strategy of the last one. `undefined` when the path leaves the schema.
 */
export function patchMetaAt(root: StructuralSchema, path: readonly string[]): PatchMeta | undefined {
  let schema: StructuralSchema | undefined = root
  for (const step of path) {
    while (schema?.items !== undefined) schema = schema.items
    if (schema === undefined) return undefined
    if (schema.properties !== undefined && Object.hasOwn(schema.properties, step)) schema = schema.properties[step]
    else if (typeof schema.additionalProperties === 'object') schema = schema.additionalProperties
    else return undefined
  }
  if (schema === undefined) return undefined
  return {
    strategies: schema['x-kubernetes-patch-strategy']?.split(',') ?? [],
    mergeKey: schema['x-kubernetes-patch-merge-key'],
    schema,
  }
}
