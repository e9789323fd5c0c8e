import { check, children } from './check/checker.ts'
import { isConstant, isConversion } from './check/constant.ts'
import type { CelEnvironment } from './check/environment.ts'
import { validateLiterals } from './check/literals.ts'
import { estimateCost, type MostElements } from './estimate/estimate.ts'
import { type Bindings, type Budget, constantFrame, Frame, perCallLimit } from './eval/frame.ts'
import { plan } from './eval/plan.ts'
import { compileRegex } from './eval/regex.ts'
import { run } from './eval/step.ts'
import type { CompiledRegex } from './library/define.ts'
import type { Expr } from './syntax/ast.ts'
import { parse } from './syntax/parser.ts'
import type { CelIssue } from './syntax/source.ts'
import { type CelType, dynType } from './types.ts'
import type { CelValue } from './values/value.ts'

/** The value of an evaluation, or why there is none; `cost` is what it took. */
export type Evaluation =
  | { readonly value: CelValue; readonly cost: number }
  | { readonly error: string; readonly cost: number }

/** A compiled expression. Evaluating it has no side effects; it may be shared. */
export interface CelProgram {
  readonly type: CelType
  /** Names of variables that the expression reads. */
  readonly variables: ReadonlySet<string>
  evaluate(bindings: Bindings, budget?: Budget): Evaluation
  /** The most that an evaluation may cost; only of an expression that was checked. */
  mostCost(elements: MostElements): bigint
}

/** What is wrong with an expression: `text` is the whole message as cel-go prints it, `stage` where it came up. */
export interface CelProblem {
  readonly stage: 'compile' | 'program'
  readonly text: string
  readonly issues: readonly CelIssue[]
}

/**
 * Compiles an expression. With `check: false` it is only parsed: unknown names and types come up when it runs, as with
 * cel-go's Parse.
 */
export function compile(
  text: string,
  environment: CelEnvironment,
  options: { readonly check?: boolean } = {},
): { readonly program: CelProgram } | { readonly problem: CelProblem } {
  const { source, expr, issues } = parse(text, environment.extendedMacros)
  if (expr === undefined) return problem(issues, source.format(issues))
  if (options.check !== false) {
    const found = check(expr, environment)
    const all = [...(found.length > 0 ? found : literalIssues(expr, environment))].sort((a, b) => a.offset - b.offset)
    if (all.length > 0) return problem(all, source.format(all))
  }
  const constants = checkConstants(expr, environment, options.check !== false)
  if (constants !== undefined) return { problem: { stage: 'program', text: constants, issues: [] } }
  return { program: makeProgram(expr, environment) }
}

function problem(issues: readonly CelIssue[], text: string): { readonly problem: CelProblem } {
  return { problem: { stage: 'compile', text, issues } }
}

function literalIssues(expr: Expr, environment: CelEnvironment): readonly CelIssue[] {
  if (environment.literals === 'none') return []
  return validateLiterals(expr, environment.literals === 'kubernetes')
}

const regexFunctions: ReadonlySet<string> = new Set(['matches', 'find', 'findAll'])

/** Conversions and patterns of literals are worked out when a program is made; their errors come up then. */
function checkConstants(expr: Expr, environment: CelEnvironment, checked: boolean): string | undefined {
  if (expr.kind === 'call') {
    const first = expr.args[0]
    if (isConversion(expr) && isConstant(first!)) {
      const result = run(plan(expr, environment), constantFrame())
      if ('error' in result) return result.error
    }
    const pattern = expr.target === undefined ? expr.args[1] : first
    if (checked && regexFunctions.has(expr.name) && pattern?.kind === 'literal' && typeof pattern.value === 'string') {
      const compiled = compileRegex(pattern.value)
      if ('error' in compiled) return compiled.error
    }
  }
  for (const child of children(expr)) {
    const error = checkConstants(child, environment, checked)
    if (error !== undefined) return error
  }
  return undefined
}

function makeProgram(expr: Expr, environment: CelEnvironment): CelProgram {
  const step = plan(expr, environment)
  const regexes = new Map<string, CompiledRegex | { readonly error: string }>()
  const variables = new Set<string>()
  collectVariables(expr, environment, variables)
  return {
    type: expr.type ?? dynType,
    variables,
    mostCost: (elements) => estimateCost(expr, elements).max,
    evaluate: (bindings, budget) => {
      const frame = new Frame(bindings, budget?.cost ?? perCallLimit, regexes)
      const result = run(step, frame)
      return { ...result, cost: Math.ceil(frame.cost) }
    },
  }
}

function collectVariables(expr: Expr, environment: CelEnvironment, into: Set<string>): void {
  if (expr.kind === 'ident' && environment.variables.has(expr.name)) into.add(expr.name)
  for (const child of children(expr)) collectVariables(child, environment, into)
}
