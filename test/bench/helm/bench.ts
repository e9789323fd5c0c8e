/**
 * CPU seconds of our Helm engine as parts of those of a real helm on PATH, in one run and in turn: one line for each bar
 * of ../shared/performance.md section 4 that is about Helm. Prints only; numbers depend on the machine, ratios hardly.
 *
 *   node test/bench/helm/bench.ts [--pairs N] [--cold] [--only PART] [--list]
 *
 * `--cold`: a new worker for every chart, so that none of its code has run before. `--list`: a line a chart as well.
 */
import { type ChildProcess, fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { buildSync } from 'esbuild'
import { type BenchRelease, editValues } from './render.ts'
import type { BenchAnswer } from './worker.ts'

interface BenchCase {
  readonly chart: string
  readonly values: string
  readonly releaseName: string
  readonly namespace: string
  readonly kubeVersion: string
  readonly apiVersions?: readonly string[]
  readonly includeCrds?: boolean
  readonly expected?: string
}

interface Sample extends BenchRelease {
  readonly expected: string
  readonly isLarge: boolean
}

/** CPU seconds of a chart in one round. */
interface Round {
  readonly first: number
  readonly edited: number
  readonly theirs: number
}

const { values: flags } = parseArgs({
  options: {
    pairs: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    cold: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
})
const pairs = Number(flags.pairs)
const here = dirname(fileURLToPath(import.meta.url))
const corpus = resolve(here, '../../../../shared/conformance/helm')
const work = mkdtempSync(join(tmpdir(), 'helm-bench-'))
const releases = 69
/** Bytes of archive and manifests from which on a chart counts as large; kube-prometheus-stack has twice as many. */
const large = 250_000

try {
  const worker = bundle('worker', join(here, 'worker.ts'))
  // The command as it is shipped, where it was built (`npm run build`).
  const shipped = resolve(here, '../../../dist/cli.js')
  const cli = existsSync(shipped) ? shipped : bundle('cli', resolve(here, '../../../src/cli/main.ts'))
  const samples = readSamples().filter((sample) => sample.id.includes(flags.only))
  const ordinary = samples.filter((sample) => !sample.isLarge)
  const { rounds, peak } = await renderAll(worker, samples)
  const firsts = (each: Sample): number => median(rounds.get(each)!.map(({ first, theirs }) => first / theirs))
  const edits = (each: Sample): number => median(rounds.get(each)!.map(({ first, edited }) => edited / first))
  report('first render in a started worker', ordinary, firsts, 'bar 0.3, aim 0.05')
  report(
    'first render, the largest charts',
    samples.filter((sample) => sample.isLarge),
    firsts,
    'bar 1.0, aim 0.4',
  )
  const colds = coldRatios(cli, samples)
  report('cold process, fluxkit helm template', samples, (each) => colds.get(each)!, 'bar 1.5')
  await fleet(worker)
  report('render after an edit of the values', samples, edits, 'bar 0.3 of the first, aim 0.1')
  console.log(`peak memory of a worker with ${samples.length} charts: ${Math.round(peak / 2 ** 20)} MB`)
} finally {
  rmSync(work, { recursive: true, force: true })
}

/** One case of each chart that renders the same each time. */
function readSamples(): Sample[] {
  const out = new Map<string, Sample>()
  for (const file of readdirSync(join(corpus, 'cases')).sort()) {
    const name = file.split('--')[0]!
    if (!out.has(name)) out.set(name, readSample(file) ?? out.get(name)!)
    if (out.get(name) === undefined) out.delete(name)
  }
  return [...out.values()]
}

function readSample(file: string): Sample | undefined {
  const one = JSON.parse(readFileSync(join(corpus, 'cases', file), 'utf8')) as BenchCase
  if (one.expected === undefined) return undefined
  const archive = join(corpus, 'charts', one.chart)
  const release: BenchRelease = {
    ...{ id: one.chart.replace(/\.tgz$/, ''), archive, values: one.values },
    ...{ name: one.releaseName, namespace: one.namespace, kubeVersion: one.kubeVersion },
    ...{ apiVersions: one.apiVersions ?? [], includeCrds: one.includeCrds ?? false },
  }
  const isLarge = statSync(archive).size + one.expected.length >= large
  return { ...release, editedValues: editValues(release), expected: one.expected, isLarge }
}

function bundle(name: string, entry: string): string {
  buildSync({
    ...{ entryPoints: { [name]: entry }, outdir: work, outExtension: { '.js': '.mjs' } },
    ...{ bundle: true, splitting: true, minify: true, platform: 'node', format: 'esm', target: 'node20' },
    ...{ mainFields: ['module', 'main'], chunkNames: `${name}/[name]-[hash]` },
    banner: {
      js: "import{createRequire as benchRequire}from'node:module';const require=benchRequire(import.meta.url);",
    },
  })
  return join(work, `${name}.mjs`)
}

async function renderAll(
  entry: string,
  samples: readonly Sample[],
): Promise<{ rounds: Map<Sample, Round[]>; peak: number }> {
  const rounds = new Map<Sample, Round[]>(samples.map((sample) => [sample, []]))
  let peak = 0
  for (let i = 0; i < pairs; i++) {
    let worker = fork(entry)
    for (const sample of samples) {
      if (flags.cold && sample !== samples[0]) {
        worker.kill()
        worker = fork(entry)
      }
      const { text, first, edited, peak: memory } = await ask(worker, sample)
      if (text !== sample.expected) throw new Error(`${sample.id} is not what helm renders`)
      peak = Math.max(peak, memory)
      rounds.get(sample)!.push({ first, edited, theirs: processSeconds(['helm', ...templateArgs(sample)]) })
    }
    worker.kill()
  }
  return { rounds, peak }
}

async function ask(worker: ChildProcess, release: BenchRelease): Promise<BenchAnswer> {
  worker.send(release)
  const [answer] = (await once(worker, 'message')) as [BenchAnswer]
  return answer
}

/** Our process against helm's, for each chart. */
function coldRatios(cli: string, samples: readonly Sample[]): Map<Sample, number> {
  const out = new Map<Sample, number>()
  for (const sample of samples) {
    const args = templateArgs(sample)
    const ratios = Array.from(
      { length: pairs },
      () => processSeconds([process.execPath, cli, 'helm', ...args]) / processSeconds(['helm', ...args]),
    )
    out.set(sample, median(ratios))
  }
  return out
}

/** As many releases of app-template as a real fleet has: one process of ours, started for it, against one of helm's each. */
async function fleet(entry: string): Promise<void> {
  const cases = readdirSync(join(corpus, 'cases')).filter((file) => file.startsWith('app-template-'))
  const samples = cases.flatMap((file) => readSample(file) ?? [])
  const ratios: number[] = []
  for (let i = 0; i < Math.min(pairs, 3); i++) {
    const worker = fork(entry)
    let ours = 0
    let theirs = 0
    for (let n = 0; n < releases; n++) {
      const { editedValues, ...release } = { ...samples[n % samples.length]!, name: `release-${n}` }
      ours = (await ask(worker, release)).total
      theirs += processSeconds(['helm', ...templateArgs(release)])
    }
    worker.kill()
    ratios.push(ours / theirs)
  }
  print(`${releases} releases of app-template in one process`, median(ratios), '', 'bar 0.15, aim 0.05')
}

function templateArgs(release: BenchRelease): string[] {
  const values = join(work, 'values.yaml')
  writeFileSync(values, release.values)
  return [
    ...['template', release.name, release.archive, '-n', release.namespace, '--kube-version', release.kubeVersion],
    ...release.apiVersions.flatMap((version) => ['--api-versions', version]),
    ...(release.includeCrds ? ['--include-crds'] : []),
    ...['-f', values],
  ]
}

/** User and system time of a process. */
function processSeconds(command: readonly string[]): number {
  const script = 'TIMEFORMAT="%U %S"; time "$@" > /dev/null 2> /dev/null'
  const { stderr, status } = spawnSync('bash', ['-c', script, 'bash', ...command], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command.join(' ')} failed`)
  const [user = '0', system = '0'] = stderr.trim().split(/\s+/)
  return Number(user) + Number(system)
}

function report(title: string, samples: readonly Sample[], ratio: (each: Sample) => number, bars: string): void {
  if (samples.length === 0) return
  const sorted = samples.map((each) => ({ id: each.id, ratio: ratio(each) })).sort((a, b) => b.ratio - a.ratio)
  const worst = sorted[0]!
  print(title, median(sorted.map((each) => each.ratio)), `, worst ${worst.ratio.toFixed(3)} (${worst.id})`, bars)
  if (flags.list) for (const { id, ratio: own } of sorted) console.log(`    ${own.toFixed(3)} ${id}`)
}

function print(title: string, ratio: number, worst: string, bars: string): void {
  console.log(`${title}: median ${ratio.toFixed(3)}${worst}; ${bars}`)
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!
}
