import {
  GoError,
  type GoMap,
  type GoValue,
  goFunction,
  isList,
  isMap,
  isNilMap,
  mapGet,
  mapSet,
  typeOf,
  withType,
} from '../../gotemplate/index.ts'
import { type FunctionTable, isEmpty, strval } from './shared.ts'

const map = 'map[string]interface {}'

/** sprig's dict functions (dict.go), with mergo's merge rules. */
export function dictFunctions(): FunctionTable {
  const mergeBy = (overwrite: boolean) =>
    goFunction(`${map},...${map}`, (given: GoMap | null, ...sources: (GoMap | null)[]) => {
      const target = given ?? {}
      for (const source of sources) mergeInto(target, source ?? {}, overwrite)
      return target
    })
  const merge = mergeBy(false)
  const mergeOverwrite = mergeBy(true)
  const deepCopy = goFunction('any', (value: GoValue) => {
    if (value === null || value === undefined) {
      throw new GoError('reflect: call of reflect.Value.Type on zero Value')
    }
    return copyValue(value)
  })
  return {
    dict: goFunction('...any', dict),
    get: goFunction(`${map},string`, (dict: GoMap | null, key: string) => {
      const found = mapGet(dict ?? {}, key)
      return found === undefined ? '' : found
    }),
    set: goFunction(`${map},string,any`, (dict: GoMap | null, key: string, value: GoValue) => {
      if (dict === null || isNilMap(dict)) throw new GoError('assignment to entry in nil map')
      mapSet(dict, key, value ?? null)
      return dict
    }),
    unset: goFunction(`${map},string`, (dict: GoMap | null, key: string) => {
      if (dict !== null) delete dict[key]
      return dict
    }),
    hasKey: goFunction(`${map},string`, (dict: GoMap | null, key: string) => Object.hasOwn(dict ?? {}, key)),
    pluck: goFunction(`string,...${map}`, (key: string, ...dicts: GoMap[]) =>
      dicts.filter((dict) => Object.hasOwn(dict ?? {}, key)).map((dict) => dict[key]),
    ),
    keys: goFunction(`...${map}`, (...dicts: GoMap[]) =>
      withType(
        dicts.flatMap((dict) => Object.keys(dict ?? {})),
        '[]string',
      ),
    ),
    pick: goFunction(`${map},...string`, (dict: GoMap, ...keys: string[]) => select(dict ?? {}, keys)),
    omit: goFunction(`${map},...string`, (dict: GoMap, ...keys: string[]) =>
      select(
        dict ?? {},
        Object.keys(dict ?? {}).filter((key) => !keys.includes(key)),
      ),
    ),
    values: goFunction(map, (dict: GoMap | null) => Object.values(dict ?? {})),
    ...{ merge, mustMerge: merge, mergeOverwrite, mustMergeOverwrite: mergeOverwrite },
    ...{ deepCopy, mustDeepCopy: deepCopy },
    dig: goFunction('...any', dig),
  }
}

function dict(...values: GoValue[]): GoMap {
  const out: GoMap = {}
  for (let i = 0; i < values.length; i += 2)
    mapSet(out, strval(values[i]), i + 1 < values.length ? (values[i + 1] ?? null) : '')
  return out
}

function select(dict: GoMap, keys: readonly string[]): GoMap {
  const out: GoMap = {}
  for (const key of keys) if (Object.hasOwn(dict, key)) mapSet(out, key, dict[key])
  return out
}

/**
 * mergo.Merge (and with `overwrite` MergeWithOverwrite) of maps: without overwriting, the target keeps what is not
 * empty; maps on both sides are merged; a nil of the source counts only when it overwrites.
 */
export function mergeInto(target: GoMap, source: GoMap, overwrite: boolean): void {
  for (const key of Object.keys(source)) {
    const from = source[key]
    const to = mapGet(target, key)
    if (from === null || from === undefined) {
      if (overwrite) mapSet(target, key, null)
      continue
    }
    const areMaps = isMap(from) && isMap(to)
    if (areMaps) mergeInto(to, from, overwrite)
    if (areMaps && !isEmpty(to)) continue
    if (overwrite || isEmpty(to)) mapSet(target, key, from)
  }
}

/** A copy that shares no list or map. */
export function copyValue(value: GoValue): GoValue {
  if (typeof value !== 'object' || value === null) return value
  if (isList(value)) {
    const list = value.map(copyValue)
    const type = typeOf(value)
    return type === '[]interface {}' ? list : withType(list, type)
  }
  if (!isMap(value)) return value
  // All at once, and then what is shared: far cheaper than key by key.
  const out: GoMap = { ...value }
  for (const key of Object.keys(out)) {
    const each = out[key]
    if (typeof each === 'object' && each !== null) out[key] = copyValue(each)
  }
  const type = typeOf(value)
  return type === map ? out : withType(out, type)
}

function dig(...args: GoValue[]): GoValue {
  if (args.length < 3) throw new GoError('dig needs at least three arguments')
  let current = args.at(-1)
  const fallback = args.at(-2)
  const keys = args.slice(0, -2)
  if (!isMap(current) || typeOf(current) !== map) throw new GoError(conversion(current, map))
  const odd = keys.findIndex((key) => typeof key !== 'string')
  if (odd >= 0) throw new GoError(conversion(keys[odd], 'string'))
  for (const key of keys as string[]) {
    if (!isMap(current) || typeOf(current) !== map) throw new GoError(conversion(current, map))
    if (!Object.hasOwn(current, key)) return fallback
    current = current[key]
  }
  return current
}

/** What Go's runtime says when an interface holds another type than asserted. */
function conversion(value: GoValue, wanted: string): string {
  const held = value === null || value === undefined ? 'nil' : typeOf(value)
  return `interface conversion: interface {} is ${held}, not ${wanted}`
}
