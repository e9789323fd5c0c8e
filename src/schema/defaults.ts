import { isObject, type JsonObject, type JsonValue, jsonClone, setOwn } from '../base/index.ts'
import { propertySchema } from './correlation.ts'
import type { StructuralSchema } from './types.ts'

/**
 * Fills in a schema's defaults, in place. Nulls that are not allowed get the default too.
 * apiextensions-apiserver pkg/apiserver/schema/defaulting/algorithm.go.
 */
export function applyDefaults(value: JsonValue, schema: StructuralSchema | undefined): void {
  if (schema === undefined) return
  if (Array.isArray(value)) {
    const { items } = schema
    if (items === undefined) return
    for (let i = 0; i < value.length; i++) {
      if (isBadNull(value[i]!, items)) value[i] = jsonClone(items.default ?? null)
      applyDefaults(value[i]!, items)
    }
  } else if (isObject(value)) defaultMembers(value, schema)
}

function defaultMembers(value: JsonObject, schema: StructuralSchema): void {
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    if (property.default === undefined || property.default === null) continue
    if (!Object.hasOwn(value, key) || isBadNull(value[key]!, property)) setOwn(value, key, jsonClone(property.default))
  }
  for (const key of Object.keys(value)) {
    const known = schema.properties !== undefined && Object.hasOwn(schema.properties, key)
    const member = propertySchema(schema, key)
    if (member === undefined) continue
    if (!known && isBadNull(value[key]!, member)) setOwn(value, key, jsonClone(member.default ?? null))
    applyDefaults(value[key]!, member)
  }
}

function isBadNull(value: JsonValue, schema: StructuralSchema): boolean {
  return value === null && schema.nullable !== true
}

/**
 * Drops nulls that are neither allowed nor defaulted, in place; items of lists stay.
 * apiextensions-apiserver pkg/apiserver/schema/defaulting/prunenulls.go.
 */
export function pruneNulls(value: JsonValue, schema: StructuralSchema | undefined): void {
  if (Array.isArray(value)) for (const item of value) pruneNulls(item, schema?.items)
  else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      const member = schema === undefined ? undefined : propertySchema(schema, key)
      const member0 = value[key]!
      if (member !== undefined && isBadNull(member0, member) && (member.default ?? null) === null) delete value[key]
      else pruneNulls(member0, member)
    }
  }
}
