import { checkDnsLabel, checkDnsSubdomain } from '../../../kube/index.ts'
import type { Field } from './field.ts'

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch']
const MAX_PRECEDENCE = 10_000
const MAX_QUEUES = 10_000_000
/** As many bits as the server's hash of a flow has. */
const MAX_HASH_BITS = 60

/** Spec of a FlowSchema (pkg/apis/flowcontrol/validation); `name`: only the one called exempt comes first. */
export function checkFlowSchemaSpec(spec: Field, name: string): void {
  const precedence = spec.number('matchingPrecedence') ?? 0
  if (precedence <= 0) spec.invalid('matchingPrecedence', precedence, 'must be a positive value')
  if (precedence > MAX_PRECEDENCE) {
    spec.invalid('matchingPrecedence', precedence, `must not be greater than ${MAX_PRECEDENCE}`)
  }
  if (precedence === 1 && name !== 'exempt') {
    spec.invalid('matchingPrecedence', precedence, "only the schema named 'exempt' may have matchingPrecedence 1")
  }
  const method = spec.object('distinguisherMethod')
  if (method !== undefined && !['ByNamespace', 'ByUser'].includes(method.text('type'))) {
    // The refusal shows the struct around the type.
    method.unsupported('type', { Type: method.text('type') }, ['ByNamespace', 'ByUser'])
  }
  const level = spec.struct('priorityLevelConfiguration')
  const levelName = level.text('name')
  if (levelName === '') level.required('name', 'must reference a priority level')
  else level.faults('name', levelName, checkDnsSubdomain(levelName))
  for (const rule of spec.objects('rules')) checkRule(rule)
}

function checkRule(rule: Field): void {
  if (rule.count('subjects') === 0) rule.required('subjects', 'subjects must contain at least one value')
  for (const subject of rule.objects('subjects')) checkSubject(subject)
  if (rule.count('resourceRules') === 0 && rule.count('nonResourceRules') === 0) {
    rule.required('', 'at least one of resourceRules and nonResourceRules has to be non-empty')
  }
  for (const part of rule.objects('resourceRules')) checkResourceRule(part)
  for (const part of rule.objects('nonResourceRules')) checkPathRule(part)
}

const SUBJECTS = [
  ['serviceAccount', 'ServiceAccount'],
  ['user', 'User'],
  ['group', 'Group'],
] as const

function checkSubject(subject: Field): void {
  const kind = subject.text('kind')
  const own = SUBJECTS.find(([, of]) => of === kind)?.[0]
  if (own === undefined) {
    subject.unsupported('kind', kind, ['Group', 'ServiceAccount', 'User'])
    return
  }
  const named = subject.object(own)
  if (named === undefined) subject.required(own, `${own} is required when subject kind is '${kind}'`)
  else checkSubjectName(named, own)
  for (const [member, of] of SUBJECTS) {
    if (member !== own && subject.given(member)) {
      subject.forbidden(member, `${member} is forbidden when subject kind is not '${of}'`)
    }
  }
}

function checkSubjectName(named: Field, member: string): void {
  const name = named.text('name')
  if (name === '') named.required('name')
  if (member !== 'serviceAccount') return
  if (name !== '' && name !== '*') named.faults('name', name, checkDnsSubdomain(name))
  const namespace = named.text('namespace')
  if (namespace === '') named.required('namespace', 'must specify namespace for service account')
  else named.faults('namespace', namespace, checkDnsLabel(namespace))
}

/** `*` stands alone; true for a list that names its members. */
function checkWildcard(rule: Field, key: string, what: string): boolean {
  const values = rule.texts(key)
  if (!values.includes('*')) return true
  if (values.length > 1) rule.invalid(key, values, `if '*' is present, must not specify other ${what}`)
  return false
}

function checkVerbs(rule: Field): void {
  const verbs = rule.texts('verbs')
  if (verbs.length === 0) rule.required('verbs', 'verbs must contain at least one value')
  else if (checkWildcard(rule, 'verbs', 'verbs') && !verbs.every((verb) => VERBS.includes(verb))) {
    rule.unsupported('verbs', verbs, VERBS)
  }
}

function checkResourceRule(rule: Field): void {
  checkVerbs(rule)
  for (const [key, one, many] of [
    ['apiGroups', 'api group', 'api groups'],
    ['resources', 'resource', 'resources'],
  ] as const) {
    if (rule.count(key) === 0) rule.required(key, `resource rules must supply at least one ${one}`)
    else checkWildcard(rule, key, many)
  }
  if (rule.count('namespaces') === 0 && !rule.flag('clusterScope')) {
    const why = 'resource rules that are not cluster scoped must supply at least one namespace'
    rule.required('namespaces', why)
  } else if (checkWildcard(rule, 'namespaces', 'namespaces')) {
    for (const [i, namespace] of rule.texts('namespaces').entries()) {
      const faults = checkDnsLabel(namespace).map(
        (fault) => `each member of this list must be '*' or a DNS-1123 label; ${fault}`,
      )
      rule.faults(`namespaces[${i}]`, namespace, faults)
    }
  }
}

