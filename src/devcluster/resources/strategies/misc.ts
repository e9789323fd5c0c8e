import { isObject, type JsonObject, jsonEqual, rfc3339 } from '../../../base/index.ts'
import { checkQualifiedName, type KubeObject } from '../../../kube/index.ts'
import { invalidValue } from '../../http/errors.ts'
import { goValue } from '../go-values.ts'
import type { Strategy } from '../strategy.ts'
import { checkAutoscalerSpec } from '../validation/autoscaling.ts'
import { collect } from '../validation/field.ts'
import { checkLimitRangeSpec, checkQuotaSpec, checkQuotaStatus } from '../validation/limits.ts'
import { checkIngressClassSpec, checkIngressSpec, checkNetworkPolicySpec } from '../validation/networking.ts'
import { checkBinding, checkRole } from '../validation/rbac.ts'
import { checkEndpoints } from '../validation/services.ts'
import {
  autoscalerStatus,
  budgetStatus,
  claimStatus,
  ingressStatus,
  namespaceStatus,
  statusErrors,
} from '../validation/statuses.ts'
import { checkClaimSpec, checkVolumeSpec } from '../validation/volume-claims.ts'
import { claimUpdateErrors, volumeUpdateErrors } from '../validation/volume-updates.ts'
import { checkBudgetSpec } from '../validation/workloads.ts'
import { ensure, list, preset, presetText, sub, text } from './draft.ts'

