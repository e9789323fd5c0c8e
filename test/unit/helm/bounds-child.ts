// Renders hostile charts one after another in a process of its own; prints what each took. See bounds.test.ts.
import { BudgetError } from '../../../src/gotemplate/index.ts'
import { HelmError, makeCapabilities, readValues, renderChart, templateText } from '../../../src/helm/index.ts'
import { nodeTemplateCrypto } from '../../../src/host/index.ts'
import type { HostileCase, Spent } from './bounds-cases.ts'
import { makeChart } from './support.ts'

const release = { name: 'rel', namespace: 'ns', revision: 1, isUpgrade: false }

function render({ template, values = '' }: HostileCase): string {
  try {
    const chart = makeChart({ 'templates/t.yaml': template })
    const options = { release, capabilities: makeCapabilities('v1.36.0'), host: { crypto: nodeTemplateCrypto } }
    templateText(renderChart(chart, readValues(values), options))
    return ''
  } catch (error) {
    if (error instanceof HelmError || error instanceof BudgetError) return error.message
    throw error
  }
}

process.on('message', (each: HostileCase) => {
  const before = process.cpuUsage()
  const message = render(each)
  const { user, system } = process.cpuUsage(before)
  const spent: Spent = { message, cpu: (user + system) / 1e6, peak: process.resourceUsage().maxRSS / 1024 }
  process.send?.(spent)
})
// What the process takes before the first chart, and with the code warm enough to be loaded.
render({ name: '', template: 'a: {{ toYaml .Values }}' })
process.send?.({ message: '', cpu: 0, peak: process.resourceUsage().maxRSS / 1024 } satisfies Spent)
