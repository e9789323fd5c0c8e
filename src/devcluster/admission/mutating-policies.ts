import { getString, isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import { createTypeConverter, type KubeObject, type TypeConverter } from '../../kube/index.ts'
import { ApiError } from '../http/errors.ts'
import type { Admission, AdmissionRequest } from '../operations/admission.ts'
import type { Machine } from '../operations/machine.ts'
import type { ResourceType } from '../resources/types.ts'
import { matchedType } from './match-constraints.ts'
import { takeOver } from './patched-object.ts'
import { objectsIn, type PolicyExpressions, type PolicyInput, policyInput } from './policy-expressions.ts'
import { paramsOf } from './policy-params.ts'
import { applyConfiguration, applyPatchList, type PatchOutcome } from './policy-patches.ts'

const GROUP = 'admissionregistration.k8s.io'
const POLICIES = `mutatingadmissionpolicies.${GROUP}`
const BINDINGS = `mutatingadmissionpolicybindings.${GROUP}`

/** One policy under one binding with one parameter object, for one request. */
interface Invocation {
  readonly policy: KubeObject
  readonly spec: JsonObject
  readonly binding: KubeObject
  readonly params: JsonValue
  /** The version that the policy's rules name. */
  readonly type: ResourceType
}

interface Fault {
  readonly policy: KubeObject
  readonly binding: KubeObject
  readonly message: string
  readonly reason: 'Forbidden' | 'Invalid'
}

/**
 * MutatingAdmissionPolicies with their bindings (k8s.io/apiserver pkg/admission/plugin/policy/mutating). They run before
 * mutating webhooks. Fields that they set belong to nobody but the request's manager.
 */
export function mutatingPolicies(expressions: PolicyExpressions): Admission {
  let types: TypeConverter | undefined
  return {
    mutate: (machine, request, rounds) => {
      // What guards the cluster's policies may not lock their owner out.
      if (machine.store.collection(BINDINGS).size === 0 || request.type.group === GROUP) return
      // A deletion has nothing to change.
      if (request.object === undefined) return
      types ??= createTypeConverter(machine.types)
      const mutator = new Mutator(machine, request, expressions, types)
      const plugin = rounds.plugin(POLICIES)
      plugin.run(request.object as JsonObject | undefined, () => {
        for (const invocation of mutator.invocations()) {
          const { policy, binding, params } = invocation
          if (!mutator.wants(invocation)) continue
          const key = [policy, binding, params].map(nameOf).join('/')
          if (!plugin.takesPart(key)) continue
          plugin.asked(key, mutator.mutate(invocation), invocation.spec['reinvocationPolicy'] === 'IfNeeded')
        }
      })
      refuse(request, mutator.faults)
    },
  }
}

/** Runs policies over one request. */
class Mutator {
  readonly faults: Fault[] = []
  readonly #machine: Machine
  readonly #request: AdmissionRequest
  readonly #expressions: PolicyExpressions
  readonly #types: TypeConverter

  constructor(machine: Machine, request: AdmissionRequest, expressions: PolicyExpressions, types: TypeConverter) {
    this.#machine = machine
    this.#request = request
    this.#expressions = expressions
    this.#types = types
  }

  /** What policies, bindings and parameters take the request as it is now, by name. */
  invocations(): Invocation[] {
    const machine = this.#machine
    const request = this.#request
    const bindings = machine.store.collection(BINDINGS).list(undefined)
    return machine.store
      .collection(POLICIES)
      .list(undefined)
      .flatMap(({ object: policy }) => {
        const { spec } = policy
        if (!isObject(spec) || !isObject(spec['matchConstraints'])) return []
        const type = matchedType(machine, spec['matchConstraints'], request)
        if (type === undefined) return []
        return bindings.flatMap(({ object: binding }) => {
          if (getString(binding, 'spec', 'policyName') !== policy.metadata.name) return []
          const resources = isObject(binding['spec']) ? binding['spec']['matchResources'] : undefined
          if (isObject(resources) && matchedType(machine, resources, request) === undefined) return []
          const { params, error } = paramsOf(machine, policy, binding, request)
          if (error !== undefined) this.#fault({ policy, binding, spec }, error, 'Forbidden')
          return params.map((item): Invocation => ({ policy, spec, binding, params: item, type }))
        })
      })
  }

  /** The matchConditions: all have to be true; one that fails is a fault unless another is false. */
  wants(invocation: Invocation): boolean {
    const input = this.#input(invocation)
    const variables = this.#expressions.variables(objectsIn(invocation.spec, 'variables'), input)
    const errors: string[] = []
    for (const condition of objectsIn(invocation.spec, 'matchConditions')) {
      const expression = String(condition['expression'] ?? '')
      const outcome = this.#expressions.evaluate(expression, input, variables)
      if ('error' in outcome) errors.push(errorOf(expression, outcome.error))
      else if (outcome.value !== true) return false
    }
    if (errors.length === 0) return true
    this.#fault(invocation, errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]`, 'Invalid')
    return false
  }

  /** Applies the mutations in order; answers whether they changed the object. */
  mutate(invocation: Invocation): boolean {
    let changed = false
    for (const mutation of objectsIn(invocation.spec, 'mutations')) {
      const outcome = this.#patched(invocation, mutation)
      if ('error' in outcome) this.#fault(invocation, outcome.error, 'Invalid')
      else {
        const who = `policy ${JSON.stringify(invocation.policy.metadata.name)}`
        const as = { type: invocation.type, who, strict: mutation['patchType'] === 'JSONPatch' }
        if (takeOver(this.#machine, this.#request, outcome.object, as)) changed = true
      }
    }
    return changed
  }

  #patched(invocation: Invocation, mutation: JsonObject): PatchOutcome {
    const merges = mutation['patchType'] === 'ApplyConfiguration'
    const expression = getString(mutation, merges ? 'applyConfiguration' : 'jsonPatch', 'expression') ?? ''
    const input = this.#input(invocation)
    const object = input.values.object as KubeObject
    const type = this.#types.typeOf(object)
    if (type === undefined) {
      const why = 'There can be a delay between when CustomResourceDefinitions are created and when they are available.'
      throw new ApiError(503, 'ServiceUnavailable', `Resource kind ${invocation.type.kind} not found. ${why}`)
    }
    const variables = this.#expressions.variables(objectsIn(invocation.spec, 'variables'), input)
    const wanted = merges ? 'Object' : 'list(JSONPatch)'
    const outcome = this.#expressions.evaluate(expression, input, variables, wanted)
    if ('error' in outcome) return { error: errorOf(expression, outcome.error) }
    return merges ? applyConfiguration(object, outcome.value, type) : applyPatchList(object, outcome.value)
  }

  #input({ type, params }: Invocation): PolicyInput {
    const show = (object: KubeObject | undefined): KubeObject | undefined =>
      object === undefined ? undefined : this.#machine.fields.convert(object, type)
    const { object, old } = this.#request
    return policyInput(this.#machine, { ...this.#request, type, object: show(object), old: show(old) }, params)
  }

  #fault(
    { policy, binding, spec }: Pick<Invocation, 'policy' | 'binding' | 'spec'>,
    message: string,
    reason: Fault['reason'],
  ): void {
    if (spec['failurePolicy'] !== 'Ignore') this.faults.push({ policy, binding, message, reason })
  }
}

/** How a policy tells of an expression; one that does not compile has no value to speak of. */
function errorOf(expression: string, error: string): string {
  const early = error.startsWith('compilation failed: ') || error.startsWith('must evaluate to ')
  return early ? error : `expression '${expression}' resulted in error: ${error}`
}

function nameOf(object: JsonValue | KubeObject): string {
  const namespace = getString(object as JsonObject | null, 'metadata', 'namespace') ?? ''
  return `${namespace}:${getString(object as JsonObject | null, 'metadata', 'name') ?? ''}`
}

/** Refuses a request with what went wrong in policies, in the words of apiserver's policy dispatcher. */
function refuse({ type, name }: AdmissionRequest, faults: readonly Fault[]): void {
  if (faults.length === 0) return
  const texts = faults.map(
    ({ policy, binding, message }) =>
      `policy '${policy.metadata.name}' with binding '${binding.metadata.name}' denied request: ${message}`,
  )
  throw new ApiError(403, faults[0]!.reason, texts[0]!, {
    ...(name === '' ? {} : { name }),
    ...(type.group === '' ? {} : { group: type.group }),
    kind: type.resource,
    causes: texts.map((message) => ({ message })),
  })
}
