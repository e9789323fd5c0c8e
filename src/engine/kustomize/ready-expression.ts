import { type CelBase, parseFluxExpression } from '../../cel/index.ts'
import type { KubeObject } from '../../kube/index.ts'

/**
 * Evaluates `spec.dependsOn[].readyExpr` with the variables `self` and `dep`. An expression that does not compile is
 * terminal; one that fails on the objects as they are may succeed later.
 */
export function evaluateReady(
  cel: CelBase,
  expression: string,
  variables: { readonly self: KubeObject; readonly dep: KubeObject },
): { readonly value: boolean } | { readonly error: string; readonly terminal: boolean } {
  const parsed = parseFluxExpression(cel, expression, {
    compile: true,
    outputType: 'bool',
    structVariables: ['self', 'dep'],
  })
  if ('error' in parsed) {
    const name = variables.dep.metadata.name
    return { error: `failed to evaluate dependency ${name}: ${parsed.error}`, terminal: true }
  }
  const answer = parsed.expression.boolean({ self: variables.self, dep: variables.dep })
  return 'error' in answer ? { error: answer.error, terminal: false } : answer
}
