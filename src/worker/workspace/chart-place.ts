import { joinPath, type Position } from '../../base/index.ts'
import type { LoadedChart } from '../../fleet/releases/index.ts'
import type { Chart, ChartFile } from '../../helm/index.ts'
import { chartScheme, type SourceLocation, type WorkloadParams } from '../../protocol/index.ts'
import type { Folder } from './folder.ts'
import { uriOfPath } from './uris.ts'

/** A place in a file of a chart. */
export interface PlaceInChart {
  /** As `# Source` shows it, from the name of the top chart. */
  readonly path: string
  readonly start?: Position
  readonly end?: Position
}

/**
 * A place in a chart in the terms of editors: in the file of the workspace where the chart is a folder of it, else in a
 * read-only document that the extension asks `chartFile` for.
 */
export function chartPlace(
  folder: Folder,
  { fleetCluster, workload }: WorkloadParams,
  loaded: LoadedChart | undefined,
  { path, start = { line: 0, character: 0 }, end = start }: PlaceInChart,
): SourceLocation | undefined {
  if (loaded === undefined || chartFileOf(loaded.chart, path, loaded.files) === undefined) return undefined
  const range = { start, end }
  const below = path.slice(path.indexOf('/') + 1)
  if (loaded.folder !== undefined && folder.fleet.fs.stat(joinPath(loaded.folder, below)) !== undefined) {
    return { uri: uriOfPath(joinPath(loaded.folder, below)), range }
  }
  const { name, version } = loaded.chart.metadata
  const query = encodeURIComponent(JSON.stringify({ type: 'chart', fleetCluster, workload, path }))
  const shown = `${name}-${version}/${below}`.split('/').map(encodeURIComponent).join('/')
  return { uri: `${chartScheme}:/${shown}?${query}`, range }
}

/** The file of a chart, or of a chart in it, that a path of `# Source` names. */
export function chartFileOf(chart: Chart, path: string, files: readonly ChartFile[]): ChartFile | undefined {
  const name = path.slice(path.indexOf('/') + 1)
  const own = files.find((file) => file.name === name)
  return own ?? fileBelow(chart, name)
}

function fileBelow(chart: Chart, name: string): ChartFile | undefined {
  const own = [...chart.templates, ...(chart.valuesFiles ?? []), ...chart.files].find((file) => file.name === name)
  if (own !== undefined) return own
  const [, dependency, rest] = /^charts\/([^/]+)\/(.+)$/.exec(name) ?? []
  if (dependency === undefined || rest === undefined) return undefined
  const real = chart.metadata.dependencies.find(({ alias }) => alias === dependency)?.name ?? dependency
  const inner = chart.dependencies.find(({ metadata }) => metadata.name === real)
  return inner === undefined ? undefined : fileBelow(inner, rest)
}
