import {
  BudgetError,
  executeTemplate,
  executorFunctions,
  GoError,
  parseTemplate,
  TemplateExecError,
  TemplateParseError,
} from '../gotemplate/index.ts'
import { HelmError } from './chart.ts'
import type { RenderOptions } from './engine.ts'
import { helmFunctions } from './functions/table.ts'

const budget = { steps: 100_000, output: 10_000, made: 1_000_000 } as const

/**
 * The name of a release that `--name-template` makes (Helm 4.1 pkg/action/install.go, `TemplateName`): a template without
 * data. @throws HelmError in Go's words; BudgetError when it uses too much.
 */
export function renderNameTemplate(template: string, host: RenderOptions['host']): string {
  const functions = helmFunctions(host)
  const name = 'name-template'
  try {
    const parsed = parseTemplate(name, template, (each) => functions.has(each) || executorFunctions.has(each))
    const templates = new Map(parsed.map((each) => [each.name, each]))
    return executeTemplate({ templates, functions, missingKey: 'zero', methods: () => undefined }, name, null, budget)
  } catch (error) {
    if (error instanceof TemplateExecError && error.cause instanceof BudgetError) throw new BudgetError(error.message)
    if (error instanceof TemplateParseError || error instanceof TemplateExecError || error instanceof GoError) {
      throw new HelmError(error.message)
    }
    throw error
  }
}
