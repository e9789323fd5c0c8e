import { isObject, type JsonObject, type JsonValue, jsonFault } from '../base/index.ts'
import { applyJsonPatch as apply } from '../kube/index.ts'
import { parseConfig } from './config-yaml.ts'
import { fail, withPrefix } from './errors.ts'
import { goJson } from './json.ts'

/** One operation of a JSON patch, as written. */
export type JsonPatchOperation = JsonObject

/** A JSON patch, read. */
export interface JsonPatchText {
  readonly operations: readonly JsonPatchOperation[]
  /** The patch as JSON. */
  readonly json: string
}

/**
 * Reads a JSON patch (RFC 6902) that is written as JSON, or as YAML by YAML 1.1 rules; of several documents the first
 * counts. Fails when it is no list of operations, in the words of Go's encoding/json; what an operation says is only
 * looked at when it is applied. Null is an empty patch. `nameText`: failures of the JSON say what was decoded, as
 * PatchJson6902Transformer does.
 */
export function readJsonPatch(text: string, nameText = false): JsonPatchText {
  if (text === '') fail('empty json patch operations')
  const isJson = text.startsWith('[')
  const fromYaml = isJson ? undefined : parseConfig(text).value
  const json = fromYaml === undefined ? text : goJson(fromYaml)
  const decode = (): JsonPatchText => {
    const value = fromYaml === undefined ? parseStrictJson(text) : fromYaml
    return { operations: operationsOf(value), json }
  }
  return nameText ? withPrefix(`decoding ${json}`, decode) : decode()
}

function operationsOf(value: JsonValue): JsonPatchOperation[] {
  if (value === null) return []
  if (!Array.isArray(value)) fail(wrongType(value, 'Patch'))
  return value.map((item) => {
    if (item === null) return {}
    if (!isObject(item)) fail(wrongType(item, 'Operation'))
    return item
  })
}

function wrongType(value: Exclude<JsonValue, null>, wanted: string): string {
  const words: Readonly<Record<string, string>> = { boolean: 'bool', bigint: 'number' }
  const found = Array.isArray(value) ? 'array' : (words[typeof value] ?? typeof value)
  return `json: cannot unmarshal ${found} into Go value of type jsonpatch.${wanted}`
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
    if (!(error instanceof SyntaxError)) throw error
    fail(jsonFault(text))
  }
}
