import { checkCancelled, type JsonObject, type Problem, type Severity } from '../base/index.ts'
import type { Fleet, SourceFile } from '../fleet/index.ts'
import { gvkOf } from '../kube/index.ts'
import { createObjectChecker, type ObjectChecker, type SchemaFinding, type SchemaRegistry } from '../schema/index.ts'
import { rules } from './registry.ts'
import { TargetIndex } from './targets.ts'
import type { FileRule, Finding, Linter, LintOptions, ProblemSource, Rule } from './types.ts'

/**
 * A linter over a fleet. Results of a file's own rules are kept until the file changes.
 * @param more problems that were found by other means, such as those of rendered HelmReleases.
 */
export function createLinter(fleet: Fleet, registry: SchemaRegistry, more?: ProblemSource): Linter {
  return new FleetLinter(fleet, registry, more)
}

interface FileResult {
  readonly key: string
  readonly problems: readonly Problem[]
}

class FleetLinter implements Linter {
  readonly #fleet: Fleet
  readonly #registry: SchemaRegistry
  /** By file; a changed file is another object, so that old results are collected with it. */
  readonly #files = new WeakMap<SourceFile, FileResult>()
  #fleetResult: { readonly revision: number; readonly byPath: ReadonlyMap<string, readonly Problem[]> } | undefined
  readonly #checker: ObjectChecker
  #whole = new WeakMap<JsonObject, readonly SchemaFinding[]>()
  #definitions = -1
  readonly #more: ProblemSource | undefined
  #fileChecks = 0

  constructor(fleet: Fleet, registry: SchemaRegistry, more: ProblemSource | undefined) {
    this.#fleet = fleet
    this.#more = more
    this.#registry = registry
    this.#checker = createObjectChecker(registry)
  }

  get fileChecks(): number {
    return this.#fileChecks
  }

  lint(options: LintOptions = {}): ReadonlyMap<string, readonly Problem[]> {
    const paths = options.paths ?? this.#allPaths()
    const out = new Map<string, readonly Problem[]>()
    for (const path of paths) {
      checkCancelled(options.cancellation)
      const problems = this.lintFile(path, options)
      if (problems.length > 0) out.set(path, problems)
    }
    return out
  }

