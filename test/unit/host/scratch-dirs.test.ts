import { spawn, spawnSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { makeScratchDir, sweepScratchDirs } from '../../../src/host/scratch-dirs.ts'

const source = fileURLToPath(new URL('../../../src/host/scratch-dirs.ts', import.meta.url))
let tmp: string

beforeEach(() => {
  tmp = mkdtempSync(join(tmpdir(), 'scratch-dirs-'))
  vi.stubEnv('TMPDIR', tmp)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(tmp, { recursive: true, force: true })
})

/** A process that makes a directory with something in it, and waits. */
async function makeElsewhere(): Promise<{ dir: string; kill: () => Promise<void> }> {
  const script = `
    import { mkdirSync, writeFileSync } from 'node:fs'
    const { makeScratchDir } = await import(${JSON.stringify(source)})
    const dir = makeScratchDir('test')
    mkdirSync(dir + '/kustomize-a/deep', { recursive: true })
    writeFileSync(dir + '/kustomize-a/deep/file', 'x')
    console.log(dir)
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const dir = await new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data).trim())))
  const kill = (): Promise<void> => {
    child.kill('SIGKILL')
    return ended
  }
  return { dir, kill }
}

it('sweeps what a killed process has left, once it is gone', async () => {
  const { dir, kill } = await makeElsewhere()
  try {
    sweepScratchDirs('test')
    expect(existsSync(join(dir, 'kustomize-a/deep/file'))).toBe(true)
  } finally {
    await kill()
  }
  sweepScratchDirs('other')
  expect(existsSync(dir)).toBe(true)
  sweepScratchDirs('test')
  expect(existsSync(dir)).toBe(false)
})

it('touches nothing else', () => {
  const own = makeScratchDir('test')
  const gone = spawnSync(process.execPath, ['-e', '']).pid
  // What is called like a directory of a process that is gone.
  const dead = basename(own).replace(`-${process.pid}-`, `-${gone}-`)
  const outside = join(tmp, 'outside')
  mkdirSync(outside)
  writeFileSync(join(outside, 'file'), 'x')
  symlinkSync(outside, join(tmp, dead))
  const others = ['kustomize-123', 'fluxkit-test-1', dead.replace(/test-[0-9a-f]{8}/, 'test-00000000'), `${dead}x`]
  for (const name of others) mkdirSync(join(tmp, name))
  sweepScratchDirs('test')
  expect(existsSync(own)).toBe(true)
  expect(lstatSync(join(tmp, dead)).isSymbolicLink()).toBe(true)
  expect(existsSync(join(outside, 'file'))).toBe(true)
  for (const name of others) expect(existsSync(join(tmp, name))).toBe(true)
})
