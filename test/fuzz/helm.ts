/**
 * Differential fuzz of the template engine against a real Helm 4.1 on PATH: seeded expressions, many to a chart where we
 * render them, one to a chart where we refuse them. Prints every difference with the seed that makes it again.
 *
 *   node test/fuzz/helm.ts [--count N] [--seed S] [--only SEED] [--refused N]
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { encodeText } from '../../src/base/index.ts'
import { BudgetError } from '../../src/gotemplate/index.ts'
import { HelmError, loadChart, makeCapabilities, renderChart, templateText } from '../../src/helm/index.ts'
import { nodeTemplateCrypto, unpackChart } from '../../src/host/index.ts'
import { ExpressionFuzz, expressionFiles, sharedFiles } from './helm-expressions.ts'
import { Random } from './random.ts'

const { values: flags } = parseArgs({
  options: {
    count: { type: 'string', default: '400' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    /** Helm starts once for each expression that we refuse. */
    refused: { type: 'string', default: '40' },
  },
})
const kubeVersion = '1.36.0'
const batchSize = 40

interface Expression {
  readonly seed: number
  readonly text: string
  /** The template's name in its chart. */
  readonly name: string
}

interface Outcome {
  readonly text: string
  readonly error?: string
}

if (spawnSync('helm', ['version']).status !== 0) console.log('helm fuzz: binary absent, nothing done')
else process.exitCode = fuzz()

function fuzz(): number {
  const first = Number(flags.only ?? flags.seed)
  const count = flags.only === undefined ? Number(flags.count) : 1
  const rendered: Expression[] = []
  const refused: Expression[] = []
  for (let seed = first; seed < first + count; seed++) {
    const text = new ExpressionFuzz(new Random(seed)).template()
    const one = { seed, text, name: `e${seed}` }
    const { error } = ours([one])
    if (error === undefined) rendered.push(one)
    else refused.push(one)
  }
  let differences = 0
  const tell = (one: Expression, helm: string, we: string): void => {
    differences++
    console.log(`DIFFERENCE seed ${one.seed} ${one.text}\n  helm: ${helm}\n  we:   ${we}`)
  }
  for (let at = 0; at < rendered.length; at += batchSize) compareBatch(rendered.slice(at, at + batchSize), tell)
  const tried = refused.slice(0, Number(flags.refused))
  for (const one of tried) {
    const [helm, we] = [theirs([one]), ours([one])]
    if (helm.error !== we.error) tell(one, helm.error ?? shown(helm.text), we.error ?? shown(we.text))
  }
  console.log(
    `helm fuzz: ${rendered.length} rendered, ${tried.length} of ${refused.length} refused ones, ${differences} differences`,
  )
  return differences === 0 ? 0 : 1
}

/** Where Helm refuses the chart its message names the template: that one is told and the others tried again. */
function compareBatch(batch: readonly Expression[], tell: (one: Expression, helm: string, we: string) => void): void {
  let rest = [...batch]
  let helm = theirs(rest)
  while (helm.error !== undefined) {
    const name = /fuzz\/templates\/(e\d+)\.yaml/.exec(helm.error)?.[1]
    const culprit = rest.find((one) => one.name === name)
    if (culprit === undefined) throw new Error(helm.error)
    tell(culprit, helm.error, shown(ours([culprit]).text))
    rest = rest.filter((one) => one !== culprit)
    if (rest.length === 0) return
    helm = theirs(rest)
  }
  const [expected, actual] = [documents(helm.text), documents(ours(rest).text)]
  for (const one of rest) {
    const [theirText, ourText] = [expected.get(one.name) ?? '', actual.get(one.name) ?? '']
    if (theirText !== ourText) tell(one, shown(theirText), shown(ourText))
  }
}

function filesOf(batch: readonly Expression[]): Record<string, string> {
  return Object.assign({ ...sharedFiles }, ...batch.map(({ text, name }) => expressionFiles(text, name)))
}

function ours(batch: readonly Expression[]): Outcome {
  const files = Object.entries(filesOf(batch)).map(([name, text]) => ({ name, data: encodeText(text) }))
  try {
    const rendered = renderChart(
      loadChart(files, unpackChart),
      {},
      {
        release: { name: 'rel', namespace: 'ns', revision: 1, isUpgrade: false },
        host: { crypto: nodeTemplateCrypto },
        capabilities: makeCapabilities(kubeVersion),
      },
    )
    return { text: templateText(rendered) }
  } catch (error) {
    if (!(error instanceof HelmError || error instanceof BudgetError)) throw error
    return { text: '', error: error.message.toWellFormed().trim() }
  }
}

function theirs(batch: readonly Expression[]): Outcome {
  const dir = mkdtempSync(join(tmpdir(), 'fluxkit-fuzz-'))
  for (const [path, text] of Object.entries(filesOf(batch))) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), text)
  }
  const args = ['template', 'rel', dir, '--namespace', 'ns', '--kube-version', kubeVersion]
  const env = { ...process.env, TZ: 'UTC' }
  const real = spawnSync('helm', args, { encoding: 'utf8', timeout: 60_000, maxBuffer: 1 << 26, env })
  rmSync(dir, { recursive: true, force: true })
  if (real.status === 0) return { text: real.stdout }
  const error = real.stderr.slice(real.stderr.indexOf('Error: ') + 'Error: '.length)
  return { text: '', error: error.replace(/\n*Use --debug flag to render out invalid YAML\s*$/, '').trim() }
}

/** The documents of an output by the name of their template. */
function documents(text: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const match of text.matchAll(/^# Source: fuzz\/templates\/(e\d+)\.yaml\n(.*)$/gm))
    found.set(match[1]!, match[2]!)
  return found
}

/** What an expression printed; the charts carry it in base64. */
function shown(text: string): string {
  return text.replace(/v: "([A-Za-z0-9+/=]*)"/, (_, base64: string) =>
    JSON.stringify(Buffer.from(base64, 'base64').toString('utf8')),
  )
}
