import { isObject, type JsonObject, jsonEqual } from '../../../base/index.ts'
import { checkDnsLabel, type KubeObject } from '../../../kube/index.ts'
import { type FieldError, forbiddenField, invalidValue, required } from '../../http/errors.ts'
import type { Strategy } from '../strategy.ts'
import { collect, Field } from '../validation/field.ts'
import { checkJobStatus } from '../validation/job-status.ts'
import { checkCronJobSpec, checkJobSpec, checkJobUpdate } from '../validation/jobs.ts'
import { checkPodOnly, checkPodSpec } from '../validation/pod-spec.ts'
import { podUpdateErrors } from '../validation/pod-update.ts'
import { podWarnings } from '../validation/pod-warnings.ts'
import { isUsable, selects } from '../validation/selectors.ts'
import {
  daemonStatus,
  deploymentStatus,
  podStatus,
  replicaStatus,
  statefulStatus,
  statusErrors,
} from '../validation/statuses.ts'
import {
  checkDaemonSetSpec,
  checkDeploymentSpec,
  checkImmutable,
  checkReplicaSetSpec,
  checkReplicationControllerSpec,
  checkStatefulSetSpec,
  checkTemplate,
} from '../validation/workloads.ts'
import { ensure, list, preset, presetText, sub, text } from './draft.ts'
import { podOnlyDefaults, podSpecDefaults } from './pod-defaults.ts'

function templateDefaults(spec: JsonObject): void {
  const template = sub(spec, 'template')
  if (template === undefined) return
  const pod = sub(template, 'spec')
  if (pod !== undefined) podSpecDefaults(pod)
}

/** Errors of an object's spec. */
function specErrors(object: KubeObject, check: (spec: Field) => void): FieldError[] {
  return collect(object['spec'], 'spec', check)
}

/** What there is to say of a workload's template. */
function templateWarnings(object: KubeObject): string[] {
  return podWarnings(new Field(sub(object, 'spec', 'template', 'spec') ?? {}, 'spec.template.spec', []))
}

/** A workload's selector stays as it is. */
function sameSelector(next: KubeObject, live: KubeObject): FieldError[] {
  return specErrors(next, (spec) => checkImmutable(spec, live['spec'], 'selector'))
}

export const deployment: Strategy = {
  generation: true,
  generationOfAnnotations: true,
  warnings: templateWarnings,
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
  validate: (object) => specErrors(object, checkDeploymentSpec),
  validateUpdate: sameSelector,
  validateStatus: statusErrors(deploymentStatus),
}

export const replicaSet: Strategy = {
  generation: true,
  warnings: templateWarnings,
  defaults: (draft) => {
    const spec = ensure(draft, 'spec')
    preset(spec, 'replicas', 1)
    templateDefaults(spec)
  },
  prepareForCreate: (draft) => {
    draft['status'] = { replicas: 0 }
  },
  validate: (object) => specErrors(object, checkReplicaSetSpec),
  validateUpdate: sameSelector,
  validateStatus: statusErrors(replicaStatus),
}

/** Where a DaemonSet counts the changes of its template, still. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation'

export const daemonSet: Strategy = {
  generation: true,
  warnings: templateWarnings,
  defaults: (draft) => {
    presetText(ensure(draft.metadata, 'annotations'), TEMPLATE_GENERATION, '0')
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
    ensure(draft.metadata, 'annotations')[TEMPLATE_GENERATION] = '1'
  },
  prepareForUpdate: (draft, live) => {
    const before = Number(text(sub(live, 'metadata', 'annotations'), TEMPLATE_GENERATION) || 0)
    const same = jsonEqual(sub(draft, 'spec', 'template') ?? {}, sub(live, 'spec', 'template') ?? {})
    ensure(draft.metadata, 'annotations')[TEMPLATE_GENERATION] = String(same ? before : before + 1)
  },
  validate: (object) => specErrors(object, checkDaemonSetSpec),
  validateUpdate: sameSelector,
  updateErrorsFirst: true,
  prepareForStatus: (draft, live) => {
    const before = text(sub(live, 'metadata', 'annotations'), TEMPLATE_GENERATION)
    if (before !== '') ensure(draft.metadata, 'annotations')[TEMPLATE_GENERATION] = before
  },
  validateStatus: statusErrors(daemonStatus),
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

/** A field behind a gate that is off (MaxUnavailableStatefulSet). */
function dropGated(draft: KubeObject): void {
  const rolling = sub(draft, 'spec', 'updateStrategy', 'rollingUpdate')
  if (rolling !== undefined) delete rolling['maxUnavailable']
}

