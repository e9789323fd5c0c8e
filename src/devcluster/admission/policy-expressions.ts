import { isObject, type JsonObject, type JsonValue } from '../../base/index.ts'
import {
  authorizerType,
  authorizerValue,
  type CelBase,
  CelEntries,
  type CelProgram,
  type CelType,
  type CelValue,
  compile,
  type DecideAccess,
  dynType,
  fromJson,
  kubernetesBase,
  kubernetesPatchBase,
  resourceCheckType,
  resourceCheckValue,
} from '../../cel/index.ts'
import { Authorizer } from '../auth/authorizer.ts'
import { serviceAccountGroups } from '../auth/identity.ts'
import type { UserInfo } from '../http/types.ts'
import type { AdmissionRequest } from '../operations/admission.ts'
import type { Machine } from '../operations/machine.ts'

/** What expressions of a policy may read. */
export const VARIABLES = ['object', 'oldObject', 'request', 'params', 'namespaceObject', 'variables'] as const

export interface PolicyInput {
  readonly values: Readonly<Record<Exclude<(typeof VARIABLES)[number], 'variables'>, JsonValue>>
  /** What `authorizer` and `authorizer.requestResource` are. */
  readonly authorizer: CelValue
  readonly requestResource: CelValue
}

/** Values are looked at as they come; only what asks the authorizer has functions of its own types. */
const TYPES = new Map<string, CelType>([
  ...VARIABLES.map((name) => [name, dynType] as const),
  ['authorizer', authorizerType],
  ['authorizer.requestResource', resourceCheckType],
])

/** The types that expressions of mutations answer. */
export type PatchType = 'Object' | 'list(JSONPatch)'

export type Outcome = { readonly value: CelValue } | { readonly error: string }

/** Compiles each expression of the cluster's policies once. */
export class PolicyExpressions {
  #base: CelBase | undefined
  #patchBase: CelBase | undefined
  readonly #programs = new Map<string, CelProgram | { readonly error: string }>()

  /**
   * Evaluates with the policy's own variables, which are worked out in order. With `patch`, the expression may make patches
   * and has to answer that type.
   */
  evaluate(expression: string, input: PolicyInput, variables: CelEntries, patch?: PatchType): Outcome {
    const program = this.#program(expression, patch)
    if ('error' in program) return program
    const bindings = new Map<string, CelValue>(
      Object.entries(input.values).map(([name, value]) => [name, fromJson(value)]),
    )
    bindings.set('variables', variables)
    bindings.set('authorizer', input.authorizer)
    bindings.set('authorizer.requestResource', input.requestResource)
    const result = program.evaluate(bindings)
    return 'error' in result ? { error: result.error } : { value: result.value }
  }

  /** The values of `spec.variables`; one that fails is left out, so that only what reads it fails. */
  variables(list: readonly JsonObject[], input: PolicyInput): CelEntries {
    const values = new CelEntries()
    for (const item of list) {
      const outcome = this.evaluate(String(item['expression'] ?? ''), input, values)
      if ('value' in outcome) values.add(String(item['name'] ?? ''), outcome.value)
    }
    return values
  }

  #program(expression: string, patch: PatchType | undefined): CelProgram | { readonly error: string } {
    const key = `${patch ?? ''} ${expression}`
    const known = this.#programs.get(key)
    if (known !== undefined) return known
    const made = this.#compile(expression, patch)
    if (this.#programs.size < 10_000) this.#programs.set(key, made)
    return made
  }

  #compile(expression: string, patch: PatchType | undefined): CelProgram | { readonly error: string } {
    if (patch === undefined) this.#base ??= kubernetesBase()
    else this.#patchBase ??= kubernetesPatchBase()
    const base = (patch === undefined ? this.#base : this.#patchBase)!
    const compiled = compile(expression, base.environment(TYPES))
    if (!('program' in compiled)) return { error: `compilation failed: ${compiled.problem.text}` }
    const { program } = compiled
    if (patch === undefined || program.type.key === patch) return program
    return { error: `must evaluate to ${patch} but got ${program.type.key}` }
  }
}

/** The objects in a list under a key. */
export function objectsIn(value: JsonValue | undefined, field: string): JsonObject[] {
  const list = isObject(value) ? value[field] : undefined
  return Array.isArray(list) ? list.filter(isObject) : []
}

/** What expressions about a request read. */
export function policyInput(machine: Machine, request: AdmissionRequest, params: JsonValue): PolicyInput {
  const { type, context } = request
  const gvk = { group: type.group, version: type.version, kind: type.kind }
  const gvr = { group: type.group, version: type.version, resource: type.resource }
  const namespace =
    request.namespace === '' ? undefined : machine.store.get('namespaces', '', request.namespace)?.object
  const decide = deciding(machine, context.user)
  const { namespace: within, name } = request
  const { group, resource } = type
  return {
    authorizer: authorizerValue(decide),
    requestResource: resourceCheckValue(decide, {
      group,
      resource,
      subresource: context.subresource,
      namespace: within,
      name,
    }),
    values: {
      object: request.object ?? null,
      oldObject: request.old ?? null,
      params,
      namespaceObject: namespace ?? null,
      request: {
        kind: gvk,
        resource: gvr,
        requestKind: gvk,
        requestResource: gvr,
        subResource: context.subresource,
        name: request.name,
        namespace: request.namespace,
        operation: request.operation,
        userInfo: { username: context.user.name, groups: [...context.user.groups], uid: context.user.uid ?? '' },
        dryRun: context.dryRun,
      },
    },
  }
}

/** Asks the cluster's RBAC, for who made the request or for a service account. */
function deciding(machine: Machine, user: UserInfo): DecideAccess {
  const authorizer = new Authorizer(machine.store)
  return ({ serviceAccount: account, ...question }) => {
    const who =
      account === undefined
        ? user
        : {
            name: `system:serviceaccount:${account.namespace}:${account.name}`,
            groups: serviceAccountGroups(account.namespace),
          }
    return authorizer.decide(who, question)
  }
}
