import { compareStrings, isObject, type JsonObject, type JsonValue, setOwn } from '../../base/index.ts'
import structs from '../data/go-structs.json' with { type: 'json' }
import { unifiedDiff } from './go-diff.ts'

/**
 * The Go structs that messages show whole, by name. Fields in their order, divided by spaces:
 * `Name[?][<member]:type`. `?`: left out when empty; `<member`: the member of the API's JSON, when it is not the name with
 * a small first letter (`^`: of the object around). Types: s text, n number, b boolean, q quantity, i number or text,
 * t time, x bytes, o anything, =X the struct X, M metadata whose fields stand here; `*` pointer, `[` list, `{` map.
 */
const LAYOUTS: Readonly<Record<string, string>> = structs
const METADATA = 'name generateName namespace uid resourceVersion generation creationTimestamp labels annotations'

/** Go structs that the server keeps inside and shows in messages, as `encoding/json` writes them. */
export type GoStruct = keyof typeof structs

/**
 * A part of an object as the server holds it inside: every field of the Go struct, in its order and by its Go name.
 * Source of the layouts: `pkg/apis/core/types.go` and its neighbours, read by reflection.
 */
export function goValue(struct: GoStruct, value: JsonValue | undefined, around?: JsonObject): JsonObject {
  const source = isObject(value) ? value : {}
  const out: JsonObject = {}
  for (const field of LAYOUTS[struct]!.split(' ')) {
    const [, name = '', omit, member, type = ''] = /^(\w+)(\?)?(?:<(\^?\w+))?:(.*)$/.exec(field) ?? []
    if (type === 'M') {
      const metadata = isObject(source['metadata']) ? source['metadata'] : {}
      for (const key of METADATA.split(' ')) {
        const member = metadata[key]
        if (member !== undefined) setOwn(out, key, isObject(member) ? render('{o', member, metadata) : member)
      }
      continue
    }
    const key = member ?? name.charAt(0).toLowerCase() + name.slice(1)
    const given = key.startsWith('^') ? around?.[key.slice(1)] : source[key]
    const shown = render(type, given, source)
    if (omit !== undefined && isEmpty(shown)) continue
    setOwn(out, name, shown)
  }
  return out
}

function isEmpty(value: JsonValue): boolean {
  if (value === null || value === '' || value === 0 || value === false) return true
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0
}

function render(type: string, value: JsonValue | undefined, around: JsonObject): JsonValue {
  const rest = type.slice(1)
  switch (type.charAt(0)) {
    case '*':
      return value === undefined || value === null ? null : render(rest, value, around)
    case '[':
      return Array.isArray(value) ? value.map((item) => render(rest, item, around)) : null
    case '{':
      return isObject(value)
        ? Object.fromEntries(sorted(value).map((key) => [key, render(rest, value[key], around)]))
        : null
    case '=':
      return goValue(rest as GoStruct, value, around)
    case 's':
      return value ?? ''
    case 'n':
    case 'i':
      return value ?? 0
    case 'b':
      return value ?? false
    case 'q':
      return value ?? '0'
    default:
      return value ?? null
  }
}

function sorted(value: JsonObject): string[] {
  return Object.keys(value).sort(compareStrings)
}

/** JSON as Go writes it: `<`, `>`, `&` and the line separators are escaped. */
export function goJson(value: JsonValue, indent = 0): string {
  return JSON.stringify(
    value,
    (_key, item: unknown) => (typeof item === 'bigint' ? Number(item) : item),
    indent,
  ).replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** What changed from one to the other, as the server's refusals show it. */
export function goDiff(before: JsonObject, after: JsonObject): string {
  return unifiedDiff(goJson(before, 1), goJson(after, 1))
}
