import type { JsonValue } from '../../base/index.ts'
import { stringifyJson } from '../../kube/index.ts'

/** Writes JSON without spaces; the native writer first, since large integers are rare. */
export function writeJson(value: JsonValue): string {
  try {
    return JSON.stringify(value)
  } catch {
    return stringifyJson(value)
  }
}

/** True when a value nests deeper than `limit`; looked at without recursion. */
export function deeperThan(value: JsonValue, limit: number): boolean {
  let level: JsonValue[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true
    const next: JsonValue[] = []
    for (const item of level) {
      if (typeof item !== 'object' || item === null) continue
      for (const child of Array.isArray(item) ? item : Object.values(item)) {
        if (typeof child === 'object' && child !== null) next.push(child)
      }
    }
    level = next
  }
  return false
}
