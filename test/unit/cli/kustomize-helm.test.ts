import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MemoryFileSystem } from '../../../src/base/index.ts'
import { createKustomizeHelm } from '../../../src/cli/kustomize-helm.ts'
import { createChartSources, nodeFileSystem } from '../../../src/host/index.ts'
import { build, buildFetching, FetchStore, type KustomizeBuild } from '../../../src/kustomize/index.ts'
import { type ChartFixture, openChartFixture, packFixture } from '../../support/chart-fixture.ts'
import { hasDockerRegistry, pushChart, startDockerRegistry } from '../../support/docker-registry.ts'

const fixture = fileURLToPath(new URL('../../fixtures/kustomize-helm', import.meta.url))
const home = mkdtempSync(join(tmpdir(), 'fluxkit-charts-test-'))
const cases = join(home, 'cases')
let charts: ChartFixture

beforeAll(async () => {
  charts = await openChartFixture(fixture, cases)
})
afterAll(() => {
  charts.dispose()
  rmSync(home, { recursive: true, force: true })
})

function render(dir: string, more: { kubeVersion?: string; apiVersions?: string[] } = {}): Promise<KustomizeBuild> {
  const store = new FetchStore()
  const sources = () => createChartSources({ cacheDir: join(home, 'cache') })
  const helm = createKustomizeHelm({ store, sources, kubeVersion: '', apiVersions: [], ...more })
  return buildFetching(dir, nodeFileSystem, { store, helm })
}

const files = (dir: string): string[] => readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort()

describe('gives what kustomize and Helm give', () => {
  it.each(readdirSync(join(fixture, 'cases')))('%s', async (name) => {
    const dir = join(cases, name)
    const before = files(dir)
    const result = await render(dir)
    const expected = join(fixture, 'cases', name, 'expected.yaml')
    if (existsSync(expected)) {
      expect(result.problems).toEqual([])
      expect(result.text()).toBe(readFileSync(expected, 'utf8'))
    } else {
      const message = readFileSync(join(fixture, 'cases', name, 'error.txt'), 'utf8').replaceAll('<cases>', cases)
      expect(result.problems).toMatchObject([{ message, location: { path: join(dir, 'kustomization.yaml') } }])
    }
    // What was pulled is nowhere in the user's tree.
    expect(files(dir)).toEqual(before)
  })
})

describe('charts', () => {
  it('are refused in kustomize’s words when Helm is not enabled', () => {
    const result = build(join(cases, 'plain'), nodeFileSystem)
    expect(result.problems).toMatchObject([
      {
        code: 'kustomize/helm-disabled',
        message:
          'trouble configuring builtin HelmChartInflationGenerator with config: `\nname: kit\nreleaseName: r\n`: must specify --enable-helm',
      },
    ])
  })

  it('take Kubernetes and API versions of the command line, unless they name their own', async () => {
    const given = { kubeVersion: '1.29.3', apiVersions: ['example.com/v1'] }
    const plain = await render(join(cases, 'plain'), given)
    expect(plain.text()).toContain('api: "true"\n  api2: "true"\n  kind: bool\n  kube: v1.29.3\n')
    const own = await render(join(cases, 'arguments'), given)
    expect(own.text()).toContain('kube: v1.27')
  })

  it.skipIf(!hasDockerRegistry)('come from an OCI registry too', async () => {
    const registry = await startDockerRegistry(join(home, 'registry'), { login: false })
    await pushChart(registry.host, 'charts/kit', '1.2.3', packFixture(fixture, '1.2.3'))
    // The same chart as over HTTP.
    const text = readFileSync(join(cases, 'pull/kustomization.yaml'), 'utf8')
    for (const repository of [`oci://${registry.host}/charts`, `oci://${registry.host}/charts/`]) {
      const fs = new MemoryFileSystem([['/r/kustomization.yaml', text.replace(charts.url, `"${repository}"`)]])
      const store = new FetchStore()
      const sources = () => createChartSources({ cacheDir: join(home, 'cache') })
      const helm = createKustomizeHelm({ store, sources, kubeVersion: '', apiVersions: [] })
      const result = await buildFetching('/r', fs, { store, helm })
      expect(result.problems).toEqual([])
      expect(result.text()).toBe(readFileSync(join(fixture, 'cases/pull/expected.yaml'), 'utf8'))
    }
    await registry.stop()
  })

  it('without a name are named by the chart and the time', async () => {
    const dir = join(cases, 'plain')
    const store = new FetchStore()
    const sources = () => createChartSources({ cacheDir: join(home, 'cache') })
    const helm = createKustomizeHelm({ store, sources, kubeVersion: '', apiVersions: [] })
    const unnamed = {
      ...helm,
      template: (chart: Parameters<typeof helm.template>[0]) => helm.template({ ...chart, releaseName: '' }),
    }
    expect((await buildFetching(dir, nodeFileSystem, { store, helm: unnamed })).text()).toMatch(
      /name: kit-\d{10}-kit\n/,
    )
  })

  it.each([
    ['a chart that the repository lacks', 'nope', '1.0.0', /helm pull nope of .*no chart name found/],
    ['a version that it lacks', 'kit', '9.9.9', /helm pull kit of .*no 'kit' chart with version matching '9.9.9'/],
  ])('say what is wrong with %s', async (_, name, version, message) => {
    const text = `helmCharts: [{name: ${name}, version: ${version}, repo: "${charts.url}", releaseName: r}]\n`
    const store = new FetchStore()
    const sources = () => createChartSources({ cacheDir: join(home, 'cache') })
    const helm = createKustomizeHelm({ store, sources, kubeVersion: '', apiVersions: [] })
    const fs = new MemoryFileSystem([['/r/kustomization.yaml', text]])
    const result = await buildFetching('/r', fs, { store, helm })
    expect(result.problems).toMatchObject([{ code: 'kustomize/helm', message: expect.stringMatching(message) }])
  })
})
