import { compareStrings, isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import { ApiError, invalid, invalidValue } from '../http/errors.ts'
import { goJson } from '../resources/go-values.ts'

const METADATA = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
]
const MANAGED_FIELDS = ['manager', 'operation', 'apiVersion', 'time', 'fieldsType', 'fieldsV1', 'subresource']

/** 422 of a patch whose outcome is no object of the kind (apiserver's patch.go). */
export function patchInvalid(shown: string, why: string): ApiError {
  return invalid({ group: '', kind: '' }, '', [invalidValue('patch', shown, why)])
}

/**
 * An error about the outcome of a patch as one about the patch: the decoder's own words, after what it was given.
 * Other errors come back as they are.
 */
export function patchFault(error: unknown, shown: () => string): unknown {
  if (!(error instanceof ApiError) || error.code !== 400) return error
  const why = /^\S* in version "[^"]*" cannot be handled as a \S+: (.*)$/s.exec(error.message)?.[1]
  if (why === undefined) {
    return error.message.startsWith(TYPE_META) ? patchInvalid(shown(), error.message) : error
  }
  return patchInvalid(shown(), why)
}

/** What is said of an apiVersion or kind that is no text. */
const TYPE_META = "couldn't get version/kind; "

/** What a strategic patch is, as Go prints the map that it was read into. */
export function shownPatch(patch: JsonValue): string {
  if (patch === null) return '<nil>'
  if (Array.isArray(patch)) return `[${patch.map(shownPatch).join(' ')}]`
  if (!isObject(patch)) return String(patch)
  const keys = Object.keys(patch).sort(compareStrings)
  return `map[${keys.map((key) => `${key}:${shownPatch(patch[key]!)}`).join(' ')}]`
}

/** What a JSON or merge patch made: members in order, but for metadata of Go structs that the patch left alone. */
export function shownOutcome(next: JsonObject, patch: JsonValue, custom: boolean): string {
  const out = sorted(next)
  const { metadata } = next
  if (!custom && isObject(metadata) && !touchesMetadata(patch)) {
    const plain = inOrder(metadata, METADATA)
    const entries = metadata['managedFields']
    if (Array.isArray(entries)) {
      plain['managedFields'] = entries.map((entry) => (isObject(entry) ? inOrder(entry, MANAGED_FIELDS) : entry))
    }
    out['metadata'] = plain
  }
  return goJson(out)
}

function touchesMetadata(patch: JsonValue): boolean {
  if (!Array.isArray(patch)) return isObject(patch) && patch['metadata'] !== undefined
  return patch.some((operation) => isObject(operation) && String(operation['path']).startsWith('/metadata'))
}

function inOrder(value: JsonObject, keys: readonly string[]): JsonObject {
  const out: JsonObject = {}
  for (const key of keys) if (value[key] !== undefined) out[key] = sortedValue(value[key])
  return out
}

function sorted(value: JsonObject): JsonObject {
  const keys = Object.keys(value).sort(compareStrings)
  return Object.fromEntries(keys.map((key) => [key, sortedValue(value[key]!)]))
}

function sortedValue(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sortedValue)
  return isObject(value) ? sorted(value) : value
}
