import { type Budget, spendOutput, spendStep } from './budget.ts'
import { TemplateExecError } from './exec-errors.ts'
import type { TemplateAst } from './nodes.ts'
import type { ParsedTemplate } from './parser.ts'
import { type ExecutionTrace, noFlow, type ValueFlow } from './trace.ts'
import type { GoFunction, GoMap, GoValue } from './value.ts'

/** The templates that can call one another, and the functions that they can call. */
export interface TemplateSet {
  readonly templates: ReadonlyMap<string, ParsedTemplate>
  readonly functions: ReadonlyMap<string, GoFunction>
  /** `zero` (Helm): a missing key is the nil interface; `error` (--strict): it is an error. */
  readonly missingKey: 'zero' | 'error'
  /** The methods of named map types: a method of a map of a type, bound to it. */
  readonly methods?: (type: string, map: GoMap, name: string) => GoFunction | undefined
  /** Hears where the output and its values come from. */
  readonly trace?: ExecutionTrace | undefined
}

/** What one run of a template goes by. */
export interface RunState {
  readonly data: GoValue
  readonly budget: Budget
  readonly depth: number
  readonly out: string[]
  /** Where the data comes from, for a trace. */
  readonly dotFlow: ValueFlow
}

export interface Variable {
  readonly name: string
  value: GoValue
  /** Held by an interface: an element that `range` gave. Errors then name the type `interface {}`. */
  boxed: boolean
  /** Where the value comes from, for a trace. */
  flow: ValueFlow
}

/**
 * One run of a template: the dot, the variables, and where it is. What the template is compiled to gets it as its only
 * state, and leaves the dot as it found it.
 */
export class Run {
  readonly set: TemplateSet
  readonly template: ParsedTemplate
  readonly budget: Budget
  readonly depth: number
  readonly out: string[]
  readonly trace: ExecutionTrace | undefined
  /** Where we are, for error messages; moves as Go's does. */
  node: TemplateAst
  dot: GoValue
  /** Whether the dot is held by an interface. */
  dotBoxed = false
  dotFlow: ValueFlow
  /** Where the value comes from that the pipeline hands to its next command. */
  finalFlow: ValueFlow = noFlow
  /** Those from `variableCount` on are gone, and `undefined`. */
  readonly #variables: (Variable | undefined)[]
  #count = 1

  constructor(set: TemplateSet, template: ParsedTemplate, state: RunState) {
    this.set = set
    this.template = template
    this.budget = state.budget
    this.depth = state.depth
    this.out = state.out
    this.trace = set.trace
    this.node = template.root
    this.dot = state.data
    this.dotFlow = state.dotFlow
    this.#variables = [{ name: '$', value: state.data, boxed: false, flow: state.dotFlow }]
  }

  /** Fails at the node where we are. @throws TemplateExecError */
  fail(detail: string, cause?: unknown): never {
    throw this.error(detail, cause)
  }

  /** An error at the node where we are. */
  error(detail: string, cause?: unknown): TemplateExecError {
    return new TemplateExecError(this.template.name, this.node, detail, cause)
  }

  /** A statement begins. @throws BudgetError */
  step(node: TemplateAst): void {
    spendStep(this.budget)
    this.node = node
  }

  /** @throws BudgetError */
  write(text: string, flow: ValueFlow): void {
    spendOutput(this.budget, text)
    this.out.push(text)
    this.trace?.wrote(this.node, text, flow)
  }

  mark(): number {
    return this.trace === undefined ? 0 : this.trace.mark()
  }

  flowSince(mark: number): ValueFlow {
    return this.trace === undefined ? noFlow : this.trace.take(mark)
  }

  get variableCount(): number {
    return this.#count
  }

  /** Forgets the variables that were declared since there were so many. */
  dropVariables(count: number): void {
    // What they held is let go of at once: it may be large, and the next turn of a loop makes as much.
    while (this.#count > count) this.#variables[--this.#count] = undefined
  }

  declare(name: string, value: GoValue, flow: ValueFlow): void {
    this.#variables[this.#count++] = { name, value, boxed: false, flow }
  }

  /** The variable that was declared last but so many. */
  declared(back: number): Variable {
    return this.#variables[this.#count - 1 - back]!
  }

  /** The innermost variable of a name. @throws TemplateExecError */
  variable(name: string): Variable {
    for (let i = this.#count - 1; i >= 0; i--) {
      const variable = this.#variables[i]!
      if (variable.name === name) return variable
    }
    return this.fail(`undefined variable: ${name}`)
  }

  /** @throws TemplateExecError */
  assign(name: string, value: GoValue, flow: ValueFlow): void {
    const variable = this.variable(name)
    variable.value = value
    variable.flow = flow
  }
}
