import { getString, isObject, type JsonValue } from '../../base/index.ts'
import { type KubeObject, matchesLabels, parseApiVersion, selectorFromObject } from '../../kube/index.ts'
import type { AdmissionRequest } from '../operations/admission.ts'
import type { Machine } from '../operations/machine.ts'
import { labelsOf } from '../operations/metadata.ts'

/**
 * The objects that a binding's paramRef names; one null for policies without parameters. `error` when there are none and
 * the binding denies that (apiserver's CollectParams).
 */
export function paramsOf(
  machine: Machine,
  policy: KubeObject,
  binding: KubeObject,
  request: AdmissionRequest,
): { readonly params: readonly JsonValue[]; readonly error?: string } {
  const kind = isObject(policy['spec']) ? policy['spec']['paramKind'] : undefined
  const reference = isObject(binding['spec']) ? binding['spec']['paramRef'] : undefined
  if (!isObject(kind) || !isObject(reference)) return { params: [null] }
  const { group, version } = parseApiVersion(getString(kind, 'apiVersion') ?? '')
  const type = machine.registry.ofKind(group, version, getString(kind, 'kind') ?? '')
  const namespace = type?.namespaced === true ? (getString(reference, 'namespace') ?? request.namespace) : ''
  const params: KubeObject[] = []
  if (type !== undefined) {
    const name = getString(reference, 'name')
    const selector = selectorFromObject(reference['selector'])
    for (const { object } of machine.store.collection(type.collection).list(namespace)) {
      const wanted =
        name === undefined
          ? selector.ok && matchesLabels(selector.value, labelsOf(object))
          : object.metadata.name === name
      if (wanted) params.push(machine.fields.convert(object, type))
    }
  }
  if (params.length > 0 || (getString(reference, 'parameterNotFoundAction') ?? 'Deny') !== 'Deny') return { params }
  const why = 'no params found for policy binding with `Deny` parameterNotFoundAction'
  return { params, error: `failed to configure binding: ${why}` }
}
