import { isObject, type JsonArray, type JsonObject, type JsonValue, setOwn } from '../base/index.ts'
import { type FieldError, goJson } from './field-error.ts'
import { childPath, fieldText, indexPath, keyPath, type NodePath, pathSteps } from './node-path.ts'
import type { StructuralSchema } from './types.ts'

/**
 * Checks that sets have no equal items and map lists no equal keys.
 * apiextensions-apiserver pkg/apiserver/schema/listtype/validation.go.
 */
export function validateListTypes(
  value: JsonValue,
  schema: StructuralSchema | undefined,
  root?: NodePath,
): readonly FieldError[] {
  const errors: FieldError[] = []
  if (schema !== undefined && isObject(value)) checkMembers(value, schema, root, errors)
  return errors
}

function checkMembers(
  value: JsonObject,
  schema: StructuralSchema,
  path: NodePath | undefined,
  errors: FieldError[],
): void {
  const { additionalProperties, properties } = schema
  for (const key of Object.keys(value)) {
    if (typeof additionalProperties === 'object') {
      checkValue(value[key]!, additionalProperties, keyPath(path, key), errors)
    }
    if (properties !== undefined && Object.hasOwn(properties, key)) {
      checkValue(value[key]!, properties[key]!, childPath(path, key), errors)
    }
  }
}

function checkValue(value: JsonValue, schema: StructuralSchema, path: NodePath, errors: FieldError[]): void {
  if (Array.isArray(value)) {
    if (schema['x-kubernetes-list-type'] === 'set') checkSet(value, path, errors)
    else if (schema['x-kubernetes-list-type'] === 'map') checkMap(value, schema, path, errors)
    const { items } = schema
    if (items !== undefined)
      for (const [i, item] of value.entries()) checkValue(item, items, indexPath(path, i), errors)
  } else if (isObject(value)) checkMembers(value, schema, path, errors)
}

function checkSet(value: JsonArray, path: NodePath, errors: FieldError[]): void {
  for (const i of repeated(value.map(identity))) errors.push(duplicate(indexPath(path, i), value[i]!))
}

function checkMap(value: JsonArray, schema: StructuralSchema, path: NodePath, errors: FieldError[]): void {
  const wrong = value.findIndex((item) => item !== null && !isObject(item))
  if (wrong >= 0) {
    const at = indexPath(path, wrong)
    errors.push({
      type: 'FieldValueInvalid',
      field: fieldText(at),
      path: pathSteps(at),
      badValue: value[wrong]!,
      detail: 'must be an object for an array of list-type map',
      rule: 'list-type',
    })
    return
  }
  const keys = value.map((item) => keyOf(item as JsonObject | null, schema['x-kubernetes-list-map-keys'] ?? []))
  for (const i of repeated(keys.map(identity))) errors.push(duplicate(indexPath(path, i), keys[i]!))
}

function keyOf(item: JsonObject | null, names: readonly string[]): JsonObject {
  const key: JsonObject = {}
  for (const name of names) if (item !== null && Object.hasOwn(item, name)) setOwn(key, name, item[name]!)
  return key
}

function identity(value: JsonValue): string {
  return typeof value === 'object' ? goJson(value) : `${typeof value}:${value}`
}

/** Where a value occurs for the second time; later repetitions are not reported again. */
function repeated(ids: readonly string[]): number[] {
  const seen = new Map<string, number>()
  const out: number[] = []
  ids.forEach((id, i) => {
    const times = seen.get(id) ?? 0
    seen.set(id, times + 1)
    if (times === 1) out.push(i)
  })
  return out
}

function duplicate(path: NodePath, value: JsonValue): FieldError {
  return {
    type: 'FieldValueDuplicate',
    field: fieldText(path),
    path: pathSteps(path),
    badValue: value,
    detail: '',
    rule: 'duplicate',
  }
}
