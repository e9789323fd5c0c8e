import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')
const home = mkdtempSync(join(tmpdir(), 'fluxkit-cli-'))
const fleet = join(home, 'fleet')

beforeAll(() => cpSync(join(root, 'test/fixtures/sample-fleet'), fleet, { recursive: true }))
afterAll(async () => {
  await fluxkit('cluster', 'stop')
  rmSync(home, { recursive: true, force: true })
})

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the CLI from its sources, with a cache of its own. */
function fluxkit(...args: string[]): Promise<Outcome> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [join(root, 'src/cli/main.ts'), ...args], {
      cwd: home,
      env: { ...process.env, FLUXKIT_CACHE: join(home, 'cache'), KUBECONFIG: join(home, 'kubeconfig') },
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => (stdout += chunk))
    child.stderr.on('data', (chunk) => (stderr += chunk))
    child.on('close', (code) => done({ code, stdout, stderr }))
  })
}

test('kustomize build prints the manifests and exits with 0', async () => {
  const { code, stdout, stderr } = await fluxkit('kustomize', 'build', 'fleet/infrastructure/ingress')
  expect(stderr).toBe('')
  expect(stdout).toContain('image: registry.k8s.io/ingress-nginx/controller:v1.14.0')
  expect(code).toBe(0)
})

test('kustomize build fails with 1 where there is nothing to build', async () => {
  const { code, stdout, stderr } = await fluxkit('kustomize', 'build', 'nowhere')
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain('nowhere')
})

test('the version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  expect(await fluxkit('--version')).toEqual({ code: 0, stdout: `fluxkit ${version}\n`, stderr: '' })
})

test('wrong usage exits with 2 and says what to do', async () => {
  const unknown = await fluxkit('frobnicate')
  expect(unknown.code).toBe(2)
  expect(unknown.stderr).toContain('unknown command "frobnicate"')
  const flag = await fluxkit('lint', '--format', 'xml')
  expect(flag.code).toBe(2)
  expect(flag.stderr).toContain('"xml" is none of text, json, sarif, github')
})

test('lint is quiet on a sound fleet and exits with 0', async () => {
  const { code, stdout, stderr } = await fluxkit('lint', '--path', 'fleet')
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  expect(stderr).toMatch(/^0 errors, 0 warnings, 0 notes in \d+ files\n$/)
})

test('lint names file, line and code in each of its formats', async () => {
  const broken = join(home, 'broken')
  cpSync(fleet, broken, { recursive: true })
  const file = join(broken, 'clusters/dev/apps.yaml')
  writeFileSync(file, readFileSync(file, 'utf8').replace('./apps/dev', './apps/dve'))
  const text = await fluxkit('lint', '--path', 'broken')
  expect(text.code).toBe(1)
  expect(text.stdout).toMatch(/^broken\/clusters\/dev\/apps\.yaml:10:9: error flux\/path-not-found: /m)
  const json = await fluxkit('lint', '--path', 'broken', '--format', 'json')
  expect(JSON.parse(json.stdout)).toContainEqual(
    expect.objectContaining({
      code: 'flux/path-not-found',
      path: 'broken/clusters/dev/apps.yaml',
      line: 10,
      column: 9,
    }),
  )
  const sarif = JSON.parse((await fluxkit('lint', '--path', 'broken', '--format', 'sarif')).stdout)
  expect(sarif.version).toBe('2.1.0')
  expect(sarif.runs[0].results[0].locations[0].physicalLocation.region.startLine).toBe(10)
  const github = await fluxkit('lint', '--path', 'broken', '--format', 'github')
  expect(github.stdout).toMatch(/^::error file=broken\/clusters\/dev\/apps\.yaml,line=10,/m)
})

test('build ks renders with substitution, and says where objects come from', async () => {
  const built = await fluxkit('build', 'ks', 'apps', '--path', 'fleet')
  expect(built.code).toBe(0)
  expect(built.stdout).toContain('value: Hello from dev')
  expect(built.stdout).toContain('replicas: 2')
  const explained = await fluxkit('build', 'ks', 'apps', '--path', 'fleet', '--explain')
  expect(explained.stdout).toMatch(
    /Deployment\/podinfo\/podinfo\n\s+fleet\/apps\/base\/podinfo\/deployment\.yaml:1:1: /,
  )
  const missing = await fluxkit('build', 'ks', 'nope', '--path', 'fleet')
  expect(missing.code).toBe(3)
  expect(missing.stderr).toContain('there is no Kustomization "nope"; the repository has: ')
})

test('helm template renders a chart folder and fails in Helm’s words', async () => {
  const chart = join(home, 'chart')
  mkdirSync(join(chart, 'templates'), { recursive: true })
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: web\nversion: 1.0.0\n')
  writeFileSync(join(chart, 'values.yaml'), 'port: 80\n')
  writeFileSync(
    join(chart, 'templates/cm.yaml'),
    'kind: ConfigMap\nport: {{ .Values.port }}\nname: {{ .Release.Name }}\n',
  )
  const good = await fluxkit('helm', 'template', 'rel', 'chart', '--set', 'port=8080')
  expect(good).toMatchObject({ code: 0, stderr: '' })
  expect(good.stdout).toBe('---\n# Source: web/templates/cm.yaml\nkind: ConfigMap\nport: 8080\nname: rel\n')
  writeFileSync(join(chart, 'templates/cm.yaml'), '{{ fail "no port" }}')
  const bad = await fluxkit('helm', 'template', 'rel', 'chart')
  expect(bad.code).toBe(1)
  expect(bad.stderr).toContain('Error: execution error at (web/templates/cm.yaml:1:3): no port')
})

test('a fleet runs in the dev cluster, twice, and the second run changes no object that it applied', async () => {
  const started = await fluxkit('cluster', 'start', '--detach', '--kubeconfig', join(home, 'kubeconfig'))
  expect(started).toMatchObject({ code: 0 })
  expect(statSync(join(home, 'kubeconfig')).mode & 0o777).toBe(0o600)
  const first = await fluxkit('run', '--once', '--dev-cluster', '--path', 'fleet', '--timeout', '60s')
  expect(first.stdout.match(/True/g)).toHaveLength(4)
  expect(first.code).toBe(0)
  const ready = await fluxkit('get', 'ks', '--no-header')
  expect(ready.stdout.split('\n').filter(Boolean)).toHaveLength(3)
  const tree = await fluxkit('tree', 'ks', 'flux-system')
  expect(tree.stdout).toContain('│   ├── Deployment/podinfo/podinfo\n')
  const second = await fluxkit('run', '--once', '--dev-cluster', '--path', 'fleet', '--timeout', '60s')
  expect(second.code).toBe(0)
  expect(second.stderr).not.toMatch(/ (created|configured|deleted)$/m)
  const exported = await fluxkit('export', 'ks', 'apps')
  expect(exported.stdout).toMatch(/^---\napiVersion: kustomize\.toolkit\.fluxcd\.io\/v1\n/)
  expect(exported.stdout).not.toContain('managedFields')
  const suspended = await fluxkit('suspend', 'ks', 'apps')
  expect(suspended.stderr).toContain('✔ kustomization suspended')
  expect((await fluxkit('get', 'ks', 'apps', '--no-header')).stdout).toMatch(/\tTrue\tTrue\t/)
  const refused = await fluxkit('reconcile', 'ks', 'apps')
  expect(refused).toMatchObject({ code: 1, stderr: '✗ resource is suspended\n' })
}, 120_000)
