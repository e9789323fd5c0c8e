import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ChunkLoader } from '../../../src/cli/chunks.ts'

let folder = ''
let cache = ''

beforeEach(() => {
  folder = `${mkdtempSync(join(tmpdir(), 'chunks-'))}/`
  cache = join(folder, 'code', 'test.bin')
  writeChunk('main.js', 'const {twice:t}=load("shared.js");return {run:()=>t(21),url,again:load("shared.js")}')
  writeChunk('shared.js', 'globalThis.fluxkitLoads=(globalThis.fluxkitLoads??0)+1;return {twice:(n)=>n*2}')
})

afterEach(() => {
  rmSync(folder, { recursive: true })
  Reflect.deleteProperty(globalThis, 'fluxkitLoads')
})

function writeChunk(name: string, body: string): void {
  writeFileSync(join(folder, name), `(function(load,url){"use strict";${body}\n})`)
}

/** A run of the program: what it gives, and whether it wrote the cache. */
function run(identity = 'build 1'): { result: unknown; wrote: boolean } {
  const before = statSync(cache, { throwIfNoEntry: false })?.ino
  const loader = new ChunkLoader({ folder, cache, identity })
  const { run: call } = loader.load('main.js') as { run: () => unknown }
  const result = call()
  loader.keep()
  return { result, wrote: statSync(cache, { throwIfNoEntry: false })?.ino !== before }
}

test('chunks run once, know where they are, and see what others export', () => {
  const loader = new ChunkLoader({ folder, cache, identity: 'build 1' })
  const main = loader.load('main.js')
  expect(main['url']).toBe(`file://${folder}main.js`)
  expect(main['again']).toBe(loader.load('shared.js'))
  expect(loader.load('main.js')).toBe(main)
  expect((globalThis as { fluxkitLoads?: number }).fluxkitLoads).toBe(1)
})

test('four runs add to the cache, later ones read it', () => {
  const wrote = Array.from({ length: 6 }, () => run())
  expect(wrote.map((each) => each.result)).toEqual([42, 42, 42, 42, 42, 42])
  expect(wrote.map((each) => each.wrote)).toEqual([true, true, true, true, false, false])
  expect(readdirSync(join(folder, 'code'))).toEqual(['test.bin'])
  expect(statSync(cache).mode & 0o777).toBe(0o600)
})

test('chunks that a run did not load stay in the cache', () => {
  for (let i = 0; i < 5; i++) run()
  const loader = new ChunkLoader({ folder, cache, identity: 'build 1' })
  writeChunk('other.js', 'return {}')
  loader.load('other.js')
  loader.keep()
  expect(readFileSync(cache, 'latin1').split('\n')[0]).toMatch(/"main\.js".*"shared\.js".*"other\.js"/)
})

test('the cache of another build, and one that is cut off or no cache at all, is not read', () => {
  for (let i = 0; i < 5; i++) run()
  expect(run('build 2')).toEqual({ result: 42, wrote: true })
  for (let i = 0; i < 5; i++) run('build 2')
  truncateSync(cache, statSync(cache).size - 8)
  expect(run('build 2')).toEqual({ result: 42, wrote: true })
  writeFileSync(cache, 'nothing of ours\n')
  expect(run('build 2')).toEqual({ result: 42, wrote: true })
})

test('a cache that cannot be written to is no failure', () => {
  writeFileSync(join(folder, 'code'), 'a file where the folder should be')
  expect(run()).toEqual({ result: 42, wrote: false })
})
