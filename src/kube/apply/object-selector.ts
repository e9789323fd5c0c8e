import { RE2JS } from 're2js'
import { getIn, getString, isObject, type JsonObject } from '../../base/index.ts'
import { parseLabelSelector } from '../selectors/label-parser.ts'
import { type LabelSelector, type Labels, matchesLabels } from '../selectors/label-selector.ts'
import { parseApiVersion } from '../types.ts'
import { bad, good, type Outcome } from '../values/outcome.ts'

/** Which objects a rule is for; every field is optional. The first five are regular expressions for the whole value. */
export interface ObjectSelector {
  readonly group?: string
  readonly version?: string
  readonly kind?: string
  readonly name?: string
  readonly namespace?: string
  readonly labelSelector?: string
  readonly annotationSelector?: string
}

/** Tells whether objects are selected. */
export type ObjectMatcher = (object: JsonObject) => boolean

const patterns = ['group', 'version', 'kind', 'name', 'namespace'] as const

/**
 * Makes a matcher of a selector; no selector selects everything (fluxcd/pkg ssa/jsondiff `NewSelectorRegex`).
 * Errors: a malformed expression or label selector.
 */
export function compileSelector(selector: ObjectSelector | undefined): Outcome<ObjectMatcher> {
  if (selector === undefined) return good(() => true)
  const compiled = new Map<string, RE2JS>()
  for (const field of patterns) {
    const text = selector[field] ?? ''
    if (text === '') continue
    const pattern = compile(text)
    if (!pattern.ok) return bad(`invalid ${field} regex: ${pattern.error}`)
    compiled.set(field, pattern.value)
  }
  const labels = compileLabels(selector.labelSelector)
  if (!labels.ok) return bad(`invalid label selector: ${labels.error}`)
  const annotations = compileLabels(selector.annotationSelector)
  if (!annotations.ok) return bad(`invalid annotation selector: ${annotations.error}`)
  return good((object) => {
    const fields = fieldsOf(object)
    for (const [field, pattern] of compiled) if (!pattern.matches(fields[field] ?? '')) return false
    return holds(labels.value, object, 'labels') && holds(annotations.value, object, 'annotations')
  })
}

function compile(text: string): Outcome<RE2JS> {
  try {
    return good(RE2JS.compile(`^(?:${text})$`))
  } catch (error) {
    return bad(error instanceof Error ? error.message : String(error))
  }
}

function compileLabels(text: string | undefined): Outcome<LabelSelector | undefined> {
  return text === undefined || text === '' ? good(undefined) : parseLabelSelector(text)
}

function holds(selector: LabelSelector | undefined, object: JsonObject, field: 'labels' | 'annotations'): boolean {
  return selector === undefined || matchesLabels(selector, textsAt(object, field))
}

function fieldsOf(object: JsonObject): Readonly<Record<string, string>> {
  const apiVersion = getString(object, 'apiVersion') ?? ''
  const { group, version } = parseApiVersion(apiVersion)
  return {
    group,
    version,
    kind: getString(object, 'kind') ?? '',
    name: getString(object, 'metadata', 'name') ?? '',
    namespace: getString(object, 'metadata', 'namespace') ?? '',
  }
}

/** The labels or annotations of an object that are text. */
export function textsAt(object: JsonObject, field: 'labels' | 'annotations'): Labels {
  const found = getIn(object, ['metadata', field])
  if (!isObject(found)) return {}
  return Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

/** True when an object has one of these as a label or annotation; values compare without case. */
export function anyInMetadata(object: JsonObject, wanted: Readonly<Record<string, string>>): boolean {
  const labels = textsAt(object, 'labels')
  const annotations = textsAt(object, 'annotations')
  return Object.entries(wanted).some(([key, value]) =>
    [labels, annotations].some((texts) => {
      const found = Object.hasOwn(texts, key) ? texts[key]! : ''
      return found !== '' && found.toLowerCase() === value.toLowerCase()
    }),
  )
}
