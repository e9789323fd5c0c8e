import { type JsonObject, jsonEqual } from '../../../base/index.ts'
import { checkDnsSubdomain } from '../../../kube/index.ts'
import { invalidValue } from '../../http/errors.ts'
import { goValue } from '../go-values.ts'
import type { Strategy } from '../strategy.ts'
import { checkParameters, checkProvisioner } from '../validation/classes.ts'
import { collect } from '../validation/field.ts'
import { quantityOf, signOf } from '../validation/quantities.ts'
import { checkSelector, shownSelector } from '../validation/selectors.ts'
import { checkAttachment, checkNodeDriver } from '../validation/storage.ts'
import { ensure, list, text } from './draft.ts'
import { protect } from './misc.ts'

const IMMUTABLE = 'field is immutable'

/** What is left of a driver when two states of it are compared. */
function fixedPart(driver: JsonObject): JsonObject {
  const { allocatable: _allocatable, ...rest } = driver
  return goValue('CSINodeDriver', rest)
}

export const csiNode: Strategy = {
  lockedUpdates: true,
  defaults: (draft) => {
    // Both lists are written even when there is nothing in them.
    const spec = ensure(draft, 'spec')
    if (!hasItems(spec['drivers'])) spec['drivers'] = null
    for (const driver of list(spec, 'drivers')) if (!hasItems(driver['topologyKeys'])) driver['topologyKeys'] = null
  },
  validate: (object) =>
    collect(object['spec'], 'spec', (spec) => {
      const names = new Set<string>()
      for (const driver of spec.objects('drivers')) checkNodeDriver(driver, names)
    }),
  validateUpdate: (next, live) =>
    collect(next['spec'], 'spec', (spec) => {
      for (const old of list(live['spec'], 'drivers')) {
        for (const driver of spec.objects('drivers')) {
          if (driver.text('name') !== text(old, 'name')) continue
          const now = fixedPart(driver.value)
          if (!jsonEqual(now, fixedPart(old))) spec.invalid('drivers', now, IMMUTABLE)
        }
      }
    }),
}

function hasItems(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0
}

export const volumeAttachment: Strategy = {
  lockedUpdates: true,
  prepareForCreate: (draft) => {
    draft['status'] = { attached: false }
  },
  validate: (object) => collect(object['spec'], 'spec', checkAttachment),
  validateUpdate: (next, live) => {
    const now = goValue('VolumeAttachmentSpec', next['spec'])
    return jsonEqual(now, goValue('VolumeAttachmentSpec', live['spec'])) ? [] : [invalidValue('spec', now, IMMUTABLE)]
  },
}

export const storageCapacity: Strategy = {
  lockedUpdates: true,
  validate: (object) =>
    collect(object, '', (capacity) => {
      checkSelector(capacity, 'nodeTopology')
      const name = capacity.text('storageClassName')
      capacity.faults('storageClassName', name, checkDnsSubdomain(name))
      const amount = quantityOf(object['capacity'])
      if (amount !== undefined && signOf(amount) < 0) {
        capacity.invalid('capacity', String(object['capacity']), 'must be greater than or equal to 0')
      }
    }),
  validateUpdate: (next, live) => {
    const topology = shownSelector(next['nodeTopology'])
    return [
      ...(jsonEqual(topology, shownSelector(live['nodeTopology']))
        ? []
        : [invalidValue('nodeTopology', topology, IMMUTABLE)]),
      ...(text(next, 'storageClassName') === text(live, 'storageClassName')
        ? []
        : [invalidValue('storageClassName', text(next, 'storageClassName'), IMMUTABLE)]),
    ]
  },
}

export const volumeAttributesClass: Strategy = {
  prepareForCreate: (draft) => protect(draft, 'kubernetes.io/vac-protection'),
  validate: (object, _context, live) =>
    collect(object, '', (attributes) => {
      for (const key of live === undefined ? [] : ['driverName', 'parameters']) {
        const same = jsonEqual(object[key] ?? null, live?.[key] ?? null)
        if (!same) attributes.forbidden(key, `updates to ${key} are forbidden.`)
      }
      checkProvisioner(attributes, 'driverName')
      checkParameters(attributes)
      if (attributes.count('parameters') === 0) {
        attributes.required('parameters', 'must contain at least one key/value pair')
      }
    }),
}
