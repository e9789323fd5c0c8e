import { spawn, spawnSync } from 'node:child_process'
import { closeSync, constants, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const main = resolve(import.meta.dirname, '../../../src/cli/main.ts')
const home = mkdtempSync(join(tmpdir(), 'fluxkit-terminal-'))
const env = { ...process.env, FLUXKIT_CACHE: join(home, 'cache') }
const size = 400_000

beforeAll(() => {
  mkdirSync(join(home, 'chart/templates'), { recursive: true })
  writeFileSync(join(home, 'chart/Chart.yaml'), 'apiVersion: v2\nname: big\nversion: 1.0.0\n')
  writeFileSync(join(home, 'chart/templates/a.yaml'), `a: {{ repeat ${size} "x" }}\n`)
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

test('a reader that goes away is no failure', () => {
  const script = '"$0" "$1" helm template x chart | head -c 10; echo " $PIPESTATUS"'
  const { stdout, stderr } = spawnSync('bash', ['-c', script, process.execPath, main], { cwd: home, env })
  expect({ stdout: stdout.toString(), stderr: stderr.toString() }).toEqual({ stdout: '---\n# Sour 0\n', stderr: '' })
})

test('all is written to a pipe that does not wait', async () => {
  const pipe = join(home, 'pipe')
  spawnSync('mkfifo', [pipe])
  const descriptor = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK)
  const reader = spawn('sh', ['-c', 'sleep 2; cat "$0"', pipe])
  const writer = spawn(process.execPath, [main, 'helm', 'template', 'x', 'chart'], {
    cwd: home,
    env,
    stdio: ['ignore', descriptor, 'inherit'],
  })
  const code = new Promise<number | null>((done) => writer.on('close', done))
  void code.then(() => closeSync(descriptor))
  let text = ''
  for await (const chunk of reader.stdout) text += String(chunk)
  expect({ code: await code, size: text.length }).toEqual({
    code: 0,
    size: '---\n# Source: big/templates/a.yaml\na: \n'.length + size,
  })
})
