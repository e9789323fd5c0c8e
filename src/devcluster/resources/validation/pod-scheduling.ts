import {
  checkDnsLabel,
  checkDnsSubdomain,
  checkDnsSubdomainWithUnderscore,
  checkLabelValue,
  checkQualifiedName,
} from '../../../kube/index.ts'
import { checkIp } from './addresses.ts'
import type { Field } from './field.ts'
import { checkSelector } from './selectors.ts'

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

/** `tolerations` of a Pod or RuntimeClass. */
export function checkTolerations(parent: Field, key: string): void {
  for (const toleration of parent.objects(key)) {
    const name = toleration.text('key')
    const operator = toleration.text('operator')
    const value = toleration.text('value')
    const effect = toleration.text('effect')
    if (name !== '') toleration.faults('key', name, checkQualifiedName(name))
    else if (operator !== 'Exists') {
      const why = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
      toleration.invalid('operator', operator, why)
    }
    if (toleration.given('tolerationSeconds') && effect !== 'NoExecute') {
      toleration.invalid('effect', effect, "effect must be 'NoExecute' when `tolerationSeconds` is set")
    }
    if (operator === 'Equal' || operator === '') {
      const faults = checkLabelValue(value)
      if (faults.length > 0) toleration.invalid('operator', value, faults.join(';'))
    } else if (operator === 'Exists') {
      if (value !== '') toleration.invalid('operator', value, "value must be empty when `operator` is 'Exists'")
    } else if (operator === 'Lt' || operator === 'Gt') {
      toleration.unsupported('operator', operator, ['Equal', 'Exists', 'Lt', 'Gt'])
    } else toleration.unsupported('operator', operator, ['Equal', 'Exists'])
    if (effect !== '') toleration.oneOf('effect', EFFECTS)
  }
}

