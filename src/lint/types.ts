import type { Cancellation, Fix, JsonObject, Location, ObjectRef, Problem, Severity, TextRange } from '../base/index.ts'
import type { Fleet, SourceFile } from '../fleet/index.ts'
import type { ObjectChecker, SchemaFinding, SchemaRegistry } from '../schema/index.ts'

import type { TargetIndex } from './targets.ts'

/** What a rule says; code and severity are the rule's unless given. */
export interface Finding {
  readonly message: string
  readonly location: Location
  /** One of the rule's `codes`. */
  readonly code?: string
  readonly severity?: Severity
  readonly object?: ObjectRef
  readonly related?: readonly { readonly location: Location; readonly message: string }[]
  readonly fixes?: readonly Fix[]
}

interface RuleBase {
  readonly code: string
  /** Further codes that the rule reports. */
  readonly codes?: readonly string[]
  readonly severity: Severity
  /** One paragraph of Markdown: what is wrong and what to do. The rule's page is made of it. */
  readonly doc: string
}

/** What a rule over one file sees. Its findings depend on nothing else. */
export interface FileContext {
  readonly fleet: Fleet
  readonly registry: SchemaRegistry
  readonly file: SourceFile
  readonly checker: ObjectChecker
  /** What kustomization files use the file as. */
  readonly role: ReturnType<Fleet['fileRole']>
  /** Reports on a range of the file. */
  report(finding: Omit<Finding, 'location'> & { readonly range: TextRange }): void
}

/** What a rule over the whole fleet sees. */
export interface FleetContext {
  readonly fleet: Fleet
  readonly registry: SchemaRegistry
  /** What exists in a cluster; made once for all rules. */
  targets(cluster: string): TargetIndex
  /** What is wrong with a complete object by its schema; remembered by object. */
  checkWhole(object: JsonObject): readonly SchemaFinding[]
  report(finding: Finding): void
}

/** Checked again only when the file, its role or the definitions in the fleet changed. */
export interface FileRule extends RuleBase {
  readonly scope: 'file'
  check(context: FileContext): void
}

/** Checked again after each change: facts across objects. */
export interface FleetRule extends RuleBase {
  readonly scope: 'fleet'
  check(context: FleetContext): void
}

/** One rule a file: `rules/<code>.ts`. */
export type Rule = FileRule | FleetRule

export interface LintOptions {
  /** Files relative to the workspace; default all. */
  readonly paths?: readonly string[]
  /** Codes to leave out, or to give another severity. */
  readonly severities?: Readonly<Record<string, Severity | 'off'>>
  readonly cancellation?: Cancellation
}

/** Further problems by file (relative to the workspace), up to date whenever they are asked for. */
export interface ProblemSource {
  problems(path: string): readonly Problem[]
  problemPaths(): readonly string[]
}

/** Remembers results by content, so that an edit checks again only what it can have changed. */
export interface Linter {
  /** All problems by file, those of the model included; files without a problem are absent. Sorted by position. */
  lint(options?: LintOptions): ReadonlyMap<string, readonly Problem[]>
  /** The problems of one file. */
  lintFile(path: string, options?: LintOptions): readonly Problem[]
  /** How many times a file rule was run on a file so far, for tests. */
  readonly fileChecks: number
}
