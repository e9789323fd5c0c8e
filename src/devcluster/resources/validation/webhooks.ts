import { checkDns1035Label, checkDnsSubdomain, checkPortNumber, checkQualifiedName } from '../../../kube/index.ts'
import type { Field } from './field.ts'
import { checkCondition, ExpressionBases, type PolicyScope } from './policy-compile.ts'
import { checkSelector } from './selectors.ts'

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
const REVIEW_VERSIONS = ['v1', 'v1beta1']
const MAX_CONDITIONS = 64

/** The webhooks of a configuration (pkg/apis/admissionregistration/validation). */
export function checkWebhooks(configuration: Field, mutating: boolean): void {
  const names = new Set<string>()
  const bases = new ExpressionBases()
  for (const hook of configuration.objects('webhooks')) {
    checkWebhook(hook, mutating, bases)
    checkReviewVersions(hook)
    const name = hook.text('name')
    if (name !== '' && names.has(name)) hook.duplicate('name', name)
    names.add(name)
  }
}

function checkWebhook(hook: Field, mutating: boolean, bases: ExpressionBases): void {
  checkHookName(hook)
  for (const rule of hook.objects('rules')) checkRuleWithOperations(rule)
  if (hook.given('failurePolicy')) hook.oneOf('failurePolicy', ['Fail', 'Ignore'])
  if (hook.given('matchPolicy')) hook.oneOf('matchPolicy', ['Equivalent', 'Exact'])
  if (!hook.given('sideEffects')) hook.required('sideEffects', 'must specify one of None, NoneOnDryRun')
  else hook.oneOf('sideEffects', ['None', 'NoneOnDryRun'])
  const timeout = hook.number('timeoutSeconds')
  if (timeout !== undefined && (timeout > 30 || timeout < 1)) {
    hook.invalid('timeoutSeconds', timeout, 'the timeout value must be between 1 and 30 seconds')
  }
  checkSelector(hook, 'namespaceSelector')
  checkSelector(hook, 'objectSelector')
  if (mutating && hook.given('reinvocationPolicy')) hook.oneOf('reinvocationPolicy', ['IfNeeded', 'Never'])
  const client = hook.struct('clientConfig')
  if (client.given('url') === client.given('service')) {
    hook.required('clientConfig', 'exactly one of url or service is required')
  } else if (client.given('url')) checkUrl(client)
  else checkService(client.struct('service'))
  checkMatchConditions(hook, { params: false, variables: undefined, bases })
}

function checkHookName(hook: Field): void {
  const name = hook.text('name')
  if (name === '') {
    hook.required('name')
    return
  }
  const faults = checkDnsSubdomain(name)
  if (faults.length > 0) hook.invalid('name', name, faults.join(','))
  else if (name.split('.').length < 3) {
    hook.invalid('name', name, 'should be a domain with at least three segments separated by dots')
  }
}

/** A rule of a webhook or policy. */
export function checkRuleWithOperations(rule: Field): void {
  const operations = rule.texts('operations')
  if (operations.length === 0) rule.required('operations')
  if (operations.length > 1 && operations.includes('*')) {
    rule.invalid('operations', operations, "if '*' is present, must not specify other operations")
  }
  for (const [i, operation] of operations.entries()) {
    if (!OPERATIONS.includes(operation)) rule.unsupported(`operations[${i}]`, operation, OPERATIONS)
  }
  for (const [key, what] of [
    ['apiGroups', 'API groups'],
    ['apiVersions', 'API versions'],
  ] as const) {
    const values = rule.texts(key)
    if (values.length === 0) rule.required(key)
    if (values.length > 1 && values.includes('*')) {
      rule.invalid(key, values, `if '*' is present, must not specify other ${what}`)
    }
    if (key === 'apiVersions')
      for (const [i, value] of values.entries()) if (value === '') rule.required(`${key}[${i}]`)
  }
  checkRuleResources(rule)
  if (rule.given('scope')) rule.oneOf('scope', ['*', 'Cluster', 'Namespaced'])
}

function checkRuleResources(rule: Field): void {
  const resources = rule.texts('resources')
  if (resources.length === 0) rule.required('resources')
  const wholes = new Set<string>()
  const parts = new Set<string>()
  let plain = false
  for (const [i, resource] of resources.entries()) {
    const at = `resources[${i}]`
    if (resource === '') {
      rule.required(at)
      continue
    }
    const slash = resource.indexOf('/')
    if (slash < 0) {
      plain = resource !== '*'
      continue
    }
    const [of, sub] = [resource.slice(0, slash), resource.slice(slash + 1)]
    if (wholes.has(of)) rule.invalid(at, resource, `if '${of}/*' is present, must not specify ${resource}`)
    if (parts.has(sub)) rule.invalid(at, resource, `if '*/${sub}' is present, must not specify ${resource}`)
    if (sub === '*') wholes.add(of)
    if (of === '*') parts.add(sub)
  }
  if (resources.length > 1 && resources.includes('*/*')) {
    rule.invalid('resources', resources, "if '*/*' is present, must not specify other resources")
  }
  if (resources.includes('*') && plain) {
    const why = "if '*' is present, must not specify other resources without subresources"
    rule.invalid('resources', resources, why)
  }
}

