import type { Budget } from './budget.ts'
import { runTemplate } from './compile.ts'
import { Run, type TemplateSet } from './exec-run.ts'
import { noFlow } from './trace.ts'
import { GoError, type GoValue } from './value.ts'

/** The predefined functions that the executor itself does: they choose how their arguments are evaluated. */
export const executorFunctions: ReadonlySet<string> = new Set(['and', 'or', 'call'])

/**
 * Runs a template and returns its output.
 * @throws TemplateExecError, BudgetError
 */
export function executeTemplate(set: TemplateSet, name: string, data: GoValue, budget: Budget, depth = 0): string {
  const template = set.templates.get(name)
  if (template === undefined)
    throw new GoError(`template: no template ${JSON.stringify(name)} associated with template "gotpl"`)
  const out: string[] = []
  const dotFlow = set.trace?.begin(name) ?? noFlow
  runTemplate(new Run(set, template, { data, budget, depth, out, dotFlow }))
  // Most templates that are included write one thing.
  const text = out.length === 1 ? out[0]! : out.join('')
  set.trace?.end(text)
  return text
}
