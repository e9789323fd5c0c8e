import { getIn, isObject, type JsonObject, type JsonValue, setOwn } from '../../base/index.ts'
import { fieldSetFromJson, fieldSetToJson } from '../smd/field-set-json.ts'
import { compareValues } from '../smd/value-order.ts'
import type { KubeObject } from '../types.ts'
import { bad, good, type Outcome } from '../values/outcome.ts'
import { type CompiledIgnoreRules, withoutPaths } from './drift.ts'
import { escapePointer, parsePointer } from './json-diff.ts'

/** A field manager whose entries are to be removed or taken over. */
export interface ManagerSelector {
  readonly name: string
  /** False: the name is a prefix. */
  readonly exact: boolean
  readonly operation: 'Apply' | 'Update'
}

/** A JSON patch of an object's metadata; empty when nothing is to be done. */
export type MetadataPatch = readonly JsonObject[]

const managedFieldsPath = '/metadata/managedFields'

function entriesOf(object: KubeObject): JsonObject[] {
  const entries = getIn(object, ['metadata', 'managedFields'])
  return Array.isArray(entries) ? entries.filter(isObject) : []
}

function isSelected(entry: JsonObject, managers: readonly ManagerSelector[]): boolean {
  const { manager, operation, subresource } = entry
  if (typeof manager !== 'string' || (subresource !== undefined && subresource !== '')) return false
  return managers.some(
    (wanted) =>
      operation === wanted.operation && (wanted.exact ? manager === wanted.name : manager.startsWith(wanted.name)),
  )
}

/** Removes managers' entries; an empty entry is left where none would be, so that the API server forgets them all. */
export function patchRemovingManagers(object: KubeObject, managers: readonly ManagerSelector[]): MetadataPatch {
  const entries = entriesOf(object)
  const kept = entries.filter((entry) => !isSelected(entry, managers))
  if (kept.length === entries.length) return []
  return [{ op: 'replace', path: managedFieldsPath, value: kept.length === 0 ? [{}] : kept }]
}

/**
 * Gives the fields of some managers to one that applies (`kubectl` and others to Flux's controllers), so that what they
 * left can be removed by it. Errors: field sets that cannot be read.
 */
export function patchTakingOver(
  object: KubeObject,
  managers: readonly ManagerSelector[],
  name: string,
): Outcome<MetadataPatch> {
  const entries = entriesOf(object)
  let own = entries.findLast((entry) => entry['manager'] === name && entry['operation'] === 'Apply')
  const kept: JsonObject[] = []
  let edited = false
  for (const entry of entries) {
    // As upstream: an own entry that comes after one it took over stays. The API server reads the last of the two.
    if (entry === own) continue
    if (!isSelected(entry, managers)) {
      kept.push(entry)
      continue
    }
    edited = true
    if (own === undefined) own = { ...entry, manager: name, operation: 'Apply' }
    else {
      const fields = mergedFields(own['fieldsV1'], entry['fieldsV1'])
      if (!fields.ok) return bad(`unable to merge managed fields: '${fields.error}'`)
      own = fields.value === undefined ? own : { ...own, fieldsV1: fields.value }
    }
  }
  if (!edited) return good([])
  return good([{ op: 'replace', path: managedFieldsPath, value: [...kept, own!] }])
}

function mergedFields(a: JsonValue | undefined, b: JsonValue | undefined): Outcome<JsonValue | undefined> {
  if (a === undefined || b === undefined) return good(a ?? b)
  const [left, right] = [fieldSetFromJson(a), fieldSetFromJson(b)]
  if (!left.ok) return left
  return right.ok ? good(fieldSetToJson(left.value.union(right.value))) : right
}

/** Rewrites all entries to an API version, for objects whose custom resource definition got a new one. */
export function patchMigratingVersion(object: KubeObject, apiVersion: string): MetadataPatch {
  const entries = entriesOf(object)
  if (entries.every((entry) => entry['apiVersion'] === apiVersion)) return []
  return [{ op: 'replace', path: managedFieldsPath, value: entries.map((entry) => ({ ...entry, apiVersion })) }]
}

/** Removes labels or annotations that are there. */
export function patchRemovingMetadata(
  object: KubeObject,
  field: 'labels' | 'annotations',
  keys: readonly string[],
): MetadataPatch {
  const texts = getIn(object, ['metadata', field])
  return keys
    .filter((key) => isObject(texts) && Object.hasOwn(texts, key))
    .map((key) => ({ op: 'remove', path: `/metadata/${field}/${escapePointer(key)}` }))
}

