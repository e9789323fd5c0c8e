import { GoInt, type GoMap, type GoValue, isList, isMap, mapSet } from '../../gotemplate/index.ts'
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
  return toJsonValue(value)
}
