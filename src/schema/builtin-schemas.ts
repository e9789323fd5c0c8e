import { isObject, type JsonObject, type JsonValue } from '../base/index.ts'
import builtin from './data/builtin.json' with { type: 'json' }
import type { StructuralSchema } from './types.ts'

/** Reads built-in types on demand; each type is parsed and linked once. */
export interface BuiltinSchemas {
  /** The schema of a type with every reference replaced by the (shared) schema it names. */
  resolve(typeName: string): StructuralSchema | undefined
  /** Every type as stored: references between types are `{ $ref: typeName }`. For OpenAPI documents. */
  definitions(): ReadonlyMap<string, JsonObject>
}

/** Opens the generated type data (see data/generate.mjs). */
export function createBuiltinSchemas(): BuiltinSchemas {
  const texts = builtin as Readonly<Record<string, string>>
  const linked = new Map<string, JsonObject>()
  let definitions: ReadonlyMap<string, JsonObject> | undefined

  function resolve(typeName: string): JsonObject | undefined {
    const known = linked.get(typeName)
    if (known !== undefined) return known
    if (!Object.hasOwn(texts, typeName)) return undefined
    const schema = JSON.parse(texts[typeName]!) as JsonObject
    // Entered before its members are linked: JSONSchemaProps refers to itself.
    linked.set(typeName, schema)
    for (const key of Object.keys(schema)) schema[key] = link(schema[key]!)
    return schema
  }

  function link(value: JsonValue): JsonValue {
    if (Array.isArray(value)) return value.map(link)
    if (!isObject(value)) return value
    const { $ref: reference, ...rest } = value
    if (typeof reference === 'string') {
      const target = resolve(reference) ?? {}
      // No reference with a default or strategy of its own takes part in a cycle, so the target is complete here.
      return Object.keys(rest).length === 0 ? target : { ...target, ...rest }
    }
    for (const key of Object.keys(value)) value[key] = link(value[key]!)
    return value
  }

  return {
    resolve: (typeName) => resolve(typeName) as StructuralSchema | undefined,
    definitions: () => {
      definitions ??= new Map(Object.entries(texts).map(([name, text]) => [name, JSON.parse(text) as JsonObject]))
      return definitions
    },
  }
}
