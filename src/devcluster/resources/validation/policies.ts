import { type CelType, dynType } from '../../../cel/index.ts'
import { checkDns1035Label, checkDnsSubdomain, checkQualifiedName } from '../../../kube/index.ts'
import type { Field } from './field.ts'
import { checkCondition, ExpressionBases, type PolicyScope } from './policy-compile.ts'
import { checkSelector } from './selectors.ts'
import { checkMatchConditions, checkRuleWithOperations } from './webhooks.ts'

const MUTATING_OPERATIONS = ['*', 'CONNECT', 'CREATE', 'UPDATE']
const MAX_AUDIT_EXPRESSION = 5 * 1024
const RESERVED =
  /^(true|false|null|in|as|break|const|continue|else|for|function|if|import|let|loop|package|namespace|return|var|void|while)$/

/** Spec of a ValidatingAdmissionPolicy (pkg/apis/admissionregistration/validation). */
export function checkValidatingPolicy(spec: Field, name: string): void {
  const scope = checkHead(spec, false)
  const validations = spec.objects('validations')
  const annotations = spec.objects('auditAnnotations')
  if (validations.length === 0 && annotations.length === 0) {
    for (const key of ['validations', 'auditAnnotations']) {
      spec.required(key, 'validations or auditAnnotations must contain at least one item')
    }
    return
  }
  for (const validation of validations) checkValidation(validation, scope)
  const keys = new Set<string>()
  for (const annotation of annotations) {
    const key = annotation.text('key')
    if (name === '') annotation.invalid('key', key, 'requires metadata.name be non-empty')
    else annotation.faults('key', `${name}/${key}`, checkQualifiedName(`${name}/${key}`))
    const value = annotation.text('valueExpression').trim()
    if (value === '') annotation.required('valueExpression', 'valueExpression is not specified')
    else if (value.length > MAX_AUDIT_EXPRESSION) {
      annotation.required('valueExpression', `must not exceed ${MAX_AUDIT_EXPRESSION} bytes in length`)
    } else checkCondition(annotation, 'valueExpression', { text: value, types: ['string', 'null_type'] }, scope)
    if (keys.has(key)) annotation.duplicate('key', key)
    keys.add(key)
  }
}

/** Spec of a MutatingAdmissionPolicy. */
export function checkMutatingPolicy(spec: Field): void {
  const scope = checkHead(spec, true)
  const mutations = spec.objects('mutations')
  if (mutations.length === 0) spec.required('mutations', 'mutations must contain at least one item')
  // Mutations may always name variables, if only to be told that there is none.
  const variables = scope.variables ?? new Map<string, CelType>()
  for (const mutation of mutations) checkMutation(mutation, { ...scope, variables, patch: true })
  spec.oneOf('reinvocationPolicy', ['IfNeeded', 'Never'], true)
}

function checkHead(spec: Field, mutating: boolean): PolicyScope {
  if (!spec.given('failurePolicy')) spec.required('failurePolicy')
  else spec.oneOf('failurePolicy', ['Fail', 'Ignore'])
  const kind = spec.object('paramKind')
  if (kind !== undefined) checkParamKind(kind)
  const match = spec.object('matchConstraints')
  if (match === undefined) spec.required('matchConstraints')
  else {
    checkMatchResources(match)
    if (match.count('resourceRules') === 0) match.required('resourceRules')
    if (mutating) checkMutatingOperations(match)
  }
  const scope = { params: kind !== undefined, variables: undefined, bases: new ExpressionBases() }
  checkMatchConditions(spec, scope)
  const variables = checkVariables(spec, scope)
  return { ...scope, variables: spec.count('variables') === 0 ? undefined : variables }
}

function checkMutatingOperations(match: Field): void {
  for (const rule of match.objects('resourceRules')) {
    for (const operation of rule.texts('operations')) {
      if (MUTATING_OPERATIONS.includes(operation)) continue
      match.unsupported('resourceRules.operations', operation, MUTATING_OPERATIONS)
    }
  }
}

function checkParamKind(kind: Field): void {
  const apiVersion = kind.text('apiVersion')
  const parts = apiVersion.split('/')
  if (apiVersion === '') kind.required('apiVersion')
  else if (parts.length > 2) kind.invalid('apiVersion', apiVersion, `unexpected GroupVersion string: ${apiVersion}`)
  else {
    const version = parts[parts.length - 1]!
    const group = parts.length === 2 ? parts[0]! : ''
    const groupFaults = group === '' ? [] : checkDnsSubdomain(group)
    if (groupFaults.length > 0) kind.invalid('apiVersion', group, groupFaults.join(','))
    const faults = version === '' ? [] : checkDns1035Label(version)
    if (version === '') kind.invalid('apiVersion', apiVersion, 'version must be specified')
    else if (faults.length > 0) kind.invalid('apiVersion', version, faults.join(','))
  }
  const name = kind.text('kind')
  const faults = checkDns1035Label(name.toLowerCase())
  if (name === '') kind.required('kind')
  else if (faults.length > 0) {
    kind.invalid('kind', name, `may have mixed case, but should otherwise match: ${faults.join(',')}`)
  }
}

