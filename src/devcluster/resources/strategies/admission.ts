import type { KubeObject } from '../../../kube/index.ts'
import type { Strategy } from '../strategy.ts'
import { collect } from '../validation/field.ts'
import { checkMutatingPolicy, checkPolicyBinding, checkValidatingPolicy } from '../validation/policies.ts'
import { policyStatus, statusErrors } from '../validation/statuses.ts'
import { checkWebhooks } from '../validation/webhooks.ts'
import { ensure, list, preset, sub } from './draft.ts'

function webhooks(mutating: boolean): Strategy {
  return {
    generation: true,
    lockedUpdates: true,
    defaults: (draft) => {
      for (const hook of list(draft, 'webhooks')) {
        preset(hook, 'failurePolicy', 'Fail')
        preset(hook, 'matchPolicy', 'Equivalent')
        preset(hook, 'namespaceSelector', {})
        preset(hook, 'objectSelector', {})
        preset(hook, 'timeoutSeconds', 10)
        if (mutating) preset(hook, 'reinvocationPolicy', 'Never')
        for (const rule of list(hook, 'rules')) preset(rule, 'scope', '*')
        const target = sub(hook, 'clientConfig', 'service')
        if (target !== undefined) preset(target, 'port', 443)
      }
    },
    validate: (object) => collect(object, '', (configuration) => checkWebhooks(configuration, mutating)),
  }
}

export const validatingWebhooks: Strategy = webhooks(false)
export const mutatingWebhooks: Strategy = webhooks(true)

function matchDefaults(draft: KubeObject, key: string): void {
  const match = sub(draft, 'spec', key)
  if (match === undefined) return
  preset(match, 'matchPolicy', 'Equivalent')
  preset(match, 'namespaceSelector', {})
  preset(match, 'objectSelector', {})
  for (const field of ['resourceRules', 'excludeResourceRules']) {
    for (const rule of list(match, field)) preset(rule, 'scope', '*')
  }
}

function policy(mutating: boolean): Strategy {
  return {
    generation: true,
    lockedUpdates: true,
    defaults: (draft) => {
      preset(ensure(draft, 'spec'), 'failurePolicy', 'Fail')
      matchDefaults(draft, 'matchConstraints')
    },
    validate: (object) =>
      collect(object['spec'], 'spec', (spec) =>
        mutating ? checkMutatingPolicy(spec) : checkValidatingPolicy(spec, String(object.metadata.name ?? '')),
      ),
  }
}

export const validatingPolicy: Strategy = { ...policy(false), validateStatus: statusErrors(policyStatus) }
export const mutatingPolicy: Strategy = policy(true)

function binding(mutating: boolean): Strategy {
  return {
    generation: true,
    lockedUpdates: true,
    defaults: (draft) => matchDefaults(draft, 'matchResources'),
    validate: (object) => collect(object['spec'], 'spec', (spec) => checkPolicyBinding(spec, mutating)),
  }
}

export const validatingPolicyBinding: Strategy = binding(false)
export const mutatingPolicyBinding: Strategy = binding(true)
