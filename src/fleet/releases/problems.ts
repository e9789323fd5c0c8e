import { type JsonObject, joinPath, LineMap, type Location, type Problem, readText } from '../../base/index.ts'
import { BudgetError } from '../../gotemplate/index.ts'
import { HelmError, ValuesSchemaError } from '../../helm/index.ts'
import { ChartError } from '../../source/index.ts'
import type { FieldPath } from '../node.ts'
import type { Fleet } from '../types.ts'
import type { LoadedChart } from './charts.ts'
import type { FleetRelease } from './list.ts'
import { valueLocation } from './value-location.ts'

/** A line of a template: the file as `# Source` shows it, the line from one. */
export interface TemplateLine {
  readonly path: string
  readonly line: number
}

/**
 * What is wrong with a release. `location` holds for the state of the files in which it was found; the other fields say
 * where it is in terms that edits elsewhere do not change (see `placeProblem`).
 */
export interface ReleaseProblem extends Problem {
  /** Field of the HelmRelease. */
  readonly field: FieldPath
  /** The value to blame, from the top of the release's values. */
  readonly value?: readonly string[]
  readonly template?: TemplateLine
  /**
   * Why it may be no fault at all: the chart may not or cannot be fetched here, the network failed, or values that
   * nobody can read here are missing.
   */
  readonly doubt?: 'unavailable' | 'transient' | 'values'
}

type Unplaced = Omit<ReleaseProblem, 'location' | 'object'>

/** Why a chart cannot be had; `undefined` for errors of the program. */
export function chartProblem(error: unknown, object: JsonObject): Unplaced | undefined {
  if (!(error instanceof HelmError || error instanceof ChartError)) return undefined
  const doubt =
    error instanceof ChartError
      ? error.unavailable
        ? 'unavailable'
        : error.transient
          ? 'transient'
          : undefined
      : undefined
  return {
    code: 'helm/chart',
    severity: 'error',
    message: error.message,
    field: chartField(object),
    ...(doubt === undefined ? {} : { doubt }),
  }
}

/** What a failed render says: one problem for each value that a schema refuses. Empty for errors of the program. */
export function renderProblems(error: unknown, { metadata }: LoadedChart['chart'], object: JsonObject): Unplaced[] {
  if (!(error instanceof HelmError || error instanceof BudgetError)) return []
  const subject = `chart ${metadata.name} ${metadata.version}`
  const field = chartField(object)
  if (error instanceof ValuesSchemaError && error.faults.length > 0) {
    return error.faults.map(({ path, message, chart }) => ({
      code: 'helm/values-schema',
      severity: 'error',
      message: `${subject} refuses ${path.length === 0 ? 'the values' : path.join('.')}: ${message} (values.schema.json of ${chart})`,
      field,
      value: [...path, ...additional(message)],
    }))
  }
  const template = templateLine(error.message)
  const value = blamedValue(error.message)
  return [
    {
      code: 'helm/render',
      severity: 'error',
      message: `${subject}: ${error.message}`,
      field,
      ...(template === undefined ? {} : { template }),
      ...(value === undefined ? {} : { value }),
    },
  ]
}

/** The field of a HelmRelease that says which chart it has. */
export function chartField(object: JsonObject): FieldPath {
  const spec = object['spec'] as { chartRef?: unknown } | undefined
  if (spec === undefined) return ['spec']
  return spec.chartRef === undefined ? ['spec', 'chart', 'spec', 'chart'] : ['spec', 'chartRef', 'name']
}

/** The problem with its place in the files as they are now: the value, else the field of the HelmRelease. */
export function placeProblem(
  fleet: Fleet,
  release: FleetRelease,
  problem: Unplaced,
  chart?: LoadedChart,
): ReleaseProblem {
  const { value, field, template } = problem
  const location = (value === undefined ? undefined : valueLocation(fleet, release, value)) ?? release.locate(field)
  const related = template === undefined ? undefined : templateLocation(fleet, template, chart)
  return {
    ...problem,
    object: release.ref,
    ...(location === undefined ? {} : { location }),
    ...(related === undefined ? {} : { related: [{ location: related, message: 'the template of the chart' }] }),
  }
}

/** Where a line of a template is, when its chart is a folder of the workspace. */
export function templateLocation(
  fleet: Fleet,
  { path, line }: TemplateLine,
  chart?: LoadedChart,
): Location | undefined {
  const file = path.slice(path.indexOf('/') + 1)
  if (chart?.folder === undefined || !chart.files.some(({ name }) => name === file)) return undefined
  const absolute = joinPath(chart.folder, file)
  const relative = fleet.relative(absolute)
  const text = readText(fleet.fs, absolute)
  if (relative === undefined || text === undefined) return undefined
  const start = new LineMap(text).offsetAt({ line: line - 1, character: 0 })
  const end = text.indexOf('\n', start)
  return { path: relative, range: { start, end: end < 0 ? text.length : end } }
}

/** The key that a schema does not know is the one to mark, not the map that holds it. */
function additional(message: string): string[] {
  const key = /^additional properties '([^']+)'/.exec(message)?.[1]
  return key === undefined ? [] : [key]
}

/** The first place that an error of the template engine names: `web/templates/a.yaml:3:5`. */
function templateLine(message: string): TemplateLine | undefined {
  const found = /(?:^|[\s(])([\w.-]+\/[^\s():]+):(\d+)(?::\d+)?/.exec(message)
  return found === null ? undefined : { path: found[1]!, line: Number(found[2]) }
}

/** The value that a template stumbled over: the last `at <.Values.a.b>` of the trace. Charts below charts are left out. */
function blamedValue(message: string): readonly string[] | undefined {
  if (/^[\w.-]+\/charts\//.test(message)) return undefined
  const found = [...message.matchAll(/ at <\$?\.Values\.([\w.]+)>/g)].at(-1)?.[1]
  return found?.split('.').filter((step) => step !== '')
}
