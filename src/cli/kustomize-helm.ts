import { basename } from 'node:path'
import type { Problem } from '../base/index.ts'
import { BudgetError } from '../gotemplate/index.ts'
import {
  HelmError,
  loadChart,
  makeCapabilities,
  mergeMaps,
  readValues,
  renderChart,
  renderNameTemplate,
  templateText,
} from '../helm/index.ts'
import { type ChartSources, nodeTemplateCrypto, readChartFiles, unpackChart } from '../host/index.ts'
import type { FetchStore, HelmChartFile, HelmInflation, HelmInflator, HelmPull } from '../kustomize/index.ts'
import { ChartError } from '../source/index.ts'

/** Milliseconds that one chart may take. */
const maxRenderTime = 120_000

export interface KustomizeHelmOptions {
  readonly store: FetchStore
  /** Opened when the first chart is pulled. */
  readonly sources: () => ChartSources
  /** `--helm-kube-version`, `''` for Helm's own. */
  readonly kubeVersion: string
  /** `--helm-api-versions`. */
  readonly apiVersions: readonly string[]
}

/** The Helm that `kustomize build --enable-helm` runs: our own, nothing is executed, nothing is written into the tree. */
export function createKustomizeHelm({ store, sources, kubeVersion, apiVersions }: KustomizeHelmOptions): HelmInflator {
  let opened: ChartSources | undefined
  return {
    kubeVersion,
    apiVersions,
    pull: (chart) =>
      store.ask(JSON.stringify(['chart', chart.repo, chart.name, chart.version, chart.devel]), () => {
        opened ??= sources()
        return pull(opened, chart)
      }),
    template,
  }
}

async function pull(sources: ChartSources, chart: HelmPull): Promise<readonly HelmChartFile[] | Problem> {
  const { name, repo, devel } = chart
  const version = chart.version === '' && devel ? '>0.0.0-0' : chart.version
  try {
    const fetched = repo.startsWith('oci://')
      ? await sources.oci.fetchChart({ url: repo }, name, version)
      : await sources.http.fetch({ url: repo }, name, version)
    return unpackChart(fetched.archive)
  } catch (error) {
    if (!(error instanceof ChartError || error instanceof HelmError)) throw error
    return failure(`helm pull ${name} of ${repo}: ${error.message}`)
  }
}

function template(chart: HelmInflation): { readonly manifests: string } | Problem {
  const host = { now: Date.now, crypto: nodeTemplateCrypto }
  try {
    const files = chart.files?.map(({ name, data }) => ({ name, data })) ?? readChartFiles(chart.chartDir)
    const rendered = renderChart(loadChart(files, unpackChart), valuesOf(chart), {
      release: { name: nameOf(chart, host), namespace: chart.namespace || 'default', revision: 1, isUpgrade: false },
      capabilities: makeCapabilities(chart.kubeVersion || undefined, chart.apiVersions),
      host,
      budget: { deadline: { now: Date.now, at: Date.now() + maxRenderTime } },
    })
    const { includeCRDs, skipHooks, skipTests } = chart
    return { manifests: templateText(rendered, { includeCrds: includeCRDs, noHooks: skipHooks, skipTests }) }
  } catch (error) {
    if (!(error instanceof HelmError || error instanceof BudgetError)) throw error
    return failure(`helm template ${chart.name}: ${error.message}`)
  }
}

/** Helm's NameAndChart: a name, a template of one, or one made of the chart's folder and the time. */
function nameOf({ releaseName, nameTemplate, chartDir }: HelmInflation, host: { readonly now: () => number }): string {
  if (releaseName !== '' && nameTemplate !== '') {
    throw new HelmError('cannot set --name-template and also specify a name')
  }
  if (nameTemplate !== '') return renderNameTemplate(nameTemplate, host)
  return releaseName || `${basename(chartDir).replace(/\..*$/s, '')}-${Math.floor(host.now() / 1000)}`
}

function valuesOf({ name, values }: HelmInflation): ReturnType<typeof readValues> {
  let out: ReturnType<typeof readValues> = {}
  for (const text of values) {
    try {
      out = mergeMaps(out, readValues(text))
    } catch (error) {
      if (error instanceof HelmError) throw new HelmError(`failed to parse the values of ${name}: ${error.message}`)
      throw error
    }
  }
  return out
}

function failure(message: string): Problem {
  return { code: 'kustomize/helm', severity: 'error', message }
}
