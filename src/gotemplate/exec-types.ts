import type { Budget } from './budget.ts'
import type { Operand, TemplateAst } from './nodes.ts'
import type { ValueFlow } from './trace.ts'
import type { GoValue } from './value.ts'

/** No argument came from the pipeline. */
export const missing: unique symbol = Symbol('missing')
export type Final = GoValue | typeof missing

/** How a list of nodes was left. */
export type Flow = 'break' | 'continue' | undefined

export interface Variable {
  readonly name: string
  value: GoValue
  /** Held by an interface: an element that `range` gave. Errors then name the type `interface {}`. */
  boxed: boolean
  /** Where the value comes from, for a trace. */
  flow: ValueFlow
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

/** What is called, and with what. */
export interface Call {
  /** Where an error is said to be. */
  readonly node: TemplateAst
  /** With what is called, or the field, as the first. */
  args: readonly Operand[] | undefined
  final: Final
}

/** A walk along fields. It goes along with the walk, for a new object at each step would be most of its cost. */
export interface FieldAccess extends Call {
  readonly ident: readonly string[]
  /** The first receiver is held by an interface. */
  readonly boxed: boolean
  /** What holds the receiver, from the second one on. */
  holder: GoValue
  /** Where the receiver comes from, for a trace. */
  flow: ValueFlow
}
