import { RE2JS } from 're2js'
import { getIn, isObject, type JsonObject, type JsonValue, jsonClone, jsonEqual } from '../../base/index.ts'
import { objectMetaOf, stringMap } from '../../flux/index.ts'
import { type KubeObject, matchesLabels, parseApiVersion, parseLabelSelector } from '../../kube/index.ts'

/** The objects of one drift check. */
export interface DriftPair {
  readonly existing: KubeObject | undefined
  readonly dryRun: KubeObject
  /** What is to be sent. */
  readonly object: KubeObject
  readonly fieldManager: string
}

/**
 * Takes the fields of `spec.ignore` out of a drift check (fluxcd/pkg ssa `DriftIgnoreRules`): they do not count as
 * drift; when the object is written for another reason, a drifted field that another applier owns is left out, and one
 * that only Flux owns is sent with the value that it has in the cluster. Throws on an invalid rule.
 */
export function resolveIgnored(rules: readonly JsonObject[], pair: DriftPair): DriftPair {
  if (rules.length === 0 || pair.existing === undefined) return pair
  const paths = rules
    .filter((rule) => selects(rule['target'], pair.dryRun))
    .flatMap((rule) => (Array.isArray(rule['paths']) ? rule['paths'] : []))
    .filter((path): path is string => typeof path === 'string' && path.startsWith('/'))
  if (paths.length === 0) return pair
  let { existing, dryRun, object } = pair
  const managers = applyManagers(pair.existing, pair.fieldManager)
  for (const pointer of paths) {
    const steps = stepsOf(pointer)
    const there = getIn(pair.existing, resolve(pair.existing, steps))
    const wanted = getIn(pair.dryRun, resolve(pair.dryRun, steps))
    if (!jsonEqual(there, wanted)) {
      const foreign = isOwnedByOthers(pair.existing, steps, managers)
      if (foreign || there === undefined) object = without(object, steps)
      else if (getIn(object, resolve(object, steps)) !== undefined) object = withValue(object, steps, there)
    }
    existing = without(existing, steps)
    dryRun = without(dryRun, steps)
  }
  return { ...pair, existing, dryRun, object }
}

function stepsOf(pointer: string): string[] {
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Steps with the numbers that stand for list items as numbers. */
function resolve(value: JsonValue, steps: readonly string[]): (string | number)[] {
  const path: (string | number)[] = []
  let current: JsonValue | undefined = value
  for (const step of steps) {
    const key: string | number = Array.isArray(current) && /^\d+$/.test(step) ? Number(step) : step
    path.push(key)
    current = current === undefined ? undefined : getIn(current, [key])
  }
  return path
}

function without(object: KubeObject, steps: readonly string[]): KubeObject {
  const path = resolve(object, steps)
  if (getIn(object, path) === undefined) return object
  const copy = jsonClone(object)
  const parent = getIn(copy, path.slice(0, -1))
  const last = path[path.length - 1]!
  if (Array.isArray(parent) && typeof last === 'number') parent.splice(last, 1)
  else if (isObject(parent)) delete parent[last]
  return copy
}

function withValue(object: KubeObject, steps: readonly string[], value: JsonValue): KubeObject {
  const path = resolve(object, steps)
  const copy = jsonClone(object)
  const parent = getIn(copy, path.slice(0, -1))
  const last = path[path.length - 1]!
  if (Array.isArray(parent) && typeof last === 'number') parent[last] = value
  else if (isObject(parent)) parent[last] = value
  return copy
}

const selectorFields = ['group', 'version', 'kind', 'namespace', 'name'] as const

function selects(target: JsonValue | undefined, object: KubeObject): boolean {
  if (!isObject(target)) return true
  const meta = objectMetaOf(object)
  const values = { ...meta, version: parseApiVersion(object.apiVersion).version }
  for (const field of selectorFields) {
    const pattern = target[field]
    if (typeof pattern !== 'string' || pattern === '') continue
    if (!compile(field, pattern).matches(values[field])) return false
  }
  return (
    selectsBy(target, 'label', stringMap(object, 'labels')) &&
    selectsBy(target, 'annotation', stringMap(object, 'annotations'))
  )
}

function selectsBy(
  target: JsonObject,
  what: 'label' | 'annotation',
  values: Readonly<Record<string, string>>,
): boolean {
  const text = target[`${what}Selector`]
  if (typeof text !== 'string' || text === '') return true
  const selector = parseLabelSelector(text)
  if (!selector.ok) throw new Error(`invalid ${what} selector: ${selector.error}`)
  return matchesLabels(selector.value, values)
}

function compile(field: string, pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    throw new Error(`invalid ${field} regex: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** The field sets of everyone who applies the object but the given manager. */
function applyManagers(object: KubeObject, fieldManager: string): JsonObject[] {
  const entries = object.metadata['managedFields']
  if (!Array.isArray(entries)) return []
  return entries.filter(isObject).flatMap((entry) => {
    const fields = entry['fieldsV1']
    const sub = entry['subresource']
    const counts =
      entry['operation'] === 'Apply' && entry['manager'] !== fieldManager && (sub === undefined || sub === '')
    return counts && isObject(fields) ? [fields] : []
  })
}

function isOwnedByOthers(object: KubeObject, steps: readonly string[], managers: readonly JsonObject[]): boolean {
  return managers.some((fields) => owns(fields, object, steps))
}

function owns(fields: JsonObject, value: JsonValue | undefined, steps: readonly string[]): boolean {
  const [step, ...rest] = steps
  if (step === undefined) return true
  const isItem = Array.isArray(value) && /^\d+$/.test(step)
  const item = isItem ? value[Number(step)] : isObject(value) ? value[step] : undefined
  const key = isItem ? itemKey(fields, item) : `f:${step}`
  if (key === undefined || !Object.hasOwn(fields, key)) return false
  const inner = fields[key]
  return rest.length === 0 || (isObject(inner) && owns(inner, item, rest))
}

/** The `k:{…}` entry of a field set that names a list item. */
function itemKey(fields: JsonObject, item: JsonValue | undefined): string | undefined {
  if (!isObject(item)) return undefined
  return Object.keys(fields).find((key) => {
    if (!key.startsWith('k:')) return false
    try {
      const wanted: unknown = JSON.parse(key.slice(2))
      return isObject(wanted) && Object.entries(wanted).every(([name, value]) => jsonEqual(item[name], value))
    } catch {
      return false
    }
  })
}
