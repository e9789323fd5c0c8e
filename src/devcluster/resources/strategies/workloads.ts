import { isObject, type JsonObject, jsonEqual } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../http/errors.ts'
import type { Strategy } from '../strategy.ts'
import { ensure, list, preset, presetText, sub, text } from './draft.ts'
import { podOnlyDefaults, podSpecDefaults } from './pod-defaults.ts'
import { podSpecErrors, podUpdateErrors, selectorErrors } from './pod-validation.ts'

function templateDefaults(spec: JsonObject): void {
  const template = sub(spec, 'template')
  if (template === undefined) return
  const pod = sub(template, 'spec')
  if (pod !== undefined) podSpecDefaults(pod)
}

function immutable(field: string, next: KubeObject, live: KubeObject, ...path: string[]): FieldError[] {
  const read = (object: KubeObject): unknown =>
    path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), object)
  const after = read(next)
  return jsonEqual((after ?? null) as never, (read(live) ?? null) as never)
    ? []
    : [invalidValue(field, after ?? null, 'field is immutable')]
}

function replicasErrors(object: KubeObject): FieldError[] {
  const replicas = sub(object, 'spec')?.['replicas']
  return typeof replicas === 'number' && replicas < 0
    ? [invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0')]
    : []
}

function templateErrors(object: KubeObject): FieldError[] {
  const spec = sub(object, 'spec')
  const errors = [
    ...selectorErrors(spec, { selector: true }),
    ...replicasErrors(object),
    ...podSpecErrors(sub(spec, 'template', 'spec'), 'spec.template.spec'),
  ]
  const policy = text(sub(spec, 'template', 'spec'), 'restartPolicy')
  if (policy !== '' && policy !== 'Always')
    errors.push(notSupported('spec.template.spec.restartPolicy', policy, ['Always']))
  return errors
}

export const deployment: Strategy = {
  generation: true,
  defaults: (draft) => {
    const spec = ensure(draft, 'spec')
    preset(spec, 'replicas', 1)
    preset(spec, 'revisionHistoryLimit', 10)
    preset(spec, 'progressDeadlineSeconds', 600)
    const strategy = ensure(spec, 'strategy')
    presetText(strategy, 'type', 'RollingUpdate')
    if (strategy['type'] === 'RollingUpdate') {
      const rolling = ensure(strategy, 'rollingUpdate')
      preset(rolling, 'maxUnavailable', '25%')
      preset(rolling, 'maxSurge', '25%')
    }
    templateDefaults(spec)
  },
  prepareForCreate: (draft) => {
    draft['status'] = {}
  },
  validate: (object) => {
    const errors = templateErrors(object)
    const strategy = sub(object, 'spec', 'strategy')
    if (text(strategy, 'type') === 'Recreate' && isObject(strategy?.['rollingUpdate'])) {
      errors.push(
        forbiddenField('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'"),
      )
    }
    return errors
  },
  validateUpdate: (next, live) => immutable('spec.selector', next, live, 'spec', 'selector'),
}

export const replicaSet: Strategy = {
  generation: true,
  defaults: (draft) => {
    const spec = ensure(draft, 'spec')
    preset(spec, 'replicas', 1)
    templateDefaults(spec)
  },
  prepareForCreate: (draft) => {
    draft['status'] = { replicas: 0 }
  },
  validate: templateErrors,
  validateUpdate: (next, live) => immutable('spec.selector', next, live, 'spec', 'selector'),
}

export const daemonSet: Strategy = {
  generation: true,
  defaults: (draft) => {
    const spec = ensure(draft, 'spec')
    preset(spec, 'revisionHistoryLimit', 10)
    const strategy = ensure(spec, 'updateStrategy')
    presetText(strategy, 'type', 'RollingUpdate')
    if (strategy['type'] === 'RollingUpdate') {
      const rolling = ensure(strategy, 'rollingUpdate')
      preset(rolling, 'maxUnavailable', 1)
      preset(rolling, 'maxSurge', 0)
    }
    templateDefaults(spec)
  },
  prepareForCreate: (draft) => {
    draft['status'] = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 }
  },
  validate: templateErrors,
  validateUpdate: (next, live) => immutable('spec.selector', next, live, 'spec', 'selector'),
}

const STATEFUL_CHANGEABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]

