import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodeText } from '../../../src/base/index.ts'
import { createChartTrees } from '../../../src/host/index.ts'
import type { KubeObject } from '../../../src/kube/index.ts'
import { packChart } from '../../support/chart-archive.ts'
import { hasDockerRegistry, pushChart, startDockerRegistry } from '../../support/docker-registry.ts'

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

test.skipIf(!hasDockerRegistry)('the layer of an OCIRepository, unpacked, without what is to be ignored', async () => {
  const registry = await startDockerRegistry(join(home, 'registry'), { login: false })
  const oci = (ref: Record<string, string>): KubeObject => ({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'OCIRepository',
    metadata: { name: 'fleet' },
    spec: { url: `oci://${registry.host}/fleet/web`, insecure: true, ref, ignore: 'web/private.txt\n' },
  })
  const options = { cacheDir: join(home, 'oci-cache'), duration: () => 10_000 }
  const read = async (ref: Record<string, string>, offline = false): Promise<string> => {
    const { fs, root, revision } = await createChartTrees({ ...options, offline })(oci(ref), () => ({}))
    expect(fs.stat(`${root}/web/private.txt`)).toBeUndefined()
    expect(revision()).toMatch(/^1\.[01]\.0@sha256:[0-9a-f]{64}$/)
    return decodeText(fs.readFile(`${root}/web/values.yaml`)!)
  }
  try {
    for (const version of ['1.0.0', '1.1.0']) {
      const files = { 'Chart.yaml': `version: ${version}`, 'values.yaml': `of: ${version}\n`, 'private.txt': 'x' }
      await pushChart(registry.host, 'fleet/web', version, packChart('web', files))
    }
    expect(await read({ tag: '1.0.0' })).toBe('of: 1.0.0\n')
    expect(await read({ semver: '1.x' })).toBe('of: 1.1.0\n')
    expect(await read({ semver: '1.x', semverFilter: '^1\\.0' })).toBe('of: 1.0.0\n')
  } finally {
    await registry.stop()
  }
  expect(await read({ semver: '1.x' }, true)).toBe('of: 1.1.0\n')
})
