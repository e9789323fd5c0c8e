import { BudgetError, spendCall, spendCost, spendStep } from './budget.ts'
import { isStackOverflow, TemplateExecError } from './exec-errors.ts'
import { canBeNil, isAssignable, typeName } from './exec-params.ts'
import type { Run } from './exec-run.ts'
import { type Argument, type Final, missing } from './exec-types.ts'
import { unaddressed } from './exec-values.ts'
import type { TemplateAst } from './nodes.ts'
import type { ValueFlow } from './trace.ts'
import { GoError, type GoFunction, type GoMap, type GoValue, type ParamType, typeOf, underlying } from './value.ts'

/** Where a function or method is called, and with what. */
export interface CallSite {
  /** Where an error is said to be. */
  readonly node: TemplateAst
  readonly args: readonly Argument[]
}

/**
 * Calls a function with the arguments of a call and the value that the pipeline hands on.
 * Source of the behaviour: Go 1.26 text/template (exec.go, evalCall).
 * @throws TemplateExecError, BudgetError
 */
export function callFunction(run: Run, target: GoFunction, name: string, site: CallSite, final: Final): GoValue {
  spendStep(run.budget)
  checkCount(run, target, name, site.args.length, final)
  const { trace, finalFlow } = run
  const flows: ValueFlow[] | undefined = trace === undefined ? undefined : []
  const values = evaluateArguments(run, target, site.args, flows)
  if (final !== missing) {
    const { params, variadic } = target
    const at = site.args.length
    values.push(validate(run, final, at < params.length ? params[at] : variadic))
    flows?.push(finalFlow)
  }
  try {
    if (target.cost !== undefined) spendCost(run.budget, target.cost, values)
    if (trace !== undefined) trace.calling(name, flows!)
    const result = unaddressed(target.call(...values))
    if (trace !== undefined) trace.called(name, values, flows!, result)
    spendCall(run.budget, values, result)
    return result
  } catch (error) {
    throw callError(run, name, site, error)
  }
}

function checkCount(run: Run, target: GoFunction, name: string, count: number, final: Final): void {
  const given = final === missing ? count : count + 1
  const wanted = target.params.length
  if (target.variadic !== undefined) {
    if (given < wanted) run.fail(`wrong number of args for ${name}: want at least ${wanted} got ${count}`)
  } else if (given !== wanted) run.fail(`wrong number of args for ${name}: want ${wanted} got ${given}`)
  if (target.misfit !== undefined) run.fail(target.misfit)
}

function evaluateArguments(
  run: Run,
  { params, variadic }: GoFunction,
  args: readonly Argument[],
  flows: ValueFlow[] | undefined,
): GoValue[] {
  const values: GoValue[] = []
  for (let i = 0; i < args.length; i++) {
    const start = flows === undefined ? 0 : run.mark()
    values.push(args[i]!(run, i < params.length ? params[i] : variadic))
    if (flows !== undefined) flows.push(run.flowSince(start))
  }
  return values
}

/** What a call throws for what its function threw. */
function callError(run: Run, name: string, { node }: CallSite, error: unknown): unknown {
  if (error instanceof BudgetError) return error
  // Budgets end the render where they are found out, and are not the calling functions' errors.
  if (error instanceof TemplateExecError && error.cause instanceof BudgetError) return error
  if (error instanceof GoError || error instanceof TemplateExecError) {
    run.node = node
    return run.error(`error calling ${name}: ${error.message}`, error)
  }
  // The end of our stack is dealt with where templates nest.
  if (isStackOverflow(error)) return error
  if (error instanceof RangeError)
    return new BudgetError(`the template function ${name} takes too much: ${error.message}`)
  return error
}

/** Checks that a value can be given to a parameter (text/template validateType). @throws TemplateExecError */
export function validate(run: Run, value: GoValue, type: ParamType | undefined): GoValue {
  if (type === undefined || type === 'any') return value
  if (value === undefined) {
    if (canBeNil(type)) return null
    run.fail(`invalid value; expected ${typeName(type)}`)
  }
  if (value === null) {
    if (isAssignable(value, type)) return value
    run.fail(`wrong type for value; expected ${typeName(type)}; got interface {}`)
  }
  if (!isAssignable(value, type)) {
    run.fail(`wrong type for value; expected ${typeName(type)}; got ${typeOf(value)}`)
  }
  // A named map given as the unnamed type it is made of loses its name.
  return type === 'map[string]interface {}' ? underlying(value as GoMap) : value
}
