/**
 * Runs the conformance suites and prints `NAME: N passed, M failed` for each.
 *
 *   node test/conformance/run.ts [SUITE...] [--filter REGEXP] [--show N] [--update]
 *
 * `known/<suite>.txt` lists the ids that are known to fail (`id  # reason`). The run fails (exit 1) when a case outside
 * the list fails or a listed one passes, so that the list only shrinks. `--update` rewrites the lists.
 * An absent corpus is reported as absent and counts nothing.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { CaseResult, ConformanceSuite } from './types.ts'

const here = dirname(fileURLToPath(import.meta.url))
const shared = resolve(here, '../../../shared')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { filter: { type: 'string' }, show: { type: 'string', default: '5' }, update: { type: 'boolean' } },
})

const names = readdirSync(join(here, 'suites'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -3))
  .sort()
const wanted = positionals.length > 0 ? positionals : names
const pattern = values.filter === undefined ? undefined : new RegExp(values.filter)
const show = Number(values.show)
let unexpected = 0
let passedTotal = 0
let failedTotal = 0
let knownTotal = 0

for (const name of wanted) {
  const { suite } = (await import(join(here, 'suites', `${name}.ts`))) as { suite: ConformanceSuite }
  const corpusDir = join(shared, suite.corpus)
  if (!existsSync(corpusDir)) {
    console.log(`${suite.name}: corpus absent (${suite.corpus})`)
    continue
  }
  const knownFile = join(here, 'known', `${name}.txt`)
  const known = readKnown(knownFile)
  const failed: CaseResult[] = []
  const mended: string[] = []
  let passed = 0
  const start = performance.now()
  for await (const result of suite.run(corpusDir, (id) => pattern?.test(id) ?? true)) {
    if (result.pass) {
      passed++
      if (known.has(result.id)) mended.push(result.id)
    } else failed.push(result)
  }
  const fresh = failed.filter((result) => !known.has(result.id))
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  const notes = [failed.length > fresh.length ? `${failed.length - fresh.length} known` : '', `${seconds} s`]
  console.log(`${suite.name}: ${passed} passed, ${failed.length} failed (${notes.filter(Boolean).join(', ')})`)
  passedTotal += passed
  failedTotal += fresh.length
  knownTotal += failed.length - fresh.length
  if (values.update && pattern === undefined) {
    writeKnown(knownFile, failed, known)
    continue
  }
  unexpected += fresh.length + mended.length
  for (const result of fresh.slice(0, show)) console.log(`  FAIL ${result.id}\n${indent(result.detail ?? '')}`)
  if (fresh.length > show) console.log(`  … and ${fresh.length - show} more`)
  for (const id of mended) console.log(`  passes now, take it off known/${name}.txt: ${id}`)
}
console.log(`conformance: ${passedTotal} passed, ${failedTotal} failed, ${knownTotal} known to fail`)
process.exitCode = unexpected === 0 ? 0 : 1

function readKnown(file: string): Map<string, string> {
  const known = new Map<string, string>()
  if (!existsSync(file)) return known
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line.trim() === '' || line.startsWith('# ')) continue
    const [id, reason] = line.split('  # ', 2)
    known.set(id!.trim(), reason ?? '')
  }
  return known
}

function writeKnown(file: string, failed: readonly CaseResult[], before: ReadonlyMap<string, string>): void {
  if (failed.length === 0) {
    rmSync(file, { force: true })
    return
  }
  const lines = failed.map(({ id }) => `${id}${before.get(id) ? `  # ${before.get(id)}` : ''}`)
  writeFileSync(file, `${lines.sort().join('\n')}\n`)
}

function indent(text: string): string {
  return text
    .split('\n')
    .slice(0, 12)
    .map((line) => `    ${line.slice(0, 300)}`)
    .join('\n')
}
