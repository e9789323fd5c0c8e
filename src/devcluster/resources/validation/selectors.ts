import { isObject, type JsonObject, type JsonValue } from '../../../base/index.ts'
import { checkLabelValue, checkQualifiedName } from '../../../kube/index.ts'
import type { Field } from './field.ts'

/** The member under `key` as labels (apimachinery `ValidateLabels`). */
export function checkLabels(parent: Field, key: string): void {
  for (const [name, value] of sorted(parent.entries(key))) {
    parent.faults(key, name, checkQualifiedName(name))
    parent.faults(key, value, checkLabelValue(value))
  }
}

/** Map entries in the order of their keys: Go's is random. */
export function sorted<T>(entries: [string, T][]): [string, T][] {
  return entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
}

/** Labels as a refusal shows them. */
export function shownLabels(labels: JsonObject | null): JsonObject | null {
  return labels === null ? null : Object.fromEntries(sorted(Object.entries(labels)))
}

/** A `metav1.LabelSelector` under `key`, when there is one (apimachinery `ValidateLabelSelector`). */
export function checkSelector(parent: Field, key: string): void {
  const selector = key === '' ? parent : parent.object(key)
  if (selector === undefined) return
  checkLabels(selector, 'matchLabels')
  for (const term of selector.objects('matchExpressions')) {
    const operator = term.text('operator')
    const count = term.count('values')
    if (operator === 'In' || operator === 'NotIn') {
      if (count === 0) term.required('values', "must be specified when `operator` is 'In' or 'NotIn'")
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (count > 0) term.forbidden('values', "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
    } else term.invalid('operator', operator, 'not a valid selector operator')
    term.faults('key', term.text('key'), checkQualifiedName(term.text('key')))
    for (const [i, value] of term.texts('values').entries()) term.faults(`values[${i}]`, value, checkLabelValue(value))
  }
}

/** A selector with its members in the order of Go's struct, as errors show it. */
export function shownSelector(selector: JsonValue | undefined): JsonValue {
  if (!isObject(selector)) return null
  const labels = isObject(selector['matchLabels']) ? selector['matchLabels'] : {}
  const terms = Array.isArray(selector['matchExpressions']) ? selector['matchExpressions'].filter(isObject) : []
  return {
    ...(Object.keys(labels).length === 0 ? {} : { matchLabels: Object.fromEntries(sorted(Object.entries(labels))) }),
    ...(terms.length === 0
      ? {}
      : {
          matchExpressions: terms.map((term) => ({
            key: term['key'] ?? '',
            operator: term['operator'] ?? '',
            ...(Array.isArray(term['values']) && term['values'].length > 0 ? { values: term['values'] } : {}),
          })),
        }),
  }
}

/** True when a selector is well formed enough to be evaluated (`LabelSelectorAsSelector`). */
export function isUsable(selector: JsonValue | undefined): boolean {
  if (!isObject(selector)) return true
  const labels = isObject(selector['matchLabels']) ? Object.entries(selector['matchLabels']) : []
  for (const [key, value] of labels) {
    if (checkQualifiedName(key).length > 0) return false
    if (typeof value !== 'string' || checkLabelValue(value).length > 0) return false
  }
  const terms = Array.isArray(selector['matchExpressions']) ? selector['matchExpressions'].filter(isObject) : []
  return terms.every((term) => {
    const values = Array.isArray(term['values']) ? term['values'] : []
    if (checkQualifiedName(String(term['key'] ?? '')).length > 0) return false
    if (values.some((value) => typeof value !== 'string' || checkLabelValue(value).length > 0)) return false
    const operator = term['operator']
    if (operator === 'In' || operator === 'NotIn') return values.length > 0
    return (operator === 'Exists' || operator === 'DoesNotExist') && values.length === 0
  })
}

/** Evaluates a usable selector; an absent one matches nothing, an empty one everything. */
export function selects(selector: JsonValue | undefined, labels: JsonObject): boolean {
  if (!isObject(selector)) return false
  if (isObject(selector['matchLabels'])) {
    for (const [key, value] of Object.entries(selector['matchLabels'])) if (labels[key] !== value) return false
  }
  const terms = Array.isArray(selector['matchExpressions']) ? selector['matchExpressions'].filter(isObject) : []
  return terms.every((term) => {
    const key = String(term['key'] ?? '')
    const has = Object.hasOwn(labels, key)
    const values = Array.isArray(term['values']) ? term['values'] : []
    const within = has && values.includes(labels[key]!)
    switch (term['operator']) {
      case 'In':
        return within
      case 'NotIn':
        return !within
      case 'Exists':
        return has
      default:
        return !has
    }
  })
}