  lintFile(path: string, options: LintOptions = {}): readonly Problem[] {
    const file = this.#fleet.file(path)
    const problems = [
      ...this.#fleet.problems(path),
      ...(file === undefined ? [] : this.#fileProblems(file)),
      ...(this.#fleetProblems().get(path) ?? []),
      ...(this.#more?.problems(path) ?? []),
    ]
    return mergeProblems(applySeverities(problems, options.severities))
  }

  #allPaths(): string[] {
    const paths = new Set(this.#fleet.files().map((file) => file.path))
    for (const problem of this.#fleet.problems()) if (problem.location !== undefined) paths.add(problem.location.path)
    for (const path of this.#fleetProblems().keys()) paths.add(path)
    for (const path of this.#more?.problemPaths() ?? []) paths.add(path)
    return [...paths].sort()
  }

  #fileProblems(file: SourceFile): readonly Problem[] {
    const role = this.#fleet.fileRole(file.path)
    const key = `${role ?? ''} ${this.#fleet.definitionsVersion}`
    const known = this.#files.get(file)
    if (known?.key === key) return known.problems
    const problems: Problem[] = []
    for (const rule of rules) {
      if (rule.scope === 'file') this.#runFileRule(rule, file, problems)
    }
    this.#files.set(file, { key, problems })
    return problems
  }

  #runFileRule(rule: FileRule, file: SourceFile, problems: Problem[]): void {
    this.#fileChecks++
    rule.check({
      fleet: this.#fleet,
      registry: this.#registry,
      file,
      checker: this.#checker,
      role: this.#fleet.fileRole(file.path),
      report: ({ range, ...finding }) =>
        problems.push(toProblem(rule, { ...finding, location: { path: file.path, range } })),
    })
  }

  #checkWhole(object: JsonObject): readonly SchemaFinding[] {
    if (this.#definitions !== this.#fleet.definitionsVersion) {
      this.#definitions = this.#fleet.definitionsVersion
      this.#whole = new WeakMap()
    }
    const known = this.#whole.get(object)
    if (known !== undefined) return known
    const ref = objectRef(object)
    const findings = ref === undefined ? [] : this.#checker.check(object, gvkOf(ref))
    this.#whole.set(object, findings)
    return findings
  }

  #fleetProblems(): ReadonlyMap<string, readonly Problem[]> {
    const { revision } = this.#fleet
    if (this.#fleetResult?.revision === revision) return this.#fleetResult.byPath
    const byPath = new Map<string, Problem[]>()
    const indexes = new Map<string, TargetIndex>()
    const targets = (cluster: string): TargetIndex => {
      const index = indexes.get(cluster) ?? new TargetIndex(this.#fleet, cluster)
      indexes.set(cluster, index)
      return index
    }
    for (const rule of rules) {
      if (rule.scope !== 'fleet') continue
      rule.check({
        fleet: this.#fleet,
        registry: this.#registry,
        targets,
        checkWhole: (object) => this.#checkWhole(object),
        report: (finding) => {
          const list = byPath.get(finding.location.path)
          const problem = toProblem(rule, finding)
          if (list === undefined) byPath.set(finding.location.path, [problem])
          else list.push(problem)
        },
      })
    }
    this.#fleetResult = { revision, byPath }
    return byPath
  }
}

function toProblem(rule: Rule, finding: Finding): Problem {
  return { ...finding, code: finding.code ?? rule.code, severity: finding.severity ?? rule.severity }
}

function objectRef(object: JsonObject): { apiVersion: string; kind: string } | undefined {
  const { apiVersion, kind } = object
  return typeof apiVersion === 'string' && typeof kind === 'string' ? { apiVersion, kind } : undefined
}

function applySeverities(problems: readonly Problem[], severities: LintOptions['severities']): readonly Problem[] {
  if (severities === undefined) return problems
  return problems.flatMap((problem) => {
    const wanted: Severity | 'off' | undefined = Object.hasOwn(severities, problem.code)
      ? severities[problem.code]
      : undefined
    if (wanted === 'off') return []
    return wanted === undefined ? [problem] : [{ ...problem, severity: wanted }]
  })
}

/** Sorted by position; the same finding from several clusters is one. */
function mergeProblems(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>()
  const isBroken = problems.some(({ code, severity }) => code.startsWith('yaml/') && severity === 'error')
  const said = new Set(
    problems.filter(({ code }) => code.startsWith('kustomize/') && ruleCodes.has(code)).map(rangeKey),
  )
  return problems
    .filter((problem) => {
      // A failed build says in its own way what is wrong here already.
      if (problem.code === 'schema/required' && isMisspelt(problem, problems)) return false
      if (isBuildFailure(problem) && (isBroken || said.has(rangeKey(problem)))) return false
      const range = problem.location?.range
      const key = `${problem.code} ${range?.start ?? -1} ${range?.end ?? -1} ${problem.message}`
      return !seen.has(key) && seen.add(key)
    })
    .sort(
      (a, b) =>
        (a.location?.range?.start ?? 0) - (b.location?.range?.start ?? 0) ||
        (a.code < b.code ? -1 : a.code > b.code ? 1 : 0),
    )
}

function isBuildFailure({ code }: Problem): boolean {
  return code === 'flux/build-failed' || (code.startsWith('kustomize/') && !ruleCodes.has(code))
}

const ruleCodes: ReadonlySet<string> = new Set(rules.flatMap((rule) => [rule.code, ...(rule.codes ?? [])]))

function rangeKey({ location }: Problem): string {
  return `${location?.range?.start ?? -1}-${location?.range?.end ?? -1}`
}

/** True when the missing field is there under a wrong name: one finding is enough. */
function isMisspelt(missing: Problem, problems: readonly Problem[]): boolean {
  const field = /"(?:.*\.)?([^".]+)"$/.exec(missing.message)?.[1]
  return problems.some(
    ({ code, object, fixes }) =>
      code === 'schema/unknown-field' &&
      object?.kind === missing.object?.kind &&
      object?.name === missing.object?.name &&
      fixes?.some((fix) => fix.edits[0]?.newText === field) === true,
  )
}
