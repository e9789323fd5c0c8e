import {
  type Cancellation,
  CancelledError,
  checkCancelled,
  hasErrors,
  type JsonObject,
  type Location,
  type Problem,
} from '../../base/index.ts'
import {
  composeValues,
  finishRelease,
  type PostRenderBuild,
  type ReleasedObject,
  readRelease,
  unknownValue,
  type ValuesOperations,
  ValuesReferenceError,
} from '../../flux/index.ts'
import { BudgetError } from '../../gotemplate/index.ts'
import {
  type Capabilities,
  type Chart,
  HelmError,
  mergeMaps,
  type RenderedChart,
  type RenderOptions,
  readValues,
  renderChart,
  setValue,
} from '../../helm/index.ts'
import { parseApiVersion, stringifyJson } from '../../kube/index.ts'
import { build as kustomizeBuild } from '../../kustomize/index.ts'
import type { SchemaRegistry } from '../../schema/index.ts'
import { ChartError } from '../../source/index.ts'
import type { Fleet } from '../types.ts'
import { type ChartTools, ReleaseCharts } from './charts.ts'
import { dataOf } from './data.ts'
import type { FleetRelease } from './list.ts'

export interface ReleaseTools extends ChartTools {
  readonly capabilities: Capabilities
  readonly host?: RenderOptions['host']
  readonly budget?: () => RenderOptions['budget']
  readonly cancellation?: Cancellation
}

/** What a HelmRelease puts into its cluster. */
export interface RenderedRelease {
  readonly release: FleetRelease
  /** Definitions, manifests in Helm's order, hooks; empty when there is an error among the problems. */
  readonly objects: readonly ReleasedObject[]
  readonly problems: readonly Problem[]
  readonly chart: { readonly name: string; readonly version: string } | undefined
}

type Values = Chart['values']

/**
 * Renders the HelmReleases of a fleet as helm-controller 1.6 would: chart from the workspace or its repository, values
 * from the objects that the fleet renders, post-renderers. One per state of the fleet: charts and parsed templates are
 * kept between releases. A failing release is a problem at its place; the others go on.
 */
export class ReleaseRenderer {
  readonly #fleet: Fleet
  readonly #tools: ReleaseTools
  readonly #charts: ReleaseCharts
  readonly #templates: NonNullable<RenderOptions['cache']> = new WeakMap()

  constructor(fleet: Fleet, tools: ReleaseTools) {
    this.#fleet = fleet
    this.#tools = tools
    this.#charts = new ReleaseCharts(fleet, tools)
  }