function checkReviewVersions(hook: Field): void {
  const key = 'admissionReviewVersions'
  const versions = hook.texts(key)
  if (versions.length === 0) {
    hook.required(key, `must specify one of ${REVIEW_VERSIONS.join(', ')}`)
    return
  }
  const seen = new Set<string>()
  for (const [i, version] of versions.entries()) {
    if (seen.has(version)) hook.invalid(`${key}[${i}]`, version, 'duplicate version')
    else hook.faults(`${key}[${i}]`, version, checkDns1035Label(version))
    seen.add(version)
  }
  if (!REVIEW_VERSIONS.some((version) => seen.has(version))) {
    hook.invalid(key, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`)
  }
}

/** Conditions of a webhook or policy, compiled. */
export function checkMatchConditions(parent: Field, scope: PolicyScope): void {
  const conditions = parent.objects('matchConditions')
  if (conditions.length > MAX_CONDITIONS) parent.tooMany('matchConditions', conditions.length, MAX_CONDITIONS)
  const names = new Set<string>()
  for (const condition of conditions) {
    const expression = condition.text('expression').trim()
    if (expression === '') condition.required('expression')
    else checkCondition(condition, 'expression', { text: expression, types: ['bool'] }, scope)
    const name = condition.text('name')
    if (name === '') condition.required('name')
    else {
      condition.faults('name', name, checkQualifiedName(name))
      if (names.has(name)) condition.duplicate('name', name)
    }
    names.add(name)
  }
}

/** A webhook on this machine may do without certificates here: nothing else is ever called. */
const LOOPBACK = /^(127(\.\d+){3}|localhost|\[::1\])(:\d+)?$/
const URL_FORM = '; desired format: https://host[/path]'

/** Where a webhook listens (apiserver `pkg/util/webhook`). */
function checkUrl(client: Field): void {
  const value = client.text('url')
  const [, scheme = '', rest = ''] = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(.*)$/s.exec(value) ?? []
  if (/[\x00-\x1f\x7f]/.test(value)) {
    const why = `parse ${JSON.stringify(value)}: net/url: invalid control character in URL`
    client.required('url', `url must be a valid URL: ${why}${URL_FORM}`)
    return
  }
  const [beforeFragment = '', fragment = ''] = split(rest, '#')
  const [beforeQuery = '', query = ''] = split(beforeFragment, '?')
  const authority = beforeQuery.startsWith('//') ? beforeQuery.slice(2).split('/', 1)[0]! : ''
  const at = authority.lastIndexOf('@')
  const host = authority.slice(at + 1)
  const local = scheme.toLowerCase() === 'http' && LOOPBACK.test(host)
  if (scheme.toLowerCase() !== 'https' && !local) {
    client.invalid('url', scheme.toLowerCase(), `'https' is the only allowed URL scheme${URL_FORM}`)
  }
  if (host === '') client.invalid('url', '', `host must be specified${URL_FORM}`)
  if (at >= 0) client.invalid('url', authority.slice(0, at), 'user information is not permitted in the URL')
  if (fragment !== '') client.invalid('url', fragment, 'fragments are not permitted in the URL')
  if (query !== '') client.invalid('url', query, 'query parameters are not permitted in the URL')
}

function split(text: string, by: string): [string, string] {
  const at = text.indexOf(by)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

function checkService(service: Field): void {
  // The server asks for the one under the name of the other.
  if (service.text('namespace') === '') service.required('name')
  if (service.text('name') === '') service.required('namespace')
  const port = service.number('port') ?? 0
  const faults = checkPortNumber(port)
  if (faults.length > 0) service.invalid('port', port, `port is not valid: ${faults.join(',')}`)
  checkPath(service)
}

function checkPath(service: Field): void {
  const path = service.text('path')
  if (path === '' || path === '/') return
  if (path === '//') {
    service.invalid('path', path, 'segment[0] may not be empty')
    return
  }
  if (!path.startsWith('/')) service.invalid('path', path, "must start with a '/'")
  for (const [i, segment] of path.slice(1).replace(/\/$/, '').split('/').entries()) {
    if (segment === '') service.invalid('path', path, `segment[${i}] may not be empty`)
    else for (const fault of checkDnsSubdomain(segment)) service.invalid('path', path, `segment[${i}]: ${fault}`)
  }
}