export const statefulSet: Strategy = {
  generation: true,
  defaults: (draft) => {
    const spec = ensure(draft, 'spec')
    preset(spec, 'replicas', 1)
    preset(spec, 'revisionHistoryLimit', 10)
    preset(spec, 'serviceName', '')
    presetText(spec, 'podManagementPolicy', 'OrderedReady')
    const retention = ensure(spec, 'persistentVolumeClaimRetentionPolicy')
    presetText(retention, 'whenDeleted', 'Retain')
    presetText(retention, 'whenScaled', 'Retain')
    const strategy = ensure(spec, 'updateStrategy')
    presetText(strategy, 'type', 'RollingUpdate')
    if (strategy['type'] === 'RollingUpdate') preset(ensure(strategy, 'rollingUpdate'), 'partition', 0)
    for (const claim of list(spec, 'volumeClaimTemplates')) {
      presetText(claim, 'apiVersion', 'v1')
      presetText(claim, 'kind', 'PersistentVolumeClaim')
      presetText(ensure(claim, 'spec'), 'volumeMode', 'Filesystem')
      presetText(ensure(claim, 'status'), 'phase', 'Pending')
    }
    templateDefaults(spec)
  },
  prepareForCreate: (draft) => {
    draft['status'] = { replicas: 0, availableReplicas: 0 }
  },
  validate: templateErrors,
  validateUpdate: (next, live) => {
    const rest = (object: KubeObject): JsonObject => {
      const out = { ...(sub(object, 'spec') ?? {}) }
      for (const key of STATEFUL_CHANGEABLE) delete out[key]
      return out
    }
    return jsonEqual(rest(next), rest(live))
      ? []
      : [
          forbiddenField(
            'spec',
            "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
          ),
        ]
  },
}

function jobDefaults(spec: JsonObject): void {
  if (spec['completions'] === undefined && spec['parallelism'] === undefined) {
    spec['completions'] = 1
    spec['parallelism'] = 1
  }
  preset(spec, 'parallelism', 1)
  preset(spec, 'backoffLimit', 6)
  presetText(spec, 'completionMode', 'NonIndexed')
  preset(spec, 'suspend', false)
  presetText(spec, 'podReplacementPolicy', isObject(spec['podFailurePolicy']) ? 'Failed' : 'TerminatingOrFailed')
  templateDefaults(spec)
}

