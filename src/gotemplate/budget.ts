import { type GoFunction, GoInt, type GoValue, isList, isMap } from './value.ts'

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
  /** UTF-16 units of text, and 4 for each list element, that functions have made. */
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
/** What an element of a list counts for beside a character of a text. */
const elementSize = 4

/**
 * The arguments and the result of a function. With an index, for this is called for each call of a chart, and code that is
 * not optimised yet takes several times as long with an iterator. @throws BudgetError
 */
export function spendCall(budget: Budget, args: readonly unknown[], result: unknown): void {
  let size = 0
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]
    if (typeof arg === 'string') size += arg.length
    else if (Array.isArray(arg)) size += arg.length * elementSize
  }
  if (typeof result === 'string') budget.made -= result.length
  else if (Array.isArray(result)) {
    budget.made -= result.length * elementSize
    size += result.length * elementSize
  }
  if (budget.made < 0) throw new BudgetError('the template makes too much text')
  if (size > cheapText) spendSteps(budget, size >> 5)
}

/** What a function says that a call takes. @throws BudgetError */
export function spendCost(budget: Budget, cost: NonNullable<GoFunction['cost']>, args: readonly GoValue[]): void {
  const steps = typeof cost === 'number' ? cost : cost(args)
  if (steps > 0) spendSteps(budget, steps)
}

/** Elements that a loop gets ready before the first turn. @throws BudgetError */
export function spendItems(budget: Budget, count: number): void {
  if (count > 64) spendSteps(budget, count)
}

/** A value that is printed with all that is in it. @throws BudgetError */
export function spendValue(budget: Budget, value: GoValue): void {
  if (typeof value === 'object') spendSteps(budget, treeSize(value) * 4)
}

/** A text that is parsed as a template. @throws BudgetError */
export function spendParse(budget: Budget, text: string): void {
  let actions = 0
  for (let at = text.indexOf('{{'); at >= 0; at = text.indexOf('{{', at + 2)) actions++
  spendSteps(budget, actions * 16 + (text.length >> 6))
}

/** More are not counted; above any budget. */
const maxTree = 4_000_000

/**
 * The number of values in a value, those that are reached twice counted twice, up to four million (a map may hold
 * itself).
 */
export function treeSize(value: GoValue): number {
  const open: GoValue[] = [value]
  let count = 0
  while (open.length > 0 && count < maxTree) {
    const each = open.pop()
    count++
    if (typeof each !== 'object' || each === null || each instanceof GoInt) continue
    if (isList(each)) for (let i = 0; i < each.length; i++) open.push(each[i])
    else if (isMap(each)) for (const key in each) open.push(each[key])
  }
  return count
}

function checkDeadline({ deadline }: Budget): void {
  if (deadline !== undefined && deadline.now() > deadline.at) throw new BudgetError('the template takes too long')
}
