import { checkDnsLabel } from '../../../kube/index.ts'
import type { Field } from './field.ts'
import { pathSegmentFaults } from './names.ts'
import { checkContainerResourceName, quantityOf, signOf } from './quantities.ts'

const TYPES = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource']
/** Metric types and the member that holds their data, in the order upstream looks at them. */
const SOURCES = ['object', 'external', 'pods', 'resource', 'containerResource'] as const

function checkReference(reference: Field): void {
  for (const key of ['kind', 'name']) {
    const value = reference.text(key)
    if (value === '') reference.required(key)
    else reference.faults(key, value, pathSegmentFaults(value))
  }
}

function checkApiVersion(reference: Field, core: boolean): void {
  const version = reference.text('apiVersion')
  const parts = version.split('/')
  if (parts.length === 1 && !core) reference.invalid('apiVersion', version, 'apiVersion must specify API group')
  if (parts.length > 2) reference.invalid('apiVersion', version, `unexpected GroupVersion string: ${version}`)
}

function checkTarget(target: Field): void {
  const type = target.text('type')
  if (type === '') target.required('type', 'must specify a metric target type')
  if (!['Utilization', 'Value', 'AverageValue'].includes(type)) {
    target.invalid('type', type, 'must be either Utilization, Value, or AverageValue')
  }
  for (const key of ['value', 'averageValue']) {
    const quantity = quantityOf(target.value[key])
    if (quantity !== undefined && signOf(quantity) !== 1) {
      target.invalid(key, String(target.value[key]), 'must be positive')
    }
  }
  const utilization = target.number('averageUtilization')
  if (utilization !== undefined && utilization < 1) {
    target.invalid('averageUtilization', utilization, 'must be greater than 0')
  }
}

function checkMetricName(source: Field): void {
  const metric = source.struct('metric')
  const name = metric.text('name')
  if (name === '') metric.required('name', 'must specify a metric name')
  else metric.faults('name', name, pathSegmentFaults(name))
}

const CHECKS: Readonly<Record<(typeof SOURCES)[number], (source: Field) => void>> = {
  object: (source) => {
    checkReference(source.struct('describedObject'))
    checkApiVersion(source.struct('describedObject'), true)
    checkMetricName(source)
    const target = source.struct('target')
    checkTarget(target)
    if (!target.given('value') && !target.given('averageValue')) {
      target.required('averageValue', 'must set either a target value or averageValue')
    }
  },
  external: (source) => {
    checkMetricName(source)
    const target = source.struct('target')
    checkTarget(target)
    if (!target.given('value') && !target.given('averageValue')) {
      target.required('averageValue', 'must set either a target value for metric or a per-pod target')
    }
    if (target.given('value') && target.given('averageValue')) {
      target.forbidden('value', 'may not set both a target value for metric and a per-pod target')
    }
  },
  pods: (source) => {
    checkMetricName(source)
    const target = source.struct('target')
    checkTarget(target)
    const value = quantityOf(target.value['averageValue'])
    if (value === undefined || signOf(value) !== 1) {
      target.required('averageValue', 'must specify a positive target averageValue')
    }
  },
  resource: (source) => checkResourceMetric(source),
  containerResource: (source) => {
    const name = source.text('name')
    if (name === '') source.required('name', 'must specify a resource name')
    else checkContainerResourceName(source, 'name', name)
    const container = source.text('container')
    if (container === '') source.required('container', 'must specify a container')
    else source.faults('container', container, checkDnsLabel(container))
    checkResourceTarget(source.struct('target'))
  },
}

function checkResourceMetric(source: Field): void {
  if (source.text('name') === '') source.required('name', 'must specify a resource name')
  checkResourceTarget(source.struct('target'))
}

function checkResourceTarget(target: Field): void {
  checkTarget(target)
  const both = [target.given('averageUtilization'), target.given('averageValue')]
  if (!both[0] && !both[1]) {
    target.required('averageUtilization', 'must set either a target raw value or a target utilization')
  }
  if (both[0] && both[1]) {
    target.forbidden('averageValue', 'may not set both a target raw value and a target utilization')
  }
}

