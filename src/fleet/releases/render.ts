import { type Cancellation, CancelledError, checkCancelled, hasErrors } from '../../base/index.ts'
import {
  composeValues,
  finishRelease,
  type PostRenderBuild,
  type PostRenderRun,
  type ReleasedObject,
  readRelease,
  unknownValue,
  ValuesReferenceError,
} from '../../flux/index.ts'
import {
  type Capabilities,
  type Chart,
  compareKinds,
  HeadCache,
  HelmError,
  OutputCache,
  type RenderedChart,
  type RenderOptions,
  renderChart,
  type TemplateOptions,
} from '../../helm/index.ts'
import { parseApiVersion, stringifyJson } from '../../kube/index.ts'
import { build as kustomizeBuild } from '../../kustomize/index.ts'
import type { SchemaRegistry } from '../../schema/index.ts'
import { ChartError } from '../../source/index.ts'
import type { Fleet } from '../types.ts'
import { type ChartTools, type LoadedChart, ReleaseCharts } from './charts.ts'
import { dataOf } from './data.ts'
import type { FleetRelease } from './list.ts'
import type { ObjectTexts } from './object-text.ts'
import { ReleaseOrigins } from './origins.ts'
import { chartField, chartProblem, placeProblem, type ReleaseProblem, renderProblems } from './problems.ts'
import { secretMask } from './secret-values.ts'
import { valuesOperations } from './values-operations.ts'

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
  readonly problems: readonly ReleaseProblem[]
  readonly chart: { readonly name: string; readonly version: string } | undefined
  /** The chart itself; `undefined` when it could not be had. */
  readonly loaded: LoadedChart | undefined
  /** Masks the values that come from Secrets in a text; the messages of `problems` have none. */
  readonly mask: (text: string) => string
  /** Where the fields of the objects come from, when it was asked for and the chart rendered. */
  readonly origins?: ReleaseOrigins
}

type Values = Chart['values']

/**
 * Renders the HelmReleases of a fleet as helm-controller 1.6 would: chart from the workspace or its repository, values
 * from the objects that the fleet renders, post-renderers. Charts and parsed templates are kept between releases and
 * states of the fleet (`charts.touch` tells of files that changed). A failing release is a problem at its place; the
 * others go on.
 */
