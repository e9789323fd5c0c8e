import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256Digest } from '../../../src/source/index.ts'
import { parseYaml } from '../../../src/yaml/index.ts'
import { simpleChart } from '../../support/chart-archive.ts'
import {
  hasDockerRegistry,
  pushChart,
  type RunningRegistry,
  registryLogin,
  startDockerRegistry,
} from '../../support/docker-registry.ts'

const root = resolve(import.meta.dirname, '../../..')
const home = mkdtempSync(join(tmpdir(), 'fluxkit-build-helm-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

/** Runs the CLI from its sources, with a cache of its own. */
function fluxkit(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((done) => {
    const env = { ...process.env, FLUXKIT_CACHE: join(home, 'cache') }
    const child = spawn(process.execPath, [join(root, 'src/cli/main.ts'), ...args], { cwd: home, env })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => (stdout += chunk))
    child.stderr.on('data', (chunk) => (stderr += chunk))
    child.on('close', (code) => done({ code, stdout, stderr }))
  })
}

interface Printed {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly data?: Readonly<Record<string, string>>
}

const read = (text: string) => parseYaml(text).value as unknown as readonly Printed[]

describe('charts of the repository', () => {
  beforeAll(() => cpSync(join(root, 'test/fixtures/helm-fleet'), join(home, 'fleet'), { recursive: true }))

  test('releases are rendered; a failing one is told with its place and Helm’s words', async () => {
    const { code, stdout, stderr } = await fluxkit('build', 'hr', '--path', 'fleet')
    expect(read(stdout).map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? '-'}/${metadata.name}`)).toEqual([
      'CustomResourceDefinition -/pages.web.example.com',
      'ClusterRole -/blog',
      'Deployment apps/blog',
      'Ingress apps/blog',
      'Job apps/blog-migrate',
      'ClusterRole -/shop-shop',
      'Deployment shop/shop-shop',
      'Ingress shop/shop-shop',
      'Pod shop/shop-shop-test',
      'Job shop/shop-shop-migrate',
    ])
    // Patch of the Kustomization, ConfigMap, substitution, post-renderer.
    expect(stdout).toMatch(/replicas: 3.*hello from the ConfigMap.*nginx:1\.29\.0.*host: blog\.home\.example\.com/s)
    // valuesFiles of another release.
    expect(stdout).toMatch(/replicas: 5.*memory: 1Gi.*host: shop\.home\.example\.com/s)
    expect(stderr).toContain(
      'fleet/apps/home/broken.yaml:9:14: error helm/render: chart web 0.3.0: execution error at (web/templates/ingress.yaml:7:15): a host is required',
    )
    expect(stderr).toContain(
      'fleet/apps/home/blog.yaml:17:7: warning helm/values-unknown: the values of Secret apps/blog-token',
    )
    expect(code).toBe(1)
  })

  test('one by name, as JSON, without hooks and definitions', async () => {
    const { code, stdout } = await fluxkit(
      'build',
      'hr',
      'apps/blog',
      '--path',
      'fleet',
      '-o',
      'json',
      '--no-hooks',
      '--skip-crds',
    )
    const { items } = JSON.parse(stdout) as { items: Printed[] }
    expect(items.map(({ kind }) => kind)).toEqual(['ClusterRole', 'Deployment', 'Ingress'])
    expect(code).toBe(0)
  })

  test('--explain: template lines, layers of values, what changed a field later', async () => {
    const { code, stdout } = await fluxkit('build', 'hr', 'blog', '--path', 'fleet', '--explain', '--no-hooks')
    const lines = stdout.split('\n').map((line) => line.trim())
    const web = 'fleet/charts/web/templates/deployment.yaml'
    const names = 'fleet/charts/common/templates/_names.tpl'
    const container = 'spec.template.spec.containers[0]'
    expect(lines).toEqual(
      expect.arrayContaining([
        'Deployment/apps/blog',
        'web/templates/deployment.yaml',
        `apiVersion: "apps/v1"  # ${web}:1:13`,
        // The file of the dependency is beside the chart.
        `metadata.labels["helm.sh/chart"]: "web-0.3.0"  # ${web}:5:11 > ${names}:6:34; .Chart.Name; .Chart.Version`,
        `spec.replicas: 3  # ${web}:7:13; .Values.replicas: fleet/apps/home/kustomization.yaml:18:5: spec.values`,
        `${container}.env[0].value: "hello from the ConfigMap"  # ${web}:21:22; .Values.greeting: fleet/apps/home/blog-values.yaml:3:11: ConfigMap apps/blog-values (values.yaml)`,
        `${container}.env[1].value: ***  # ${web}:23:22; .Values.token: fleet/apps/home/blog.yaml:17:7: Secret apps/blog-token (token)`,
        `${container}.image: "nginx:1.29.0"  # fleet/apps/home/blog.yaml:29:13: postRenderers, over ${web}:18:24; .Chart.AppVersion`,
        'metadata.labels.team: "writers"  # fleet/apps/home/blog.yaml:25:13: commonMetadata',
      ]),
    )
    expect(code).toBe(0)
  })

  test('build all prints Kustomizations and releases', async () => {
    const { code, stdout } = await fluxkit('build', 'all', '--path', 'fleet')
    const kinds = read(stdout).map(({ kind }) => kind)
    expect(kinds).toEqual(
      expect.arrayContaining(['GitRepository', 'HelmRelease', 'ConfigMap', 'Deployment', 'Ingress']),
    )
    expect(code).toBe(1)
  })

  test('a name that is not there and a wrong flag', async () => {
    const unknown = await fluxkit('build', 'hr', 'nope', '--path', 'fleet')
    expect([unknown.code, unknown.stdout]).toEqual([3, ''])
    expect(unknown.stderr).toContain('there is no HelmRelease "nope"; the repository has: blog, broken, shop')
    const wrong = await fluxkit('build', 'hr', '--path', 'fleet', '--kube-version', 'x')
    expect(wrong.code).toBe(2)
  })
})

