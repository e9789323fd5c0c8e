import type { TextRange } from './text.ts'

export type Severity = 'error' | 'warning' | 'info' | 'hint'

/** Identifies the Kubernetes object that a problem is about. */
export interface ObjectRef {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly namespace?: string
}

/** A place in a file. `path` is relative to the repository root, with `/`; no range means the whole file. */
export interface Location {
  readonly path: string
  readonly range?: TextRange
}

/** An edit that would mend a problem. */
export interface Fix {
  readonly title: string
  readonly edits: readonly { readonly path: string; readonly range: TextRange; readonly newText: string }[]
}

/**
 * What is wrong with what the user wrote: one shape for the editor, CLI text, JSON, SARIF and annotations.
 * Core code never throws on user input; it returns problems. Message text follows the upstream tool where one exists.
 */
export interface Problem {
  /** Stable and kebab-case, by area: `flux/path-not-found`, `kustomize/cycle`, `yaml/syntax`. */
  readonly code: string
  readonly severity: Severity
  readonly message: string
  readonly location?: Location
  readonly object?: ObjectRef
  readonly related?: readonly { readonly location: Location; readonly message: string }[]
  readonly fixes?: readonly Fix[]
}

/** The answer of core functions: what could be made of the input, and what is wrong with it. */
export interface Result<T> {
  readonly value: T
  readonly problems: readonly Problem[]
}

/** True when any of the problems is an error. */
export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error')
}

/** The error that carries a problem through code that has to throw; boundaries turn it back into the problem. */
export class ProblemError extends Error {
  readonly problem: Problem
  override readonly name = 'ProblemError'

  constructor(problem: Problem) {
    super(problem.message)
    this.problem = problem
  }
}