function restartErrors(spec: JsonObject | undefined, field: string): FieldError[] {
  const policy = text(sub(spec, 'template', 'spec'), 'restartPolicy')
  if (policy === 'OnFailure' || policy === 'Never') return []
  // The default of a PodSpec is Always, which no Job may have: the user has to say.
  return policy === '' || policy === 'Always'
    ? [required(`${field}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"')]
    : [notSupported(`${field}.template.spec.restartPolicy`, policy, ['OnFailure', 'Never'])]
}

export const job: Strategy = {
  generation: true,
  defaultPropagation: 'Orphan',
  defaults: (draft) => jobDefaults(ensure(draft, 'spec')),
  prepareForCreate: (draft) => {
    const spec = ensure(draft, 'spec')
    draft['status'] = {}
    if (spec['manualSelector'] === true) return
    const uid = String(draft.metadata['uid'])
    spec['selector'] = { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } }
    const labels = ensure(ensure(ensure(spec, 'template'), 'metadata'), 'labels')
    labels['batch.kubernetes.io/controller-uid'] = uid
    labels['batch.kubernetes.io/job-name'] = draft.metadata.name
    labels['controller-uid'] = uid
    labels['job-name'] = draft.metadata.name
  },
  // A template sent again without the generated labels and selector means "unchanged".
  prepareForUpdate: (draft, live) => {
    const spec = ensure(draft, 'spec')
    const old = sub(live, 'spec')
    if (old === undefined) return
    spec['selector'] ??= old['selector'] ?? null
    const labels = ensure(ensure(ensure(spec, 'template'), 'metadata'), 'labels')
    for (const [key, value] of Object.entries(sub(old, 'template', 'metadata', 'labels') ?? {})) {
      if (/^(batch\.kubernetes\.io\/)?(controller-uid|job-name)$/.test(key)) labels[key] ??= value
    }
  },
  validate: (object) => {
    const spec = sub(object, 'spec')
    return [
      ...selectorErrors(spec, { selector: true }),
      ...podSpecErrors(sub(spec, 'template', 'spec'), 'spec.template.spec'),
      ...restartErrors(spec, 'spec'),
    ]
  },
  validateUpdate: (next, live) => [
    ...immutable('spec.completions', next, live, 'spec', 'completions'),
    ...immutable('spec.selector', next, live, 'spec', 'selector'),
    ...(sub(live, 'spec')?.['suspend'] === true ? [] : immutable('spec.template', next, live, 'spec', 'template')),
    ...immutable('spec.completionMode', next, live, 'spec', 'completionMode'),
  ],
}

export const cronJob: Strategy = {
  generation: true,
  defaults: (draft) => {
    const spec = ensure(draft, 'spec')
    presetText(spec, 'concurrencyPolicy', 'Allow')
    preset(spec, 'suspend', false)
    preset(spec, 'successfulJobsHistoryLimit', 3)
    preset(spec, 'failedJobsHistoryLimit', 1)
    const template = sub(spec, 'jobTemplate', 'spec', 'template', 'spec')
    if (template !== undefined) podSpecDefaults(template)
  },
  prepareForCreate: (draft) => {
    draft['status'] = {}
  },
  validate: (object) => {
    const spec = sub(object, 'spec')
    const errors: FieldError[] = []
    const schedule = text(spec, 'schedule')
    if (schedule === '') errors.push(required('spec.schedule'))
    else if (!isSchedule(schedule)) {
      errors.push(
        invalidValue(
          'spec.schedule',
          schedule,
          `expected exactly 5 fields, found ${schedule.trim().split(/\s+/).length}: [${schedule.trim().split(/\s+/).join(' ')}]`,
        ),
      )
    }
    const inner = sub(spec, 'jobTemplate', 'spec')
    errors.push(...podSpecErrors(sub(inner, 'template', 'spec'), 'spec.jobTemplate.spec.template.spec'))
    errors.push(...restartErrors(inner, 'spec.jobTemplate.spec'))
    return errors
  },
}

function isSchedule(text: string): boolean {
  if (/^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/.test(text)) return true
  if (/^@every \S+$/.test(text)) return true
  return text.trim().split(/\s+/).length === 5
}

export const pod: Strategy = {
  generation: true,
  returnsDeleted: true,
  defaults: (draft) => {
    const spec = ensure(draft, 'spec')
    podSpecDefaults(spec)
    podOnlyDefaults(spec)
  },
  prepareForCreate: (draft) => {
    draft['status'] = { phase: 'Pending', qosClass: qosClass(ensure(draft, 'spec')) }
  },
  validate: (object) => podSpecErrors(sub(object, 'spec'), 'spec'),
  validateUpdate: podUpdateErrors,
}

/** Guaranteed when every container limits cpu and memory and asks for as much, BestEffort when none asks for anything. */
function qosClass(spec: JsonObject): string {
  let any = false
  let guaranteed = true
  for (const container of [...list(spec, 'containers'), ...list(spec, 'initContainers')]) {
    const limits = sub(container, 'resources', 'limits') ?? {}
    const requests = sub(container, 'resources', 'requests') ?? {}
    for (const name of ['cpu', 'memory']) {
      if (limits[name] !== undefined || requests[name] !== undefined) any = true
      if (limits[name] === undefined || limits[name] !== (requests[name] ?? limits[name])) guaranteed = false
    }
  }
  return any ? (guaranteed ? 'Guaranteed' : 'Burstable') : 'BestEffort'
}
