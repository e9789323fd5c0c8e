import { isObject, type JsonObject, type JsonValue, jsonEqual } from '../../../base/index.ts'
import { checkDnsLabel, checkPercent } from '../../../kube/index.ts'
import { validateAnnotations } from '../../operations/validate-metadata.ts'
import { Field } from './field.ts'
import { checkPodSpec } from './pod-spec.ts'
import { checkLabels, checkSelector, isUsable, selects, shownLabels, shownSelector } from './selectors.ts'
import { checkClaimSpec } from './volume-claims.ts'

/** A template's labels, annotations and spec; upstream names the first two without `metadata`. */
export function checkTemplate(template: Field): void {
  const metadata = new Field(template.struct('metadata').value, template.path, template.errors)
  checkLabels(metadata, 'labels')
  metadata.errors.push(...validateAnnotations(metadata.value['annotations'], template.at('annotations')))
  const spec = template.struct('spec')
  checkPodSpec(spec, false)
  if (spec.count('ephemeralContainers') > 0) {
    spec.forbidden('ephemeralContainers', 'ephemeral containers not allowed in pod template')
  }
}

/** A selector that is required and not empty. `kind`: as upstream's text names it. */
function checkOwnSelector(spec: Field, kind: string): void {
  const selector = spec.object('selector')
  if (selector === undefined) {
    spec.required('selector')
    return
  }
  checkSelector(spec, 'selector')
  if (selector.count('matchLabels') + selector.count('matchExpressions') === 0) {
    spec.invalid('selector', shownSelector(selector.value), `empty selector is invalid for ${kind}`)
  }
}

/** A selector has to select its own template. */
function checkMatch(spec: Field): void {
  const selector = spec.object('selector')
  if (selector !== undefined && selector.count('matchLabels') + selector.count('matchExpressions') === 0) return
  const labels = spec.struct('template').struct('metadata').object('labels')?.value ?? null
  if (!selects(selector?.value, labels ?? {})) {
    spec.invalid('template.metadata.labels', shownLabels(labels), '`selector` does not match template `labels`')
  }
}

function checkAlways(spec: Field, kind: string): void {
  const pod = spec.struct('template').struct('spec')
  if (pod.text('restartPolicy') !== 'Always') pod.unsupported('restartPolicy', pod.text('restartPolicy'), ['Always'])
  if (pod.given('activeDeadlineSeconds')) {
    pod.forbidden('activeDeadlineSeconds', `activeDeadlineSeconds in ${kind} is not Supported`)
  }
}

/** An amount of Pods: a number or a percentage. */
function checkIntOrPercent(parent: Field, key: string): void {
  const value = parent.value[key]
  if (typeof value === 'string') parent.faults(key, value, checkPercent(value))
  else if (Number(value ?? 0) < 0) parent.invalid(key, Number(value), 'must be greater than or equal to 0')
}

/** The number before a percent sign, undefined for other values. */
function percentOf(value: JsonValue | undefined): number | undefined {
  return typeof value === 'string' && /^[0-9]+%$/.test(value) ? Number(value.slice(0, -1)) : undefined
}

function amountOf(value: JsonValue | undefined): number {
  return percentOf(value) ?? (Number.parseInt(String(value ?? 0), 10) || 0)
}

/** At most all of them. */
function checkAtMostAll(parent: Field, key: string): void {
  if ((percentOf(parent.value[key]) ?? 0) > 100) {
    parent.invalid(key, parent.value[key], 'must not be greater than 100%')
  }
}

/** Spec of a Deployment (pkg/apis/apps/validation). */
export function checkDeploymentSpec(spec: Field): void {
  spec.nonNegative('replicas')
  checkReplicated(spec)
  const strategy = spec.struct('strategy')
  const rolling = strategy.object('rollingUpdate')
  switch (strategy.text('type')) {
    case 'Recreate':
      if (rolling !== undefined) {
        strategy.forbidden('rollingUpdate', "may not be specified when strategy `type` is 'Recreate'")
      }
      break
    case 'RollingUpdate':
      if (rolling === undefined) break
      checkIntOrPercent(rolling, 'maxUnavailable')
      checkIntOrPercent(rolling, 'maxSurge')
      if (amountOf(rolling.value['maxUnavailable']) === 0 && amountOf(rolling.value['maxSurge']) === 0) {
        rolling.invalid('maxUnavailable', rolling.value['maxUnavailable'], 'may not be 0 when `maxSurge` is 0')
      }
      checkAtMostAll(rolling, 'maxUnavailable')
      break
    default:
      spec.unsupported('strategy', goStrategy(strategy), ['Recreate', 'RollingUpdate'])
  }
  spec.nonNegative('minReadySeconds')
  spec.nonNegative('revisionHistoryLimit')
  spec.nonNegative('progressDeadlineSeconds')
  const deadline = spec.number('progressDeadlineSeconds')
  if (deadline !== undefined && deadline <= (spec.number('minReadySeconds') ?? 0)) {
    spec.invalid('progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')
  }
}

