import {
  executeTemplate,
  GoError,
  goFunction,
  parseTemplate,
  TemplateExecError,
  TemplateParseError,
} from '../gotemplate/index.ts'
import { HelmError } from './chart.ts'
import type { RenderOptions } from './engine.ts'
import { helmFunctions } from './functions/table.ts'

/**
 * The release name that a `--name-template` makes; it sees no values. Source: Helm 4.1 pkg/action/install.go.
 * @throws HelmError with Go's message; BudgetError when the template takes too much
 */
export function renderNameTemplate(text: string, host: NonNullable<RenderOptions['host']> = {}): string {
  const functions = helmFunctions(host)
  functions.set(
    'fail',
    goFunction('string', (message: string) => {
      throw new GoError(message)
    }),
  )
  const name = 'name-template'
  try {
    const parsed = parseTemplate(name, text, (each) => functions.has(each) || ['and', 'or', 'call'].includes(each))
    const templates = new Map(parsed.map((template) => [template.name, template]))
    const budget = { steps: 100_000, output: 100_000, made: 1_000_000 }
    return executeTemplate({ templates, functions, missingKey: 'zero' }, name, undefined, budget)
  } catch (error) {
    const isTold = error instanceof TemplateParseError || error instanceof TemplateExecError || error instanceof GoError
    if (isTold) throw new HelmError(error.message)
    throw error
  }
}
