// npm test: sets up and runs everything, or with arguments just those unit tests (`npm test -- path`).
// Ends with the sum over all suites, alone on a line: `N passed, N failed`.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { root, setUp, toolEnv } from './setup.mjs'

setUp()
const only = process.argv.slice(2)
const report = join(tmpdir(), `fluxkit-vitest-${process.pid}.json`)
if (only.length > 0) {
  process.exit(spawnSync('vitest', ['run', ...only], { cwd: root, stdio: 'inherit', env: toolEnv() }).status ?? 1)
}

let passed = 0
let failed = 0
const broken = []
/** Said again at the end, since a long log is often kept only by its tail. */
const failures = []
const started = Date.now()

step('format and lint', ['biome', 'check', '--error-on-warnings'])
for (const project of [
  '.',
  'src/devcluster/server',
  'src/host',
  'src/worker',
  'src/cli',
  'src/extension',
  'webview',
  'test',
]) {
  if (existsSync(join(root, project))) step(`types of ${project}`, ['tsc', '-p', project])
}
step('unused code', ['knip', '--no-progress'])
step('build', ['node', 'esbuild.mjs', '--production'])
units()
counted('conformance', ['node', 'test/conformance/run.ts'])
counted('end to end', ['node', 'test/e2e/run.mjs'])

for (const failure of failures) console.log(failure)
for (const name of broken) console.log(`FAILED: ${name}`)
console.log(`took ${Math.round((Date.now() - started) / 1000)} s`)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 && broken.length === 0 ? 0 : 1)

/** A check that passes or fails as a whole and counts as one. */
function step(name, [command, ...args]) {
  const start = Date.now()
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', env: toolEnv(), maxBuffer: 1 << 28 })
  const ok = result.status === 0
  console.log(`${ok ? 'ok' : 'FAILED'}  ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)`)
  if (ok) passed++
  else {
    failed++
    broken.push(name)
    console.log((result.stdout + result.stderr).split('\n').slice(0, 80).join('\n'))
  }
}

/** The unit tests; their counts come from vitest's own report. */
function units() {
  const result = spawnSync('vitest', ['run', '--reporter=dot', '--reporter=json', `--outputFile=${report}`], {
    cwd: root,
    stdio: 'inherit',
    env: toolEnv(),
  })
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined
  rmSync(report, { force: true })
  passed += counts?.numPassedTests ?? 0
  failed += counts?.numFailedTests ?? 0
  console.log(`unit: ${counts?.numPassedTests ?? 0} passed, ${counts?.numFailedTests ?? 0} failed`)
  for (const file of counts?.testResults ?? []) {
    for (const test of file.assertionResults.filter(({ status }) => status === 'failed')) {
      failures.push(`FAILED ${relative(root, file.name)}: ${test.fullName}`)
      for (const message of test.failureMessages) failures.push(message.slice(0, 1500))
    }
  }
  if (result.status !== 0 || !counts?.numPassedTests) broken.push('unit tests')
}

/** A program of ours whose last counting line is `name: N passed, M failed…`. */
function counted(name, [command, ...args]) {
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', env: toolEnv(), maxBuffer: 1 << 28 })
  process.stdout.write(result.stdout)
  process.stderr.write(result.stderr)
  const last = [...result.stdout.matchAll(/^\S.*: (\d+) passed, (\d+) failed/gm)].at(-1)
  if (last !== undefined) {
    passed += Number(last[1])
    failed += Number(last[2])
  }
  // "absent" is said and counts nothing; no count at all is a failure.
  const absent = /^\S.*: absent/m.test(result.stdout)
  if (result.status !== 0 || (last === undefined && !absent)) broken.push(name)
}
