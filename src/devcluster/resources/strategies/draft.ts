import { isObject, type JsonObject, type JsonValue } from '../../../base/index.ts'

/** Helpers over drafts of unknown shape: reads that answer nothing instead of failing. */

/** The object under a key, made when absent or of another type. */
export function ensure(parent: JsonObject, key: string): JsonObject {
  const found = parent[key]
  if (isObject(found)) return found
  const made: JsonObject = {}
  parent[key] = made
  return made
}

/** The object under a key. */
export function sub(parent: JsonValue | undefined, ...keys: string[]): JsonObject | undefined {
  let current: JsonValue | undefined = parent
  for (const key of keys) current = isObject(current) ? current[key] : undefined
  return isObject(current) ? current : undefined
}

/** The objects in the list under a key. */
export function list(parent: JsonValue | undefined, key: string): JsonObject[] {
  const found = isObject(parent) ? parent[key] : undefined
  return Array.isArray(found) ? found.filter(isObject) : []
}

/** Sets a key that is absent or null. */
export function preset(parent: JsonObject, key: string, value: JsonValue): void {
  const found = parent[key]
  if (found === undefined || found === null) parent[key] = value
}

/** Sets a key that is absent, null or the empty string: how Go defaults string fields. */
export function presetText(parent: JsonObject, key: string, value: string): void {
  const found = parent[key]
  if (found === undefined || found === null || found === '') parent[key] = value
}

/** The string under a key, `''` when there is none. */
export function text(parent: JsonValue | undefined, key: string): string {
  const found = isObject(parent) ? parent[key] : undefined
  return typeof found === 'string' ? found : ''
}
