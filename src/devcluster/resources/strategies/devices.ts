import { type JsonObject, jsonEqual, rfc3339 } from '../../../base/index.ts'
import { checkQualifiedName, type KubeObject } from '../../../kube/index.ts'
import { type FieldError, forbiddenField, invalidValue } from '../../http/errors.ts'
import { type GoStruct, goValue } from '../go-values.ts'
import type { Strategy, StrategyContext } from '../strategy.ts'
import { checkClaimDevices, checkDeviceClass } from '../validation/devices.ts'
import { collect } from '../validation/field.ts'
import { checkResourceSlice } from '../validation/resource-slices.ts'
import { checkLabels } from '../validation/selectors.ts'
import { list, presetText, sub, text } from './draft.ts'

const IMMUTABLE = 'field is immutable'

function requestDefaults(spec: JsonObject | undefined): void {
  const devices = sub(spec, 'devices')
  if (Array.isArray(devices?.['requests']) && devices['requests'].length === 0) devices['requests'] = null
  for (const request of list(devices, 'requests')) {
    const exactly = sub(request, 'exactly')
    for (const wish of [...(exactly === undefined ? [] : [exactly]), ...list(request, 'firstAvailable')]) {
      presetText(wish, 'allocationMode', 'ExactCount')
      if (wish['allocationMode'] === 'ExactCount' && (wish['count'] ?? 0) === 0) wish['count'] = 1
      for (const toleration of list(wish, 'tolerations')) presetText(toleration, 'operator', 'Equal')
    }
  }
}

/** Devices for administrators are for namespaces that say so. */
function adminErrors(spec: JsonObject | undefined, object: KubeObject, context: StrategyContext): FieldError[] {
  const requests = list(sub(spec, 'devices'), 'requests')
  const at = requests.findIndex((request) => sub(request, 'exactly')?.['adminAccess'] === true)
  if (at === -1) return []
  const namespace = context.lookup('namespaces', '', text(object.metadata, 'namespace'))
  const label = 'resource.kubernetes.io/admin-access'
  if (text(sub(namespace, 'metadata', 'labels'), label) === 'true') return []
  const why = `admin access to devices requires the \`${label}: true\` label on the containing namespace`
  return [forbiddenField(`spec.devices.requests[${at}].adminAccess`, why)]
}

/** The whole spec is for good. */
function fixedSpec(struct: GoStruct): NonNullable<Strategy['validateUpdate']> {
  return (next, live) => {
    const now = goValue(struct, next['spec'])
    return jsonEqual(now, goValue(struct, live['spec'])) ? [] : [invalidValue('spec', now, IMMUTABLE)]
  }
}

/** A ResourceClaim (pkg/registry/resource/resourceclaim). */
export const resourceClaim: Strategy = {
  defaults: (draft) => requestDefaults(sub(draft, 'spec')),
  validate: (object, context, live) =>
    live === undefined
      ? [...collect(object['spec'], 'spec', checkClaimDevices), ...adminErrors(sub(object, 'spec'), object, context)]
      : [],
  validateUpdate: fixedSpec('ResourceClaimSpec'),
}

export const resourceClaimTemplate: Strategy = {
  defaults: (draft) => requestDefaults(sub(draft, 'spec', 'spec')),
  validate: (object, context, live) => [
    ...collect(object['spec'], 'spec', (spec) => {
      const metadata = spec.struct('metadata')
      for (const [key] of metadata.entries('annotations')) {
        metadata.faults('annotations', key, checkQualifiedName(key.toLowerCase()))
      }
      checkLabels(metadata, 'labels')
      checkClaimDevices(spec.struct('spec'))
    }),
    ...(live === undefined ? adminErrors(sub(object, 'spec', 'spec'), object, context) : []),
  ],
  validateUpdate: fixedSpec('ResourceClaimTemplateSpec'),
}

export const deviceClass: Strategy = {
  generation: true,
  validate: (object) => collect(object['spec'], 'spec', checkDeviceClass),
}

export const resourceSlice: Strategy = {
  generation: true,
  prepareForCreate: taintTimes,
  prepareForUpdate: (draft, _live, context) => taintTimes(draft, context),
  validate: (object, _context, live) =>
    collect(object['spec'], 'spec', (spec) => checkResourceSlice(spec, sub(live, 'spec'))),
}

/** When a taint was set; the server's time where nobody says. */
function taintTimes(draft: KubeObject, context: StrategyContext): void {
  for (const device of list(sub(draft, 'spec'), 'devices')) {
    for (const taint of list(device, 'taints')) presetText(taint, 'timeAdded', rfc3339(context.now))
  }
}
