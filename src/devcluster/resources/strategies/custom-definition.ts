import { isObject, jsonEqual } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { type FieldError, invalidValue, required } from '../../http/errors.ts'
import type { Strategy } from '../strategy.ts'
import { checkDefinitionSpec, checkStoredVersions } from '../validation/definitions.ts'
import { collect } from '../validation/field.ts'
import { approvalOf, settledStatus } from './definition-names.ts'
import { dropEmptyMembers } from './definition-schema.ts'
import { ensure, list, preset, presetText, sub, text } from './draft.ts'

/** Rules of CustomResourceDefinition (apiextensions-apiserver pkg/apis/apiextensions). */
export const customDefinition: Strategy = {
  generation: true,
  lockedUpdates: true,
  defaults: (draft) => {
    const spec = ensure(draft, 'spec')
    const names = ensure(spec, 'names')
    presetText(names, 'singular', text(names, 'kind').toLowerCase())
    if (text(names, 'kind') !== '') presetText(names, 'listKind', `${text(names, 'kind')}List`)
    if (spec['preserveUnknownFields'] === false) delete spec['preserveUnknownFields']
    for (const key of ['shortNames', 'categories']) {
      if (Array.isArray(names[key]) && names[key].length === 0) delete names[key]
    }
    preset(spec, 'conversion', { strategy: 'None' })
    for (const version of list(spec, 'versions')) {
      for (const column of list(version, 'additionalPrinterColumns')) {
        for (const key of ['priority', 'format', 'description']) {
          if (column[key] === 0 || column[key] === '') delete column[key]
        }
      }
      preset(version, 'served', false)
      preset(version, 'storage', false)
      const schema = sub(version, 'schema', 'openAPIV3Schema')
      if (schema !== undefined) dropEmptyMembers(schema)
    }
    const storage = list(spec, 'versions').find((version) => version['storage'] === true)
    const stored = sub(draft, 'status')?.['storedVersions']
    if (storage === undefined || (Array.isArray(stored) && stored.length > 0)) return
    const status = sub(draft, 'status')
    if (status !== undefined) status['storedVersions'] = [text(storage, 'name')]
  },
  prepareForCreate: (draft) => {
    const stored = list(sub(draft, 'spec'), 'versions').find((version) => version['storage'] === true)
    draft['status'] = {
      conditions: null,
      acceptedNames: { plural: '', kind: '' },
      storedVersions: stored === undefined ? null : [text(stored, 'name')],
    }
  },
  settle: settledStatus,
  prepareForUpdate: (draft, live) => {
    const stored = list(sub(draft, 'spec'), 'versions').find((version) => version['storage'] === true)
    const status = { ...(sub(live, 'status') ?? {}) }
    const known = Array.isArray(status['storedVersions']) ? status['storedVersions'] : []
    const name = text(stored, 'name')
    if (name !== '' && !known.includes(name)) status['storedVersions'] = [...known, name]
    draft['status'] = status
  },
  validate: (object, _context, live) => {
    const errors: FieldError[] = []
    const spec = sub(object, 'spec')
    const wanted = `${text(sub(spec, 'names'), 'plural')}.${text(spec, 'group')}`
    if (live === undefined && text(object.metadata, 'name') !== '' && object.metadata.name !== wanted) {
      errors.push(invalidValue('metadata.name', object.metadata.name, 'must be spec.names.plural+"."+spec.group'))
    }
    const approval = live === undefined ? approvalOf(object) : undefined
    if (approval !== undefined && /^(Missing|Invalid)/.test(approval.reason)) {
      const field = 'metadata.annotations[api-approved.kubernetes.io]'
      const given = text(sub(object, 'metadata', 'annotations'), 'api-approved.kubernetes.io')
      errors.push(given === '' ? required(field, approval.message) : invalidValue(field, given, approval.message))
    }
    // A schema that was accepted once is not compiled again with every label.
    if (live === undefined || !jsonEqual(spec, sub(live, 'spec'))) {
      errors.push(...collect(object['spec'], 'spec', checkDefinitionSpec))
    }
    errors.push(...collect(object['status'], 'status', (status) => checkStoredVersions(status, list(spec, 'versions'))))
    return errors
  },
  validateUpdate: (next, live) => {
    const errors: FieldError[] = []
    const settled = list(sub(live, 'status'), 'conditions').some(
      (condition) => condition['type'] === 'Established' && condition['status'] === 'True',
    )
    const frozen = settled
      ? [['scope'], ['names', 'kind'], ['group'], ['names', 'plural']]
      : [['group'], ['names', 'plural']]
    for (const path of frozen) {
      const read = (object: KubeObject): unknown =>
        path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), object['spec'])
      if (!jsonEqual(read(next) as never, read(live) as never)) {
        errors.push(invalidValue(`spec.${path.join('.')}`, read(next) ?? '', 'field is immutable'))
      }
    }
    return errors
  },
}