export class ReleaseRenderer {
  readonly #fleet: Fleet
  readonly #tools: ReleaseTools
  readonly charts: ReleaseCharts
  readonly #kept: Required<Pick<TemplateOptions, 'cache' | 'schemas' | 'heads' | 'outputs'>> = {
    cache: new WeakMap(),
    schemas: new Map(),
    heads: new HeadCache(),
    outputs: new OutputCache(),
  }

  constructor(fleet: Fleet, tools: ReleaseTools, texts?: ObjectTexts) {
    this.#fleet = fleet
    this.#tools = tools
    this.charts = new ReleaseCharts(fleet, tools, texts)
  }

  /**
   * Renders one release.
   * @param trace keeps the origins of every field; takes about twice the time.
   * @throws CancelledError only.
   */
  async render(release: FleetRelease, { trace = false }: { readonly trace?: boolean } = {}): Promise<RenderedRelease> {
    checkCancelled(this.#tools.cancellation)
    const problems: ReleaseProblem[] = []
    const values = this.#values(release, problems)
    const loaded = await this.#chart(release, problems)
    const done = (objects: RenderedRelease['objects']): RenderedRelease => {
      const chart = loaded === undefined ? undefined : nameOf(loaded)
      const mask = secretMask(this.#fleet, release)
      const shown = problems.map((problem) => ({ ...problem, message: mask(problem.message) }))
      return { release, objects, problems: shown, chart, loaded, mask }
    }
    if (values === undefined || loaded === undefined) return done([])
    const rendered = this.#rendered(release, { loaded, values, problems, trace })
    if (rendered === undefined) return done([])
    const runs: PostRenderRun[] = []
    const result = finishRelease(release.object, rendered, {
      build: postRenderBuild,
      compareKinds,
      ...(trace ? { observe: (run) => void runs.push(run) } : {}),
      isNamespaced: (apiVersion, kind) => isNamespaced(this.#fleet.registry, apiVersion, kind),
    })
    for (const problem of result.problems) {
      problems.push(placeProblem(this.#fleet, release, { ...problem, field: ['spec', 'postRenderers'] }, loaded))
    }
    const finished = done(hasErrors(problems) ? [] : result.objects)
    if (rendered.trace === undefined) return finished
    return {
      ...finished,
      origins: new ReleaseOrigins(this.#fleet, release, { loaded, rendered, trace: rendered.trace, runs }),
    }
  }

  /** Starts loading the charts of releases, a few at a time; what fails is told when the release is rendered. */
  async prepare(releases: readonly FleetRelease[], width = 4): Promise<void> {
    const queue = [...releases]
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        await this.charts.load(next).catch((error: unknown) => {
          if (!isExpected(error) && !(error instanceof CancelledError)) throw error
        })
      }
    }
    await Promise.all(Array.from({ length: width }, work))
  }

  #values(release: FleetRelease, problems: ReleaseProblem[]): Values | undefined {
    try {
      const { values, unknown } = composeValues(release.object, readRelease(release.object).values, {
        operations: valuesOperations,
        find: ({ kind, name, namespace }) =>
          dataOf(this.#fleet, release.cluster, { apiVersion: 'v1', kind, name, namespace }),
      })
      for (const { kind, namespace, name, index, targetPath } of unknown) {
        const instead =
          targetPath === ''
            ? 'the release is rendered without them'
            : `'${targetPath}' is rendered as "${unknownValue}"`
        const message = `the values of ${kind} ${namespace}/${name} are not known here; ${instead}`
        const field = ['spec', 'valuesFrom', index]
        const problem = { code: 'helm/values-unknown', severity: 'warning', message, field, doubt: 'values' } as const
        problems.push(placeProblem(this.#fleet, release, problem))
      }
      return values
    } catch (error) {
      if (!(error instanceof ValuesReferenceError)) throw error
      const field = ['spec', 'valuesFrom', error.reference.index]
      const problem = { code: 'helm/values', severity: 'error', message: error.message, field } as const
      // An operator may well make it in the cluster.
      const doubted = error.isMissing ? ({ ...problem, doubt: 'values' } as const) : problem
      problems.push(placeProblem(this.#fleet, release, doubted))
      return undefined
    }
  }

  async #chart(release: FleetRelease, problems: ReleaseProblem[]): Promise<LoadedChart | undefined> {
    try {
      const loaded = await this.charts.load(release)
      if (loaded.unchecked !== undefined) {
        const { unchecked: message } = loaded
        const field = chartField(release.object)
        const problem = { code: 'helm/unverified', severity: 'warning', message, field, doubt: 'unavailable' } as const
        problems.push(placeProblem(this.#fleet, release, problem))
      }
      return loaded
    } catch (error) {
      const problem = chartProblem(error, release.object)
      if (problem === undefined) throw error
      problems.push(placeProblem(this.#fleet, release, problem))
      return undefined
    }
  }

  #rendered(
    release: FleetRelease,
    context: { loaded: LoadedChart; values: Values; problems: ReleaseProblem[]; trace: boolean },
  ): RenderedChart | undefined {
    const { loaded, values, problems, trace } = context
    const spec = readRelease(release.object)
    const { capabilities, host, budget } = this.#tools
    const limits = budget?.()
    try {
      return renderChart(loaded.chart, values, {
        release: { name: spec.name, namespace: spec.namespace, revision: 1, isUpgrade: false },
        capabilities,
        skipSchemaValidation: spec.disableSchemaValidation,
        // source-controller has added the dependencies that it could.
        skipChartChecks: true,
        ...this.#kept,
        trace,
        ...(host === undefined ? {} : { host }),
        ...(limits === undefined ? {} : { budget: limits }),
      })
    } catch (error) {
      const found = renderProblems(error, loaded.chart, release.object)
      if (found.length === 0) throw error
      const isDoubtful = problems.some(({ doubt }) => doubt === 'values') || hasVariables(release)
      for (const problem of found) {
        const doubted = isDoubtful ? ({ ...problem, doubt: 'values' } as const) : problem
        problems.push(placeProblem(this.#fleet, release, doubted, loaded))
      }
      return undefined
    }
  }
}

const postRenderBuild: PostRenderBuild = (dir, fs, options) => kustomizeBuild(dir, fs, options)

function isExpected(error: unknown): error is HelmError | ChartError {
  return error instanceof HelmError || error instanceof ChartError
}

/** True when values have variables of a substitution whose values are not known here: they are not what they will be. */
function hasVariables({ object }: FleetRelease): boolean {
  return /\$\{[A-Za-z_]/.test(stringifyJson(readRelease(object).values))
}

function nameOf({ chart: { metadata } }: LoadedChart): { readonly name: string; readonly version: string } {
  return { name: metadata.name, version: metadata.version }
}

function isNamespaced(registry: SchemaRegistry, apiVersion: string, kind: string): boolean | undefined {
  const { group, version } = parseApiVersion(apiVersion)
  const info = registry.info({ group, version, kind })
  if (info !== undefined) return info.namespaced
  const [other] = registry.versionsOf(group, kind)
  return other === undefined ? undefined : registry.info({ group, version: other, kind })?.namespaced
}
