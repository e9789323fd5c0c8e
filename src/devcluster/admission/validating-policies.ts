import { getString, isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import type { CelEntries } from '../../cel/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { ApiError, qualified } from '../http/errors.ts'
import type { Admission, AdmissionRequest } from '../operations/admission.ts'
import type { Machine } from '../operations/machine.ts'
import { takes } from './match-constraints.ts'
import { objectsIn, type PolicyExpressions, type PolicyInput, policyInput } from './policy-expressions.ts'
import { paramsOf } from './policy-params.ts'

const GROUP = 'admissionregistration.k8s.io'
const POLICIES = `validatingadmissionpolicies.${GROUP}`
const BINDINGS = `validatingadmissionpolicybindings.${GROUP}`
const CODES: Readonly<Record<string, number>> = {
  Unauthorized: 401,
  Forbidden: 403,
  RequestEntityTooLarge: 413,
  Invalid: 422,
}

/** One policy under one binding, about to judge one request. */
interface Judgement {
  readonly policy: KubeObject
  readonly binding: KubeObject
  readonly request: AdmissionRequest
  readonly params: JsonValue
}

/** ValidatingAdmissionPolicies with their bindings (k8s.io/apiserver pkg/admission/plugin/policy/validating). */
export function validatingPolicies(expressions: PolicyExpressions): Admission {
  return {
    validate: (machine, request) => {
      const bindings = machine.store.collection(BINDINGS)
      // What guards the cluster's policies may not lock their owner out.
      if (bindings.size === 0 || request.type.group === GROUP) return
      for (const { object: binding } of bindings.list(undefined)) {
        const policy = machine.store.get(POLICIES, '', getString(binding, 'spec', 'policyName') ?? '')?.object
        if (policy === undefined || !isObject(policy['spec'])) continue
        if (!takes(machine, policy['spec']['matchConstraints'], request)) continue
        if (isObject(binding['spec']) && !takes(machine, binding['spec']['matchResources'], request)) continue
        const { params: found, error } = paramsOf(machine, policy, binding, request)
        if (error !== undefined && policy['spec']['failurePolicy'] !== 'Ignore') {
          deny({ policy, binding, request, params: null }, error, 'Invalid')
        }
        for (const params of found) judge(machine, expressions, { policy, binding, request, params })
      }
    },
  }
}

function judge(machine: Machine, expressions: PolicyExpressions, judgement: Judgement): void {
  const { policy } = judgement
  const spec = policy['spec'] as JsonObject
  const input = policyInput(machine, judgement.request, judgement.params)
  const variables = expressions.variables(objectsIn(spec, 'variables'), input)
  const fail = getString(spec, 'failurePolicy') !== 'Ignore'
  for (const condition of objectsIn(spec, 'matchConditions')) {
    const outcome = expressions.evaluate(String(condition['expression'] ?? ''), input, variables)
    if ('error' in outcome) {
      if (fail) deny(judgement, outcome.error, 'Invalid')
      return
    }
    if (outcome.value !== true) return
  }
  for (const validation of objectsIn(spec, 'validations')) {
    const expression = String(validation['expression'] ?? '').trim()
    const outcome = expressions.evaluate(expression, input, variables)
    if ('error' in outcome) {
      if (fail) act(judgement, `expression '${expression}' resulted in error: ${outcome.error}`, 'Invalid')
    } else if (outcome.value !== true) {
      act(judgement, messageOf(expressions, validation, input, variables), String(validation['reason'] ?? 'Invalid'))
    }
  }
}

function messageOf(
  expressions: PolicyExpressions,
  validation: JsonObject,
  input: PolicyInput,
  variables: CelEntries,
): string {
  const expression = getString(validation, 'messageExpression')
  if (expression !== undefined) {
    const outcome = expressions.evaluate(expression, input, variables)
    if (
      'value' in outcome &&
      typeof outcome.value === 'string' &&
      outcome.value.trim() !== '' &&
      !/[\r\n]/.test(outcome.value)
    ) {
      return outcome.value.trim()
    }
  }
  return (
    getString(validation, 'message')?.trim() || `failed expression: ${String(validation['expression'] ?? '').trim()}`
  )
}

/** Does what the binding's validationActions say. */
function act(judgement: Judgement, message: string, reason: string): void {
  const { policy, binding, request } = judgement
  const actions =
    isObject(binding['spec']) && Array.isArray(binding['spec']['validationActions'])
      ? binding['spec']['validationActions']
      : []
  if (actions.includes('Warn')) {
    request.context.warnings.push(
      `Validation failed for ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}': ${message}`,
    )
  }
  if (actions.includes('Deny')) deny(judgement, message, reason)
}

function deny({ policy, binding, request }: Judgement, message: string, reason: string): never {
  const why = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}' denied request: ${message}`
  const { type, name } = request
  const subject = name === '' ? qualified(type) : `${qualified(type)} ${JSON.stringify(name)}`
  throw new ApiError(CODES[reason] ?? 422, reason, `${subject} is forbidden: ${why}`, {
    ...(name === '' ? {} : { name }),
    ...(type.group === '' ? {} : { group: type.group }),
    kind: type.resource,
    causes: [{ message: why }],
  })
}