function checkNodeRequirement(term: Field, required: boolean): void {
  const operator = term.text('operator')
  const count = term.count('values')
  if (operator === 'In' || operator === 'NotIn') {
    if (count === 0) term.required('values', "must be specified when `operator` is 'In' or 'NotIn'")
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (count > 0) term.forbidden('values', "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (count !== 1) term.required('values', "must be specified single value when `operator` is 'Lt' or 'Gt'")
  } else term.invalid('operator', operator, 'not a valid selector operator')
  term.faults('key', term.text('key'), checkQualifiedName(term.text('key')))
  if (!required) return
  for (const [i, value] of term.texts('values').entries()) term.faults(`values[${i}]`, value, checkLabelValue(value))
}

function checkNodeTerm(term: Field, required: boolean): void {
  for (const requirement of term.objects('matchExpressions')) checkNodeRequirement(requirement, required)
  for (const requirement of term.objects('matchFields')) {
    const operator = requirement.text('operator')
    if (operator === 'In' || operator === 'NotIn') {
      if (requirement.count('values') !== 1) {
        const why = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
        requirement.required('values', why)
      }
    } else requirement.invalid('operator', operator, 'not a valid selector operator')
    if (requirement.text('key') !== 'metadata.name') {
      requirement.invalid('key', requirement.text('key'), 'not a valid field selector key')
      continue
    }
    for (const [i, value] of requirement.texts('values').entries()) {
      requirement.faults(`values[${i}]`, value, checkDnsSubdomain(value))
    }
  }
}

/** A `NodeSelector`: of Pods and of volumes. */
export function checkNodeSelector(selector: Field): void {
  if (selector.count('nodeSelectorTerms') === 0) {
    selector.required('nodeSelectorTerms', 'must have at least one node selector term')
  }
  for (const term of selector.objects('nodeSelectorTerms')) checkNodeTerm(term, true)
}

function checkWeight(term: Field): void {
  const weight = term.number('weight') ?? 0
  if (weight <= 0 || weight > 100) term.invalid('weight', weight, 'must be in the range 1-100')
}

function checkLabelKeys(parent: Field, key: string): void {
  if (parent.count(key) === 0) return
  if (parent.object('labelSelector') === undefined) {
    parent.forbidden(key, 'must not be specified when labelSelector is not set')
    return
  }
  for (const [i, name] of parent.texts(key).entries()) parent.faults(`${key}[${i}]`, name, checkQualifiedName(name))
}

function checkMatchLabelKeys(parent: Field): void {
  checkLabelKeys(parent, 'matchLabelKeys')
  checkLabelKeys(parent, 'mismatchLabelKeys')
  const keys = parent.texts('matchLabelKeys')
  const selector = parent.object('labelSelector')
  if (selector !== undefined) {
    const known = new Set(selector.entries('matchLabels').map(([key]) => key))
    for (const term of selector.objects('matchExpressions')) {
      const key = term.text('key')
      const at = keys.lastIndexOf(key)
      if (at >= 0 && known.has(key)) {
        parent.invalid(`[${at}]`, key, 'exists in both matchLabelKeys and labelSelector')
      }
      known.add(key)
    }
  }
  const others = parent.texts('mismatchLabelKeys')
  for (const [i, key] of keys.entries()) {
    if (others.includes(key)) {
      parent.invalid(`matchLabelKeys[${i}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys')
    }
  }
}

function checkPodTerm(term: Field): void {
  checkSelector(term, 'labelSelector')
  checkSelector(term, 'namespaceSelector')
  for (const name of term.texts('namespaces')) term.faults('namespace', name, checkDnsLabel(name))
  checkMatchLabelKeys(term)
  const key = term.text('topologyKey')
  if (key === '') term.required('topologyKey', 'can not be empty')
  term.faults('topologyKey', key, checkQualifiedName(key))
}

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution'
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution'

/** `affinity` of a Pod. */
export function checkAffinity(spec: Field): void {
  const affinity = spec.object('affinity')
  const node = affinity?.object('nodeAffinity')
  const wanted = node?.object(REQUIRED)
  if (wanted !== undefined) checkNodeSelector(wanted)
  for (const term of node?.objects(PREFERRED) ?? []) {
    checkWeight(term)
    checkNodeTerm(term.struct('preference'), false)
  }
  for (const name of ['podAffinity', 'podAntiAffinity']) {
    const part = affinity?.object(name)
    for (const term of part?.objects(REQUIRED) ?? []) checkPodTerm(term)
    for (const term of part?.objects(PREFERRED) ?? []) {
      checkWeight(term)
      checkPodTerm(term.struct('podAffinityTerm'))
    }
  }
}

/** `topologySpreadConstraints` of a Pod. */
export function checkSpread(spec: Field): void {
  const all = spec.objects('topologySpreadConstraints')
  for (const [i, constraint] of all.entries()) {
    const skew = constraint.number('maxSkew') ?? 0
    if (skew <= 0) constraint.invalid('maxSkew', skew, 'must be greater than zero')
    const key = constraint.text('topologyKey')
    if (key === '') constraint.required('topologyKey', 'can not be empty')
    constraint.oneOf('whenUnsatisfiable', ['DoNotSchedule', 'ScheduleAnyway'])
    const action = constraint.text('whenUnsatisfiable')
    const twin = all
      .slice(i + 1)
      .some((other) => other.text('topologyKey') === key && other.text('whenUnsatisfiable') === action)
    if (twin) constraint.duplicate('{topologyKey, whenUnsatisfiable}', `{${key}, ${action}}`)
    const domains = constraint.number('minDomains')
    if (domains !== undefined) {
      if (domains <= 0) constraint.invalid('minDomains', domains, 'must be greater than zero')
      if (action !== 'DoNotSchedule') {
        const why = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`
        constraint.invalid('minDomains', domains, why)
      }
    }
    for (const policy of ['nodeAffinityPolicy', 'nodeTaintsPolicy']) {
      if (constraint.given(policy)) constraint.oneOf(policy, ['Honor', 'Ignore'])
    }
    checkMatchLabelKeys(constraint)
    checkSelector(constraint, 'labelSelector')
  }
}

/** `readinessGates` and `schedulingGates` of a Pod. */
export function checkGates(spec: Field): void {
  for (const gate of spec.objects('readinessGates')) {
    gate.faults('conditionType', gate.text('conditionType'), checkQualifiedName(gate.text('conditionType')))
  }
  const seen = new Set<string>()
  for (const gate of spec.objects('schedulingGates')) {
    const name = gate.text('name')
    gate.faults('', name, checkQualifiedName(name))
    if (seen.has(name)) gate.duplicate('', name)
    seen.add(name)
  }
}

/** `dnsPolicy` `None` needs, and `dnsConfig` may have. */
export function checkDns(spec: Field): void {
  const config = spec.object('dnsConfig')
  if (spec.text('dnsPolicy') === 'None') {
    if (config === undefined) {
      spec.required('dnsConfig', 'must provide `dnsConfig` when `dnsPolicy` is None')
      return
    }
    if (config.count('nameservers') === 0) {
      config.required('nameservers', 'must provide at least one DNS nameserver when `dnsPolicy` is None')
      return
    }
  }
  if (config === undefined) return
  const servers = config.texts('nameservers')
  if (servers.length > 3) config.invalid('nameservers', servers, 'must not have more than 3 nameservers')
  for (const [i, server] of servers.entries()) checkIp(config, `nameservers[${i}]`, server)
  const searches = config.texts('searches')
  if (searches.length > 32) config.invalid('searches', searches, 'must not have more than 32 search paths')
  if (searches.join(' ').length > 2048) {
    const why = 'must not have more than 2048 characters (including spaces) in the search list'
    config.invalid('searches', searches, why)
  }
  for (const [i, search] of searches.entries()) {
    if (search === '.') continue
    const name = search.replace(/\.$/, '')
    config.faults(`searches[${i}]`, name, checkDnsSubdomainWithUnderscore(name))
  }
  for (const option of config.objects('options'))
    if (option.text('name') === '') option.required('', 'must not be empty')
}

/** `hostAliases` of a Pod. */
export function checkHostAliases(spec: Field): void {
  for (const alias of spec.objects('hostAliases')) {
    checkIp(alias, 'ip', alias.text('ip'))
    for (const [i, name] of alias.texts('hostnames').entries()) {
      alias.faults(`hostnames[${i}]`, name, checkDnsSubdomain(name))
    }
  }
}