export const namespace: Strategy = {
  nameRule: 'label',
  returnsDeleted: true,
  defaults: (draft) => {
    const labels = ensure(draft.metadata, 'labels')
    labels['kubernetes.io/metadata.name'] = draft.metadata.name
  },
  prepareForCreate: (draft) => {
    const given = sub(draft, 'spec')?.['finalizers']
    const finalizers = Array.isArray(given) ? given : []
    draft['spec'] = { finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'] }
    draft['status'] = { phase: 'Active' }
  },
  prepareForUpdate: (draft, live) => {
    // Only the finalize subresource changes them.
    draft['spec'] = live['spec'] ?? {}
  },
  validate: (object) =>
    collect(object['spec'], 'spec', (spec) => {
      for (const name of spec.texts('finalizers')) {
        spec.faults('finalizers', name, checkQualifiedName(name))
        if (!name.includes('/') && name !== 'kubernetes') {
          spec.invalid('finalizers', name, 'name is neither a standard finalizer name nor is it fully qualified')
        }
      }
    }),
  validateStatus: statusErrors(namespaceStatus),
}

const RBAC = 'rbac.authorization.k8s.io'

function subjectDefaults(draft: KubeObject): void {
  const reference = sub(draft, 'roleRef')
  if (reference !== undefined) presetText(reference, 'apiGroup', RBAC)
  for (const subject of list(draft, 'subjects')) {
    if (subject['kind'] === 'User' || subject['kind'] === 'Group') presetText(subject, 'apiGroup', RBAC)
  }
}

export const roleBinding: Strategy = {
  nameRule: 'path',
  defaults: subjectDefaults,
  validate: (object) => collect(object, '', (binding) => checkBinding(binding, object.kind === 'RoleBinding')),
  validateUpdate: (next, live) =>
    jsonEqual(next['roleRef'], live['roleRef'])
      ? []
      : [invalidValue('roleRef', goValue('RoleRef', next['roleRef']), 'cannot change roleRef')],
}

/** An empty list is owned by who wrote it, and is null once it is stored. */
function storeEmpty(holder: JsonObject, key: string): void {
  const value = holder[key]
  if (Array.isArray(value) && value.length === 0) holder[key] = null
}

export const role: Strategy = {
  nameRule: 'path',
  defaults: (draft) => preset(draft, 'rules', null),
  prepareForCreate: (draft) => storeEmpty(draft, 'rules'),
  prepareForUpdate: (draft) => storeEmpty(draft, 'rules'),
  validate: (object) => collect(object, '', (role) => checkRole(role, object.kind === 'Role')),
}

export const ingress: Strategy = {
  generation: true,
  prepareForCreate: (draft) => {
    draft['status'] = { loadBalancer: {} }
  },
  validate: (object, _context, live) => {
    const errors = collect(object['spec'], 'spec', checkIngressSpec)
    const annotations = sub(object, 'metadata', 'annotations')
    const named = text(annotations, 'kubernetes.io/ingress.class')
    const own = sub(object, 'spec')?.['ingressClassName']
    if (live === undefined && named !== '' && typeof own === 'string' && own !== named) {
      const why = 'must match `ingressClassName` when both are specified'
      errors.push(invalidValue('annotations.kubernetes.io/ingress.class', named, why))
    }
    return errors
  },
  validateStatus: statusErrors(ingressStatus),
}

export const networkPolicy: Strategy = {
  generation: true,
  defaults: (draft) => {
    const spec = ensure(draft, 'spec')
    for (const direction of ['ingress', 'egress']) {
      for (const rule of list(spec, direction)) for (const port of list(rule, 'ports')) preset(port, 'protocol', 'TCP')
    }
    if (!Array.isArray(spec['policyTypes']) || spec['policyTypes'].length === 0) {
      spec['policyTypes'] = list(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress']
    }
  },
  validate: (object) => collect(object['spec'], 'spec', checkNetworkPolicySpec),
}

export const ingressClass: Strategy = {
  generation: true,
  defaults: (draft) => {
    const parameters = sub(draft, 'spec', 'parameters')
    if (parameters !== undefined) preset(parameters, 'scope', 'Cluster')
  },
  validate: (object, _context, live) =>
    collect(object['spec'], 'spec', (spec) => {
      const controller = spec.text('controller')
      if (live !== undefined && controller !== text(live['spec'], 'controller')) {
        spec.invalid('controller', controller, 'field is immutable')
      }
      checkIngressClassSpec(spec)
    }),
}

export const disruptionBudget: Strategy = {
  nameRule: 'any',
  generation: true,
  lockedUpdates: true,
  prepareForCreate: (draft) => {
    draft['status'] = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }
  },
  validate: (object) => collect(object['spec'], 'spec', checkBudgetSpec),
  validateStatus: statusErrors(budgetStatus),
}

export const autoscaler: Strategy = {
  defaults: (draft) => {
    const spec = ensure(draft, 'spec')
    preset(spec, 'minReplicas', 1)
    if (!Array.isArray(spec['metrics']) || spec['metrics'].length === 0) {
      spec['metrics'] = [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
      ]
    }
    if (isObject(spec['behavior'])) behaviorDefaults(spec['behavior'])
  },
  prepareForCreate: (draft) => {
    draft['status'] = { desiredReplicas: 0, currentMetrics: null }
  },
  validate: (object, _context, live) => {
    const before = sub(live, 'spec', 'scaleTargetRef')
    const now = sub(object, 'spec', 'scaleTargetRef')
    const same = before?.['apiVersion'] === now?.['apiVersion'] && before?.['kind'] === now?.['kind']
    return collect(object['spec'], 'spec', (spec) => checkAutoscalerSpec(spec, live !== undefined && same))
  },
  prepareForStatus: (draft) => storeEmpty(ensure(draft, 'status'), 'currentMetrics'),
  validateStatus: statusErrors(autoscalerStatus),
}

function behaviorDefaults(behavior: JsonObject): void {
  const up = ensure(behavior, 'scaleUp')
  preset(up, 'stabilizationWindowSeconds', 0)
  preset(up, 'selectPolicy', 'Max')
  preset(up, 'policies', [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ])
  const down = ensure(behavior, 'scaleDown')
  preset(down, 'selectPolicy', 'Max')
  preset(down, 'policies', [{ type: 'Percent', value: 100, periodSeconds: 15 }])
}

/** What a claim is filled from is said twice, in an old field and in a new one. */
function mirrorSources(spec: JsonObject, live?: JsonObject): void {
  const old = sub(spec, 'dataSource')
  const known = (source: JsonObject | undefined): boolean =>
    (text(source, 'kind') === 'PersistentVolumeClaim' && text(source, 'apiGroup') === '') ||
    (text(source, 'kind') === 'VolumeSnapshot' && text(source, 'apiGroup') === 'snapshot.storage.k8s.io')
  const inUse = live?.['dataSource'] !== undefined || live?.['dataSourceRef'] !== undefined
  if (old !== undefined && !known(old) && !inUse) delete spec['dataSource']
  const source = sub(spec, 'dataSource')
  const reference = sub(spec, 'dataSourceRef')
  if (source !== undefined && reference === undefined) {
    spec['dataSource'] = { ...source, apiGroup: source['apiGroup'] ?? null }
    spec['dataSourceRef'] = { ...source, apiGroup: source['apiGroup'] ?? null }
  } else if (
    source === undefined &&
    reference !== undefined &&
    text(reference, 'namespace') === '' &&
    known(reference)
  ) {
    spec['dataSource'] = { ...reference }
  }
}

export const persistentVolumeClaim: Strategy = {
  returnsDeleted: true,
  defaults: (draft) => {
    preset(ensure(draft, 'spec'), 'volumeMode', 'Filesystem')
    presetText(ensure(draft, 'status'), 'phase', 'Pending')
  },
  prepareForCreate: (draft, context) => {
    draft['status'] = { phase: 'Pending' }
    const spec = ensure(draft, 'spec')
    mirrorSources(spec)
    if (spec['storageClassName'] === undefined) {
      const standard = context.list('storageclasses.storage.k8s.io').find((item) => {
        const annotations = item.metadata['annotations']
        return isObject(annotations) && annotations['storageclass.kubernetes.io/is-default-class'] === 'true'
      })
      if (standard !== undefined) spec['storageClassName'] = standard.metadata.name
    }
    protect(draft, 'kubernetes.io/pvc-protection')
  },
  validate: (object) => collect(object['spec'], 'spec', checkClaimSpec),
  prepareForUpdate: (draft, live) => mirrorSources(ensure(draft, 'spec'), sub(live, 'spec')),
  validateUpdate: claimUpdateErrors,
  validateStatus: statusErrors(claimStatus),
}

export const persistentVolume: Strategy = {
  returnsDeleted: true,
  defaults: (draft) => {
    const spec = ensure(draft, 'spec')
    presetText(spec, 'persistentVolumeReclaimPolicy', 'Retain')
    preset(spec, 'volumeMode', 'Filesystem')
    const hostPath = sub(spec, 'hostPath')
    if (hostPath !== undefined) preset(hostPath, 'type', '')
    presetText(ensure(draft, 'status'), 'phase', 'Pending')
  },
  prepareForCreate: (draft, context) => {
    draft['status'] = { phase: 'Pending', lastPhaseTransitionTime: rfc3339(context.now) }
    protect(draft, 'kubernetes.io/pv-protection')
  },
  prepareForStatus: (draft, live, now) => {
    const status = ensure(draft, 'status')
    const [before, at] = [sub(live, 'status'), status['lastPhaseTransitionTime']]
    const since = before?.['lastPhaseTransitionTime']
    if (text(status, 'phase') === text(before, 'phase')) {
      if (at === undefined && since !== undefined) status['lastPhaseTransitionTime'] = since
    } else if (at === undefined || at === since) status['lastPhaseTransitionTime'] = rfc3339(now)
  },
  validate: (object) => collect(object['spec'], 'spec', checkVolumeSpec),
  validateUpdate: volumeUpdateErrors,
}

/** Objects of storage are kept while something uses them. */
export function protect(draft: KubeObject, finalizer: string): void {
  const finalizers = Array.isArray(draft.metadata['finalizers']) ? draft.metadata['finalizers'] : []
  if (!finalizers.includes(finalizer)) draft.metadata['finalizers'] = [...finalizers, finalizer]
}

export const endpoints: Strategy = {
  defaults: (draft) => {
    for (const subset of list(draft, 'subsets'))
      for (const port of list(subset, 'ports')) presetText(port, 'protocol', 'TCP')
  },
  validate: (object) => collect(object, '', checkEndpoints),
}

/** Open bounds follow from each other: default from max, defaultRequest from default, then from min. */
export const limitRange: Strategy = {
  prepareForCreate: (draft, context) => {
    if (text(draft.metadata, 'name') === '') draft.metadata.name = context.uid()
    storeEmpty(ensure(draft, 'spec'), 'limits')
  },
  prepareForUpdate: (draft) => storeEmpty(ensure(draft, 'spec'), 'limits'),
  defaults: (draft) => {
    const spec = ensure(draft, 'spec')
    preset(spec, 'limits', null)
    for (const item of list(sub(draft, 'spec'), 'limits')) {
      if (item['type'] !== 'Container') continue
      for (const [field, source] of [
        ['default', 'max'],
        ['defaultRequest', 'default'],
        ['defaultRequest', 'min'],
      ] as const) {
        const from = sub(item, source)
        if (from !== undefined) item[field] = { ...from, ...(sub(item, field) ?? {}) }
      }
    }
  },
  validate: (object) => collect(object['spec'], 'spec', checkLimitRangeSpec),
}

export const resourceQuota: Strategy = {
  validate: (object) => collect(object['spec'], 'spec', checkQuotaSpec),
  validateUpdate: (next, live) =>
    collect(next['spec'], 'spec', (spec) => {
      const before = sub(live, 'spec')?.['scopes']
      const old = new Set(Array.isArray(before) ? before : [])
      const scopes = spec.texts('scopes')
      if (old.size !== new Set(scopes).size || scopes.some((scope) => !old.has(scope))) {
        spec.invalid('scopes', scopes, 'field is immutable')
      }
    }),
  validateStatus: statusErrors(checkQuotaStatus),
}

export const serviceAccount: Strategy = { returnsDeleted: true }
