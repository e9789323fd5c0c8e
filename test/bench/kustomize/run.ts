/**
 * Paired CPU-second ratios of our build against a real kustomize on PATH (../shared/performance.md section 4), and what
 * each process holds at most (GNU time). Prints only; numbers depend on the machine, ratios hardly.
 *
 * "One process" counts everything from its start. "In a started process" counts a pass over all roots in a process that
 * has loaded its modules and built nothing: no other files, no warm-up. As the worker it finds its compiled code where the
 * run before left it (the extension sets NODE_COMPILE_CACHE), and optimises late. Both read from the disk, and count all
 * threads: much of a first pass is the engine's compilers. The reference is one process of kustomize for each root.
 *
 *   node test/bench/kustomize/run.ts [--pairs N] [--quick]
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { buildSync } from 'esbuild'
import { MemoryFileSystem } from '../../../src/base/index.ts'
import { build } from '../../../src/kustomize/index.ts'
import { readTarGz } from '../../support/tar.ts'
import { manyResources } from './many-resources.ts'
import { cpuSeconds, median, peakMebibytes } from './measure.ts'

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, pairs: { type: 'string', default: '7' } },
})
const pairs = Number(values.pairs)
const here = dirname(fileURLToPath(import.meta.url))
const shared = resolve(here, '../../../../shared')
const work = mkdtempSync(join(tmpdir(), 'fluxkit-bench-'))
const hasBinary = spawnSync('kustomize', ['version']).status === 0

try {
  const entry = bundle('entry')
  const processes: number[] = []
  for (const count of values.quick ? [1000] : [1000, 4000]) {
    const dir = join(work, `many-${count}`)
    mkdirSync(dir)
    for (const [name, text] of Object.entries(manyResources(count))) writeFileSync(join(dir, name), text)
    // A single run of kustomize over 4,000 resources takes a minute.
    processes.push(report(`${count} resources`, [dir], count > 1000 ? 1 : pairs, entry))
  }
  const [few, many] = processes
  if (few !== undefined && many !== undefined) {
    console.log(`growth 1,000 to 4,000 resources, processes: ${(many / few).toFixed(2)} times`)
  }
  fleet(entry)
  growth()
} finally {
  rmSync(work, { recursive: true, force: true })
}

function bundle(name: string): string {
  const outfile = join(work, `${name}.mjs`)
  buildSync({
    entryPoints: [join(here, `${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    minify: true,
  })
  return outfile
}

/** Every directory of a real fleet: one process of ours against one process of kustomize for each. */
function fleet(entry: string): void {
  const name = 'diaoul-home-ops'
  const archive = join(shared, 'fleets', `${name}.tar.gz`)
  if (!existsSync(archive)) return
  for (const [path, content] of readTarGz(readFileSync(archive))) {
    const target = join(work, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, content)
  }
  const goldens = JSON.parse(readFileSync(join(shared, 'fleets', `${name}.goldens.json`), 'utf8')) as {
    path: string
    generated?: boolean
    expected?: string
  }[]
  const roots = [
    ...new Set(
      goldens
        .filter((one) => one.generated !== true && one.expected !== undefined)
        .map((one) => join(work, name, one.path)),
    ),
  ]
  report(`${roots.length} roots of ${name}`, roots, pairs, entry)
  started(roots)
}

/** Passes over all roots in a process that has just started, each run paired with a pass of the reference. */
function started(roots: readonly string[]): void {
  const passes = bundle('passes')
  const env = { ...process.env, NODE_COMPILE_CACHE: join(work, 'code') }
  const run = (): number[] =>
    JSON.parse(spawnSync(process.execPath, [passes, ...roots], { encoding: 'utf8', env }).stdout) as number[]
  // An earlier start, which leaves its compiled code.
  run()
  const runs = Array.from({ length: pairs }, () => ({
    ours: run(),
    theirs: hasBinary ? reference(roots) : Number.NaN,
  }))
  for (const [pass, label] of [
    [0, 'first'],
    [1, 'second'],
    [5, 'sixth'],
  ] as const) {
    const own = median(runs.map(({ ours }) => ours[pass]!))
    console.log(
      `  in a started process, ${label} pass: ${own.toFixed(3)} CPU s, ${ratio(runs.map((run) => run.ours[pass]! / run.theirs))}`,
    )
  }
}

/** How the cost grows from 1,000 to 4,000 resources in a warm process, without what starting costs. */
function growth(): void {
  const once = (count: number): number => {
    const fs = new MemoryFileSystem(Object.entries(manyResources(count)).map(([name, text]) => [`/r/${name}`, text]))
    const before = process.cpuUsage()
    build('/r', fs).text()
    const { user, system } = process.cpuUsage(before)
    return user + system
  }
  for (let i = 0; i < 3; i++) once(1000)
  once(4000)
  // As much garbage on either side: a single small build pays for its own collection, or for nobody's.
  const ratios = Array.from({ length: 9 }, () => {
    const many = once(4000)
    return (4 * many) / (once(1000) + once(1000) + once(1000) + once(1000))
  })
  console.log(`growth 1,000 to 4,000 resources, warm: ${median(ratios).toFixed(2)} times (linear is 4)`)
}

/** @returns the median CPU seconds of ours. */
function report(title: string, roots: readonly string[], count: number, entry: string): number {
  const command = [process.execPath, entry, ...roots]
  const ours: number[] = []
  const ratios: number[] = []
  for (let i = 0; i < count; i++) {
    const own = cpuSeconds(command)
    ours.push(own)
    if (hasBinary) ratios.push(own / reference(roots))
  }
  console.log(`${title}, one process of ours: ${median(ours).toFixed(3)} CPU s, ${ratio(ratios)}`)
  const peak = hasBinary ? `, largest of kustomize ${peakMebibytes(roots.map(kustomize))} MiB` : ''
  console.log(`  peak memory ${peakMebibytes([command])} MiB${peak}`)
  return median(ours)
}

function reference(roots: readonly string[]): number {
  return roots.reduce((sum, root) => sum + cpuSeconds(kustomize(root)), 0)
}

function kustomize(root: string): readonly string[] {
  return ['kustomize', 'build', '--load-restrictor', 'LoadRestrictionsNone', root]
}

function ratio(ratios: readonly number[]): string {
  return hasBinary ? `ratio ${median(ratios).toFixed(3)}` : 'no kustomize on PATH'
}
