import { getIn, type JsonObject, type JsonValue } from '../base/index.ts'
import type { CelBase } from './environments.ts'
import { type Answer, type FluxExpression, parseFluxExpression } from './flux-expression.ts'

/** The expressions of a Kustomization's `spec.healthCheckExprs[]`. */
export interface HealthExpressions {
  readonly current: string
  readonly inProgress?: string
  readonly failed?: string
}

export type HealthStatus = 'Current' | 'InProgress' | 'Failed'

/** Evaluates the health of custom resources. */
export interface HealthEvaluator {
  evaluate(object: JsonObject): Answer<HealthStatus>
}

/**
 * Reads a set of health expressions (fluxcd/pkg runtime/cel/status_evaluator.go). They are only parsed: which top-level
 * fields an object has is not known before.
 */
export function createHealthEvaluator(
  base: CelBase,
  expressions: HealthExpressions,
): { readonly evaluator: HealthEvaluator } | { readonly error: string } {
  if (expressions.current === '') return { error: 'expression Current not specified' }
  const parsed: { readonly expression: FluxExpression; readonly status: HealthStatus }[] = []
  // Errors come up in the order of the API's fields, evaluation goes by RFC 0009.
  const byName = new Map<HealthStatus, FluxExpression>()
  for (const [status, text] of [
    ['Current', expressions.current],
    ['Failed', expressions.failed],
    ['InProgress', expressions.inProgress],
  ] as const) {
    if (text === undefined || text === '') continue
    const result = parseFluxExpression(base, text)
    if ('error' in result) return { error: `failed to parse the expression ${status}: ${result.error}` }
    byName.set(status, result.expression)
  }
  for (const status of ['InProgress', 'Failed', 'Current'] as const) {
    const expression = byName.get(status)
    if (expression !== undefined) parsed.push({ expression, status })
  }
  return { evaluator: { evaluate: (object) => evaluate(object, parsed) } }
}

function evaluate(
  object: JsonObject,
  expressions: readonly { readonly expression: FluxExpression; readonly status: HealthStatus }[],
): Answer<HealthStatus> {
  const observed = integerAt(object, ['status', 'observedGeneration'])
  const generation = integerAt(object, ['metadata', 'generation'])
  // Some kinds have these as text: then the expressions alone decide.
  if (observed !== undefined && generation !== undefined && observed !== generation) return { value: 'InProgress' }
  for (const { expression, status } of expressions) {
    const result = expression.boolean(object)
    if ('error' in result) return result
    if (result.value) return { value: status }
  }
  return { value: 'InProgress' }
}

function integerAt(object: JsonObject, path: readonly string[]): bigint | undefined {
  const value: JsonValue | undefined = getIn(object, path)
  if (typeof value === 'bigint') return value
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : undefined
}

/** One entry of `healthCheckExprs`; no kind means every kind of the group. */
export interface HealthCheck extends HealthExpressions {
  readonly apiVersion: string
  readonly kind?: string
}

/** Finds the evaluator of a kind: its own entry, else the group's. */
export interface HealthChecks {
  supports(group: string, kind: string): boolean
  evaluatorFor(group: string, kind: string): HealthEvaluator | undefined
}

/** Reads all health checks of a Kustomization (fluxcd/pkg runtime/cel/status_reader.go). */
export function createHealthChecks(
  base: CelBase,
  checks: readonly HealthCheck[],
): { readonly checks: HealthChecks } | { readonly error: string } {
  const evaluators = new Map<string, HealthEvaluator>()
  for (const [index, check] of checks.entries()) {
    const slash = check.apiVersion.indexOf('/')
    const group = slash < 0 ? '' : check.apiVersion.slice(0, slash)
    const key = keyOf(group, check.kind ?? '')
    if (evaluators.has(key)) {
      const name = group === '' ? (check.kind ?? '') : `${check.kind ?? ''}.${group}`
      return { error: `duplicate custom health check for GroupKind ${name} at healthchecks[${index}]` }
    }
    const result = createHealthEvaluator(base, check)
    if ('error' in result) {
      return { error: `failed to create custom status evaluator for healthchecks[${index}]: ${result.error}` }
    }
    evaluators.set(key, result.evaluator)
  }
  const evaluatorFor = (group: string, kind: string): HealthEvaluator | undefined =>
    evaluators.get(keyOf(group, kind)) ?? evaluators.get(keyOf(group, ''))
  return {
    checks: { evaluatorFor, supports: (group, kind) => evaluatorFor(group, kind) !== undefined },
  }
}

function keyOf(group: string, kind: string): string {
  return `${group}/${kind}`
}