/** An update strategy under the names of Go's struct and in its order, as errors show it. */
function goStrategy(strategy: Field): JsonValue {
  const rolling = strategy.object('rollingUpdate')?.value
  const shown: JsonObject = {}
  for (const key of ['partition', 'maxUnavailable', 'maxSurge']) {
    if (rolling?.[key] !== undefined) shown[key[0]!.toUpperCase() + key.slice(1)] = rolling[key]
  }
  return { Type: strategy.text('type'), RollingUpdate: rolling === undefined ? null : shown }
}

/** What a Deployment and a ReplicaSet share. */
function checkReplicated(spec: Field): void {
  checkOwnSelector(spec, 'deployment')
  if (!isUsable(spec.object('selector')?.value)) {
    spec.invalid('selector', shownSelector(spec.object('selector')?.value), 'invalid label selector')
    return
  }
  checkMatch(spec)
  checkTemplate(spec.struct('template'))
  checkAlways(spec, 'ReplicaSet')
}

/** Spec of a ReplicaSet. */
export function checkReplicaSetSpec(spec: Field): void {
  spec.nonNegative('replicas')
  spec.nonNegative('minReadySeconds')
  checkReplicated(spec)
}

/** Spec of a ReplicationController, whose selector is a plain map. */
export function checkReplicationControllerSpec(spec: Field): void {
  spec.nonNegative('minReadySeconds')
  const selector = spec.object('selector')?.value ?? {}
  if (Object.keys(selector).length === 0) spec.required('selector')
  spec.nonNegative('replicas')
  if (!spec.given('replicas')) spec.required('replicas')
  const template = spec.object('template')
  if (template === undefined) {
    spec.required('template')
    return
  }
  const labels = template.struct('metadata').object('labels')?.value ?? null
  if (Object.entries(selector).some(([key, value]) => labels?.[key] !== value)) {
    spec.invalid('template.metadata.labels', shownLabels(labels), '`selector` does not match template `labels`')
  }
  checkTemplate(template)
  const pod = template.struct('spec')
  if (pod.text('restartPolicy') !== 'Always') pod.unsupported('restartPolicy', pod.text('restartPolicy'), ['Always'])
  if (pod.given('activeDeadlineSeconds')) {
    pod.forbidden('activeDeadlineSeconds', 'activeDeadlineSeconds in ReplicationController is not Supported')
  }
}

/** Spec of a DaemonSet. */
export function checkDaemonSetSpec(spec: Field): void {
  checkSelector(spec, 'selector')
  if (isUsable(spec.object('selector')?.value)) checkMatch(spec)
  const selector = spec.object('selector')
  if (selector !== undefined && selector.count('matchLabels') + selector.count('matchExpressions') === 0) {
    spec.invalid('selector', shownSelector(selector.value), 'empty selector is invalid for daemonset')
  }
  checkTemplate(spec.struct('template'))
  checkAlways(spec, 'DaemonSet')
  spec.nonNegative('minReadySeconds')
  const strategy = spec.struct('updateStrategy')
  const type = strategy.text('type')
  if (type === 'RollingUpdate') {
    const rolling = strategy.object('rollingUpdate')
    if (rolling !== undefined) checkDaemonRolling(rolling)
  } else if (type !== 'OnDelete') {
    spec.unsupported('updateStrategy', goStrategy(strategy), ['RollingUpdate', 'OnDelete'])
  }
  spec.nonNegative('revisionHistoryLimit')
}

function checkDaemonRolling(rolling: Field): void {
  const keys = ['maxUnavailable', 'maxSurge'] as const
  for (const key of keys) checkIntOrPercent(rolling, key)
  for (const key of keys) checkAtMostAll(rolling, key)
  const [unavailable, surge] = keys.map((key) => amountOf(rolling.value[key]) !== 0)
  if (unavailable && surge) {
    rolling.invalid('maxSurge', rolling.value['maxSurge'], 'may not be set when maxUnavailable is non-zero')
  } else if (!unavailable && !surge) rolling.required('maxUnavailable', 'cannot be 0 when maxSurge is 0')
}