export const statefulSet: Strategy = {
  generation: true,
  warnings: templateWarnings,
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
    if ((strategy['type'] ?? '') === '') {
      strategy['type'] = 'RollingUpdate'
      ensure(strategy, 'rollingUpdate')
    }
    const rolling = sub(strategy, 'rollingUpdate')
    if (strategy['type'] === 'RollingUpdate' && rolling !== undefined) preset(rolling, 'partition', 0)
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
    dropGated(draft)
  },
  prepareForUpdate: dropGated,
  validate: (object, _context, live) => specErrors(object, (spec) => checkStatefulSetSpec(spec, live !== undefined)),
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
  validateStatus: statusErrors(statefulStatus),
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
  for (const rule of list(spec['podFailurePolicy'], 'rules')) {
    for (const pattern of list(rule, 'onPodConditions')) presetText(pattern, 'status', 'True')
  }
  presetText(spec, 'podReplacementPolicy', isObject(spec['podFailurePolicy']) ? 'Failed' : 'TerminatingOrFailed')
  templateDefaults(spec)
}

/** Labels and selector of a Job that the server made have to be the server's. */
function generatedErrors(object: KubeObject): FieldError[] {
  const spec = sub(object, 'spec')
  if (spec?.['manualSelector'] === true || !isObject(spec?.['selector'])) return []
  const labels = sub(spec, 'template', 'metadata', 'labels') ?? {}
  const uid = String(object.metadata['uid'] ?? '')
  const errors: FieldError[] = []
  for (const [key, value] of [
    ['controller-uid', uid],
    ['job-name', object.metadata.name],
    ['batch.kubernetes.io/controller-uid', uid],
    ['batch.kubernetes.io/job-name', object.metadata.name],
  ] as const) {
    if (labels[key] === value) continue
    const field = `spec.template.metadata.labels[${key}]`
    const why = `must be '${value}'`
    errors.push(labels[key] === undefined ? required(field, why) : invalidValue(field, labels, why))
  }
  const { selector } = spec
  const expected = { 'batch.kubernetes.io/controller-uid': uid, 'batch.kubernetes.io/job-name': object.metadata.name }
  if (isUsable(selector) && !selects(selector, expected)) {
    errors.push(invalidValue('spec.selector', selector, '`selector` not auto-generated'))
  }
  return errors
}

/** The Pods of an indexed Job are called after it and their index. */
function hostnameErrors(object: KubeObject): FieldError[] {
  const spec = sub(object, 'spec')
  const completions = Number(spec?.['completions'] ?? 0)
  if (spec?.['completionMode'] !== 'Indexed' || completions <= 0) return []
  const name = text(object.metadata, 'name')
  const last = `${name}-${completions - 1}`
  if (checkDnsLabel(last).length === 0) return []
  return [invalidValue('metadata.name', name, `will not able to create pod with invalid DNS label: ${last}`)]
}

export const job: Strategy = {
  generation: true,
  warnings: templateWarnings,
  defaultPropagation: 'Orphan',
  defaults: (draft) => {
    const spec = ensure(draft, 'spec')
    jobDefaults(spec)
    preset(spec, 'manualSelector', false)
  },
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
    // A Job without labels of its own has those of its template.
    if (Object.keys(sub(draft, 'metadata', 'labels') ?? {}).length === 0) draft.metadata['labels'] = { ...labels }
  },
  validate: (object, _context, live) => [
    ...generatedErrors(object),
    ...specErrors(object, checkJobSpec),
    ...(live === undefined ? hostnameErrors(object) : []),
  ],
  validateUpdate: (next, live) => specErrors(next, (spec) => checkJobUpdate(spec, sub(live, 'spec') ?? {})),
  validateStatus: statusErrors(checkJobStatus),
}

