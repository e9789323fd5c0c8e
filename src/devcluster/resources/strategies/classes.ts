import { isObject, type JsonValue, jsonEqual } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { type FieldError, forbiddenField, invalidValue, required } from '../../http/errors.ts'
import type { Strategy } from '../strategy.ts'
import { checkDriverSpec, checkPriorityClass, checkRuntimeClass, checkStorageClass } from '../validation/classes.ts'
import { checkEndpointSlice } from '../validation/endpoint-slices.ts'
import { checkEvent } from '../validation/events.ts'
import { collect } from '../validation/field.ts'
import { ensure, list, preset, sub, text } from './draft.ts'

/** `field is immutable` for each top-level member that changed. */
function unchanged(next: KubeObject, live: KubeObject, keys: readonly string[]): FieldError[] {
  return keys.flatMap((key) => {
    const now = next[key] ?? null
    const same = jsonEqual(now, live[key] ?? null)
    return same
      ? []
      : [invalidValue(key, now === null && typeof live[key] === 'string' ? '' : now, 'field is immutable')]
  })
}

export const storageClass: Strategy = {
  defaults: (draft) => {
    preset(draft, 'reclaimPolicy', 'Delete')
    preset(draft, 'volumeBindingMode', 'Immediate')
  },
  validate: (object) => collect(object, '', checkStorageClass),
  validateUpdate: (next, live) =>
    unchanged(next, live, ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode']),
}

export const runtimeClass: Strategy = {
  lockedUpdates: true,
  validate: (object) => collect(object, '', checkRuntimeClass),
  validateUpdate: (next, live) => unchanged(next, live, ['handler']),
}

const TOKENS_TEXT =
  'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes'

/** Features that are off leave no trace but in the managed fields. */
function dropAlpha(draft: KubeObject): void {
  delete ensure(draft, 'spec')['preventPodSchedulingIfMissing']
}

export const csiDriver: Strategy = {
  lockedUpdates: true,
  defaults: (draft) => {
    const spec = ensure(draft, 'spec')
    preset(spec, 'attachRequired', true)
    preset(spec, 'podInfoOnMount', false)
    preset(spec, 'storageCapacity', false)
    preset(spec, 'fsGroupPolicy', 'ReadWriteOnceWithFSType')
    preset(spec, 'requiresRepublish', false)
    preset(spec, 'seLinuxMount', false)
    if (!hasItems(spec['volumeLifecycleModes'])) {
      spec['volumeLifecycleModes'] = ['Persistent']
    }
  },
  prepareForCreate: dropAlpha,
  prepareForUpdate: (draft, live) => {
    dropAlpha(draft)
    // Counted from the first change on: new objects have none.
    if (!jsonEqual(draft['spec'] ?? {}, live['spec'] ?? {})) {
      draft.metadata['generation'] = Number(live.metadata['generation'] ?? 0) + 1
    }
  },
  warnings: (object, live) => {
    const spec = sub(object, 'spec')
    const before = sub(live, 'spec')?.['tokenRequests']
    if (live !== undefined && jsonEqual(before ?? null, spec?.['tokenRequests'] ?? null)) return []
    return list(spec, 'tokenRequests').length > 0 && spec?.['serviceAccountTokenInSecrets'] === undefined
      ? [TOKENS_TEXT]
      : []
  },
  validate: (object) => collect(object['spec'], 'spec', checkDriverSpec),
  validateUpdate: (next, live) =>
    (
      [
        ['attachRequired', 'attachedRequired'],
        ['volumeLifecycleModes', 'volumeLifecycleModes'],
      ] as const
    ).flatMap(([key, shown]) => {
      const now = sub(next, 'spec')?.[key] ?? null
      const same = jsonEqual(now, sub(live, 'spec')?.[key] ?? null)
      return same ? [] : [invalidValue(`spec.${shown}`, now, 'field is immutable')]
    }),
}

function hasItems(value: JsonValue | undefined): boolean {
  return Array.isArray(value) && value.length > 0
}

export const priorityClass: Strategy = {
  defaults: (draft) => preset(draft, 'preemptionPolicy', 'PreemptLowerPriority'),
  prepareForCreate: (draft) => {
    draft.metadata['generation'] = 1
  },
  validate: (object, _context, live) =>
    live === undefined ? collect(object, '', (field) => checkPriorityClass(field, text(object.metadata, 'name'))) : [],
  validateUpdate: (next, live) => [
    ...(Number(next['value'] ?? 0) === Number(live['value'] ?? 0)
      ? []
      : [forbiddenField('value', 'may not be changed in an update.')]),
    ...unchanged(next, live, ['preemptionPolicy']),
  ],
}

export const endpointSlice: Strategy = {
  generation: true,
  defaults: (draft) => {
    // Both lists are written even when there is nothing in them.
    for (const key of ['endpoints', 'ports']) if (!hasItems(draft[key])) draft[key] = null
    for (const port of list(draft, 'ports')) {
      preset(port, 'name', '')
      preset(port, 'protocol', 'TCP')
    }
  },
  validate: (object) => collect(object, '', checkEndpointSlice),
  validateUpdate: (next, live) => unchanged(next, live, ['addressType']),
}

export const controllerRevision: Strategy = {
  validate: (object, _context, live) => {
    const errors: FieldError[] = []
    const revision = Number(object['revision'] ?? 0)
    if (revision < 0) errors.push(invalidValue('revision', revision, 'must be greater than or equal to 0'))
    const data = object['data'] ?? null
    if (live === undefined && !isObject(data)) {
      errors.push(required('data', data === null ? 'data is mandatory' : 'data must be a valid JSON object'))
    }
    return errors
  },
  validateUpdate: (next, live) => unchanged(next, live, ['data']),
}

/** Fields behind a gate that is off (CoordinatedLeaderElection). */
function dropElection(draft: KubeObject): void {
  const spec = sub(draft, 'spec')
  delete spec?.['strategy']
  delete spec?.['preferredHolder']
}

export const lease: Strategy = {
  prepareForCreate: dropElection,
  prepareForUpdate: dropElection,
  validate: (object) =>
    collect(object['spec'], 'spec', (spec) => {
      const seconds = spec.number('leaseDurationSeconds')
      if (seconds !== undefined && seconds <= 0) spec.invalid('leaseDurationSeconds', seconds, 'must be greater than 0')
      spec.nonNegative('leaseTransitions')
      if (spec.text('preferredHolder') !== '' && spec.text('strategy') === '') {
        spec.forbidden('preferredHolder', 'may only be specified if `strategy` is defined')
      }
    }),
  lockedUpdates: true,
}

export const event: Strategy = {
  validate: (object) => collect(object, '', checkEvent),
}