function checkMetric(metric: Field): void {
  const type = metric.text('type')
  if (type === '') metric.required('type', 'must specify a metric source type')
  if (!TYPES.includes(type)) metric.unsupported('type', type, TYPES)
  const present = SOURCES.filter((key) => metric.object(key) !== undefined)
  const first = present[0]
  const source = first === undefined ? undefined : metric.object(first)
  if (first !== undefined && source !== undefined) CHECKS[first](source)
  const expected = TYPES.includes(type) ? type[0]!.toLowerCase() + type.slice(1) : ''
  if (expected === '') metric.unsupported('type', type, TYPES)
  else if (metric.object(expected) === undefined) {
    metric.required(expected, 'must populate information for the given metric source')
  }
  if (present.length === 1) return
  for (const key of present) {
    if (key !== expected) metric.forbidden(key, 'must populate the given metric source only')
  }
}

function checkRules(rules: Field): void {
  const window = rules.number('stabilizationWindowSeconds')
  if (window !== undefined && window < 0) {
    rules.invalid('stabilizationWindowSeconds', window, 'must be greater than or equal to zero')
  }
  if (window !== undefined && window > 3600) {
    rules.invalid('stabilizationWindowSeconds', window, 'must be less than or equal to 3600')
  }
  if (rules.given('selectPolicy')) rules.oneOf('selectPolicy', ['Disabled', 'Max', 'Min'])
  const policies = rules.objects('policies')
  if (policies.length === 0) rules.required('policies', 'must specify at least one Policy')
  for (const policy of policies) {
    policy.oneOf('type', ['Percent', 'Pods'])
    for (const key of ['value', 'periodSeconds']) {
      const value = policy.number(key) ?? 0
      if (value <= 0) policy.invalid(key, value, 'must be greater than zero')
    }
    const period = policy.number('periodSeconds') ?? 0
    if (period > 1800) policy.invalid('periodSeconds', period, 'must be less than or equal to 1800')
  }
  const tolerance = quantityOf(rules.value['tolerance'])
  if (tolerance !== undefined && signOf(tolerance) < 0) {
    rules.invalid('tolerance', String(rules.value['tolerance']), 'must be greater than or equal to 0')
  }
}

/**
 * Spec of a HorizontalPodAutoscaler (pkg/apis/autoscaling/validation), in version 2. `sameTarget`: an update that leaves
 * the target as it was, which then need not have a group.
 */
export function checkAutoscalerSpec(spec: Field, sameTarget: boolean): void {
  const min = spec.number('minReplicas')
  const max = spec.number('maxReplicas') ?? 0
  if (min !== undefined && min < 1) spec.invalid('minReplicas', min, 'must be greater than or equal to 1')
  if (max === 0) spec.required('maxReplicas', 'must be set and greater than 0')
  else if (max < 0) spec.invalid('maxReplicas', max, 'must be greater than or equal to 1')
  if (min !== undefined && max < min) {
    spec.invalid('maxReplicas', max, 'must be greater than or equal to `minReplicas`')
  }
  const target = spec.struct('scaleTargetRef')
  checkReference(target)
  // The one kind of the core group that can be scaled.
  if (!sameTarget) checkApiVersion(target, target.text('kind') === 'ReplicationController')
  const metrics = spec.objects('metrics')
  for (const metric of metrics) checkMetric(metric)
  if (min === 0 && !metrics.some((metric) => ['Object', 'External'].includes(metric.text('type')))) {
    const why = 'must specify at least one Object or External metric to support scaling to zero replicas'
    spec.forbidden('metrics', why)
  }
  for (const key of ['scaleUp', 'scaleDown']) {
    const rules = spec.object('behavior')?.object(key)
    if (rules !== undefined) checkRules(rules)
  }
}
