import { isAbsolute, join, relative } from 'node:path'
import { LineMap, type Problem, readText, type Severity } from '../base/index.ts'
import { nodeFileSystem } from '../host/index.ts'

/** Where a problem is, for people: path as seen from `cwd`, one-based line and column. */
export interface PrintedPlace {
  readonly path: string
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

/** Finds line and column of a problem by reading its file; `undefined` when it has no place. `root` resolves relative paths. */
export function placeOf(problem: Problem, cwd: string, root: string = cwd): PrintedPlace | undefined {
  const { location } = problem
  if (location === undefined) return undefined
  const absolute = isAbsolute(location.path) ? location.path : join(root, location.path)
  const path = relative(cwd, absolute) || '.'
  const shown = path.startsWith('..') ? absolute : path
  const text = location.range === undefined ? undefined : readText(nodeFileSystem, absolute)
  if (location.range === undefined || text === undefined)
    return { path: shown, line: 1, column: 1, endLine: 1, endColumn: 1 }
  const lines = new LineMap(text)
  const start = lines.positionAt(location.range.start)
  const end = lines.positionAt(location.range.end)
  return {
    path: shown,
    line: start.line + 1,
    column: start.character + 1,
    endLine: end.line + 1,
    endColumn: end.character + 1,
  }
}

/** `path:line:column: severity code: message`, the form that terminals and editors turn into links. */
export function formatProblem(problem: Problem, cwd: string, root?: string): string {
  const place = placeOf(problem, cwd, root)
  const where = place === undefined ? '' : `${place.path}:${place.line}:${place.column}: `
  const object = problem.object === undefined ? '' : ` (${problem.object.kind}/${problem.object.name})`
  return `${where}${problem.severity} ${problem.code}: ${problem.message}${object}`
}

/** Sorts by path, then place, then code: output order never depends on scheduling. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const key = (problem: Problem): string =>
    `${problem.location?.path ?? ''}\0${String(problem.location?.range?.start ?? 0).padStart(10, '0')}\0${problem.code}\0${problem.message}`
  return [...problems].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
}

/** How many problems of each severity there are. */
export function countSeverities(problems: readonly Problem[]): Record<Severity, number> {
  const counts: Record<Severity, number> = { error: 0, warning: 0, info: 0, hint: 0 }
  for (const problem of problems) counts[problem.severity]++
  return counts
}
