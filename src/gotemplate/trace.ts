import type { TemplateAst } from './nodes.ts'
import type { GoValue } from './value.ts'

/** Where a value comes from, as the trace keeps it; the executor carries it beside the value and looks into none. */
export type ValueFlow = readonly unknown[]

/** A value of an expression that asks whether, or how often, something is written. */
export interface TracedBranch {
  readonly node: TemplateAst
  readonly flow: ValueFlow
}

/**
 * Listens to the executor: which node writes which text, and which values flow into it. The executor calls it in the
 * order of execution; what a trace keeps of it is its own business, and nothing of it reaches the output.
 *
 * Flows work like a stack of notes: whatever an expression reads is noted, and who evaluates the expression takes the
 * notes since the mark that it made before.
 */
export interface ExecutionTrace {
  /** How many notes there are. */
  mark(): number
  /** Takes the notes since a mark away. */
  take(mark: number): ValueFlow
  /** Notes a flow again: a variable, the dot or a pipeline's value is read. */
  note(flow: ValueFlow): void
  /** A field of a value was read. */
  field(receiver: GoValue, name: string, value: GoValue, dot: ValueFlow): void
  /** A variable is set that was declared outside: the flow that it has then, with the conditions that led there. */
  assigned(flow: ValueFlow): ValueFlow
  /** A function is about to run. */
  calling(name: string, flows: readonly ValueFlow[]): void
  /** A function ran; notes the flow of its result. */
  called(name: string, values: readonly GoValue[], flows: readonly ValueFlow[], result: GoValue): void
  /** The flow of an element that `range` walks over. */
  element(container: GoValue, flow: ValueFlow, key: GoValue, element: GoValue): ValueFlow
  /** The statements that follow, up to `leave`, are there because of a condition, a `with` or a `range`. */
  branch(branch: TracedBranch): void
  /** The statements of another template follow, called from a node with the flow of its dot. */
  template(name: string, node: TemplateAst): void
  /** The end of `branch` or `template`. */
  leave(): void
  /** A template begins whose output is a text of its own; returns the flow of its dot. */
  begin(name: string): ValueFlow
  /** That template's output is complete. */
  end(text: string): void
  /** A node writes text. */
  wrote(node: TemplateAst, text: string, flow: ValueFlow): void
}

/** No value of interest. */
export const noFlow: ValueFlow = []
