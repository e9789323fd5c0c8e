import { GoError, type GoMap, type GoValue, isMap, mapGet, mapSet, sprintf } from '../gotemplate/index.ts'
import { type Chart, HelmError } from './chart.ts'
import { copyValue, decodeYaml } from './functions/table.ts'

/**
 * Reads a values file: one or more YAML documents, later ones merged over earlier ones.
 * @throws HelmError in Helm's words.
 */
export function readValues(text: string): GoMap {
  let values: GoMap = {}
  for (const part of splitDocuments(text)) {
    try {
      values = mergeMaps(values, readValuesDocument(part, 'map[string]interface {}'))
    } catch (error) {
      if (error instanceof HelmError) throw new HelmError(`cannot unmarshal yaml document: ${error.message}`)
      throw error
    }
  }
  return values
}

/**
 * Reads the first YAML document of a text into a map, as sigs.k8s.io/yaml does; nothing is an empty map.
 * @param goType what Go's error calls the map.
 * @throws HelmError in its words.
 */
export function readValuesDocument(text: string, goType: string): GoMap {
  let value: GoValue
  try {
    value = decodeYaml(text)
  } catch (error) {
    if (error instanceof GoError) throw new HelmError(error.message)
    throw error
  }
  if (value === null) return {}
  if (isMap(value)) return value
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
  throw new HelmError(
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kind} into Go value of type ${goType}`,
  )
}

/** Documents as k8s.io/apimachinery's YAMLReader parts them: at lines that begin with `---`. */
function splitDocuments(text: string): string[] {
  const parts: string[][] = [[]]
  for (const line of text.split('\n')) {
    if (/^---(\s|$)/.test(line) && parts.at(-1)!.length > 0) parts.push([])
    else if (!/^---\s*$/.test(line)) parts.at(-1)!.push(line)
  }
  return parts.map((lines) => lines.join('\n')).filter((part) => part.trim() !== '')
}

/** Maps are merged, anything else is replaced by what `over` says. Neither input is changed. */
export function mergeMaps(under: GoMap, over: GoMap): GoMap {
  const out: GoMap = {}
  for (const key of Object.keys(under)) mapSet(out, key, under[key])
  for (const key of Object.keys(over)) {
    const value = over[key]
    const before = mapGet(out, key)
    mapSet(out, key, isMap(value) && isMap(before) ? mergeMaps(before, value) : value)
  }
  return out
}

/**
 * The values of a chart and, under their names, of its dependencies: what `values` say wins over charts, a parent over
 * its dependencies, and globals reach every dependency. Source: Helm 4.1 pkg/chart/common/util/coalesce.go.
 *
 * @param keepNulls nulls stay (MergeValues); else a null of `values` removes a default (CoalesceValues).
 */
export function coalesceValues(chart: Chart, values: GoMap, keepNulls = false): GoMap {
  return coalesce(chart, copyValue(values) as GoMap, keepNulls)
}

function coalesce(chart: Chart, target: GoMap, keepNulls: boolean): GoMap {
  applyDefaults(chart, target, keepNulls)
  for (const dependency of chart.dependencies) {
    const { name } = dependency.metadata
    const own = mapGet(target, name)
    if (own === undefined) mapSet(target, name, {})
    else if (!isMap(own)) throw new HelmError(sprintf('type mismatch on %s: %t', [name, own]))
    const scope = mapGet(target, name) as GoMap
    coalesceGlobals(scope, target)
    mapSet(target, name, coalesce(dependency, scope, keepNulls))
  }
  return target
}

function coalesceGlobals(target: GoMap, source: GoMap): void {
  const into = mapGet(target, 'global') ?? (Object.hasOwn(target, 'global') ? null : {})
  const from = mapGet(source, 'global') ?? (Object.hasOwn(source, 'global') ? null : {})
  if (!isMap(into) || !isMap(from)) return
  for (const key of Object.keys(from)) {
    const value = from[key]
    const existing = mapGet(into, key)
    if (isMap(value)) {
      const copy = { ...value }
      if (!Object.hasOwn(into, key)) mapSet(into, key, copy)
      else if (isMap(existing)) {
        // Globals go top-down: the parent's win, so the roles are turned round.
        coalesceTables(copy, existing, true)
        mapSet(into, key, copy)
      }
    } else if (!isMap(existing)) mapSet(into, key, value)
  }
  mapSet(target, 'global', into)
}

function applyDefaults(chart: Chart, values: GoMap, keepNulls: boolean): void {
  const defaults = copyValue(chart.values) as GoMap
  for (const key of Object.keys(defaults)) {
    const fallback = defaults[key]
    if (!Object.hasOwn(values, key)) {
      mapSet(values, key, fallback)
      continue
    }
    const value = values[key]
    if (value === null && !keepNulls) delete values[key]
    else if (isMap(value) && isMap(fallback)) {
      const isChild = chart.dependencies.some((dependency) => dependency.metadata.name === key)
      coalesceTables(value, fallback, isChild || keepNulls)
    }
  }
}

/** Merges `source` into `target`, which wins. */
export function coalesceTables(target: GoMap, source: GoMap, keepNulls: boolean): GoMap {
  const hadValue = new Set(Object.keys(source).filter((key) => source[key] !== null))
  for (const key of Object.keys(target)) if (target[key] === null) mapSet(source, key, null)
  for (const key of Object.keys(source)) {
    const value = source[key]
    if (!Object.hasOwn(target, key)) {
      mapSet(target, key, value)
      continue
    }
    const own = target[key]
    if (own === null && !keepNulls && hadValue.has(key)) delete target[key]
    else if (isMap(value) && isMap(own)) coalesceTables(own, value, keepNulls)
  }
  return target
}

/** The table at a dotted path; `undefined` when there is none. */
export function tableAt(values: GoMap, path: string): GoMap | undefined {
  let table: GoMap = values
  for (const key of path.split('.')) {
    const next = mapGet(table, key)
    if (!isMap(next)) return undefined
    table = next
  }
  return table
}

/** The value at a dotted path; `undefined` when there is none or it is a table. */
export function valueAt(values: GoMap, path: string): GoValue {
  const keys = path.split('.')
  const last = keys.pop()!
  const table = keys.length === 0 ? values : tableAt(values, keys.join('.'))
  const value = table === undefined ? undefined : mapGet(table, last)
  return isMap(value) ? undefined : value
}
