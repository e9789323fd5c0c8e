import type { Run } from './exec-run.ts'
import type { GoValue, ParamType } from './value.ts'

/** No argument came from the pipeline. */
export const missing: unique symbol = Symbol('missing')
export type Final = GoValue | typeof missing

/** How a list of statements was left. */
export type Flow = 'break' | 'continue' | undefined

/** A statement, or a list of them, as it is run. */
export type Statement = (run: Run) => Flow

/** A pipeline: its value, and its declarations made. */
export type Expression = (run: Run) => GoValue

/** A command of a pipeline, given the value of the one before it. */
export type Command = (run: Run, final: Final) => GoValue

/** An argument, checked against the type of the parameter; `undefined` as `any`. */
export type Argument = (run: Run, type: ParamType | undefined) => GoValue
