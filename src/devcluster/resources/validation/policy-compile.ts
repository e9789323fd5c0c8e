import { type CelBase, compile, dynType, kubernetesBase, kubernetesPatchBase } from '../../../cel/index.ts'
import type { Field } from './field.ts'

/** What the expressions of a policy may name beside the request. */
export interface PolicyScope {
  readonly params: boolean
  /** Names of the policy's own variables; undefined where there are none to speak of. */
  readonly variables: readonly string[]
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

/** Names that hold values whose types only the server knows. */
const LOOSE = /\b(variables|request|namespaceObject|authorizer)\b/

/**
 * Compiles an expression of a policy as the server does when the policy is written, and says what is wrong with it.
 * Expressions that ask the authorizer are not looked at: `cel` does not have its functions.
 */
export function checkCondition(parent: Field, key: string, expression: PolicyExpression, scope: PolicyScope): void {
  const { text, types } = expression
  if (/\bauthorizer\b/.test(text)) return
  const names = ['object', 'oldObject', 'request', 'namespaceObject']
  if (scope.params) names.push('params')
  if (scope.variables.length > 0) names.push('variables')
  const environment = scope.bases.of(scope).environment(new Map(names.map((name) => [name, dynType])))
  const compiled = compile(text, environment)
  if (!('program' in compiled)) {
    parent.invalid(key, text, `compilation failed: ${compiled.problem.text}`)
    return
  }
  const unknown = unknownVariable(text, scope)
  if (unknown !== undefined) {
    parent.invalid(key, text, `compilation failed: ${unknown}`)
    return
  }
  const type = compiled.program.type.key
  if (types.includes(type) || (type === 'dyn' && LOOSE.test(text))) return
  const wanted = types.length === 1 ? types[0]! : `one of [${types.join(' ')}]`
  parent.invalid(key, text, `must evaluate to ${wanted} but got ${type}`)
}

/** What the compiler says of the first variable that the policy does not have. */
function unknownVariable(text: string, { variables }: PolicyScope): string | undefined {
  if (variables.length === 0 || /["'\n]/.test(text)) return undefined
  for (const found of text.matchAll(/(?<![\w.])variables\.(\w+)/g)) {
    const name = found[1]!
    if (variables.includes(name)) continue
    const column = found.index + 'variables'.length
    return `ERROR: <input>:1:${column + 1}: undefined field '${name}'\n | ${text}\n | ${'.'.repeat(column)}^`
  }
  return undefined
}