export const cronJob: Strategy = {
  generation: true,
  warnings: (object) => {
    const spec = sub(object, 'spec', 'jobTemplate', 'spec', 'template', 'spec') ?? {}
    return podWarnings(new Field(spec, 'spec.jobTemplate.spec.template.spec', []))
  },
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
  validate: (object, _context, live) => {
    const errors = specErrors(object, (spec) => checkCronJobSpec(spec, sub(live, 'spec')))
    const name = text(object.metadata, 'name')
    // Eleven characters are added for each Job.
    if (live === undefined && name.length > 52) {
      errors.push(invalidValue('metadata.name', name, 'must be no more than 52 characters'))
    }
    return errors
  },
}

/** The first of a Pod's addresses is told twice (`Convert_v1_PodStatus_To_core_PodStatus` and back). */
function addressDefaults(status: JsonObject): void {
  const one = text(status, 'podIP')
  const [first] = list(status, 'podIPs')
  if (one !== '' && text(first, 'ip') !== one) status['podIPs'] = [{ ip: one }]
  else if (one === '' && first !== undefined) status['podIP'] = text(first, 'ip')
}

export const pod: Strategy = {
  generation: true,
  warnings: (object) => podWarnings(new Field(sub(object, 'spec') ?? {}, 'spec', [])),
  returnsDeleted: true,
  defaults: (draft) => {
    const spec = ensure(draft, 'spec')
    podSpecDefaults(spec)
    podOnlyDefaults(spec)
    addressDefaults(ensure(draft, 'status'))
  },
  prepareForCreate: (draft) => {
    const spec = ensure(draft, 'spec')
    if (Number(spec['terminationGracePeriodSeconds'] ?? 0) < 0) spec['terminationGracePeriodSeconds'] = 1
    draft['status'] = { phase: 'Pending', qosClass: qosClass(spec) }
  },
  validate: (object, _context, live) =>
    specErrors(object, (spec) => {
      checkPodSpec(spec, true)
      checkPodOnly(spec)
      if (live !== undefined) return
      if (spec.count('ephemeralContainers') > 0) spec.forbidden('ephemeralContainers', 'cannot be set on create')
      if (spec.text('nodeName') !== '' && spec.count('schedulingGates') > 0) {
        spec.forbidden('nodeName', 'cannot be set until all schedulingGates have been cleared')
      }
    }),
  validateUpdate: podUpdateErrors,
  prepareForStatus: (draft, live) => {
    const [status, before] = [ensure(draft, 'status'), sub(live, 'status')]
    presetText(status, 'qosClass', text(before, 'qosClass'))
    const generation = before?.['observedGeneration']
    if (generation !== undefined) preset(status, 'observedGeneration', generation)
  },
  validateStatus: statusErrors(podStatus),
}

export const replicationController: Strategy = {
  generation: true,
  defaultPropagation: 'Orphan',
  defaults: (draft) => {
    const spec = ensure(draft, 'spec')
    preset(spec, 'replicas', 1)
    const labels = sub(spec, 'template', 'metadata', 'labels')
    if (labels !== undefined && Object.keys(labels).length > 0) {
      if (Object.keys(sub(spec, 'selector') ?? {}).length === 0) spec['selector'] = { ...labels }
      if (!isObject(draft.metadata['labels'])) draft.metadata['labels'] = { ...labels }
    }
    templateDefaults(spec)
  },
  prepareForCreate: (draft) => {
    draft['status'] = { replicas: 0 }
  },
  validate: (object) => specErrors(object, checkReplicationControllerSpec),
  validateStatus: statusErrors(replicaStatus),
}

export const podTemplate: Strategy = {
  generation: true,
  defaults: templateDefaults,
  warnings: (object) => podWarnings(new Field(sub(object, 'template', 'spec') ?? {}, 'template.spec', [])),
  validate: (object) => collect(object['template'], 'template', checkTemplate),
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
