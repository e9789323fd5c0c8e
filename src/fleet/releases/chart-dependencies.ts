import { parseSemVer, parseSemVerConstraint, satisfies } from '../../base/index.ts'
import {
  type Chart,
  type ChartDependency,
  type ChartFile,
  HelmError,
  loadChart,
  type Unpack,
} from '../../helm/index.ts'
import { ChartError } from '../../source/index.ts'
import type { ChartWithFiles } from './local-chart.ts'

/** Fetches a dependency that is not in `charts/`: its archive, and its version. */
export type FetchDependency = (repository: string, name: string, version: string) => Promise<ChartFile>

/** Where the dependencies of a chart folder come from. */
export interface DependencyTools {
  /** The chart at a path relative to the folder; the path from the root of its tree is for messages. */
  readonly local: (path: string) => { readonly path: string; readonly loaded: ChartWithFiles | undefined }
  readonly fetch: FetchDependency
  readonly unpack: Unpack
}

type Requested = Pick<ChartDependency, 'name' | 'alias' | 'version' | 'repository'>

/**
 * A chart with the dependencies that its folder lacks: those of the lock file where there is one, else of the chart. A
 * chart that comes under an alias is renamed to it. Source: source-controller 1.9 internal/helm/chart/dependency_manager.go.
 * @throws HelmError, ChartError in source-controller's words.
 */
export async function withDependencies(
  { chart, files }: ChartWithFiles,
  tools: DependencyTools,
): Promise<ChartWithFiles> {
  const missing = missingOf(chart, chart.lock?.dependencies ?? chart.metadata.dependencies)
  if (missing.length === 0) return { chart, files }
  const dependencies = [...chart.dependencies]
  const added: ChartFile[] = []
  for (const wanted of missing) {
    const found = await dependencyOf(wanted, tools)
    const name = wanted.alias || found.chart.metadata.name
    dependencies.push({ ...found.chart, metadata: { ...found.chart.metadata, name } })
    added.push(...found.files.map((file) => ({ name: `charts/${name}/${file.name}`, data: file.data })))
  }
  const complete: Chart = { ...chart, dependencies: [] }
  complete.dependencies = dependencies.map((dependency) => ({ ...dependency, parent: complete }))
  return { chart: complete, files: [...files, ...added] }
}

/** What is asked for and not there; as many charts as are asked for count as all of them. */
function missingOf(chart: Chart, requested: readonly Requested[]): Requested[] {
  if (chart.dependencies.length === requested.length) return []
  const present = new Set(chart.dependencies.map((dependency) => dependency.metadata.name))
  const missing = new Map<string, Requested>()
  for (const each of requested) {
    const name = each.alias || each.name
    if (!present.has(name)) missing.set(name, each)
  }
  return [...missing.values()]
}

async function dependencyOf(wanted: Requested, tools: DependencyTools): Promise<ChartWithFiles> {
  const isLocal = wanted.repository === '' || wanted.repository.startsWith('file://')
  try {
    return isLocal ? localDependency(wanted, tools) : await remoteDependency(wanted, tools)
  } catch (error) {
    const name = wanted.alias || wanted.name
    const prefix = `dependency build error: failed to add ${isLocal ? 'local' : 'remote'} dependency '${name}': `
    if (error instanceof ChartError) throw new ChartError(prefix + error.message, error)
    if (error instanceof HelmError) throw new HelmError(prefix + error.message)
    throw error
  }
}

function localDependency({ name, version, repository }: Requested, tools: DependencyTools): ChartWithFiles {
  const { path, loaded } = tools.local(repository === '' ? `charts/${name}` : repository.slice('file://'.length))
  if (loaded === undefined) throw new HelmError(`no chart found at '${path}' (reference '${repository}')`)
  const constraint = parseSemVerConstraint(version)
  if (typeof constraint === 'string') {
    throw new HelmError(`invalid version/constraint format '${version}': ${constraint}`)
  }
  const found = parseSemVer(loaded.chart.metadata.version)
  if (typeof found === 'string') throw new HelmError(found)
  if (satisfies(found, constraint)) return loaded
  throw new HelmError(`can't get a valid version for constraint '${version}'`)
}

async function remoteDependency(
  { name, version, repository }: Requested,
  tools: DependencyTools,
): Promise<ChartWithFiles> {
  if (repository.startsWith('@')) {
    throw new HelmError(
      `aliased repository dependency is not supported: ${repository}; Flux knows no repositories by name, write the URL`,
    )
  }
  if (!/^(?:https?:\/\/|oci)/.test(repository)) throw new HelmError(`invalid dependency repository URL: ${repository}`)
  const archive = await tools.fetch(repository, name, version)
  const files = tools.unpack(archive.data)
  return { chart: loadChart(files, tools.unpack), files }
}
