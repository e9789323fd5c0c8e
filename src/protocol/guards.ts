/** Hand-written guards: a message that crossed a process or a webview is `unknown` until one of these has said yes. */

/** Tells whether a value has a shape. */
export type Guard<T> = (value: unknown) => value is T

/** The type that a guard lets through. */
export type Guarded<G> = G extends Guard<infer T> ? T : never

export const isString: Guard<string> = (value): value is string => typeof value === 'string'
export const isNumber: Guard<number> = (value): value is number => typeof value === 'number' && Number.isFinite(value)
export const isBoolean: Guard<boolean> = (value): value is boolean => typeof value === 'boolean'
/** No parameters, or no answer: JSON-RPC carries `null` where code says `undefined`. */
export type Nothing = undefined | null
export const isNothing: Guard<Nothing> = (value): value is Nothing => value === undefined || value === null

/** A list of which every item passes. */
export function listOf<T>(item: Guard<T>): Guard<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(item)
}

/** One of a few words. */
export function oneOf<const T extends string>(...words: readonly T[]): Guard<T> {
  return (value): value is T => typeof value === 'string' && (words as readonly string[]).includes(value)
}

/** A value that may be missing. */
export function optional<T>(guard: Guard<T>): Guard<T | undefined> {
  return (value): value is T | undefined => value === undefined || guard(value)
}

/** A value that may be `null`, as JSON-RPC answers "none". */
export function nullable<T>(guard: Guard<T>): Guard<T | null> {
  return (value): value is T | null => value === null || guard(value)
}

/** A plain object whose named fields pass; fields that are not named are let through, so that either side may be newer. */
export function record<T extends object>(fields: { readonly [K in keyof T]-?: Guard<T[K]> }): Guard<T> {
  const names = Object.keys(fields) as (keyof T & string)[]
  return (value): value is T => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
    const object = value as Record<string, unknown>
    return names.every((name) => fields[name](Object.hasOwn(object, name) ? object[name] : undefined))
  }
}