/** What to do with an ignored field that differs: leave it to its owner, or keep what the cluster has. */
export type DriftResolution =
  | { readonly path: string; readonly action: 'strip' }
  | { readonly path: string; readonly action: 'adopt'; readonly value: JsonValue | undefined }

/**
 * How to apply an object without touching ignored fields that differ: fields that another applier owns are stripped from
 * what is applied, others take the cluster's value (fluxcd/pkg ssa `computeDriftedPaths`).
 */
export function resolveDrift(
  live: KubeObject,
  dryRun: KubeObject,
  rules: CompiledIgnoreRules,
  manager: string,
): DriftResolution[] {
  const others = entriesOf(live).filter(
    ({ manager: name, operation, subresource }) =>
      name !== manager && operation === 'Apply' && (subresource === undefined || subresource === ''),
  )
  const out: DriftResolution[] = []
  for (const { matches, paths } of rules) {
    if (!matches(dryRun)) continue
    for (const path of paths) {
      const before = at(live, parsePointer(path))
      const after = at(dryRun, parsePointer(path))
      if (before !== undefined && after !== undefined && compareValues(before, after) === 0) continue
      if (before === undefined && after === undefined) continue
      if (isOwnedBy(others, entriesOf(live), live, path)) out.push({ path, action: 'strip' })
      else out.push({ path, action: 'adopt', value: before })
    }
  }
  return out
}

/** The object to apply, with ignored fields resolved. */
export function applyResolutions(object: KubeObject, resolutions: readonly DriftResolution[]): KubeObject {
  const stripped = resolutions.filter(({ action }) => action === 'strip').map(({ path }) => path)
  let out: JsonValue = withoutPaths(object, stripped)
  for (const resolution of resolutions) {
    if (resolution.action === 'adopt') out = replaceAt(out, parsePointer(resolution.path), 0, resolution.value ?? null)
  }
  return out as KubeObject
}

function at(object: JsonValue, steps: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = object
  for (const step of steps) {
    value = getIn(value, [Array.isArray(value) && /^\d+$/.test(step) ? Number(step) : step])
  }
  return value
}

function replaceAt(value: JsonValue, steps: readonly string[], index: number, replacement: JsonValue): JsonValue {
  const step = steps[index]
  if (step === undefined) return replacement
  if (Array.isArray(value)) {
    const position = Number(step)
    if (!(position >= 0 && position < value.length)) return value
    return value.with(position, replaceAt(value[position]!, steps, index + 1, replacement))
  }
  if (!isObject(value) || (!Object.hasOwn(value, step) && index < steps.length - 1)) return value
  const out: JsonObject = { ...value }
  setOwn(out, step, replaceAt(Object.hasOwn(value, step) ? value[step]! : null, steps, index + 1, replacement))
  return out
}

/** Whether one of some entries owns the field that a pointer points at. */
function isOwnedBy(
  owners: readonly JsonObject[],
  all: readonly JsonObject[],
  live: KubeObject,
  pointer: string,
): boolean {
  const steps = parsePointer(pointer)
  const path: string[] = []
  for (const [i, step] of steps.entries()) {
    if (!/^[-+]?\d+$/.test(step)) {
      path.push(`f:${step}`)
      continue
    }
    const item = at(live, [...steps.slice(0, i), step])
    const key = isObject(item) ? keyFor(item, all, path) : undefined
    if (key === undefined) return false
    path.push(key)
  }
  return path.length > 0 && owners.some((entry) => getIn(entry['fieldsV1'], path) !== undefined)
}

/** The `k:{…}` step by which some entry names a list item. */
function keyFor(item: JsonObject, entries: readonly JsonObject[], parent: readonly string[]): string | undefined {
  for (const entry of entries) {
    const fields = getIn(entry['fieldsV1'], parent)
    if (!isObject(fields) || entry['operation'] !== 'Apply') continue
    for (const step of Object.keys(fields)) {
      if (!step.startsWith('k:')) continue
      const keys = parseKeys(step.slice(2))
      const matches = Object.entries(keys).every(
        ([key, value]) => Object.hasOwn(item, key) && compareValues(item[key]!, value) === 0,
      )
      if (matches && Object.keys(keys).length > 0) return step
    }
  }
  return undefined
}

function parseKeys(text: string): JsonObject {
  try {
    const value = JSON.parse(text) as JsonValue
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}
