import { isObject, type JsonObject, jsonEqual, rfc3339 } from '../../../base/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { type FieldError, invalidValue } from '../../http/errors.ts'
import type { Strategy, StrategyContext } from '../strategy.ts'
import { checkDefinitionSpec, checkStoredVersions } from '../validation/definitions.ts'
import { collect } from '../validation/field.ts'
import { ensure, list, preset, presetText, sub, text } from './draft.ts'

/** Rules of CustomResourceDefinition (apiextensions-apiserver pkg/apis/apiextensions). */
export const customDefinition: Strategy = {
  generation: true,
  defaults: (draft) => {
    const spec = ensure(draft, 'spec')
    const names = ensure(spec, 'names')
    presetText(names, 'singular', text(names, 'kind').toLowerCase())
    presetText(names, 'listKind', `${text(names, 'kind')}List`)
    if (spec['preserveUnknownFields'] === false) delete spec['preserveUnknownFields']
    const conversion = ensure(spec, 'conversion')
    presetText(conversion, 'strategy', 'None')
    for (const version of list(spec, 'versions')) {
      for (const column of list(version, 'additionalPrinterColumns')) {
        for (const key of ['priority', 'format', 'description']) {
          if (column[key] === 0 || column[key] === '') delete column[key]
        }
      }
      preset(version, 'served', false)
      preset(version, 'storage', false)
    }
  },
  prepareForCreate: (draft, context) => {
    const stored = list(sub(draft, 'spec'), 'versions').find((version) => version['storage'] === true)
    const time = rfc3339(context.now)
    // The kind is served from the moment of the write: there is nothing to wait for.
    const names = sub(draft, 'spec', 'names') ?? {}
    const found = conflictOf(draft, names, context)
    const accepted = found === undefined
    draft['status'] = {
      acceptedNames: accepted
        ? { ...names }
        : { kind: '', plural: found.reason === 'PluralConflict' ? '' : text(names, 'plural') },
      conditions: [
        {
          type: 'NamesAccepted',
          status: accepted ? 'True' : 'False',
          lastTransitionTime: time,
          reason: found?.reason ?? 'NoConflicts',
          message: found?.message ?? 'no conflicts found',
        },
        {
          type: 'Established',
          status: accepted ? 'True' : 'False',
          lastTransitionTime: time,
          reason: accepted ? 'InitialNamesAccepted' : 'NotAccepted',
          message: accepted ? 'the initial names have been accepted' : 'not all names are accepted',
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
  prepareForStatus: (draft) => {
    const storage = list(sub(draft, 'spec'), 'versions').find((version) => version['storage'] === true)
    const status = sub(draft, 'status')
    const known = status?.['storedVersions']
    if (status === undefined || storage === undefined || (Array.isArray(known) && known.length > 0)) return
    status['storedVersions'] = [text(storage, 'name')]
  },
  validate: (object, _context, live) => {
    const errors: FieldError[] = []
    const spec = sub(object, 'spec')
    const wanted = `${text(sub(spec, 'names'), 'plural')}.${text(spec, 'group')}`
    if (live === undefined && object.metadata.name !== wanted) {
      errors.push(invalidValue('metadata.name', object.metadata.name, 'must be spec.names.plural+"."+spec.group'))
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

const NAME_REASONS = ['PluralConflict', 'SingularConflict', 'ShortNamesConflict', 'KindConflict', 'ListKindConflict']

/** The last of the names that another definition of the group has taken, as the naming controller reports it. */
function conflictOf(
  draft: KubeObject,
  names: JsonObject,
  context: StrategyContext,
): { readonly reason: string; readonly message: string } | undefined {
  const group = text(sub(draft, 'spec'), 'group')
  const resources = new Set<string>()
  const kinds = new Set<string>()
  for (const other of context.list('customresourcedefinitions.apiextensions.k8s.io')) {
    if (text(sub(other, 'spec'), 'group') !== group || other.metadata.name === draft.metadata.name) continue
    const taken = sub(other, 'status', 'acceptedNames') ?? {}
    for (const name of resourceNames(taken)) resources.add(name)
    for (const key of ['kind', 'listKind']) kinds.add(text(taken, key))
  }
  const short = Array.isArray(names['shortNames']) ? names['shortNames'].filter((name) => typeof name === 'string') : []
  const checks: readonly (readonly [string[], ReadonlySet<string>])[] = [
    [[text(names, 'plural')], resources],
    [[text(names, 'singular')], resources],
    [short, resources],
    [[text(names, 'kind')], kinds],
    [[text(names, 'listKind')], kinds],
  ]
  for (const [i, [wanted, taken]] of [...checks.entries()].reverse()) {
    const hit = wanted.find((name) => name !== '' && taken.has(name))
    if (hit !== undefined) return { reason: NAME_REASONS[i]!, message: `${JSON.stringify(hit)} is already in use` }
  }
  return undefined
}

function resourceNames(names: JsonObject): string[] {
  const short = Array.isArray(names['shortNames']) ? names['shortNames'].map(String) : []
  return [text(names, 'plural'), text(names, 'singular'), ...short]
}
