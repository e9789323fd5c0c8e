import { formatValue } from './format.ts'
import { type GoObject, type GoValue, goObject, isGoObject, isList, isMap, typeOf } from './value.ts'

/** A value's text; of a pointer that of what it points to. */
export function formatPointed(value: GoValue): string {
  const text = formatValue(value)
  return isGoObject(value) && value.goKind === 'ptr' && value.fields !== undefined ? text.slice(1) : text
}

/** What a function gives back is a copy, whose pointer's methods do not print it. */
export function unaddressed(value: GoValue): GoValue {
  if (typeof value !== 'object' || !isGoObject(value) || value.print === undefined) return value
  const { print: _, ...copy } = value
  return goObject(copy)
}

/** Whether what a list or map holds is held by an interface; typed elements and a struct's fields have their own type. */
export function holdsInterfaces(value: GoValue): boolean {
  if (!isList(value) && !isMap(value)) return false
  const type = typeOf(value)
  return type === 'map[string]interface {}' || type === '[]interface {}' || type === 'common.Values'
}

/** What reflect.Value's String() gives. */
export function reflectText(value: GoValue): string {
  return typeof value === 'string' ? value : `<${typeOf(value)} Value>`
}

/** A map's element; the zero value of its type where it has none. */
export function elementOf(map: GoObject, key: GoValue): GoValue {
  return map.entries?.().find(([each]) => each === key)?.[1] ?? map.zero?.() ?? null
}
