import type { KubeObject } from '../../kube/index.ts'

/** Evaluates `spec.dependsOn[].readyExpr` with the variables `self` and `dep`. */
export function evaluateReady(
  _expression: string,
  _variables: { readonly self: KubeObject; readonly dep: KubeObject },
): { readonly value: boolean } | { readonly error: string; readonly terminal: boolean } {
  return { error: 'failed to evaluate readyExpr: CEL is not available', terminal: true }
}
