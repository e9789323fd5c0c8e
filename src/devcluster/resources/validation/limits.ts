import {
  checkQualifiedName,
  compareQuantities,
  type Quantity,
  quantityNumber,
  quantityText,
} from '../../../kube/index.ts'
import type { Field } from './field.ts'
import { checkContainerResourceName, checkResourceAmount, checkResourceName, quantityOf } from './quantities.ts'
import { sorted } from './selectors.ts'

const LISTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const
const QUOTA_NAMES = new Set([
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
])
/** Scopes that say something of Pods only. */
const POD_SCOPES = ['Terminating', 'NotTerminating', 'NotBestEffort', 'PriorityClass']
const POD_NAMES = new Set([
  'pods',
  'cpu',
  'memory',
  'requests.cpu',
  'requests.memory',
  'limits.cpu',
  'limits.memory',
  'ephemeral-storage',
  'requests.ephemeral-storage',
  'limits.ephemeral-storage',
])
const SCOPES = [...POD_SCOPES, 'BestEffort', 'CrossNamespacePodAffinity', 'VolumeAttributesClass']

function checkPairs(item: Field, name: string, of: (list: (typeof LISTS)[number]) => Quantity | undefined): void {
  const [max, min, standard, request, ratio] = LISTS.map(of)
  const more = (a: Quantity | undefined, b: Quantity | undefined): boolean =>
    a !== undefined && b !== undefined && compareQuantities(a, b) > 0
  const say = (list: string, shown: Quantity, text: string): void =>
    item.invalid(`${list}[${name}]`, quantityText(shown), text)
  const t = (quantity: Quantity | undefined): string => (quantity === undefined ? '' : quantityText(quantity))
  if (more(min, max)) say('min', min!, `min value ${t(min)} is greater than max value ${t(max)}`)
  if (more(min, request)) {
    say('defaultRequest', request!, `min value ${t(min)} is greater than default request value ${t(request)}`)
  }
  if (more(request, max)) {
    say('defaultRequest', request!, `default request value ${t(request)} is greater than max value ${t(max)}`)
  }
  if (more(request, standard)) {
    const why = `default request value ${t(request)} is greater than default limit value ${t(standard)}`
    say('defaultRequest', request!, why)
  }
  if (more(min, standard)) say('default', min!, `min value ${t(min)} is greater than default value ${t(standard)}`)
  if (more(standard, max)) say('default', max!, `default value ${t(standard)} is greater than max value ${t(max)}`)
  if (ratio === undefined) return
  if (quantityNumber(ratio) < 1) say('maxLimitRequestRatio', ratio, `ratio ${t(ratio)} is less than 1`)
  if (min === undefined || max === undefined) return
  const limit = quantityNumber(max) / quantityNumber(min)
  if (quantityNumber(ratio) > limit) {
    say('maxLimitRequestRatio', ratio, `ratio ${t(ratio)} is greater than max/min = ${limit.toFixed(6)}`)
  }
}

/** Spec of a LimitRange. */
export function checkLimitRangeSpec(spec: Field): void {
  const types = new Set<string>()
  for (const item of spec.objects('limits')) {
    const type = item.text('type')
    const faults = checkQualifiedName(type)
    item.faults('type', type, faults)
    if (faults.length === 0 && !type.includes('/') && !['Pod', 'Container', 'PersistentVolumeClaim'].includes(type)) {
      item.invalid('type', type, 'must be a standard limit type or fully qualified')
    }
    if (types.has(type)) item.duplicate('type', type)
    types.add(type)
    const names = new Set<string>()
    for (const list of LISTS) {
      if (type === 'Pod' && (list === 'default' || list === 'defaultRequest')) {
        if (item.count(list) > 0) item.forbidden(list, "may not be specified when `type` is 'Pod'")
        continue
      }
      if (list === 'maxLimitRequestRatio' && type === 'PersistentVolumeClaim') {
        const stored = ['min', 'max'].some((key) => item.object(key)?.given('storage') === true)
        if (!stored) {
          const why = 'either minimum or maximum storage value is required, but neither was provided'
          item.required('limits', why)
        }
      }
      for (const [name] of sorted(item.entries(list))) {
        if (type === 'Pod' || type === 'Container') checkContainerResourceName(item, `${list}[${name}]`, name)
        else checkResourceName(item, `${list}[${name}]`, name)
        names.add(name)
      }
    }
    for (const name of names) checkPairs(item, name, (list) => quantityOf(item.object(list)?.value[name]))
  }
}

