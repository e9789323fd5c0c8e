import type { SchemaRegistry, StructuralSchema } from '../../schema/index.ts'
import { gvkOf } from '../types.ts'
import { bad, good, type Outcome } from '../values/outcome.ts'

/** How a strategic merge patch treats a field, and the schema of what is in it (a list's items, a struct's fields). */
export interface PatchField {
  readonly schema: PatchSchema
  readonly strategy: 'merge' | 'replace' | ''
  /** Fields that the patch does not name are removed. */
  readonly retainKeys: boolean
  /** Empty for lists of scalars. */
  readonly mergeKey: string
}

/** The merge strategies of one type's fields. */
export interface PatchSchema {
  readonly name: string
  /** Errors: the type has no such field. */
  field(key: string): Outcome<PatchField>
}

type Resolve = (reference: string) => StructuralSchema | undefined

/** The strategies of an OpenAPI schema; `resolve` finds what a `$ref` names. */
export function patchSchemaOf(schema: StructuralSchema, name: string, resolve?: Resolve): PatchSchema {
  const target = follow({ schema, name }, resolve)
  return {
    name: target.name,
    field: (key) => {
      const { properties, additionalProperties } = target.schema
      const property = properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined
      if (property !== undefined) return fieldOf(property, resolve)
      if (typeof additionalProperties === 'object') {
        return good({
          schema: patchSchemaOf(additionalProperties, '', resolve),
          strategy: '',
          retainKeys: false,
          mergeKey: '',
        })
      }
      // What has no declared fields holds anything, and nothing in it merges by key.
      const open = properties === undefined || target.schema['x-kubernetes-preserve-unknown-fields'] === true
      if (open && additionalProperties !== false && target.name === '') {
        return good({ schema: patchSchemaOf({}, '', resolve), strategy: '', retainKeys: false, mergeKey: '' })
      }
      return bad(`unable to find api field in struct ${target.name} for the json field "${key}"`)
    },
  }
}

/** The strategies of a built-in kind; `undefined` for others, which have no strategic merge patch. */
export function patchSchemaFor(
  registry: SchemaRegistry,
  kind: { readonly apiVersion: string; readonly kind: string },
): PatchSchema | undefined {
  const typeName = registry.typeName(gvkOf(kind))
  if (typeName === undefined) return undefined
  const definitions = registry.definitions()
  const resolve: Resolve = (reference) => definitions.get(reference) as StructuralSchema | undefined
  const schema = resolve(typeName)
  return schema && patchSchemaOf(schema, shortName(typeName), resolve)
}

interface Named {
  readonly schema: StructuralSchema
  readonly name: string
}

function follow(named: Named, resolve: Resolve | undefined): Named {
  let { schema, name } = named
  for (let i = 0; i < 16; i++) {
    const reference = (schema as { $ref?: unknown }).$ref
    if (typeof reference === 'string') {
      const found = resolve?.(reference)
      if (found === undefined) return { schema: {}, name: '' }
      schema = found
      name = shortName(reference)
    } else if (schema.allOf?.length === 1 && schema.properties === undefined) schema = schema.allOf[0]!
    else break
  }
  return { schema, name }
}

function shortName(reference: string): string {
  return reference.slice(Math.max(reference.lastIndexOf('.'), reference.lastIndexOf('/')) + 1)
}

function fieldOf(property: StructuralSchema, resolve: Resolve | undefined): Outcome<PatchField> {
  const strategies = property['x-kubernetes-patch-strategy']?.split(',') ?? []
  const others = strategies.filter((strategy) => strategy !== 'retainKeys')
  if (others.length > 1) return bad(`unexpected patch strategy: [${strategies.join(' ')}]`)
  const { schema, name } = follow({ schema: property, name: '' }, resolve)
  return good({
    schema: patchSchemaOf(schema.items ?? schema, schema.items === undefined ? name : '', resolve),
    strategy: (others[0] ?? '') as PatchField['strategy'],
    retainKeys: others.length < strategies.length,
    mergeKey: property['x-kubernetes-patch-merge-key'] ?? '',
  })
}
