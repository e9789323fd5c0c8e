import { describe, expect, test } from 'vitest'
import { MemoryFileSystem } from '../../../src/base/index.ts'
import { createFleet, listReleases } from '../../../src/fleet/index.ts'
import { createSchemaRegistry } from '../../../src/schema/index.ts'
import { local, release, render, webChart } from './release-fixture.ts'

describe('charts', () => {
  test('a folder of the repository', async () => {
    expect(await render(release(local()))).toMatchObject({ data: { color: 'red', size: '1' }, problems: [] })
  })

  test('values files replace the defaults, in their order', async () => {
    const spec = local('\n    valuesFiles: [charts/web/values.yaml, env/blue.yaml]')
    const files = { '/repo/env/blue.yaml': 'color: blue\n' }
    expect(await render(release(spec), files)).toMatchObject({ data: { color: 'blue', size: '1' } })
    const alone = local('\n    valuesFiles: [env/blue.yaml]')
    expect(await render(release(alone), files)).toMatchObject({ data: { color: 'blue', size: null } })
  })

  test('a missing values file', async () => {
    const spec = '\n    valuesFiles: [charts/web/values.yaml, env/gone.yaml]'
    expect((await render(release(local(spec)))).problems).toEqual([
      "error values files merge error: no values file found at path '/env/gone.yaml' (reference 'env/gone.yaml')",
    ])
    const tolerant = `${spec}\n    ignoreMissingValuesFiles: true`
    expect(await render(release(local(tolerant)))).toMatchObject({ data: { color: 'red' }, problems: [] })
  })

  test('what .helmignore and .sourceignore leave out is not in the chart', async () => {
    const bad = '{{ fail "read" }}'
    const files = {
      '/repo/charts/web/.helmignore': 'templates/ignored.yaml\n',
      '/repo/charts/web/templates/ignored.yaml': bad,
      '/repo/.sourceignore': 'private.yaml\n',
      '/repo/charts/web/templates/private.yaml': bad,
    }
    expect((await render(release(local()), files)).problems).toEqual([])
  })

  test('a path cannot leave the repository', async () => {
    const outside = { '/outside/Chart.yaml': 'apiVersion: v2\nname: x\nversion: 1.0.0\n' }
    const { problems } = await render(release(local().replace('charts/web', '../outside')), outside)
    expect(problems).toEqual(['error invalid chart reference: stat ../outside: no such file or directory'])
  })

  const helmRepository = (url = 'https://charts.example.com') => `---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: { name: charts, namespace: apps }
spec: { interval: 1h, url: '${url}' }
`
  const fromRepository = (chart: string, version = '*') => `chart:
  spec:
    chart: ${chart}
    version: "${version}"
    sourceRef: { kind: HelmRepository, name: charts }
`

  test('of a HelmRepository, with values files of the chart', async () => {
    const spec = `${fromRepository('web', '2.x')}    valuesFiles: [values.yaml, ./values-blue.yaml]\n`
    expect(await render(release(spec) + helmRepository())).toMatchObject({
      data: { color: 'blue', version: '2.1.0+1' },
      chart: { name: 'web', version: '2.1.0+1' },
    })
  })

  test('of a HelmChart object', async () => {
    const chart = `---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmChart
metadata: { name: web, namespace: apps }
spec: { interval: 1h, chart: web, version: 2.1.0, sourceRef: { kind: HelmRepository, name: charts } }
`
    const spec = 'chartRef: { kind: HelmChart, name: web }'
    expect(await render(release(spec) + chart + helmRepository())).toMatchObject({ data: { version: '2.1.0' } })
  })

  test('errors name source, chart, version and URL, at the field', async () => {
    const { problems, places } = await render(release(fromRepository('api', '1.x')) + helmRepository())
    expect(problems).toEqual([
      'error HelmRepository apps/charts, chart api 1.x: failed to get chart version for remote reference: no chart name found',
    ])
    expect(places).toEqual(['clusters/one/release.yaml'])
    const gone = await render(release(fromRepository('web')) + helmRepository('https://gone.example.com'))
    expect(gone.problems[0]).toContain('failed to fetch https://gone.example.com/index.yaml : 404 Not Found')
    expect((await render(release(fromRepository('web')))).problems).toEqual([
      'error HelmRepository apps/charts is declared nowhere in this cluster',
    ])
  })

  test('dependencies that a folder lacks come from their repository or folder', async () => {
    const umbrella = {
      '/repo/charts/umbrella/Chart.yaml':
        'apiVersion: v2\nname: umbrella\nversion: 0.1.0\ndependencies:\n- {name: web, version: 2.x, repository: "https://charts.example.com/"}\n',
    }
    const spec = local().replace('charts/web', 'charts/umbrella')
    expect(await render(release(spec), umbrella)).toMatchObject({ data: { version: '2.1.0' }, problems: [] })
    const nearby = {
      '/repo/charts/umbrella/Chart.yaml':
        'apiVersion: v2\nname: umbrella\nversion: 0.1.0\ndependencies:\n- {name: web, version: 1.x, repository: "file://../web"}\n',
    }
    expect(await render(release(spec), nearby)).toMatchObject({ data: { color: 'red' }, problems: [] })
  })

  const elsewhere = `---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: other, namespace: apps }
spec: { interval: 1h, url: https://example.com/other }
`
  const fromElsewhere = 'chart:\n  spec:\n    chart: ./deploy\n    sourceRef: { kind: GitRepository, name: other }\n'

  test('of a Git repository that is not in the workspace', async () => {
    const manifest = release(fromElsewhere) + elsewhere
    expect((await render(manifest)).problems).toEqual([
      'error GitRepository apps/other: https://example.com/other is not in this workspace',
    ])
    const files = Object.entries(webChart).map(
      ([path, text]) => [path.replace('/repo/charts/web', '/x/deploy'), text] as const,
    )
    const fetchTree = async () => ({ root: '/x', fs: new MemoryFileSystem(files) })
    expect(await render(manifest, {}, { fetchTree })).toMatchObject({ data: { color: 'red' }, problems: [] })
  })
})

