import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodeText } from '../../../src/base/index.ts'
import { createChartTrees } from '../../../src/host/index.ts'
import type { KubeObject } from '../../../src/kube/index.ts'

const home = mkdtempSync(join(tmpdir(), 'fluxkit-trees-'))
const repository = join(home, 'charts')
afterAll(() => rmSync(home, { recursive: true, force: true }))

function git(...args: string[]): void {
  const options = ['-C', repository, '-c', 'user.name=test', '-c', 'user.email=test@example.com']
  const result = spawnSync('git', [...options, ...args], { encoding: 'utf8' })
  if (result.status !== 0) throw new Error(result.stderr)
}

function commit(values: string): void {
  writeFileSync(join(repository, 'web/values.yaml'), values)
  git('add', '.')
  git('commit', '--quiet', '--message', values)
}

beforeAll(() => {
  mkdirSync(join(repository, 'web'), { recursive: true })
  git('init', '--quiet', '--initial-branch=main')
  writeFileSync(join(repository, '.sourceignore'), 'private.txt\n')
  writeFileSync(join(repository, 'private.txt'), 'x')
  commit('first')
  git('tag', 'v1')
})

const source = (ref: Record<string, string>): KubeObject => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  metadata: { name: 'charts' },
  spec: { url: `file://${repository}`, ref },
})

/** The values of the chart in the tree, and whether git was asked. */
async function read(ref: Record<string, string>, offline = false): Promise<string> {
  let asked = ''
  const fetch = createChartTrees({
    cacheDir: join(home, 'cache'),
    offline,
    duration: () => 10_000,
    onFetch: () => (asked = ', fetched'),
  })
  const { fs, root } = await fetch(source(ref), () => undefined)
  expect(fs.stat(`${root}/private.txt`)).toBeUndefined()
  return decodeText(fs.readFile(`${root}/web/values.yaml`)!) + asked
}

test('a tag is fetched once, a branch each time; without the network both come from the cache', async () => {
  expect(await read({ tag: 'v1' })).toBe('first, fetched')
  expect(await read({ tag: 'v1' })).toBe('first')
  expect(await read({ branch: 'main' })).toBe('first, fetched')
  commit('second')
  expect(await read({ branch: 'main' }, true)).toBe('first')
  expect(await read({ branch: 'main' })).toBe('second, fetched')
  await expect(read({ branch: 'other' }, true)).rejects.toMatchObject({ unavailable: true })
  rmSync(repository, { recursive: true })
  // Git fails now, and the copy stands in.
  expect(await read({ branch: 'main' })).toBe('second, fetched')
  await expect(read({ branch: 'other' })).rejects.toThrow('unable to clone')
})
