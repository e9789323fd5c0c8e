import { encodeText } from '../../../src/base/index.ts'
import { BudgetError } from '../../../src/gotemplate/index.ts'
import { renderTemplates } from '../../../src/helm/engine.ts'
import {
  type Chart,
  type ChartFile,
  HelmError,
  loadChart,
  makeCapabilities,
  type RenderedChart,
  readValues,
  renderChart,
  templateText,
} from '../../../src/helm/index.ts'
import { coalesceValues } from '../../../src/helm/values.ts'

export const chartYaml = 'apiVersion: v2\nname: t\nversion: 0.1.0\nappVersion: "1.0"\n'

export function makeChart(files: Readonly<Record<string, string>>): Chart {
  const all: ChartFile[] = Object.entries({ 'Chart.yaml': chartYaml, ...files }).map(([name, text]) => ({
    name,
    data: encodeText(text),
  }))
  return loadChart(all, () => [])
}

const release = { name: 'rel', namespace: 'ns', revision: 1, isUpgrade: false }

/** `helm template rel CHART -n ns -f VALUES`. @throws HelmError */
export function template(files: Readonly<Record<string, string>>, values = ''): string {
  return templateText(
    renderChart(makeChart(files), readValues(values), { release, capabilities: makeCapabilities('v1.33.0') }),
  )
}

/** A chart rendered as `template` does, with the origins of its fields. */
export function traced(chart: Chart, values = ''): RenderedChart {
  return renderChart(chart, readValues(values), {
    release,
    capabilities: makeCapabilities('v1.33.0'),
    trace: true,
  })
}

/** The text of one template of a small chart, or the last part of the error. */
export function outcome(text: string, values = ''): string {
  const chart = makeChart({ 'templates/t.yaml': text, 'a.txt': 'hello\nworld\n', 'conf/b.toml': 'a = 1\n' })
  try {
    const scope = coalesceValues(chart, readValues(values))
    return renderTemplates(chart, scope, { release, capabilities: makeCapabilities('v1.33.0') }).get(
      't/templates/t.yaml',
    )!
  } catch (error) {
    return lastPart(messageOf(error))
  }
}

export function messageOf(error: unknown): string {
  if (error instanceof HelmError || error instanceof BudgetError) return error.message
  throw error
}

function lastPart(message: string): string {
  return message.split('\n').at(-1)!.split('>: ').at(-1)!.trim()
}
