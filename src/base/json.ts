/** A JSON value as Kubernetes objects are made of. Integers beyond 2^53 are kept as `bigint`. */
export type JsonValue = null | boolean | number | bigint | string | JsonArray | JsonObject
export interface JsonArray extends Array<JsonValue> {}
export interface JsonObject {
  [key: string]: JsonValue
}

/** True for a plain JSON object (not null, not a list). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Deep equality of JSON values; the order of object keys does not matter, that of lists does. */
export function jsonEqual(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => jsonEqual(item, b[i]))
  }
  if (Array.isArray(b)) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => Object.hasOwn(b, key) && jsonEqual(a[key], b[key]))
}

/** A deep copy that shares no list or object with its input. */
export function jsonClone<T extends JsonValue>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(jsonClone) as unknown as T
  const out: JsonObject = {}
  for (const key of Object.keys(value)) setOwn(out, key, jsonClone((value as JsonObject)[key]!))
  return out as T
}

/** Sets an own key; `__proto__` from an untrusted manifest becomes a plain key, never the prototype. */
export function setOwn(target: JsonObject, key: string, value: JsonValue): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  } else {
    target[key] = value
  }
}

/**
 * Reads a nested value, `undefined` where a step is missing.
 * @example getIn(object, ['metadata', 'name'])
 */
export function getIn(value: JsonValue | undefined, path: readonly (string | number)[]): JsonValue | undefined {
  let current: JsonValue | undefined = value
  for (const step of path) {
    if (Array.isArray(current)) current = typeof step === 'number' ? current[step] : undefined
    else if (isObject(current)) current = Object.hasOwn(current, step) ? current[step] : undefined
    else return undefined
  }
  return current
}

/** The string at a path, `undefined` when it is missing or not a string. */
export function getString(value: JsonValue | undefined, ...path: (string | number)[]): string | undefined {
  const found = getIn(value, path)
  return typeof found === 'string' ? found : undefined
}