function checkPathRule(rule: Field): void {
  checkVerbs(rule)
  const key = 'nonResourceURLs'
  if (rule.count(key) === 0) rule.required(key, 'nonResourceURLs must contain at least one value')
  else if (checkWildcard(rule, key, 'non-resource URLs')) {
    for (const [i, path] of rule.texts(key).entries()) {
      const fault = pathFault(path)
      if (fault !== undefined) rule.invalid(`${key}[${i}]`, path, fault)
    }
  }
}

function pathFault(path: string): string | undefined {
  if (path === '') return 'must not be empty'
  if (path === '/') return undefined
  if (!path.startsWith('/')) return 'must start with slash'
  if (path.includes(' ')) return 'must not contain white-space'
  if (path.includes('//')) return 'must not contain double slash'
  const stars = path.split('*').length - 1
  return stars > 1 || (stars === 1 && !path.endsWith('/*')) ? 'wildcard can only do suffix matching' : undefined
}

/** Spec of a PriorityLevelConfiguration; `name`: only the one called exempt is exempt. */
export function checkPriorityLevelSpec(spec: Field, name: string): void {
  const type = spec.text('type')
  if ((name === 'exempt') !== (type === 'Exempt')) {
    spec.invalid('type', type, "must be 'Exempt' if and only if `name` is 'exempt'")
  }
  const limited = spec.object('limited')
  const exempt = spec.object('exempt')
  switch (type) {
    case 'Exempt':
      if (limited !== undefined) limited.forbidden('', 'must be nil if the type is not Limited')
      if (exempt !== undefined) checkShares(exempt)
      break
    case 'Limited':
      if (exempt !== undefined) exempt.forbidden('', 'must be nil if the type is Limited')
      if (limited === undefined) spec.required('limited', 'must not be empty when type is Limited')
      else checkLimited(limited)
      break
    default:
      spec.oneOf('type', ['Exempt', 'Limited'], true)
  }
}

function checkShares(part: Field, between: (part: Field) => void = () => undefined): void {
  const shares = part.number('nominalConcurrencyShares')
  if (shares !== undefined && shares < 0) {
    part.invalid('nominalConcurrencyShares', shares, 'must be a non-negative integer')
  }
  between(part)
  const lendable = part.number('lendablePercent')
  if (lendable !== undefined && (lendable < 0 || lendable > 100)) {
    part.invalid('lendablePercent', lendable, 'must be between 0 and 100, inclusive')
  }
}

function checkLimited(limited: Field): void {
  checkShares(limited, () => checkLimitResponse(limited.struct('limitResponse')))
  const borrowing = limited.number('borrowingLimitPercent')
  if (borrowing !== undefined && borrowing < 0) {
    limited.invalid('borrowingLimitPercent', borrowing, 'if specified, must be a non-negative integer')
  }
}

function checkLimitResponse(response: Field): void {
  const queuing = response.object('queuing')
  switch (response.text('type')) {
    case 'Reject':
      if (queuing !== undefined) queuing.forbidden('', 'must be nil if limited.limitResponse.type is not Limited')
      break
    case 'Queue':
      if (queuing !== undefined) checkQueuing(queuing)
      else response.required('queuing', 'must not be empty if limited.limitResponse.type is Limited')
      break
    default:
      response.oneOf('type', ['Queue', 'Reject'], true)
  }
}

function checkQueuing(queuing: Field): void {
  const length = queuing.number('queueLengthLimit') ?? 0
  if (length <= 0) queuing.invalid('queueLengthLimit', length, 'must be positive')
  const queues = queuing.number('queues') ?? 0
  if (queues <= 0) queuing.invalid('queues', queues, 'must be positive')
  else if (queues > MAX_QUEUES) queuing.invalid('queues', queues, `must not be greater than ${MAX_QUEUES}`)
  const hand = queuing.number('handSize') ?? 0
  if (hand <= 0) queuing.invalid('handSize', hand, 'must be positive')
  else if (hand > queues) queuing.invalid('handSize', hand, `should not be greater than queues (${queues})`)
  else if (Math.ceil(Math.log2(queues) * hand) > MAX_HASH_BITS) {
    const why = `required entropy bits of deckSize ${queues} and handSize ${hand} should not be greater than ${MAX_HASH_BITS}`
    queuing.invalid('handSize', hand, why)
  }
}
