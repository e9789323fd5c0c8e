import { readFileSync } from 'node:fs'
import {
  type Chart,
  HeadCache,
  HelmError,
  loadChart,
  makeCapabilities,
  OutputCache,
  readValues,
  renderChart,
  type TemplateOptions,
  templateText,
} from '../../../src/helm/index.ts'
import { unpackChart } from '../../../src/host/chart-files.ts'
import { nodeTemplateCrypto } from '../../../src/host/template-crypto.ts'

/** One release to render: a chart's archive by path, and what `helm template` would be given. */
export interface BenchRelease {
  readonly id: string
  readonly archive: string
  readonly values: string
  /** The values after an edit; absent where only the first render is wanted. */
  readonly editedValues?: string
  readonly name: string
  readonly namespace: string
  readonly kubeVersion: string
  readonly apiVersions: readonly string[]
  readonly includeCrds: boolean
}

/** Renders releases as the worker does: charts, parsed templates and compiled schemas are kept. */
export class ChartRenderer {
  readonly #kept: Pick<TemplateOptions, 'cache' | 'schemas' | 'heads' | 'outputs'> = {
    cache: new WeakMap(),
    schemas: new Map(),
    heads: new HeadCache(),
    outputs: new OutputCache(),
  }
  readonly #charts = new Map<string, Chart>()

  render(release: BenchRelease, values: string): string {
    const { archive, name, namespace, kubeVersion, apiVersions, includeCrds } = release
    const chart = this.#charts.get(archive) ?? loadChart(unpackChart(readFileSync(archive)), unpackChart)
    this.#charts.set(archive, chart)
    const rendered = renderChart(chart, readValues(values), {
      release: { name, namespace, revision: 1, isUpgrade: false },
      capabilities: makeCapabilities(kubeVersion, apiVersions),
      host: { crypto: nodeTemplateCrypto },
      ...this.#kept,
    })
    return templateText(rendered, { includeCrds })
  }
}

/** The values with an edit that changes what the chart renders: other replicas, or another name for everything. */
export function editValues(release: BenchRelease): string {
  const renderer = new ChartRenderer()
  const before = renderer.render(release, release.values)
  for (const [key, value] of [
    ['replicaCount', '3'],
    ['replicas', '3'],
    ['fullnameOverride', 'edited'],
    ['nameOverride', 'edited'],
  ]) {
    const values = `${release.values.replace(new RegExp(`^${key}:.*$`, 'm'), '')}\n${key}: ${value}\n`
    try {
      if (renderer.render(release, values) !== before) return values
    } catch (error) {
      if (!(error instanceof HelmError)) throw error
    }
  }
  return `${release.values}\n`
}
