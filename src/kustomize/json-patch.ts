import { isObject, type JsonObject, type JsonValue } from '../base/index.ts'
import { applyJsonPatch as apply } from '../kube/index.ts'
import { parseConfig } from './config-yaml.ts'
import { fail } from './errors.ts'

/** One operation of a JSON patch, as written. */
export type JsonPatchOperation = JsonObject

/**
 * Reads a JSON patch (RFC 6902) that is written as JSON, or as YAML by YAML 1.1 rules; of several documents the first
 * counts. Fails when it is no list of operations; what an operation says is only looked at when it is applied. Null is
 * an empty patch.
 */
export function readJsonPatch(text: string): readonly JsonPatchOperation[] {
  if (text === '') fail('empty json patch operations')
  const value = text.startsWith('[') ? parseStrictJson(text) : parseConfig(text).value
  if (value === null) return []
  if (!Array.isArray(value)) fail('json: cannot unmarshal object into Go value of type jsonpatch.Patch')
  return value.map((item) => {
    if (item === null) return {}
    if (!isObject(item)) fail('json: cannot unmarshal value into Go value of type jsonpatch.Operation')
    return item
  })
}

/** kustomize sets no limit; this one keeps a few operations from filling the memory. */
const copyLimit = 64 * 1024 * 1024

/**
 * Applies a JSON patch to a copy of the document. Fails where an operation does not apply. kustomize links the same
 * library as the API server (gopkg.in/evanphx/json-patch.v4), for which `replace` makes a member that is not there;
 * the kustomize of Debian links v5, which refuses it.
 */
export function applyJsonPatch(document: JsonValue, patch: readonly JsonPatchOperation[]): JsonValue {
  const outcome = apply(document, [...patch], { copyLimit })
  if (!outcome.ok) fail(outcome.error)
  return outcome.value
}

function parseStrictJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue
  } catch (error) {
    fail(error instanceof Error ? error.message : 'invalid JSON')
  }
}