  /** Renders one release. @throws CancelledError only. */
  async render(release: FleetRelease): Promise<RenderedRelease> {
    checkCancelled(this.#tools.cancellation)
    const problems: Problem[] = []
    const failed = (chart?: RenderedRelease['chart']): RenderedRelease => ({ release, objects: [], problems, chart })
    const values = this.#values(release, problems)
    const chart = await this.#chart(release, problems)
    if (values === undefined || chart === undefined) return failed()
    const named = { name: chart.metadata.name, version: chart.metadata.version }
    const rendered = this.#rendered(release, { chart, values, problems })
    if (rendered === undefined) return failed(named)
    const result = finishRelease(release.object, rendered, {
      build: postRenderBuild,
      isNamespaced: (apiVersion, kind) => isNamespaced(this.#fleet.registry, apiVersion, kind),
    })
    for (const problem of result.problems) problems.push(placed(problem, release, ['spec', 'postRenderers']))
    return hasErrors(problems) ? failed(named) : { release, objects: result.objects, problems, chart: named }
  }

  /** Starts loading the charts of releases, a few at a time; what fails is told when the release is rendered. */
  async prepare(releases: readonly FleetRelease[], width = 4): Promise<void> {
    const queue = [...releases]
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        await this.#charts.load(next).catch((error: unknown) => {
          if (!isExpected(error) && !(error instanceof CancelledError)) throw error
        })
      }
    }
    await Promise.all(Array.from({ length: width }, work))
  }

  #values(release: FleetRelease, problems: Problem[]): Values | undefined {
    try {
      const { values, unknown } = composeValues(release.object, readRelease(release.object).values, {
        operations,
        find: ({ kind, name, namespace }) =>
          dataOf(this.#fleet, release.cluster, { apiVersion: 'v1', kind, name, namespace }),
      })
      for (const { kind, namespace, name, index, targetPath } of unknown) {
        const instead =
          targetPath === ''
            ? 'the release is rendered without them'
            : `'${targetPath}' is rendered as "${unknownValue}"`
        const message = `the values of ${kind} ${namespace}/${name} are not known here; ${instead}`
        problems.push(
          placed({ code: 'helm/values-unknown', severity: 'warning', message }, release, ['spec', 'valuesFrom', index]),
        )
      }
      return values
    } catch (error) {
      if (!(error instanceof ValuesReferenceError)) throw error
      const path = ['spec', 'valuesFrom', error.reference.index]
      problems.push(placed({ code: 'helm/values', severity: 'error', message: error.message }, release, path))
      return undefined
    }
  }

  async #chart(release: FleetRelease, problems: Problem[]): Promise<Chart | undefined> {
    try {
      return (await this.#charts.load(release)).chart
    } catch (error) {
      if (!isExpected(error)) throw error
      const path = release.object['spec'] === undefined ? ['spec'] : chartField(release.object)
      problems.push(placed({ code: 'helm/chart', severity: 'error', message: error.message }, release, path))
      return undefined
    }
  }

  #rendered(
    release: FleetRelease,
    { chart, values, problems }: { chart: Chart; values: Values; problems: Problem[] },
  ): RenderedChart | undefined {
    const spec = readRelease(release.object)
    const { capabilities, host, budget } = this.#tools
    const limits = budget?.()
    try {
      return renderChart(chart, values, {
        release: { name: spec.name, namespace: spec.namespace, revision: 1, isUpgrade: false },
        capabilities,
        skipSchemaValidation: spec.disableSchemaValidation,
        cache: this.#templates,
        ...(host === undefined ? {} : { host }),
        ...(limits === undefined ? {} : { budget: limits }),
      })
    } catch (error) {
      if (!isExpected(error) && !(error instanceof BudgetError)) throw error
      const { name, version } = chart.metadata
      const message = `chart ${name} ${version}: ${error.message}`
      problems.push(placed({ code: 'helm/render', severity: 'error', message }, release, []))
      return undefined
    }
  }
}

/** Helm's values for `composeValues`. */
const operations: ValuesOperations<Values> = {
  read: readValues,
  fromJson: (values: JsonObject) => readValues(stringifyJson(values).replaceAll('\u007f', '\\u007f')),
  merge: mergeMaps,
  set: (values, expression, kind) => {
    try {
      setValue(values, expression, kind, () => '')
    } catch (error) {
      // The controller calls the parser itself, whose messages do not name a flag.
      if (error instanceof HelmError)
        throw new HelmError(error.message.replace(/^failed parsing --set(-string)? data: /, ''))
      throw error
    }
  },
}

const postRenderBuild: PostRenderBuild = (dir, fs, options) => kustomizeBuild(dir, fs, options)

function isExpected(error: unknown): error is HelmError | ChartError {
  return error instanceof HelmError || error instanceof ChartError
}

function chartField(object: JsonObject): readonly string[] {
  const spec = object['spec'] as JsonObject
  return spec['chartRef'] === undefined ? ['spec', 'chart', 'spec', 'chart'] : ['spec', 'chartRef', 'name']
}

/** The problem with its release and the place of a field of it. */
function placed(problem: Problem, release: FleetRelease, path: readonly (string | number)[]): Problem {
  const location: Location | undefined = release.locate(path)
  return { ...problem, object: release.ref, ...(location === undefined ? {} : { location }) }
}

function isNamespaced(registry: SchemaRegistry, apiVersion: string, kind: string): boolean | undefined {
  const { group, version } = parseApiVersion(apiVersion)
  const info = registry.info({ group, version, kind })
  if (info !== undefined) return info.namespaced
  const [other] = registry.versionsOf(group, kind)
  return other === undefined ? undefined : registry.info({ group, version: other, kind })?.namespaced
}
