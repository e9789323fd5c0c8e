import { getIn, isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import type { UserInfo } from '../http/types.ts'
import type { Store } from '../store/store.ts'

/** What somebody wants to do, as RBAC sees it. */
export interface Attributes {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly subresource: string
  readonly namespace: string
  readonly name: string
  /** For paths that are no resource: `/version`. */
  readonly path: string
}

export interface Decision {
  readonly allowed: boolean
  readonly reason: string
}

export interface PolicyRule {
  readonly verbs: readonly string[]
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames: readonly string[]
  readonly nonResourceURLs: readonly string[]
}

interface BoundRule {
  readonly rule: PolicyRule
  readonly binding: string
}

const BINDINGS = 'rolebindings.rbac.authorization.k8s.io'
const CLUSTER_BINDINGS = 'clusterrolebindings.rbac.authorization.k8s.io'
const ROLES = 'roles.rbac.authorization.k8s.io'
const CLUSTER_ROLES = 'clusterroles.rbac.authorization.k8s.io'

/** Evaluates RBAC over the stored roles and bindings, as apiserver's RBAC authoriser does. */
export class Authorizer {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** Says whether a user may do something; members of system:masters may do anything. */
  decide(user: UserInfo, wanted: Attributes): Decision {
    if (user.groups.includes('system:masters')) return { allowed: true, reason: '' }
    for (const { rule, binding } of this.#rulesFor(user, wanted.namespace)) {
      if (wanted.path === '' ? allowsResource(rule, wanted) : allowsPath(rule, wanted)) {
        return { allowed: true, reason: `RBAC: allowed by ${binding}` }
      }
    }
    return { allowed: false, reason: '' }
  }

  /** Every rule that holds for a user in a namespace. */
  rules(user: UserInfo, namespace: string): PolicyRule[] {
    if (user.groups.includes('system:masters')) {
      const all = ['*']
      const everything = [
        { verbs: all, apiGroups: all, resources: all, resourceNames: [], nonResourceURLs: [] },
        { verbs: all, apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: all },
      ]
      const others = [...this.#rulesFor(user, namespace)].filter(({ binding }) => !binding.includes('"cluster-admin"'))
      return [...everything, ...others.map(({ rule }) => rule)]
    }
    return [...this.#rulesFor(user, namespace)].map(({ rule }) => rule)
  }

  *#rulesFor(user: UserInfo, namespace: string): Generator<BoundRule> {
    for (const { object } of this.#store.collection(CLUSTER_BINDINGS).list(undefined)) {
      if (!boundTo(object, user, '')) continue
      const role = String(getIn(object, ['roleRef', 'name']) ?? '')
      const binding = `ClusterRoleBinding "${object.metadata.name}" of ClusterRole "${role}" to ${describe(object, user)}`
      for (const rule of this.#roleRules('ClusterRole', role, '')) yield { rule, binding }
    }
    if (namespace === '') return
    for (const { object } of this.#store.collection(BINDINGS).list(namespace)) {
      if (!boundTo(object, user, namespace)) continue
      const kind = String(getIn(object, ['roleRef', 'kind']) ?? '')
      const role = String(getIn(object, ['roleRef', 'name']) ?? '')
      const binding = `RoleBinding "${object.metadata.name}/${namespace}" of ${kind} "${role}" to ${describe(object, user)}`
      for (const rule of this.#roleRules(kind, role, namespace)) yield { rule, binding }
    }
  }

  #roleRules(kind: string, name: string, namespace: string): PolicyRule[] {
    if (kind === 'Role') return rulesOf(this.#store.get(ROLES, namespace, name)?.object)
    const role = this.#store.get(CLUSTER_ROLES, '', name)?.object
    const selectors = getIn(role, ['aggregationRule', 'clusterRoleSelectors'])
    if (!Array.isArray(selectors)) return rulesOf(role)
    // What the aggregation controller has not written yet counts already.
    const out = rulesOf(role)
    for (const { object } of this.#store.collection(CLUSTER_ROLES).list(undefined)) {
      if (selectors.some((selector) => labelsMatch(selector, object))) out.push(...rulesOf(object))
    }
    return out
  }
}

function labelsMatch(selector: JsonValue, object: KubeObject): boolean {
  const wanted = getIn(selector, ['matchLabels'])
  const labels = isObject(object.metadata['labels']) ? object.metadata['labels'] : {}
  return isObject(wanted) && Object.entries(wanted).every(([key, value]) => labels[key] === value)
}

function boundTo(binding: KubeObject, user: UserInfo, namespace: string): boolean {
  const subjects = binding['subjects']
  return Array.isArray(subjects) && subjects.some((subject) => isObject(subject) && isSubject(subject, user, namespace))
}

function isSubject(subject: JsonObject, user: UserInfo, namespace: string): boolean {
  const name = String(subject['name'] ?? '')
  switch (subject['kind']) {
    case 'User':
      return user.name === name
    case 'Group':
      return user.groups.includes(name)
    case 'ServiceAccount':
      return user.name === `system:serviceaccount:${String(subject['namespace'] ?? namespace)}:${name}`
    default:
      return false
  }
}

function describe(binding: KubeObject, user: UserInfo): string {
  const subjects = Array.isArray(binding['subjects']) ? binding['subjects'].filter(isObject) : []
  const subject = subjects.find((item) => isSubject(item, user, String(binding.metadata['namespace'] ?? '')))
  if (subject?.['kind'] === 'ServiceAccount')
    return `ServiceAccount "${String(subject['name'])}/${String(subject['namespace'])}"`
  return `${String(subject?.['kind'])} "${String(subject?.['name'])}"`
}

function rulesOf(role: KubeObject | undefined): PolicyRule[] {
  const rules = role?.['rules']
  if (!Array.isArray(rules)) return []
  return rules.filter(isObject).map((rule) => ({
    verbs: strings(rule['verbs']),
    apiGroups: strings(rule['apiGroups']),
    resources: strings(rule['resources']),
    resourceNames: strings(rule['resourceNames']),
    nonResourceURLs: strings(rule['nonResourceURLs']),
  }))
}

function strings(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

function has(list: readonly string[], value: string): boolean {
  return list.includes('*') || list.includes(value)
}

function allowsResource(rule: PolicyRule, wanted: Attributes): boolean {
  const full = wanted.subresource === '' ? wanted.resource : `${wanted.resource}/${wanted.subresource}`
  return (
    has(rule.verbs, wanted.verb) &&
    has(rule.apiGroups, wanted.group) &&
    (has(rule.resources, full) || (wanted.subresource !== '' && rule.resources.includes(`*/${wanted.subresource}`))) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(wanted.name))
  )
}

function allowsPath(rule: PolicyRule, wanted: Attributes): boolean {
  return (
    has(rule.verbs, wanted.verb) &&
    rule.nonResourceURLs.some(
      (url) => url === '*' || url === wanted.path || (url.endsWith('*') && wanted.path.startsWith(url.slice(0, -1))),
    )
  )
}
