import { isObject, type JsonObject } from '../../../base/index.ts'
import { checkDnsSubdomain, checkQualifiedName, type KubeObject } from '../../../kube/index.ts'
import type { FieldError } from '../../http/errors.ts'
import { checkIp, isAddress } from './addresses.ts'
import { collect, type Field } from './field.ts'

type Status = (status: Field, next: KubeObject, live: KubeObject) => void

/** Errors of a status update: `check` looks at the new status. */
export function statusErrors(check: Status): (next: KubeObject, live: KubeObject) => FieldError[] {
  return (next, live) => collect(next['status'], 'status', (status) => check(status, next, live))
}

function old(live: KubeObject): JsonObject {
  return isObject(live['status']) ? live['status'] : {}
}

/** Counts of Pods: none is negative, and none above those that hold it. `of`: how the last message names ready Pods. */
function counts(status: Field, all: readonly string[], within: readonly string[], of: string): void {
  for (const key of all) status.nonNegative(key)
  const count = (key: string): number => status.number(key) ?? 0
  for (const key of within) {
    if (count(key) > count('replicas')) status.invalid(key, count(key), 'cannot be greater than status.replicas')
  }
  if (count('availableReplicas') > count('readyReplicas')) {
    status.invalid('availableReplicas', count('availableReplicas'), `cannot be greater than ${of}`)
  }
}

/** Counts of collisions only grow (apimachinery's `IsDecremented`). */
function collisions(status: Field, live: KubeObject): void {
  const before = old(live)['collisionCount']
  if (typeof before !== 'number') return
  const now = status.number('collisionCount')
  if (now === undefined || now < before) status.invalid('collisionCount', now ?? 0, 'cannot be decremented')
}

/** `ValidateDeploymentStatusUpdate`. */
export const deploymentStatus: Status = (status, _next, live) => {
  const within = ['updatedReplicas', 'readyReplicas', 'availableReplicas']
  const rest = ['unavailableReplicas', 'terminatingReplicas', 'collisionCount']
  counts(status, ['observedGeneration', 'replicas', ...within, ...rest], within, 'readyReplicas')
  collisions(status, live)
}

/** `ValidateReplicaSetStatusUpdate`, and that of ReplicationControllers. */
export const replicaStatus: Status = (status) => {
  const within = ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas']
  counts(status, ['replicas', ...within, 'observedGeneration', 'terminatingReplicas'], within, 'readyReplicas')
}

/** `ValidateStatefulSetStatusUpdate`. */
export const statefulStatus: Status = (status, _next, live) => {
  const within = ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas']
  counts(status, ['replicas', ...within, 'observedGeneration', 'collisionCount'], within, 'status.readyReplicas')
  collisions(status, live)
}

/** `ValidateDaemonSetStatusUpdate`. */
export const daemonStatus: Status = (status, _next, live) => {
  for (const key of [
    'currentNumberScheduled',
    'numberMisscheduled',
    'desiredNumberScheduled',
    'numberReady',
    'observedGeneration',
    'updatedNumberScheduled',
    'numberAvailable',
    'numberUnavailable',
    'collisionCount',
  ]) {
    status.nonNegative(key)
  }
  collisions(status, live)
}

/** `ValidateHorizontalPodAutoscalerStatusUpdate`. */
export const autoscalerStatus: Status = (status) => {
  status.nonNegative('currentReplicas')
  status.nonNegative('desiredReplicas')
}

