import { isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import { type KubeObject, matchesLabels, selectorFromObject } from '../../kube/index.ts'
import type { AdmissionRequest } from '../operations/admission.ts'
import type { Machine } from '../operations/machine.ts'
import { labelsOf } from '../operations/metadata.ts'

/**
 * Whether `matchConstraints` or `matchResources` of an admission policy take a request (k8s.io/apiserver
 * pkg/admission/plugin/policy/matching). Absent constraints take everything.
 */
export function takes(machine: Machine, constraints: JsonValue | undefined, request: AdmissionRequest): boolean {
  if (!isObject(constraints)) return true
  if (rules(constraints, 'excludeResourceRules').some((rule) => ruleTakes(rule, request))) return false
  const wanted = rules(constraints, 'resourceRules')
  if (wanted.length > 0 && !wanted.some((rule) => ruleTakes(rule, request))) return false
  return (
    namespaceFits(machine, constraints['namespaceSelector'], request) &&
    objectFits(constraints['objectSelector'], request)
  )
}

/**
 * The version of the resource in which constraints take a request: the request's own, or under matchPolicy Equivalent
 * another that is served. Undefined when they do not take it.
 */
export function matchedType(
  machine: Machine,
  constraints: JsonObject,
  request: AdmissionRequest,
): AdmissionRequest['type'] | undefined {
  if (takes(machine, constraints, request)) return request.type
  if (constraints['matchPolicy'] === 'Exact') return undefined
  return machine.registry
    .all()
    .find((type) => type.collection === request.type.collection && takes(machine, constraints, { ...request, type }))
}

function rules(constraints: JsonObject, field: string): JsonObject[] {
  const list = constraints[field]
  return Array.isArray(list) ? list.filter(isObject) : []
}

function ruleTakes(rule: JsonObject, request: AdmissionRequest): boolean {
  const has = (field: string, value: string): boolean => {
    const list = rule[field]
    return Array.isArray(list) && (list.includes('*') || list.includes(value))
  }
  const { type, context } = request
  const scope = rule['scope'] ?? '*'
  const names = rule['resourceNames']
  return (
    has('operations', request.operation) &&
    has('apiGroups', type.group) &&
    has('apiVersions', type.version) &&
    resourceFits(rule['resources'], type.resource, context.subresource) &&
    (scope === '*' || (scope === 'Namespaced') === type.namespaced) &&
    (!Array.isArray(names) || names.length === 0 || names.includes(request.name))
  )
}

function resourceFits(list: JsonValue | undefined, resource: string, subresource: string): boolean {
  if (!Array.isArray(list)) return false
  return list.some((item) => {
    if (typeof item !== 'string') return false
    const [name, sub = ''] = item.split('/')
    return (name === '*' || name === resource) && (sub === '*' || sub === subresource)
  })
}

function namespaceFits(machine: Machine, selector: JsonValue | undefined, request: AdmissionRequest): boolean {
  if (!isObject(selector) || Object.keys(selector).length === 0) return true
  const name = request.type.collection === 'namespaces' ? request.name : request.namespace
  if (name === '') return true
  const stored = machine.store.get('namespaces', '', name)?.object
  const namespace = request.type.collection === 'namespaces' ? (request.object ?? stored) : stored
  return namespace !== undefined && fits(selector, namespace)
}

function objectFits(selector: JsonValue | undefined, request: AdmissionRequest): boolean {
  if (!isObject(selector) || Object.keys(selector).length === 0) return true
  return [request.object, request.old].some((object) => object !== undefined && fits(selector, object))
}

function fits(selector: JsonObject, object: KubeObject): boolean {
  const parsed = selectorFromObject(selector)
  return parsed.ok && matchesLabels(parsed.value, labelsOf(object))
}
