import {
  GoError,
  GoInt,
  type GoMap,
  type GoValue,
  isGoObject,
  isList,
  isMap,
  isNilList,
  isNilMap,
  mapSet,
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
  if (isList(value)) return isNilList(value) ? null : value.map((each) => sigsValue(each, level + 1))
  if (isMap(value)) {
    if (isNilMap(value)) return null
    const out: Record<string, unknown> = {}
    for (const key of Object.keys(value)) {
      const inner = sigsValue(value[key], level + 1)
      if (key === '__proto__') mapSet(out as GoMap, key, inner as GoValue)
      else out[wellFormed(key)] = inner
    }
    return out
  }
  return toJsonValue(value)
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