/** Amounts by the names of a quota; answers the names. */
function checkQuotaList(parent: Field, key: string): string[] {
  const amounts = sorted(Object.entries(parent.object(key)?.value ?? {}))
  for (const [name, value] of amounts) {
    checkResourceName(parent, `${key}[${name}]`, name)
    if (!name.includes('/') && !isQuotaName(name)) {
      parent.invalid(`${key}[${name}]`, name, 'must be a standard resource for quota')
    }
    checkResourceAmount(parent, `${key}[${name}]`, name, value)
  }
  return amounts.map(([name]) => name)
}

/** Status of a ResourceQuota (`ValidateResourceQuotaStatusUpdate`). */
export function checkQuotaStatus(status: Field): void {
  checkQuotaList(status, 'hard')
  checkQuotaList(status, 'used')
}

/** Spec of a ResourceQuota. */
export function checkQuotaSpec(spec: Field): void {
  const names = checkQuotaList(spec, 'hard')
  const scopes = spec.texts('scopes')
  for (const scope of scopes) {
    if (!SCOPES.includes(scope)) spec.invalid('scopes', scopes, 'unsupported scope')
    for (const name of names) {
      if (isQuotaName(name) && !isScopeFor(scope, name)) {
        spec.invalid('scopes', scopes, 'unsupported scope applied to resource')
      }
    }
  }
  checkConflicts(spec, scopes, scopes)
  const selector = spec.object('scopeSelector')
  if (selector !== undefined) checkScopeSelector(spec, selector, names, scopes)
}

function isQuotaName(name: string): boolean {
  return QUOTA_NAMES.has(name) || /^(requests\.)?hugepages-/.test(name)
}

function isScopeFor(scope: string, name: string): boolean {
  if (POD_SCOPES.includes(scope) || scope === 'CrossNamespacePodAffinity') return POD_NAMES.has(name)
  if (scope === 'BestEffort') return name === 'pods'
  if (scope === 'VolumeAttributesClass') return name === 'persistentvolumeclaims' || name === 'requests.storage'
  return true
}

function checkConflicts(spec: Field, scopes: readonly string[], shown: readonly string[]): void {
  for (const [a, b] of [
    ['BestEffort', 'NotBestEffort'],
    ['Terminating', 'NotTerminating'],
  ] as const) {
    if (scopes.includes(a) && scopes.includes(b)) {
      spec.invalid('scopes', shown.length === 0 ? null : shown, 'conflicting scopes')
    }
  }
}

const FIXED_SCOPES = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity']

function checkScopeSelector(spec: Field, selector: Field, names: readonly string[], scopes: readonly string[]): void {
  const terms = selector.objects('matchExpressions')
  for (const term of terms) {
    const scope = term.text('scopeName')
    const operator = term.text('operator')
    if (!SCOPES.includes(scope)) selector.invalid('matchExpressions.scopeName', scope, 'unsupported scope')
    for (const name of names) {
      if (isQuotaName(name) && !isScopeFor(scope, name)) {
        selector.invalid('matchExpressions', goSelector(terms), 'unsupported scope applied to resource')
      }
    }
    if (FIXED_SCOPES.includes(scope) && operator !== 'Exists') {
      selector.invalid(
        'matchExpressions.operator',
        operator,
        "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
      )
    }
    const count = term.count('values')
    if (operator === 'In' || operator === 'NotIn') {
      if (count === 0) {
        const why = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
        selector.required('matchExpressions.values', why)
      }
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (count > 0) {
        const why = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
        selector.invalid('matchExpressions.values', term.texts('values'), why)
      }
    } else selector.invalid('matchExpressions.operator', operator, 'not a valid selector operator')
  }
  checkConflicts(
    spec,
    terms.map((term) => term.text('scopeName')),
    scopes,
  )
}

/** A scope selector under the names of Go's struct, as errors show it. */
function goSelector(terms: readonly Field[]): unknown {
  return {
    MatchExpressions: terms.map((term) => ({
      ScopeName: term.text('scopeName'),
      Operator: term.text('operator'),
      Values: term.given('values') ? term.texts('values') : null,
    })),
  }
}
