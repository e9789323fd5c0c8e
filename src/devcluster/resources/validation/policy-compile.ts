import { type CelBase, type CelType, compile, kubernetesBase, kubernetesPatchBase } from '../../../cel/index.ts'
import type { Field } from './field.ts'
import { policyTypes, policyVariables } from './policy-types.ts'

/** What the expressions of a policy may name beside the request. */
export interface PolicyScope {
  readonly params: boolean
  /** Types of the policy's own variables; undefined where expressions may not name any. */
  readonly variables: ReadonlyMap<string, CelType> | undefined
  /** False: the expression may not ask the authorizer (messages). */
  readonly authorizer?: boolean
  /** The expression makes patches. */
  readonly patch?: boolean
  readonly bases: ExpressionBases
}

/** The environments of expressions, made when the first of an object is compiled. */
export class ExpressionBases {
  #plain: CelBase | undefined
  #patch: CelBase | undefined

  of(scope: PolicyScope): CelBase {
    if (scope.patch === true) this.#patch ??= kubernetesPatchBase()
    else this.#plain ??= kubernetesBase()
    return (scope.patch === true ? this.#patch : this.#plain)!
  }
}

export interface PolicyExpression {
  readonly text: string
  /** The types that it may have. */
  readonly types: readonly string[]
}

/**
 * Compiles an expression of a policy as the server does when the policy is written, and says what is wrong with it; answers
 * the type of a good one.
 */
export function checkCondition(
  parent: Field,
  key: string,
  expression: PolicyExpression,
  scope: PolicyScope,
): CelType | undefined {
  const { text, types } = expression
  const variables = policyVariables({
    params: scope.params,
    variables: scope.variables !== undefined,
    authorizer: scope.authorizer !== false,
  })
  const provider = policyTypes(scope.variables ?? new Map())
  const compiled = compile(text, scope.bases.of(scope).environment(variables, provider))
  if (!('program' in compiled)) {
    parent.invalid(key, text, `compilation failed: ${compiled.problem.text}`)
    return undefined
  }
  const { type } = compiled.program
  if (types.length === 0 || types.includes(type.key)) return type
  const wanted = types.length === 1 ? types[0]! : `one of [${types.join(' ')}]`
  parent.invalid(key, text, `must evaluate to ${wanted} but got ${type.key}`)
  return type
}