/** `ValidatePodDisruptionBudgetStatusUpdate`. */
export const budgetStatus: Status = (status) => {
  checkConditions(status)
  for (const key of ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods']) status.nonNegative(key)
}

/** Conditions of the shared type (apimachinery `ValidateConditions`). */
function checkConditions(status: Field): void {
  const seen = new Set<string>()
  for (const condition of status.objects('conditions')) {
    const type = condition.text('type')
    if (seen.has(type)) condition.duplicate('type', type)
    seen.add(type)
    condition.faults('type', type, checkQualifiedName(type))
    condition.oneOf('status', ['False', 'True', 'Unknown'])
    const generation = condition.number('observedGeneration') ?? 0
    if (generation < 0) condition.invalid('observedGeneration', generation, 'must be greater than or equal to zero')
    if (!condition.given('lastTransitionTime')) condition.required('lastTransitionTime')
    const reason = condition.text('reason')
    if (reason === '') condition.required('reason')
    else if (!/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/.test(reason)) condition.invalid('reason', reason, REASON)
    if (reason.length > 1024) condition.tooLong('reason', 1024)
    if (condition.text('message').length > 32768) condition.tooLong('message', 32768)
  }
}

const REASON =
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')"

const SYSTEM_CONDITIONS: ReadonlySet<string> = new Set(['PodScheduled', 'Ready', 'Initialized'])

/** `ValidatePodStatusUpdate`: conditions, counts, class and addresses; states of containers are not compared. */
export const podStatus: Status = (status, next, live) => {
  for (const condition of status.objects('conditions')) {
    const generation = condition.number('observedGeneration') ?? 0
    if (generation < 0) condition.invalid('observedGeneration', generation, 'must be a non-negative integer')
    const type = condition.text('type')
    if (!SYSTEM_CONDITIONS.has(type)) condition.faults('Type', type, checkQualifiedName(type))
  }
  const before = old(live)
  const nominated = status.text('nominatedNodeName')
  if (nominated !== '' && nominated !== before['nominatedNodeName']) {
    status.faults('nominatedNodeName', nominated, checkDnsSubdomain(nominated))
    const { spec } = next
    if (isObject(spec) && typeof spec['nodeName'] === 'string' && spec['nodeName'] !== '') {
      status.forbidden('nominatedNodeName', 'may not be set on pods that are already bound to a node')
    }
  }
  const observed = status.number('observedGeneration') ?? 0
  if (observed < 0) status.invalid('observedGeneration', observed, 'must be a non-negative integer')
  const qos = status.text('qosClass')
  if (qos !== (before['qosClass'] ?? '')) status.invalid('qosClass', qos, 'field is immutable')
  checkPodAddresses(status, 'podIPs', before['podIPs'])
  const [first] = status.objects('hostIPs')
  if (first !== undefined && first.text('ip') !== status.text('hostIP')) {
    first.invalid('ip', first.text('ip'), 'must be equal to `hostIP`')
  }
  checkPodAddresses(status, 'hostIPs', before['hostIPs'])
}

/** Addresses of a Pod or its host: one of each family at most. */
function checkPodAddresses(status: Field, key: string, before: unknown): void {
  const known = knownAddresses(before)
  const addresses = status.objects(key).map((item) => item.text('ip'))
  for (const [i, ip] of addresses.entries()) if (!known.has(ip)) checkIp(status, `${key}[${i}]`, ip)
  if (addresses.length < 2 || !addresses.every(isAddress)) return
  const families = new Set(addresses.map((ip) => ip.includes(':')))
  if (families.size === 2 && addresses.length === 2) return
  const shown = addresses.map((ip) => ({ IP: ip }))
  status.invalid(key, shown, 'may specify no more than one IP for each IP family')
}

/** `ValidateNamespaceStatusUpdate`. */
export const namespaceStatus: Status = (status, next) => {
  const deleting = typeof next.metadata['deletionTimestamp'] === 'string'
  const phase = status.text('phase')
  if (!deleting && phase !== 'Active') {
    status.invalid('Phase', phase, "may only be 'Active' if `deletionTimestamp` is empty")
  } else if (deleting && phase !== 'Terminating') {
    status.invalid('Phase', phase, "may only be 'Terminating' if `deletionTimestamp` is not empty")
  }
}

const RESIZE_STATUSES: readonly string[] = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizePending',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
]

/** `ValidatePersistentVolumeClaimStatusUpdate`: what a resize is said to be. Upstream names the resource, not its value. */
export const claimStatus: Status = (status) => {
  for (const [name, state] of status.entries('allocatedResourceStatuses')) {
    const allowed = [...RESIZE_STATUSES].sort()
    if (!RESIZE_STATUSES.includes(state)) status.unsupported('allocatedResourceStatuses', name, allowed)
  }
}

/** `ValidateValidatingAdmissionPolicyStatusUpdate`. */
export const policyStatus: Status = (status) => {
  for (const warning of status.struct('typeChecking').objects('expressionWarnings')) {
    if (warning.text('warning') === '') warning.required('warning')
    if (warning.text('fieldRef') === '') warning.required('fieldRef')
  }
  checkConditions(status)
}

/** Addresses that were there before are not looked at again. */
function knownAddresses(list: unknown): ReadonlySet<unknown> {
  return new Set(Array.isArray(list) ? list.filter(isObject).map((item) => item['ip']) : [])
}

function checkIngresses(balancer: Field, live: KubeObject, mode: boolean): void {
  const before = old(live)['loadBalancer']
  const known = knownAddresses(isObject(before) ? before['ingress'] : undefined)
  for (const ingress of balancer.objects('ingress')) {
    const ip = ingress.text('ip')
    if (ip !== '' && !known.has(ip)) checkIp(ingress, 'ip', ip)
    if (mode) checkMode(ingress, ip)
    const host = ingress.text('hostname')
    if (host === '') continue
    ingress.faults('hostname', host, checkDnsSubdomain(host))
    if (isAddress(host)) ingress.invalid('hostname', host, 'must be a DNS name, not an IP address')
  }
}

function checkMode(ingress: Field, ip: string): void {
  if (!ingress.given('ipMode')) {
    if (ip !== '') ingress.required('ipMode', 'must be specified when `ip` is set')
  } else if (ip === '') ingress.forbidden('ipMode', 'may not be specified when `ip` is not set')
  else ingress.oneOf('ipMode', ['Proxy', 'VIP'])
}

/** `ValidateServiceStatusUpdate`. */
export const serviceStatus: Status = (status, next, live) => {
  const balancer = status.struct('loadBalancer')
  const { spec } = next
  const balanced = isObject(spec) && spec['type'] === 'LoadBalancer'
  if (!balanced && balancer.count('ingress') > 0) {
    balancer.forbidden('ingress', "may only be used when `spec.type` is 'LoadBalancer'")
  } else checkIngresses(balancer, live, true)
}

/** `ValidateIngressStatusUpdate`. */
export const ingressStatus: Status = (status, _next, live) => {
  checkIngresses(status.struct('loadBalancer'), live, false)
}
