/**
 * Paired CPU-second ratios of our build against a real kustomize on PATH (../shared/performance.md section 4). Prints
 * only; numbers depend on the machine, ratios hardly.
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

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, pairs: { type: 'string', default: '7' } },
})
const pairs = Number(values.pairs)
const here = dirname(fileURLToPath(import.meta.url))
const shared = resolve(here, '../../../../shared')
const work = mkdtempSync(join(tmpdir(), 'fluxkit-bench-'))
const hasBinary = spawnSync('kustomize', ['version']).status === 0

try {
  const entry = bundle()
  for (const count of values.quick ? [1000] : [1000, 4000]) {
    const dir = join(work, `many-${count}`)
    mkdirSync(dir)
    for (const [name, text] of Object.entries(manyResources(count))) writeFileSync(join(dir, name), text)
    // A single run of kustomize over 4,000 resources takes a minute.
    report(`${count} resources, one process`, [dir], count > 1000 ? 1 : pairs, entry)
  }
  fleet(entry)
  growth()
} finally {
  rmSync(work, { recursive: true, force: true })
}

function bundle(): string {
  const outfile = join(work, 'entry.mjs')
  buildSync({
    entryPoints: [join(here, 'entry.ts')],
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
  const files = readTarGz(readFileSync(archive))
  const fs = new MemoryFileSystem()
  for (const [path, content] of files) {
    const target = join(work, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, content)
    fs.writeFile(target, content)
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
  report(`${roots.length} roots of ${name}, one process of ours`, roots, Math.min(pairs, 3), entry)
  for (const round of ['first', 'second']) {
    const before = process.cpuUsage()
    for (const root of roots) build(root, fs, { loadRestrictor: 'none' }).text()
    const { user, system } = process.cpuUsage(before)
    console.log(`  in a started process, ${round} time: ${((user + system) / 1e6).toFixed(3)} CPU s`)
  }
}

/** How the cost grows from 1,000 to 4,000 resources, in one process. */
function growth(): void {
  const once = (count: number): number => {
    const fs = new MemoryFileSystem(Object.entries(manyResources(count)).map(([name, text]) => [`/r/${name}`, text]))
    const before = process.cpuUsage()
    build('/r', fs).text()
    const { user, system } = process.cpuUsage(before)
    return user + system
  }
  for (let i = 0; i < 3; i++) once(1000)
  const ratios = Array.from({ length: 5 }, () => once(4000) / once(1000))
  console.log(`growth 1,000 to 4,000 resources: ${median(ratios).toFixed(2)} times (linear is 4)`)
}

function report(title: string, roots: readonly string[], count: number, entry: string): void {
  const ours: number[] = []
  const ratios: number[] = []
  for (let i = 0; i < count; i++) {
    const own = cpuSeconds([process.execPath, entry, ...roots])
    ours.push(own)
    if (!hasBinary) continue
    let theirs = 0
    for (const root of roots)
      theirs += cpuSeconds(['kustomize', 'build', '--load-restrictor', 'LoadRestrictionsNone', root])
    ratios.push(own / theirs)
  }
  const against = ratios.length === 0 ? 'no kustomize on PATH' : `ratio ${median(ratios).toFixed(3)}`
  console.log(`${title}: ${median(ours).toFixed(3)} CPU s, ${against}`)
}

function cpuSeconds(command: readonly string[]): number {
  const script = 'TIMEFORMAT="%U %S"; time "$@" > /dev/null 2>&1'
  const { stderr } = spawnSync('bash', ['-c', script, 'bash', ...command], { encoding: 'utf8' })
  const [user = '0', system = '0'] = stderr.trim().split(/\s+/)
  return Number(user) + Number(system)
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!
}