/** Spec of a StatefulSet; `update`: what cannot change any more is not looked at again. */
export function checkStatefulSetSpec(spec: Field, update: boolean): void {
  const management = spec.text('podManagementPolicy')
  if (management === '') spec.required('podManagementPolicy')
  else if (management !== 'OrderedReady' && management !== 'Parallel') {
    spec.invalid('podManagementPolicy', management, "must be 'OrderedReady' or 'Parallel'")
  }
  checkStatefulStrategy(spec)
  const retention = spec.object('persistentVolumeClaimRetentionPolicy')
  retention?.oneOf('whenDeleted', ['Retain', 'Delete'])
  retention?.oneOf('whenScaled', ['Retain', 'Delete'])
  if (!update) for (const claim of spec.objects('volumeClaimTemplates')) checkClaimSpec(claim.struct('spec'))
  spec.nonNegative('replicas')
  spec.nonNegative('minReadySeconds')
  spec.object('ordinals')?.nonNegative('start')
  const service = spec.text('serviceName')
  if (!update && service !== '') spec.faults('serviceName', service, checkDnsLabel(service))
  checkOwnSelector(spec, 'statefulset')
  if (!isUsable(spec.object('selector')?.value))
    spec.invalid('selector', shownSelector(spec.object('selector')?.value), '')
  else {
    checkMatch(spec)
    checkTemplate(withClaims(spec))
  }
  checkAlways(spec, 'StatefulSet')
}

function goRolling(rolling: Field): JsonValue {
  return { Partition: rolling.number('partition') ?? 0, MaxUnavailable: rolling.value['maxUnavailable'] ?? null }
}

function checkStatefulStrategy(spec: Field): void {
  const strategy = spec.struct('updateStrategy')
  const rolling = strategy.object('rollingUpdate')
  const type = strategy.text('type')
  if (type === '') spec.required('updateStrategy')
  else if (type === 'OnDelete') {
    if (rolling !== undefined) {
      strategy.invalid('rollingUpdate', rolling.value, "only allowed for updateStrategy 'RollingUpdate'")
    }
  } else if (type !== 'RollingUpdate') {
    const shown = { Type: type, RollingUpdate: rolling === undefined ? null : goRolling(rolling) }
    spec.invalid('updateStrategy', shown, "must be 'RollingUpdate' or 'OnDelete'")
  } else if (rolling !== undefined) {
    rolling.nonNegative('partition')
    if (!rolling.given('maxUnavailable')) return
    checkIntOrPercent(rolling, 'maxUnavailable')
    const value = rolling.value['maxUnavailable']
    if (amountOf(value) === 0) rolling.invalid('maxUnavailable', value, 'cannot be 0')
    checkAtMostAll(rolling, 'maxUnavailable')
  }
}

/** The template with the volumes that its claim templates will give each Pod. */
function withClaims(spec: Field): Field {
  const template = spec.struct('template')
  const claims = spec.objects('volumeClaimTemplates').map((claim) => claim.struct('metadata').text('name'))
  const pod = isObject(template.value['spec']) ? template.value['spec'] : {}
  const { hostname: _hostname, subdomain: _subdomain, ...rest } = pod
  const own = Array.isArray(pod['volumes']) ? pod['volumes'] : []
  const volumes = [
    ...claims.map((name) => ({ name, persistentVolumeClaim: { claimName: name } })),
    ...own.filter((volume) => !isObject(volume) || !claims.includes(String(volume['name'] ?? ''))),
  ]
  return new Field({ ...template.value, spec: { ...rest, volumes } }, template.path, template.errors)
}

/** A field that may not change: `field is immutable`. */
export function checkImmutable(next: Field, live: JsonValue | undefined, key: string): void {
  const before = isObject(live) ? (live[key] ?? null) : null
  const after = next.value[key] ?? null
  if (!jsonEqual(after, before))
    next.invalid(key, key === 'selector' ? shownSelector(after) : after, 'field is immutable')
}

/** Spec of a PodDisruptionBudget (pkg/apis/policy/validation). */
export function checkBudgetSpec(spec: Field): void {
  if (spec.given('minAvailable') && spec.given('maxUnavailable')) {
    const shown = {
      MinAvailable: spec.value['minAvailable'],
      Selector: spec.value['selector'] ?? null,
      MaxUnavailable: spec.value['maxUnavailable'],
      UnhealthyPodEvictionPolicy: spec.value['unhealthyPodEvictionPolicy'] ?? null,
    }
    spec.invalid('', shown, 'minAvailable and maxUnavailable cannot be both set')
  }
  for (const key of ['minAvailable', 'maxUnavailable']) {
    if (!spec.given(key)) continue
    checkIntOrPercent(spec, key)
    checkAtMostAll(spec, key)
  }
  checkSelector(spec, 'selector')
  if (spec.given('unhealthyPodEvictionPolicy')) {
    spec.oneOf('unhealthyPodEvictionPolicy', ['AlwaysAllow', 'IfHealthyBudget'])
  }
}
