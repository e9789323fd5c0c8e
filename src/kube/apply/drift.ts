import { getIn, isObject, type JsonObject, type JsonValue, setOwn } from '../../base/index.ts'
import { compareValues } from '../smd/value-order.ts'
import type { KubeObject } from '../types.ts'
import { bad, good, type Outcome } from '../values/outcome.ts'
import { type DiffOperation, diffJson, type JsonDiffOptions, parsePointer } from './json-diff.ts'
import { anyInMetadata, compileSelector, type ObjectMatcher, type ObjectSelector } from './object-selector.ts'

/** Fields whose differences do not count, of the objects that a selector selects (of all without one). */
export interface IgnoreRule {
  /** JSON pointers; the empty one ignores the object. */
  readonly paths: readonly string[]
  readonly selector?: ObjectSelector
}

/** Rules with their selectors read. */
export type CompiledIgnoreRules = readonly { readonly matches: ObjectMatcher; readonly paths: readonly string[] }[]

/** Reads the selectors of ignore rules. Errors: a malformed one. */
export function compileIgnoreRules(rules: readonly IgnoreRule[]): Outcome<CompiledIgnoreRules> {
  const compiled: { matches: ObjectMatcher; paths: readonly string[] }[] = []
  for (const { paths, selector } of rules) {
    const matches = compileSelector(selector)
    if (!matches.ok) return bad(`failed to create ignore rule selector: ${matches.error}`)
    compiled.push({ matches: matches.value, paths })
  }
  return good(compiled)
}

/** The pointers that rules ignore in an object. */
export function ignoredPaths(rules: CompiledIgnoreRules, object: JsonObject): string[] {
  return rules.flatMap(({ matches, paths }) => (matches(object) ? paths : []))
}

export type DiffType = 'create' | 'update' | 'exclude' | 'none'

export interface ObjectDiff {
  readonly type: DiffType
  readonly patch: readonly DiffOperation[]
}

export interface ObjectDiffOptions extends JsonDiffOptions {
  readonly ignorePaths?: readonly string[]
  /** Labels or annotations that take an object, desired or live, out of the comparison. */
  readonly exclude?: Readonly<Record<string, string>>
  /** Hide the values of Secrets. */
  readonly maskSecrets?: boolean
}

/**
 * What a dry-run apply of a desired object would change: labels and annotations added or changed, and everything but
 * metadata and status (fluxcd/pkg ssa/jsondiff `Unstructured`). `live` is `undefined` when the object does not exist.
 * `dryRun` is asked for only when it is needed; it should have been through `normalizeDryRun`.
 */
export function diffObject(
  desired: KubeObject,
  live: KubeObject | undefined,
  dryRun: KubeObject,
  options: ObjectDiffOptions = {},
): ObjectDiff {
  if (isExcluded(desired, live, options)) return { type: 'exclude', patch: [] }
  if (live === undefined) return { type: 'create', patch: [] }
  const ignored = options.ignorePaths ?? []
  const before = withoutPaths(live, ignored)
  const after = withoutPaths(dryRun, ignored)
  const patch = [...diffMetadata(before, after, options), ...diffContent(before, after, options)]
  if (patch.length === 0) return { type: 'none', patch }
  const isSecret = desired.apiVersion === 'v1' && desired.kind === 'Secret'
  return { type: 'update', patch: options.maskSecrets === true && isSecret ? maskSecretPatch(patch) : patch }
}

/** Whether an object is left out before anything is asked of the cluster, or because of what is live. */
export function isExcluded(
  desired: JsonObject,
  live: JsonObject | undefined,
  options: Pick<ObjectDiffOptions, 'exclude' | 'ignorePaths'>,
): boolean {
  const exclude = options.exclude ?? {}
  if (anyInMetadata(desired, exclude) || options.ignorePaths?.includes('') === true) return true
  return live !== undefined && anyInMetadata(live, exclude)
}

/** Labels and annotations added or changed. Removals are not reported: controllers add their own. */
export function diffMetadata(before: JsonObject, after: JsonObject, options: JsonDiffOptions = {}): DiffOperation[] {
  return diffJson(namedMetadata(before), namedMetadata(after), options).filter(({ op }) => op !== 'remove')
}

/** Differences in everything but metadata and status. */
export function diffContent(before: JsonObject, after: JsonObject, options: JsonDiffOptions = {}): DiffOperation[] {
  return diffJson(withoutMetadata(before), withoutMetadata(after), options)
}

