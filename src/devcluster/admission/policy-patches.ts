import { isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import { CelList, CelMap, CelStruct, type CelValue, toJson } from '../../cel/index.ts'
import {
  applyJsonPatch,
  type KindType,
  type KubeObject,
  mergeTyped,
  type TypeRef,
  typedErrorText,
  validateTyped,
} from '../../kube/index.ts'

/** The object after a mutation, or why it cannot be applied. */
export type PatchOutcome = { readonly object: JsonObject } | { readonly error: string }

/**
 * Merges what an `applyConfiguration` expression made into an object, as server-side apply merges but without owners
 * (apiserver pkg/admission/plugin/policy/mutating/patch/smd.go).
 */
export function applyConfiguration(object: KubeObject, made: CelValue, type: KindType): PatchOutcome {
  const mismatch = typeNameErrors(made)
  if (mismatch !== '') return { error: `type mismatch: ${mismatch}` }
  const config = toJson(made)
  if (!isObject(config)) return { error: 'invalid return type' }
  const patch: JsonObject = { ...config, apiVersion: object.apiVersion, kind: object.kind }
  const failed = (why: string): PatchOutcome => ({ error: `error applying patch: ${why}` })
  const faults = validateTyped(patch, type.schema, type.ref)
  if (faults.length > 0) return failed(`failed to convert patch object to typed object: ${typedErrorText(faults)}`)
  const atomics = atomicPaths(type, type.ref, patch, '')
  if (atomics.length > 0) {
    const why = `may not mutate atomic arrays, maps or structs: ${atomics.join(', ')}`
    return failed(`invalid ApplyConfiguration: ${why}`)
  }
  const merged = mergeTyped({ ...type, value: object as JsonObject }, { ...type, value: patch })
  if (!merged.ok) return failed(`failed to merge patch: ${typedErrorText(merged.error)}`)
  return { object: merged.value.value as JsonObject }
}

/**
 * Applies the list that a `jsonPatch` expression made; a `test` that fails leaves the object as it is (patch/json_patch.go
 * beside smd.go).
 */
export function applyPatchList(object: KubeObject, made: CelValue): PatchOutcome {
  const operations: JsonValue[] = []
  for (const item of made instanceof CelList ? made : []) {
    if (!(item instanceof CelMap)) return { error: 'type mismatch: expected an array of JSONPatch' }
    const value = item.get('value')
    const mismatch = value instanceof CelStruct ? typeNameErrors(value) : ''
    if (mismatch !== '') return { error: `type mismatch: ${mismatch}` }
    const json = value === undefined ? undefined : toJson(value)
    if (value !== undefined && json === undefined) {
      return { error: 'JSONPath valueExpression evaluated to a type that could not marshal to JSON' }
    }
    const from = item.get('from')
    operations.push({
      op: String(item.get('op') ?? ''),
      path: String(item.get('path') ?? ''),
      ...(typeof from === 'string' && from !== '' ? { from } : {}),
      ...(json === undefined ? {} : { value: json }),
    })
  }
  const outcome = applyJsonPatch(object as JsonObject, operations)
  if (outcome.ok)
    return isObject(outcome.value) ? { object: outcome.value } : { error: 'JSON Patch: no object is left' }
  if (outcome.error.endsWith('test failed')) return { object: object as JsonObject }
  return { error: `JSON Patch: ${outcome.error}` }
}

/** Objects have to be of the type that their path says: `Object.spec` under `spec` of an `Object`. */
function typeNameErrors(root: CelValue): string {
  const errors: string[] = []
  const visit = (value: CelValue, path: string): void => {
    if (value instanceof CelStruct) {
      if (value.typeName !== path) {
        const expected = `expected ${JSON.stringify(path)}, which matches field name path from root Object type`
        errors.push(`unexpected type name ${JSON.stringify(value.typeName)}, ${expected}`)
      }
      for (const key of value.keys()) visit(value.get(key)!, `${path}.${String(key)}`)
    } else if (value instanceof CelList && value.raw === undefined) {
      for (const item of value) visit(item, path)
    } else if (value instanceof CelMap && value.raw === undefined) {
      for (const key of value.keys()) visit(value.get(key)!, path)
    }
  }
  visit(root, root instanceof CelStruct ? root.typeName : '')
  return errors.join('\n')
}

/** Where a patch speaks of lists, maps or structs that can only be replaced as a whole. */
function atomicPaths(type: KindType, ref: TypeRef, value: JsonValue, path: string): string[] {
  const atom = type.schema.resolve(ref)
  if (Array.isArray(value)) {
    const list = atom?.list
    if (list === undefined) return []
    const here = list.relationship === 'atomic' ? [path] : []
    return [...here, ...value.flatMap((item, i) => atomicPaths(type, list.element, item, `${path}[${i}]`))]
  }
  const map = isObject(value) ? atom?.map : undefined
  if (map === undefined || !isObject(value)) return []
  const inner = Object.entries(value).flatMap(([key, item]) => {
    const field = map.fields.get(key)
    return field === undefined ? [] : atomicPaths(type, field.type, item, `${path}.${key}`)
  })
  return map.relationship === 'atomic' ? [path, ...inner] : inner
}
