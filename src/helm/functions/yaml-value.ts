import {
  GoError,
  GoInt,
  type GoList,
  type GoMap,
  type GoValue,
  isGoObject,
  isList,
  isMap,
  isNilList,
  isNilMap,
  mapSet,
  underlying,
} from '../../gotemplate/index.ts'
import { GoFloat, GoInt as YamlInt } from '../../yaml/index.ts'
import { toJsonValue } from './json.ts'

/** A template value for the yaml.v3 writer: float64 stay floats (`1e+06`), integers integers. */
export function yamlValue(value: GoValue): unknown {
  if (typeof value === 'number') return new GoFloat(value)
  if (value instanceof GoInt) return new YamlInt(value.value)
  if (isList(value)) return value.map(yamlValue)
  if (isMap(value)) {
    const out: GoMap = {}
    for (const key of Object.keys(value)) mapSet(out, key, yamlValue(value[key]) as GoValue)
    return out
  }
  if (isGoObject(value) && value.goKind === 'slice' && value.entries !== undefined) {
    return value.entries().map(([, each]) => yamlValue(each))
  }
  if (isGoObject(value) && value.goKind === 'map' && value.entries !== undefined) {
    return Object.fromEntries(value.entries().map(([key, each]) => [String(key), yamlValue(each)]))
  }
  return toJsonValue(value)
}

/**
 * A template value for the sigs.k8s.io/yaml writer, which goes through JSON: whole numbers beyond 2^53 are written with the
 * digits that JSON shows. Plain values are given back as they are. @throws GoError for what JSON cannot hold
 */
export function sigsValue(value: GoValue, level = 0): unknown {
  if (level > maxNesting) throw new GoError('json: unsupported value: encountered a cycle')
  if (value === undefined || value === null) return null
  switch (typeof value) {
    case 'string':
      return wellFormed(value)
    case 'boolean':
      return value
    case 'number':
      return sigsNumber(value)
  }
  if (value instanceof GoInt) return value.value
  if (isList(value)) return isNilList(value) ? null : sigsList(value, level)
  if (isMap(value)) return isNilMap(value) ? null : sigsMap(underlying(value), level)
  return toJsonValue(value)
}

/** The list itself where nothing in it is another value for the writer. */
function sigsList(list: GoList, level: number): readonly unknown[] {
  let out: unknown[] | undefined
  for (let i = 0; i < list.length; i++) {
    const inner = sigsValue(list[i], level + 1)
    if (inner === list[i]) continue
    out ??= [...list]
    out[i] = inner
  }
  return out ?? list
}

/** The map itself where nothing in it is another value for the writer. */
function sigsMap(map: GoMap, level: number): object {
  let out: GoMap | undefined
  for (const key of Object.keys(map)) {
    const inner = sigsValue(map[key], level + 1) as GoValue
    if (out === undefined) {
      if (inner === map[key] && key.isWellFormed()) continue
      // The keys before this one are as they are.
      out = {}
      for (const before of Object.keys(map)) {
        if (before === key) break
        mapSet(out, before, map[before])
      }
    }
    mapSet(out, wellFormed(key), inner)
  }
  return out ?? map
}

/** Bytes that are no UTF-8 become U+FFFD, as in JSON. */
function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.replace(/[\udc80-\udcff]/gu, '\ufffd')
}

const maxNesting = 1_000

function sigsNumber(value: number): unknown {
  if (!Number.isFinite(value)) return toJsonValue(value)
  if (!Number.isInteger(value) || Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value
  const text = String(value)
  if (text.includes('e')) return new GoFloat(value)
  const whole = BigInt(text)
  return whole >= -(2n ** 63n) && whole < 2n ** 64n ? whole : new GoFloat(value)
}