/** True when labels, annotations or content of the live object are not what a dry-run gives. */
export function hasDrifted(live: JsonObject, dryRun: JsonObject): boolean {
  const differ = (field: string): boolean =>
    compareValues(getIn(live, ['metadata', field]) ?? {}, getIn(dryRun, ['metadata', field]) ?? {}) !== 0
  return (
    differ('labels') || differ('annotations') || compareValues(withoutMetadata(live), withoutMetadata(dryRun)) !== 0
  )
}

/** The object with only its labels and annotations, and its name, so that a patch never replaces all metadata. */
export function namedMetadata(object: JsonObject): JsonObject {
  const metadata = getIn(object, ['metadata'])
  if (!isObject(metadata)) return {}
  const kept: JsonObject = {}
  for (const field of ['name', 'annotations', 'labels']) {
    if (Object.hasOwn(metadata, field)) kept[field] = metadata[field]!
  }
  return Object.keys(kept).length === 0 ? {} : { metadata: kept }
}

function withoutMetadata(object: JsonObject): JsonObject {
  const { metadata: _, status: __, ...rest } = object
  return rest
}

/** A copy without what some JSON pointers point at; pointers to nothing are fine. */
export function withoutPaths<T extends JsonObject>(object: T, pointers: readonly string[]): T {
  let out: JsonValue = object
  for (const pointer of pointers) out = remove(out, parsePointer(pointer), 0)
  return out as T
}

function remove(value: JsonValue, steps: readonly string[], at: number): JsonValue {
  const step = steps[at]
  if (step === undefined || value === null || typeof value !== 'object') return value
  const last = at === steps.length - 1
  if (Array.isArray(value)) {
    const index = /^-?\d+$/.test(step) ? Number(step) : Number.NaN
    const position = index < 0 ? index + value.length : index
    if (!(position >= 0 && position < value.length)) return value
    if (last) return value.toSpliced(position, 1)
    return value.with(position, remove(value[position]!, steps, at + 1))
  }
  const map = value as JsonObject
  if (!Object.hasOwn(map, step)) return value
  const out: JsonObject = { ...map }
  if (last) delete out[step]
  else setOwn(out, step, remove(map[step]!, steps, at + 1))
  return out
}

const mask = '***'
const maskBefore = '*** (before)'
const maskAfter = '*** (after)'

/** A patch of a Secret without its values: what was changed shows as before and after, the rest as one mask. */
export function maskSecretPatch(patch: readonly DiffOperation[]): DiffOperation[] {
  return patch.map((operation) => {
    const { path, value, oldValue } = operation
    if (path === '/data' || path === '/stringData') {
      const [before, after] = maskMaps(oldValue, value)
      return {
        ...operation,
        ...(value === undefined ? {} : { value: after }),
        ...(oldValue === undefined ? {} : { oldValue: before }),
      }
    }
    if (!path.startsWith('/data/') && !path.startsWith('/stringData/')) return operation
    const both = isValue(value) && isValue(oldValue)
    return {
      ...operation,
      ...(isValue(value) ? { value: both ? maskAfter : mask } : {}),
      ...(isValue(oldValue) ? { oldValue: both ? maskBefore : mask } : {}),
    }
  })
}

function isValue(value: JsonValue | undefined): value is JsonValue {
  return value !== undefined && value !== null
}

/** Two maps with their values masked; values that differ show as before and after. Anything else comes back as it is. */
function maskMaps(before: JsonValue | undefined, after: JsonValue | undefined): [JsonValue, JsonValue] {
  const from = isObject(before) ? before : undefined
  const to = isObject(after) ? after : undefined
  const masked = (map: JsonObject, other: JsonObject | undefined, changed: string): JsonObject => {
    const out: JsonObject = {}
    for (const key of Object.keys(map)) {
      const same = other === undefined || !Object.hasOwn(other, key) || compareValues(map[key]!, other[key]!) === 0
      setOwn(out, key, same ? mask : changed)
    }
    return out
  }
  return [
    from === undefined ? (before ?? null) : masked(from, to, maskBefore),
    to === undefined ? (after ?? null) : masked(to, from, maskAfter),
  ]
}

/** Both sides of a Secret's diff with the values of `data` masked (fluxcd/pkg ssa `SanitizeUnstructuredData`). */
export function maskSecrets<T extends JsonObject | undefined>(
  before: T,
  after: T,
): { readonly before: T; readonly after: T } {
  const [from, to] = maskMaps(before?.['data'], after?.['data'])
  const withData = (object: T, data: JsonValue): T => (isObject(object?.['data']) ? ({ ...object, data } as T) : object)
  return { before: withData(before, from), after: withData(after, to) }
}
