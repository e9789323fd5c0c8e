import { compareStrings, isObject, type JsonValue } from '../../base/index.ts'
import { type FieldError, fieldErrorsText } from '../values/field-error.ts'
import { goQuote } from '../values/go-text.ts'
import { checkLabelValue, checkQualifiedName } from '../values/names.ts'
import { bad, good, type Outcome } from '../values/outcome.ts'

export type LabelOperator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt'

/** One condition on the labels of an object. */
export interface LabelRequirement {
  readonly key: string
  readonly op: LabelOperator
  readonly values: readonly string[]
}

/** Conditions that must all hold, sorted by key; `nothing` selects no object at all. */
export interface LabelSelector {
  readonly requirements: readonly LabelRequirement[]
  readonly nothing?: boolean
}

export type Labels = Readonly<Record<string, string>>

/** Selects every object. */
export const everything: LabelSelector = { requirements: [] }

const operators = new Set(['=', '==', '!=', 'in', 'notin', 'exists', '!', 'gt', 'lt'])

/** A whole number as `strconv.ParseInt` reads it. */
function int64(text: string): bigint | undefined {
  if (!/^[-+]?\d+$/.test(text) || text.length > maxIntegerText) return undefined
  const value = BigInt(text.replace('+', ''))
  return BigInt.asIntN(64, value) === value ? value : undefined
}

/** Longer ones, which labels cannot have as values, would only cost time. */
const maxIntegerText = 63

/** What is wrong with a requirement (apimachinery `labels.NewRequirement`). */
export function checkRequirement(requirement: LabelRequirement): FieldError[] {
  const { key, op, values } = requirement
  const faults: FieldError[] = []
  const keyFaults = checkQualifiedName(key)
  if (keyFaults.length > 0) faults.push({ type: 'Invalid', field: 'key', value: key, detail: keyFaults.join('; ') })
  const valuesFault = (detail: string): void => {
    faults.push({ type: 'Invalid', field: 'values', value: values.length === 0 ? null : [...values], detail })
  }
  if (!operators.has(op)) {
    const detail = 'supported values: "in", "notin", "=", "==", "!=", "gt", "lt", "exists", "!"'
    faults.push({ type: 'NotSupported', field: 'operator', value: op, detail })
  } else if (op === 'in' || op === 'notin') {
    if (values.length === 0) valuesFault("for 'in', 'notin' operators, values set can't be empty")
  } else if (op === 'exists' || op === '!') {
    if (values.length > 0) valuesFault('values set must be empty for exists and does not exist')
  } else if (op === 'gt' || op === 'lt') {
    if (values.length !== 1) valuesFault("for 'Gt', 'Lt' operators, exactly one value is required")
    values.forEach((value, i) => {
      if (int64(value) !== undefined) return
      const detail = "for 'Gt', 'Lt' operators, the value must be an integer"
      faults.push({ type: 'Invalid', field: `values[${i}]`, value, detail })
    })
  } else if (values.length !== 1) valuesFault('exact-match compatibility requires one single value')
  values.forEach((value, i) => {
    const details = checkLabelValue(value)
    if (details.length === 0) return
    faults.push({ type: 'Invalid', field: `values[${i}][${key}]`, value, detail: details.join('; ') })
  })
  return faults
}

/** Whether labels satisfy a selector. */
export function matchesLabels(selector: LabelSelector, labels: Labels): boolean {
  return selector.nothing !== true && selector.requirements.every((requirement) => matches(requirement, labels))
}

function matches({ key, op, values }: LabelRequirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key]! : undefined
  switch (op) {
    case 'in':
    case '=':
    case '==':
      return value !== undefined && values.includes(value)
    case 'notin':
    case '!=':
      return value === undefined || !values.includes(value)
    case 'exists':
      return value !== undefined
    case '!':
      return value === undefined
    default: {
      const [x, y] = [int64(value ?? ''), int64(values.length === 1 ? values[0]! : '')]
      if (x === undefined || y === undefined) return false
      return op === 'gt' ? x > y : x < y
    }
  }
}

/** The one value that a selector demands for a label, `undefined` when it leaves a choice. */
export function exactLabel(selector: LabelSelector, key: string): string | undefined {
  const requirement = selector.requirements.find((candidate) => candidate.key === key)
  if (requirement === undefined || requirement.values.length !== 1) return undefined
  return ['=', '==', 'in'].includes(requirement.op) ? requirement.values[0] : undefined
}

/** The canonical text of a selector. */
export function selectorText(selector: LabelSelector): string {
  return selector.requirements.map(requirementText).join(',')
}

