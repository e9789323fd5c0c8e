import { forbidden, notFound } from '../http/errors.ts'
import type { Admission } from '../operations/admission.ts'
import { isDeleting } from '../operations/metadata.ts'
import { limitRanges } from './limit-ranges.ts'
import { mutatingPolicies } from './mutating-policies.ts'
import { podDefaults } from './pod-defaults.ts'
import { podSecurity } from './pod-security.ts'
import { PolicyExpressions } from './policy-expressions.ts'
import { resourceQuotas } from './resource-quotas.ts'
import { validatingPolicies } from './validating-policies.ts'
import { webhooks } from './webhooks.ts'

/** Namespaces that cannot be deleted (apiserver's NamespaceLifecycle). */
const IMMORTAL = new Set(['default', 'kube-system', 'kube-public'])
const NAMESPACES = { group: '', resource: 'namespaces' }

/** Nothing is created in a namespace that is absent or going; the system's own namespaces stay. */
const namespaceLifecycle: Admission = {
  mutate: (machine, { operation, type, namespace, name }) => {
    if (operation !== 'CREATE' || !type.namespaced) return
    const found = machine.store.get('namespaces', '', namespace)
    if (found === undefined) throw notFound(NAMESPACES, namespace)
    if (isDeleting(found.object)) {
      const why = `unable to create new content in namespace ${namespace} because it is being terminated`
      throw forbidden(type, name, why, [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ])
    }
  },
  validate: (_machine, { operation, type, name }) => {
    if (operation === 'DELETE' && type.collection === 'namespaces' && IMMORTAL.has(name)) {
      throw forbidden(type, name, 'this namespace may not be deleted')
    }
  },
}

/** The admission steps that are always on, in order. */
export function standardAdmission(): Admission[] {
  const expressions = new PolicyExpressions()
  return [
    namespaceLifecycle,
    podDefaults,
    limitRanges,
    podSecurity,
    mutatingPolicies(expressions),
    webhooks(expressions),
    validatingPolicies(expressions),
    resourceQuotas,
  ]
}
