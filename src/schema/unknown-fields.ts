import { isObject, type JsonObject, type JsonValue } from '../base/index.ts'
import { nearMisses } from './near-miss.ts'
import type { StructuralSchema } from './types.ts'

export interface UnknownField {
  /** The path to the field, the field included. */
  readonly path: readonly (string | number)[]
  /** Fields it may have meant. */
  readonly suggestions: readonly string[]
}

/** Fields of the root that schemas need not name. */
const rootFields: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata'])

/** Finds fields that a server would drop or, with strict validation, refuse. */
export function findUnknownFields(value: JsonValue, schema: StructuralSchema): readonly UnknownField[] {
  const out: UnknownField[] = []
  visit(value, { schema, path: [], root: true }, out)
  return out
}

interface Place {
  readonly schema: StructuralSchema
  readonly path: (string | number)[]
  /** Type and metadata belong here whatever the schema says. */
  readonly root: boolean
}

function visit(value: JsonValue, place: Place, out: UnknownField[]): void {
  const { schema, path } = place
  if (Array.isArray(value)) {
    const { items } = schema
    if (items === undefined) return
    value.forEach((item, i) => {
      path.push(i)
      visit(item, { schema: items, path, root: isEmbedded(items) }, out)
      path.pop()
    })
  } else if (isObject(value)) visitMembers(value, place, out)
}

function isEmbedded(schema: StructuralSchema): boolean {
  return schema['x-kubernetes-embedded-resource'] === true
}

function visitMembers(value: JsonObject, place: Place, out: UnknownField[]): void {
  const { schema, path, root } = place
  const { properties, additionalProperties } = schema
  const open =
    schema['x-kubernetes-preserve-unknown-fields'] === true ||
    additionalProperties === true ||
    (schema.type === undefined && properties === undefined && additionalProperties === undefined)
  for (const key of Object.keys(value)) {
    const known = properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined
    const member = known ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined)
    if (member !== undefined) {
      path.push(key)
      visit(value[key]!, { schema: member, path, root: isEmbedded(member) }, out)
      path.pop()
    } else if (!open && !(root && rootFields.has(key))) {
      out.push({ path: [...path, key], suggestions: suggest(key, value, properties) })
    }
  }
}

function suggest(
  name: string,
  value: JsonObject,
  properties: Readonly<Record<string, StructuralSchema>> | undefined,
): readonly string[] {
  const absent = Object.keys(properties ?? {}).filter((candidate) => !Object.hasOwn(value, candidate))
  return nearMisses(name, absent)
}