function requirementText({ key, op, values }: LabelRequirement): string {
  const list = [...values].sort(compareStrings).join(',')
  switch (op) {
    case 'exists':
      return key
    case '!':
      return `!${key}`
    case 'in':
    case 'notin':
      return `${key} ${op} (${list})`
    case 'gt':
      return `${key}>${list}`
    case 'lt':
      return `${key}<${list}`
    default:
      return `${key}${op}${list}`
  }
}

/** The selector that demands exactly these labels, unchecked. */
export function selectorFromLabels(labels: Labels): LabelSelector {
  const requirements = Object.entries(labels)
    .sort((a, b) => compareStrings(a[0], b[0]))
    .map(([key, value]): LabelRequirement => ({ key, op: '=', values: [value] }))
  return { requirements }
}

const objectOperators: Readonly<Record<string, LabelOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
}

/** The selector that a `metav1.LabelSelector` object stands for: absent selects nothing, empty everything. */
export function selectorFromObject(object: JsonValue | undefined): Outcome<LabelSelector> {
  if (!isObject(object)) return good({ requirements: [], nothing: true })
  const requirements: LabelRequirement[] = []
  const add = (requirement: LabelRequirement): string | undefined => {
    const faults = checkRequirement(requirement)
    requirements.push(requirement)
    return faults.length === 0 ? undefined : fieldErrorsText(faults)
  }
  for (const [key, value] of Object.entries(isObject(object['matchLabels']) ? object['matchLabels'] : {})) {
    const fault = add({ key, op: '=', values: [String(value)] })
    if (fault !== undefined) return bad(fault)
  }
  for (const expression of expressionsOf(object['matchExpressions'])) {
    const op = Object.hasOwn(objectOperators, expression.operator) ? objectOperators[expression.operator] : undefined
    if (op === undefined) return bad(`${goQuote(expression.operator)} is not a valid label selector operator`)
    const fault = add({ key: expression.key, op, values: expression.values })
    if (fault !== undefined) return bad(fault)
  }
  return good({ requirements: requirements.sort((a, b) => compareStrings(a.key, b.key)) })
}

/** The labels that a `metav1.LabelSelector` object demands, where it can be said by labels alone. */
export function labelsFromObject(object: JsonValue | undefined): Outcome<Labels> {
  const labels = new Map<string, string>()
  if (!isObject(object)) return good({})
  for (const [key, value] of Object.entries(isObject(object['matchLabels']) ? object['matchLabels'] : {})) {
    labels.set(key, String(value))
  }
  for (const { key, operator, values } of expressionsOf(object['matchExpressions'])) {
    if (!Object.hasOwn(objectOperators, operator)) return bad(`${goQuote(operator)} is not a valid selector operator`)
    if (operator !== 'In') {
      return bad(`operator ${goQuote(operator)} cannot be converted into the old label selector format`)
    }
    if (values.length !== 1) {
      const reason = 'without a single value cannot be converted into the old label selector format'
      return bad(`operator ${goQuote(operator)} ${reason}`)
    }
    labels.set(key, values[0]!)
  }
  return good(Object.fromEntries(labels))
}

function expressionsOf(value: JsonValue | undefined): { key: string; operator: string; values: string[] }[] {
  if (!Array.isArray(value)) return []
  return value.filter(isObject).map(({ key, operator, values }) => ({
    key: typeof key === 'string' ? key : '',
    operator: typeof operator === 'string' ? operator : '',
    values: Array.isArray(values) ? values.map(String) : [],
  }))
}

function labelFault(field: string, value: string, details: readonly string[]): FieldError[] {
  return details.length === 0 ? [] : [{ type: 'Invalid', field, value, detail: details.join('; ') }]
}

/** Reads `a=b,c=d` and nothing else (`labels.ConvertSelectorToLabelsMap`). */
export function parseLabelsMap(text: string): Outcome<Labels> {
  const labels = new Map<string, string>()
  if (text === '') return good({})
  for (const part of text.split(',')) {
    const sides = part.split('=')
    if (sides.length !== 2) return bad(`invalid selector: [${sides.join(' ')}]`)
    const key = sides[0]!.trim()
    const value = sides[1]!.trim()
    const faults = [
      ...labelFault('<nil>', key, checkQualifiedName(key)),
      ...labelFault(`[${key}]`, value, checkLabelValue(value)),
    ]
    if (faults.length > 0) return bad(fieldErrorsText(faults.slice(0, 1)))
    labels.set(key, value)
  }
  return good(Object.fromEntries(labels))
}
