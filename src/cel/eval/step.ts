import { CelBudgetError, CelError } from '../values/error.ts'
import type { CelValue } from '../values/value.ts'
import type { Frame } from './frame.ts'

/** One node, ready to run. Errors are thrown as `CelError`. */
export type Step = (frame: Frame) => CelValue

/** Runs a step; its error is an answer. Running out of budget is not. */
export function attempt(step: Step, frame: Frame): CelValue | CelError {
  try {
    return step(frame)
  } catch (error) {
    if (error instanceof CelError) return error
    throw error
  }
}

/** Runs a step; CEL errors come back as values, the budget's too. */
export function run(step: Step, frame: Frame): { readonly value: CelValue } | { readonly error: string } {
  try {
    return { value: step(frame) }
  } catch (error) {
    if (error instanceof CelError || error instanceof CelBudgetError) return { error: error.message }
    if (error instanceof RangeError) return { error: 'expression is too deeply nested' }
    throw error
  }
}