function checkMatchResources(match: Field): void {
  if (!match.given('matchPolicy')) match.required('matchPolicy')
  else match.oneOf('matchPolicy', ['Equivalent', 'Exact'])
  for (const key of ['namespaceSelector', 'objectSelector']) {
    if (match.given(key)) checkSelector(match, key)
    else match.required(key)
  }
  for (const rule of [...match.objects('resourceRules'), ...match.objects('excludeResourceRules')]) {
    const names = rule.texts('resourceNames')
    for (const [i, name] of names.entries()) {
      const at = `resourceNames[${i}]`
      rule.faults(at, name, pathFaults(name))
      if (names.indexOf(name) < i) rule.duplicate(at, name)
    }
    checkRuleWithOperations(rule)
  }
}

/** What cannot be a segment of a path (apimachinery `IsPathSegmentName`). */
function pathFaults(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`]
  return ['/', '%'].filter((char) => name.includes(char)).map((char) => `may not contain '${char}'`)
}

/** The types of the variables; each may read those before it. One that is not right may be anything. */
function checkVariables(spec: Field, scope: PolicyScope): ReadonlyMap<string, CelType> {
  const known = new Map<string, CelType>()
  for (const variable of spec.objects('variables')) {
    const name = variable.text('name')
    if (name.trim() === '') variable.required('name', 'name is not specified')
    else if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) || RESERVED.test(name)) {
      variable.invalid('name', name, 'must be a valid CEL identifier')
    }
    const expression = variable.text('expression')
    if (expression.trim() === '') variable.required('expression', 'expression is not specified')
    else {
      const type = checkCondition(
        variable,
        'expression',
        { text: expression, types: [] },
        { ...scope, variables: known },
      )
      known.set(name, type ?? dynType)
    }
  }
  return known
}

function checkValidation(validation: Field, scope: PolicyScope): void {
  const expression = validation.text('expression')
  if (expression.trim() === '') validation.required('expression', 'expression is not specified')
  else checkCondition(validation, 'expression', { text: expression, types: ['bool'] }, scope)
  const messages = validation.text('messageExpression')
  if (messages !== '' && messages.trim() === '') {
    validation.invalid('messageExpression', messages, 'must be non-empty if specified')
  } else if (messages !== '') {
    checkCondition(
      validation,
      'messageExpression',
      { text: messages, types: ['string'] },
      { ...scope, authorizer: false },
    )
  }
  const message = validation.text('message')
  if (message !== '' && message.trim() === '') {
    validation.invalid('message', message, 'must be non-empty if specified')
  } else if (/[\n\r]/.test(message.trim())) validation.invalid('message', message, 'must not contain line breaks')
  if (validation.given('reason')) validation.oneOf('reason', ['Forbidden', 'Invalid', 'RequestEntityTooLarge'])
}

function checkMutation(mutation: Field, scope: PolicyScope): void {
  const type = mutation.text('patchType')
  const [own, other, result] =
    type === 'JSONPatch'
      ? (['jsonPatch', 'applyConfiguration', 'list(JSONPatch)'] as const)
      : (['applyConfiguration', 'jsonPatch', 'Object'] as const)
  if (type !== 'JSONPatch' && type !== 'ApplyConfiguration') {
    mutation.oneOf('patchType', ['ApplyConfiguration', 'JSONPatch'], true)
    return
  }
  const patch = mutation.object(own)
  if (patch === undefined) mutation.required(own, `must be specified when patchType is ${type}`)
  else {
    const expression = patch.text('expression').trim()
    if (expression === '') patch.required('expression')
    else checkCondition(patch, 'expression', { text: expression, types: [result] }, scope)
  }
  if (mutation.given(other)) mutation.invalid(other, `{${other}}`, `must not be specified when patchType is ${type}`)
}

/** Spec of the binding of a policy. */
export function checkPolicyBinding(spec: Field, mutating: boolean): void {
  const policy = spec.text('policyName')
  if (policy === '') spec.required('policyName')
  else spec.faults('policyName', policy, checkDnsSubdomain(policy))
  const params = spec.object('paramRef')
  if (params !== undefined) checkParamRef(params)
  const match = spec.object('matchResources')
  if (match !== undefined) checkMatchResources(match)
  if (mutating) {
    if (match !== undefined) checkMutatingOperations(match)
  } else checkActions(spec)
}

function checkParamRef(params: Field): void {
  const name = params.text('name')
  if (name !== '') {
    params.faults('name', name, pathFaults(name))
    if (params.given('selector')) params.forbidden('name', 'name and selector are mutually exclusive')
  }
  if (params.given('selector')) {
    checkSelector(params, 'selector')
    if (name !== '') params.forbidden('selector', 'name and selector are mutually exclusive')
  } else if (name === '') params.required('', 'one of name or selector must be specified')
  params.oneOf('parameterNotFoundAction', ['Deny', 'Allow'], true)
}

const ACTIONS = ['Audit', 'Deny', 'Warn']

function checkActions(spec: Field): void {
  const key = 'validationActions'
  const actions = spec.texts(key)
  for (const [i, action] of actions.entries()) {
    if (!ACTIONS.includes(action)) spec.unsupported(`${key}[${i}]`, action, ACTIONS)
    if (actions.indexOf(action) < i) spec.duplicate(`${key}[${i}]`, action)
  }
  if (actions.includes('Deny') && actions.includes('Warn')) {
    const why =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)'
    spec.invalid(key, actions, why)
  }
  if (actions.length === 0) spec.required(key, 'at least one validation action is required')
}
