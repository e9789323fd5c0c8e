import type { Cancellation, Fix, Location, ObjectRef, Problem, Severity } from '../base/index.ts'
import type { Fleet, LocatedObject, SchemaRegistry, SourceFile } from '../fleet/index.ts'

/** What a rule sees. */
export interface RuleContext {
  readonly fleet: Fleet
  readonly registry: SchemaRegistry
  /** The file being checked. */
  readonly file: SourceFile
  report(finding: Finding): void
}

/** What a rule says; code and severity come from the rule unless given. */
export interface Finding {
  readonly message: string
  readonly location: Location
  readonly code?: string
  readonly severity?: Severity
  readonly object?: ObjectRef
  readonly related?: readonly { readonly location: Location; readonly message: string }[]
  readonly fixes?: readonly Fix[]
}

/** One rule a file: `rules/<code>.ts`. */
export interface Rule {
  readonly code: string
  /** Further codes that the rule reports (schema checks have several). */
  readonly codes?: readonly string[]
  readonly severity: Severity
  /** One paragraph of Markdown: what is wrong and what to do. The rule's page is made of it. */
  readonly doc: string
  /** Called once for each file. */
  check(context: RuleContext): void
}

export interface LintOptions {
  /** Files relative to the workspace; default all. */
  readonly paths?: readonly string[]
  /** Codes to leave out, or to give another severity. */
  readonly severities?: Readonly<Record<string, Severity | 'off'>>
  readonly cancellation?: Cancellation
}

/** Remembers results by content, so that an edit checks again only what it can have changed. */
export interface Linter {
  /** All problems by file, those of the model included; files without a problem are absent. Sorted by position. */
  lint(options?: LintOptions): ReadonlyMap<string, readonly Problem[]>
  /** The problems of one file. */
  lintFile(path: string, options?: LintOptions): readonly Problem[]
  /** How many (file, rule) pairs were really run, for tests. */
  readonly checksRun: number
}

export type { LocatedObject }