describe('values', () => {
  const valuesFrom = (entry: string) => release(`${local()}valuesFrom: [${entry}]\n`)

  test('of a ConfigMap and a Secret that the fleet renders', async () => {
    const objects = `---
apiVersion: v1
kind: ConfigMap
metadata: { name: v, namespace: apps }
data: { values.yaml: "color: green" }
---
apiVersion: v1
kind: Secret
metadata: { name: s, namespace: apps }
data: { size: Nw== }
`
    const both = '{kind: ConfigMap, name: v}, {kind: Secret, name: s, valuesKey: size, targetPath: size}'
    expect(await render(valuesFrom(both) + objects)).toMatchObject({
      data: { color: 'green', size: '7' },
      problems: [],
    })
  })

  test('a ConfigMap that nothing renders fails the release, where it is named', async () => {
    const { data, problems, places } = await render(valuesFrom('{kind: ConfigMap, name: gone}'))
    expect(data).toBeUndefined()
    expect(problems).toEqual([
      `error could not resolve ConfigMap chart values reference 'apps/gone' with key 'values.yaml': configmaps "gone" not found`,
    ])
    expect(places).toEqual(['clusters/one/release.yaml'])
  })

  test.each([
    ['made in the cluster', ''],
    [
      'encrypted',
      '---\napiVersion: v1\nkind: Secret\nmetadata: { name: s, namespace: apps }\nstringData: { color: "ENC[x]" }\nsops: { mac: "ENC[y]" }\n',
    ],
  ])('a Secret %s is told, and the release is rendered', async (_, secret) => {
    const manifest = valuesFrom('{kind: Secret, name: s, valuesKey: color, targetPath: color}') + secret
    const { data, problems } = await render(manifest)
    expect(data).toEqual({ color: 'unknown', size: '1' })
    expect(problems).toEqual([
      'warning the values of Secret apps/s are not known here; \'color\' is rendered as "unknown"',
    ])
  })
})

test('a chart that fails is told in Helm’s words at the release', async () => {
  const files = { '/repo/charts/web/templates/config.yaml': '{{ required "a color" .Values.nothing }}\n' }
  const { problems } = await render(release(local()), files)
  expect(problems).toEqual(['error chart web 1.0.0: execution error at (web/templates/config.yaml:1:3): a color'])
})

test('a release that nothing reaches is found too', async () => {
  const fs = new MemoryFileSystem([['/repo/release.yaml', release(local())]])
  const fleet = createFleet({ fs, root: '/repo', registry: createSchemaRegistry() })
  expect(listReleases(fleet).map(({ id }) => id)).toEqual(['-/apps/web'])
})
