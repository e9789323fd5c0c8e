/**
 * Differential fuzz of `build` against a real kustomize 5.8 on PATH: seeded mutations of the cases in ../shared, each
 * built by both. Prints every difference with the seed that makes it again.
 *
 *   node test/fuzz/kustomize.ts [--count N] [--seed S] [--only SEED] [--keep]
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { parseAllDocuments } from 'yaml'
import { isObject, type JsonObject, type JsonValue, MemoryFileSystem } from '../../src/base/index.ts'
import { build } from '../../src/kustomize/index.ts'
import { mutate } from './kustomize-mutations.ts'
import { Random } from './random.ts'

interface Case {
  readonly id: string
  readonly files: Record<string, string>
  readonly filesBase64?: Record<string, string>
  readonly root: string
  readonly expected?: string
}

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
})
const corpus = resolve(dirname(fileURLToPath(import.meta.url)), '../../../shared/conformance/kustomize/cases')

if (!existsSync(corpus) || spawnSync('kustomize', ['version']).status !== 0) {
  console.log('kustomize fuzz: corpus or binary absent, nothing done')
} else process.exitCode = fuzz()

function fuzz(): number {
  const cases = readdirSync(corpus)
    .sort()
    .map((name) => JSON.parse(readFileSync(join(corpus, name), 'utf8')) as Case)
    .filter((one) => one.filesBase64 === undefined && one.expected !== undefined)
  const first = Number(values.only ?? values.seed)
  const count = values.only === undefined ? Number(values.count) : 1
  let differences = 0
  let failures = 0
  for (let seed = first; seed < first + count; seed++) {
    const random = new Random(seed)
    const base = random.pick(cases)
    const { files, root } = mutate({ ...base.files }, base.root, random)
    const dir = mkdtempSync(join(tmpdir(), 'fluxkit-fuzz-'))
    const found = compare(dir, files, root, random.chance(0.5))
    if (found.failed) failures++
    if (found.difference !== undefined) {
      differences++
      console.log(`DIFFERENCE seed ${seed} (${base.id})\n${found.difference}`)
    }
    if (values.keep) console.log(dir)
    else rmSync(dir, { recursive: true, force: true })
  }
  console.log(`kustomize fuzz: ${count} mutations, ${failures} of them refused, ${differences} differences`)
  return differences === 0 ? 0 : 1
}

interface Comparison {
  readonly failed: boolean
  readonly difference?: string
}

function compare(dir: string, files: Record<string, string>, root: string, sorted: boolean): Comparison {
  const fs = new MemoryFileSystem()
  fs.makeDir(join(dir, root))
  mkdirSync(join(dir, root), { recursive: true })
  for (const [path, text] of Object.entries(files)) {
    const target = join(dir, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, text)
    fs.writeFile(target, text)
  }
  const args = ['build', join(dir, root), ...(sorted ? [] : ['--reorder', 'none'])]
  const real = spawnSync('kustomize', args, { encoding: 'utf8', timeout: 20_000, maxBuffer: 1 << 26 })
  let ours: { text: string; message: string }
  try {
    const result = build(join(dir, root), fs, sorted ? {} : { reorder: 'none' })
    ours = { text: result.text(), message: result.problems.map(({ message }) => message).join('\n') }
  } catch (error) {
    return { failed: real.status !== 0, difference: `threw ${(error as Error).stack}` }
  }
  if (real.status !== 0) {
    // A crash of the real one says nothing about what is right, nor does a distribution's newer JSON patch library.
    if (ours.message !== '' || /^panic: /m.test(real.stderr) || refusedByNewerLibrary(real.stderr, files)) {
      return { failed: true }
    }
    return { failed: true, difference: `kustomize refuses: ${real.stderr.slice(0, 600)}` }
  }
  if (ours.message !== '') return { failed: false, difference: `we refuse: ${ours.message.slice(0, 600)}` }
  // A binary that was built from source names no version.
  const stdout = real.stdout.replaceAll('kustomize-(devel)', 'kustomize-v5.8.1')
  return ours.text === stdout ? { failed: false } : { failed: false, difference: lines(stdout, ours.text) }
}

/**
 * Whether it is json-patch v5 that refuses: kustomize 5.8.1 and Flux link v4, Debian's build v5. That one refuses
 * `replace` of what is missing, and operations without what they need, already when it reads a patch.
 */
function refusedByNewerLibrary(stderr: string, files: Readonly<Record<string, string>>): boolean {
  if (/doc is missing key: |invalid operation \{/.test(stderr)) return true
  // Errors of components are quoted whole.
  const whole = /accumulateDirectory: (".*")$/m.exec(stderr)?.[1]
  if (whole !== undefined) return refusedByNewerLibrary(JSON.parse(whole) as string, files)
  const [, source, quoted] = /unable to parse SM or JSON patch from \[(patch|path): (".*")\]/.exec(stderr) ?? []
  if (quoted === undefined) return false
  const text = JSON.parse(quoted) as string
  const name = text.slice(text.lastIndexOf('/') + 1)
  const patches =
    source === 'patch'
      ? [text]
      : Object.entries(files).flatMap(([path, content]) => (path.endsWith(name) ? [content] : []))
  return patches.some((patch) => {
    const list: unknown = parseAllDocuments(patch, { version: '1.1' })[0]?.toJS()
    return Array.isArray(list) && list.some((operation) => !isWhole(operation))
  })
}

/** What json-patch v5 asks of an operation before any is applied. */
function isWhole(operation: unknown): boolean {
  if (!isObject(operation as JsonValue)) return false
  const { op, path, from, value } = operation as JsonObject
  if (typeof path !== 'string') return false
  if (op === 'add' || op === 'replace') return value !== undefined
  if (op === 'move' || op === 'copy') return typeof from === 'string'
  return op === 'remove' || op === 'test'
}

function lines(expected: string, actual: string): string {
  const left = expected.split('\n')
  const right = actual.split('\n')
  let i = 0
  while (i < left.length && left[i] === right[i]) i++
  const show = (all: string[]): string => all.slice(Math.max(0, i - 3), i + 4).join('\n')
  return `line ${i + 1}, kustomize:\n${show(left)}\nwe:\n${show(right)}`
}
