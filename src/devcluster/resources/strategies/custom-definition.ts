import { isObject, jsonEqual, rfc3339 } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { type FieldError, invalidValue, notSupported, required } from '../../http/errors.ts'
import type { Strategy } from '../strategy.ts'
import { ensure, list, preset, presetText, sub, text } from './draft.ts'

/** Rules of CustomResourceDefinition (apiextensions-apiserver pkg/apis/apiextensions). */
export const customDefinition: Strategy = {
  generation: true,
  defaults: (draft) => {
    const spec = ensure(draft, 'spec')
    const names = ensure(spec, 'names')
    presetText(names, 'singular', text(names, 'kind').toLowerCase())
    presetText(names, 'listKind', `${text(names, 'kind')}List`)
    const conversion = ensure(spec, 'conversion')
    presetText(conversion, 'strategy', 'None')
    for (const version of list(spec, 'versions')) {
      for (const column of list(version, 'additionalPrinterColumns'))
        if (column['priority'] === 0) delete column['priority']
      preset(version, 'served', false)
      preset(version, 'storage', false)
    }
  },
  prepareForCreate: (draft, context) => {
    const stored = list(sub(draft, 'spec'), 'versions').find((version) => version['storage'] === true)
    const time = rfc3339(context.now)
    // Names are free and the kind is served from the moment of the write: there is nothing to wait for.
    draft['status'] = {
      acceptedNames: { ...(sub(draft, 'spec', 'names') ?? {}) },
      conditions: [
        {
          type: 'NamesAccepted',
          status: 'True',
          lastTransitionTime: time,
          reason: 'NoConflicts',
          message: 'no conflicts found',
        },
        {
          type: 'Established',
          status: 'True',
          lastTransitionTime: time,
          reason: 'InitialNamesAccepted',
          message: 'the initial names have been accepted',
        },
      ],
      storedVersions: stored === undefined ? [] : [text(stored, 'name')],
    }
  },
  prepareForUpdate: (draft, live) => {
    const stored = list(sub(draft, 'spec'), 'versions').find((version) => version['storage'] === true)
    const status = { ...(sub(live, 'status') ?? {}) }
    const known = Array.isArray(status['storedVersions']) ? status['storedVersions'] : []
    const name = text(stored, 'name')
    if (name !== '' && !known.includes(name)) status['storedVersions'] = [...known, name]
    status['acceptedNames'] = { ...(sub(draft, 'spec', 'names') ?? {}) }
    draft['status'] = status
  },
  validate: definitionErrors,
  validateUpdate: (next, live) => {
    const errors: FieldError[] = []
    for (const path of [['group'], ['scope'], ['names', 'kind'], ['names', 'plural']]) {
      const read = (object: KubeObject): unknown =>
        path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), object['spec'])
      if (!jsonEqual(read(next) as never, read(live) as never)) {
        errors.push(invalidValue(`spec.${path.join('.')}`, read(next) ?? '', 'field is immutable'))
      }
    }
    return errors
  },
}

function definitionErrors(object: KubeObject): FieldError[] {
  const errors: FieldError[] = []
  const spec = sub(object, 'spec')
  const group = text(spec, 'group')
  const plural = text(sub(spec, 'names'), 'plural')
  if (object.metadata.name !== `${plural}.${group}`) {
    errors.push(invalidValue('metadata.name', object.metadata.name, 'must be spec.names.plural+"."+spec.group'))
  }
  if (group === '') errors.push(required('spec.group'))
  else if (!group.includes('.'))
    errors.push(invalidValue('spec.group', group, 'should be a domain with at least one dot'))
  if (plural === '') errors.push(required('spec.names.plural'))
  if (text(sub(spec, 'names'), 'kind') === '') errors.push(required('spec.names.kind'))
  const scope = text(spec, 'scope')
  if (scope === '') errors.push(required('spec.scope'))
  else if (scope !== 'Cluster' && scope !== 'Namespaced')
    errors.push(notSupported('spec.scope', scope, ['Cluster', 'Namespaced']))
  const versions = list(spec, 'versions')
  const stored = versions.filter((version) => version['storage'] === true).length
  if (stored !== 1) {
    errors.push(
      invalidValue(
        'spec.versions',
        versions.map((version) => text(version, 'name')),
        'must have exactly one version marked as storage version',
      ),
    )
  }
  for (const [i, version] of versions.entries()) {
    const field = `spec.versions[${i}]`
    if (text(version, 'name') === '') errors.push(required(`${field}.name`))
    const schema = sub(version, 'schema', 'openAPIV3Schema')
    if (schema === undefined) errors.push(required(`${field}.schema.openAPIV3Schema`, 'schemas are required'))
    else if (text(schema, 'type') !== 'object') {
      if (text(schema, 'type') === '')
        errors.push(required(`${field}.schema.openAPIV3Schema.type`, 'must not be empty at the root'))
      else
        errors.push(
          invalidValue(`${field}.schema.openAPIV3Schema.type`, text(schema, 'type'), 'must be object at the root'),
        )
    }
  }
  return errors
}