const remote = (name: string, chart: string, source: string) => `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: ${name}
  namespace: default
spec:
  interval: 10m
  ${chart}
---
apiVersion: source.toolkit.fluxcd.io/v1
${source}
`

describe('charts of a repository on this machine', () => {
  let server: Server
  const requests: string[] = []

  beforeAll(async () => {
    const web = simpleChart('web', '1.2.0')
    const index = `apiVersion: v1\nentries:\n  web:\n  - name: web\n    version: 1.2.0\n    digest: ${sha256Digest(web)}\n    urls: [web-1.2.0.tgz]\n`
    server = createServer((request, response) => {
      requests.push(request.url ?? '')
      if (request.url === '/charts/index.yaml') response.end(index)
      else if (request.url === '/charts/web-1.2.0.tgz') response.end(web)
      else response.writeHead(404).end()
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/charts`
    const source = `kind: HelmRepository\nmetadata:\n  name: web\n  namespace: default\nspec:\n  interval: 1h\n  url: ${url}`
    const chart = (spec: string) =>
      `chart:\n    spec:\n      sourceRef: {kind: HelmRepository, name: web}\n      ${spec}`
    mkdirSync(join(home, 'http'))
    writeFileSync(
      join(home, 'http/releases.yaml'),
      `${remote('good', chart('chart: web\n      version: 1.x\n      valuesFiles: [values.yaml, values-blue.yaml]'), source)}---\n${remote('gone', chart('chart: api'), source).split('---')[0]}`,
    )
  })
  afterAll(() => void server.close())

  test('fetched once, then offline', async () => {
    const first = await fluxkit('build', 'hr', '--path', 'http')
    expect(read(first.stdout)).toMatchObject([
      {
        kind: 'ConfigMap',
        data: { version: '1.2.0+1', color: 'blue' },
        metadata: { name: 'good', namespace: 'default' },
      },
    ])
    expect(first.stderr).toContain('http/releases.yaml:')
    expect(first.stderr).toContain(
      'error helm/chart: HelmRepository default/web, chart api *: failed to get chart version for remote reference: no chart name found (HelmRelease/gone)',
    )
    expect(first.code).toBe(1)
    const count = requests.length
    const second = await fluxkit('build', 'hr', 'good', '--path', 'http', '--offline')
    expect([second.code, requests.length]).toEqual([0, count])
    expect(read(second.stdout)).toEqual(read(first.stdout))
  })
})

describe.skipIf(!hasDockerRegistry)('charts of a docker-registry', () => {
  let registry: RunningRegistry

  beforeAll(async () => {
    registry = await startDockerRegistry(join(home, 'registry'), { login: true })
    for (const version of ['1.0.0', '1.2.0', '2.0.0-rc.1']) {
      await pushChart(registry.host, 'team/web', version, simpleChart('web', version))
    }
    const config = Buffer.from(JSON.stringify({ auths: { [registry.host]: registryLogin } })).toString('base64')
    const secret = `apiVersion: v1\nkind: Secret\nmetadata:\n  name: login\n  namespace: default\ndata:\n  .dockerconfigjson: ${config}\n`
    const repository = `kind: HelmRepository\nmetadata:\n  name: web\n  namespace: default\nspec:\n  type: oci\n  insecure: true\n  url: oci://${registry.host}/team\n  secretRef: {name: login}`
    const artifact = `kind: OCIRepository\nmetadata:\n  name: web\n  namespace: default\nspec:\n  insecure: true\n  url: oci://${registry.host}/team/web\n  ref: {semver: '>=1.0.0-0'}\n  layerSelector: {mediaType: application/vnd.cncf.helm.chart.content.v1.tar+gzip, operation: copy}\n  secretRef: {name: login}`
    mkdirSync(join(home, 'oci'))
    writeFileSync(
      join(home, 'oci/releases.yaml'),
      [
        remote(
          'by-name',
          'chart:\n    spec:\n      chart: web\n      version: ^1.0.0\n      sourceRef: {kind: HelmRepository, name: web}',
          repository,
        ),
        remote('by-reference', 'chartRef: {kind: OCIRepository, name: web}', artifact),
        secret,
      ].join('---\n'),
    )
  }, 30_000)
  afterAll(() => registry?.stop())

  test('a HelmRepository of type oci and an OCIRepository, with a login', async () => {
    const { code, stdout, stderr } = await fluxkit('build', 'hr', '--path', 'oci')
    expect(stderr).not.toContain('error')
    const [byName, byReference] = read(stdout)
    expect(byName).toMatchObject({ metadata: { name: 'by-name' }, data: { version: '1.2.0' } })
    // The digest of the artifact is in the version.
    expect(byReference!.data!['version']).toMatch(/^2\.0\.0-rc\.1\+[a-f0-9]{12}$/)
    expect(code).toBe(0)
  })

  test('a wrong password is told', async () => {
    const config = Buffer.from(
      JSON.stringify({ auths: { [registry.host]: { username: 'ann', password: 'x' } } }),
    ).toString('base64')
    mkdirSync(join(home, 'wrong'))
    writeFileSync(
      join(home, 'wrong/releases.yaml'),
      `${remote('web', 'chartRef: {kind: OCIRepository, name: other}', `kind: OCIRepository\nmetadata:\n  name: other\n  namespace: default\nspec:\n  url: oci://${registry.host}/team/web\n  ref: {tag: latest}\n  secretRef: {name: login}`)}---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: login\n  namespace: default\ndata:\n  .dockerconfigjson: ${config}\n`,
    )
    const { code, stderr } = await fluxkit('build', 'hr', '--path', 'wrong')
    expect(stderr).toContain('OCIRepository default/other')
    expect(stderr).toContain('401 Unauthorized')
    expect(code).toBe(1)
  })
})
