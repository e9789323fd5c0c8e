/** A template used up what it may use. Not catchable by templates. */
export class BudgetError extends Error {
  override readonly name = 'BudgetError'
}

/** What one render may use; shared by all templates of it, and counted down. */
export interface Budget {
  /** Nodes walked, function calls, and text that functions were given and made. */
  steps: number
  /** UTF-16 units written. */
  output: number
  /** UTF-16 units of text, and a few for each list element, that functions have made. */
  made: number
  /** When to stop, by `now`; checked every few thousand steps. */
  readonly deadline?: { readonly now: () => number; readonly at: number }
}

/** @throws BudgetError */
export function spendStep(budget: Budget): void {
  if (--budget.steps < 0) throw new BudgetError('the template takes too many steps')
  if ((budget.steps & 0xfff) === 0) checkDeadline(budget)
}

/** Work of many steps at once. @throws BudgetError */
export function spendSteps(budget: Budget, steps: number): void {
  budget.steps -= steps
  if (budget.steps < 0) throw new BudgetError('the template takes too many steps')
  checkDeadline(budget)
}

/** Text that is written out. @throws BudgetError */
export function spendOutput(budget: Budget, text: string): void {
  budget.output -= text.length
  if (budget.output < 0) throw new BudgetError('the template writes too much')
}

/** Longer texts count as work for the function that reads or makes them. */
const cheapText = 4096

/** The arguments and the result of a function. @throws BudgetError */
export function spendCall(budget: Budget, args: readonly unknown[], result: unknown): void {
  let size = 0
  for (const arg of args) if (typeof arg === 'string') size += arg.length
  if (typeof result === 'string') budget.made -= result.length
  else if (Array.isArray(result)) {
    budget.made -= result.length * 8
    size += result.length
  }
  if (budget.made < 0) throw new BudgetError('the template makes too much text')
  if (size > cheapText) spendSteps(budget, size >> 5)
}

function checkDeadline({ deadline }: Budget): void {
  if (deadline !== undefined && deadline.now() > deadline.at) throw new BudgetError('the template takes too long')
}
