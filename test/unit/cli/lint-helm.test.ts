import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')
const home = mkdtempSync(join(tmpdir(), 'fluxkit-lint-helm-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

/** Runs the CLI from its sources, with an empty cache. */
function lint(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((done) => {
    const env = { ...process.env, FLUXKIT_CACHE: join(home, 'cache') }
    const child = spawn(process.execPath, [join(root, 'src/cli/main.ts'), 'lint', ...args], { cwd: home, env })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => (stdout += chunk))
    child.stderr.on('data', (chunk) => (stderr += chunk))
    child.on('close', (code) => done({ code, stdout, stderr }))
  })
}

test('--helm finds what a render finds; without it nothing is rendered', async () => {
  cpSync(join(root, 'test/fixtures/helm-fleet'), join(home, 'fleet'), { recursive: true })
  const plain = await lint('--path', 'fleet')
  expect(plain.stdout).not.toContain('helm/')
  const rendered = await lint('--path', 'fleet', '--helm', '--offline')
  expect(rendered.stdout).toContain(
    'fleet/apps/home/broken.yaml:9:14: error helm/render: chart web 0.3.0: execution error',
  )
  expect(rendered.code).toBe(1)
})

test('charts that cannot be had are told once and are no error', async () => {
  const release = (name: string): string =>
    `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: { name: ${name}, namespace: apps }\nspec:\n  interval: 10m\n  chart: { spec: { chart: web, sourceRef: { kind: HelmRepository, name: charts } } }\n`
  const repository =
    'apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: { name: charts, namespace: apps }\nspec: { interval: 1h, url: http://127.0.0.1:1 }\n'
  mkdirSync(join(home, 'far'))
  writeFileSync(join(home, 'far/all.yaml'), [repository, release('a'), release('b')].join('---\n'))
  for (const more of [['--offline'], []]) {
    const { code, stderr } = await lint('--path', 'far', '--helm', ...more)
    expect(stderr.match(/charts cannot be had here/g)).toHaveLength(1)
    expect(stderr).toContain('2 HelmReleases were not rendered')
    expect(stderr).toContain(': a, b\n')
    expect(code).toBe(0)
  }
})
