/**
 * Paired CPU seconds of one run: our renders in this process, started and warmed on other charts, against the real helm
 * binary on the same chart and values. `node test/bench/helm/bench.ts [CORPUS]` prints one JSON line a chart.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Chart,
  loadChart,
  makeCapabilities,
  readValues,
  renderChart,
  templateText,
} from '../../../src/helm/index.ts'
import { nodeTemplateCrypto, unpackChart } from '../../../src/host/index.ts'

interface BenchCase {
  readonly id: string
  readonly chart: string
  readonly values: string
  readonly releaseName: string
  readonly namespace: string
  readonly kubeVersion: string
  readonly apiVersions?: readonly string[]
  readonly expected?: string
}

const corpus = process.argv[2] ?? join(import.meta.dirname, '../../../../shared/conformance/helm')
const helm = process.env['HELM'] ?? 'helm'
const scratch = mkdtempSync(join(tmpdir(), 'helm-bench-'))

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

function readCase(id: string): BenchCase {
  return JSON.parse(readFileSync(join(corpus, 'cases', id), 'utf8')) as BenchCase
}

function load({ chart }: BenchCase): Chart {
  return loadChart(unpackChart(readFileSync(join(corpus, 'charts', chart))), unpackChart)
}

function render(each: BenchCase, chart: Chart): string {
  const rendered = renderChart(chart, readValues(each.values), {
    release: { name: each.releaseName, namespace: each.namespace, revision: 1, isUpgrade: false },
    capabilities: makeCapabilities(each.kubeVersion, each.apiVersions ?? []),
    host: { crypto: nodeTemplateCrypto },
    cache,
  })
  return templateText(rendered)
}

/** User and system time of a child, from the shell's own account. */
function helmSeconds(each: BenchCase): number {
  const values = join(scratch, 'values.yaml')
  writeFileSync(values, each.values)
  const chart = join(corpus, 'charts', each.chart)
  const versions = (each.apiVersions ?? []).map((version) => `--api-versions ${version}`).join(' ')
  const command = `${helm} template ${each.releaseName} ${chart} -n ${each.namespace} --kube-version ${each.kubeVersion} ${versions} -f ${values} >/dev/null; times`
  const { stdout } = spawnSync('bash', ['-c', command], { encoding: 'utf8' })
  const [, children = ''] = stdout.trim().split('\n')
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, match) => sum + Number(match[1]) * 60 + Number(match[2]),
    0,
  )
}

const cache = new WeakMap()
const ids = readdirSync(join(corpus, 'cases')).sort()
const first = new Map<string, string>()
for (const id of ids) {
  const name = id.split('--')[0]!
  if (!first.has(name) && readCase(id).expected !== undefined) first.set(name, id)
}
const wanted = process.argv[3]
const chosen = [...first.values()].filter((id) => wanted === undefined || id.includes(wanted))
// A worker that has been up for a while has compiled its code: other charts warm it.
for (const id of [...first.values()].filter((each) => !chosen.slice(0, 1).includes(each)).slice(0, 12)) {
  render(readCase(id), load(readCase(id)))
}
let ours = 0
let theirs = 0
for (const id of chosen) {
  const each = readCase(id)
  const started = cpuSeconds()
  const chart = load(each)
  const text = render(each, chart)
  const firstRender = cpuSeconds() - started
  const again = cpuSeconds()
  render(each, chart)
  const reRender = cpuSeconds() - again
  const reference = Math.min(helmSeconds(each), helmSeconds(each))
  ours += firstRender
  theirs += reference
  const figures = {
    firstRender,
    reRender,
    helm: reference,
    ratio: firstRender / reference,
    again: reRender / firstRender,
  }
  const rounded = Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, Number(value.toFixed(3))]))
  process.stdout.write(`${JSON.stringify({ id: each.id, ok: text === each.expected, ...rounded })}\n`)
}
process.stdout.write(`${JSON.stringify({ charts: chosen.length, ours, helm: theirs, ratio: ours / theirs })}\n`)
rmSync(scratch, { recursive: true })
