import { describe, expect, test } from 'vitest'
import { MemoryFileSystem } from '../../../src/base/index.ts'
import { artifactDigest, ChartError, type HttpClient, OciCharts } from '../../../src/source/index.ts'
import { simpleChart } from '../../support/chart-archive.ts'
import { local, release, render, webChart } from './release-fixture.ts'

const commit = '0123456789abcdef0123456789abcdef01234567'
const clone = { '/repo/.git/HEAD': 'ref: refs/heads/main\n', '/repo/.git/refs/heads/main': `${commit}\n` }

const chartYaml = (name: string, dependencies = '') =>
  `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n${dependencies === '' ? '' : `dependencies:\n${dependencies}`}`
const umbrella = release(local()).replace('charts/web', 'charts/umbrella')

describe('the version under which a chart is packed', () => {
  test.each([
    ['ChartVersion', '', '1.0.0'],
    ['Revision', '\n    reconcileStrategy: Revision', '1.0.0+0123456789ab'],
    ['values files', '\n    valuesFiles: [charts/web/values.yaml]', '1.0.0+1'],
    [
      'Revision and values files',
      '\n    reconcileStrategy: Revision\n    valuesFiles: [charts/web/values.yaml]',
      '1.0.0+0123456789ab.1',
    ],
    ["the chart's own values, by a path of the source", '\n    valuesFiles: [./values.yaml]', '1.0.0'],
    ['its own values twice', '\n    valuesFiles: [charts/web/values.yaml, charts/web/values.yaml]', '1.0.0+1'],
  ])('%s', async (_, spec, version) => {
    const { chart, problems } = await render(release(local(spec)), clone)
    expect(problems).toEqual([])
    expect(chart?.version).toBe(version)
  })

  // GetValuesFiles of source-controller 1.9: one entry `values.yaml` is none, whatever stands at that path.
  test('a file values.yaml at the root of the source is not merged when it is the only one', async () => {
    const root = { '/repo/values.yaml': 'color: root\n' }
    expect((await render(release(local('\n    valuesFiles: [values.yaml]')), root)).data).toMatchObject({
      color: 'red',
    })
    const both = '\n    valuesFiles: [charts/web/values.yaml, values.yaml]'
    expect((await render(release(local(both)), root)).data).toMatchObject({ color: 'root' })
  })

  test('follows the generation of a HelmChart that a cluster told', async () => {
    const chart = (metadata: string) => `---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmChart
metadata: { name: web, namespace: apps${metadata} }
spec:
  interval: 1h
  chart: charts/web
  valuesFiles: [charts/web/values.yaml]
  sourceRef: { kind: GitRepository, name: flux-system }
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: flux-system, namespace: apps }
spec: { interval: 1h, url: 'ssh://git@example.com/fleet', ref: { branch: main } }
`
    const versionWith = async (metadata: string) =>
      (await render(release('chartRef: { kind: HelmChart, name: web }') + chart(metadata))).chart?.version
    expect(await versionWith('')).toBe('1.0.0+1')
    expect(await versionWith(', generation: 7')).toBe('1.0.0+7')
  })

  test('of a folder in no clone has no revision', async () => {
    const { chart } = await render(release(local('\n    reconcileStrategy: Revision')))
    expect(chart?.version).toBe('1.0.0')
  })

  test('is that of the fetched commit or listing elsewhere', async () => {
    const elsewhere = (kind: string) => `---
apiVersion: source.toolkit.fluxcd.io/v1
kind: ${kind}
metadata: { name: other, namespace: apps }
spec: { interval: 1h, url: https://example.com/other, endpoint: s3.example.com, bucketName: b }
`
    const files = Object.entries(webChart).map(
      ([path, text]) => [path.replace('/repo/charts/web', '/x/deploy'), text] as const,
    )
    const versionOf = async (kind: string, revision: string) => {
      const spec = `chart:\n  spec:\n    chart: ./deploy\n    reconcileStrategy: Revision\n    sourceRef: { kind: ${kind}, name: other }\n`
      const fetchTree = async () => ({ root: '/x', fs: new MemoryFileSystem(files), revision: () => revision })
      return (await render(release(spec) + elsewhere(kind), {}, { fetchTree })).chart?.version
    }
    expect(await versionOf('GitRepository', `main@sha1:${commit}`)).toBe('1.0.0+0123456789ab')
    expect(await versionOf('Bucket', `sha256:fedcba9876543210${'0'.repeat(48)}`)).toBe('1.0.0+fedcba987654')
  })
})

describe('values files', () => {
  test('that are all missing leave no values, and a chart without values.yaml takes none', async () => {
    const spec = '\n    valuesFiles: [gone.yaml]\n    ignoreMissingValuesFiles: true'
    expect((await render(release(local(spec)))).data).toEqual({ color: null, size: null })
    const bare = { '/repo/charts/umbrella/Chart.yaml': chartYaml('umbrella'), '/repo/blue.yaml': 'color: blue\n' }
    const { problems } = await render(
      umbrella.replace('chart: charts', 'valuesFiles: [blue.yaml]\n      chart: charts'),
      bare,
    )
    expect(problems).toEqual(['error values files merge error: failed to locate values file: values.yaml'])
  })
})

describe('dependencies of a folder', () => {
  const problemsWith = async (dependencies: string, more: Record<string, string> = {}) =>
    (await render(umbrella, { '/repo/charts/umbrella/Chart.yaml': chartYaml('umbrella', dependencies), ...more }))
      .problems

  test.each([
    [
      '- {name: web, version: 1.x}',
      "failed to add local dependency 'web': no chart found at '/charts/umbrella/charts/web' (reference '')",
    ],
    [
      '- {name: web, version: 1.x, repository: "file://../gone", alias: w}',
      "failed to add local dependency 'w': no chart found at '/charts/gone' (reference 'file://../gone')",
    ],
    [
      '- {name: web, version: 2.x, repository: "file://../web"}',
      "failed to add local dependency 'web': can't get a valid version for constraint '2.x'",
    ],
    [
      '- {name: web, version: 2.x, repository: "@charts"}',
      "failed to add remote dependency 'web': aliased repository dependency is not supported: @charts; Flux knows no repositories by name, write the URL",
    ],
    [
      '- {name: web, version: 2.x, repository: "s3://charts"}',
      "failed to add remote dependency 'web': invalid dependency repository URL: s3://charts",
    ],
  ])('%s', async (dependency, message) => {
    expect(await problemsWith(dependency)).toEqual([`error dependency build error: ${message}`])
  })

  test('a lock file decides which version is fetched', async () => {
    const wanted = '- {name: web, version: 2.x, repository: "https://charts.example.com"}'
    const lock = 'dependencies:\n- {name: web, version: 2.0.0, repository: "https://charts.example.com"}\n'
    expect(await problemsWith(wanted, { '/repo/charts/umbrella/Chart.lock': lock })).toEqual([
      expect.stringContaining("no 'web' chart with version matching '2.0.0' found"),
    ])
    const none = 'dependencies: []\n'
    expect(await problemsWith(wanted, { '/repo/charts/umbrella/Chart.lock': none })).toEqual([])
  })

  test('one chart under two aliases comes twice, each with its condition and values', async () => {
    const both =
      '- {name: web, version: 1.x, repository: "file://../web", alias: one, condition: one.enabled}\n- {name: web, version: 1.x, repository: "file://../web", alias: two}\n'
    const files = {
      '/repo/charts/umbrella/Chart.yaml': chartYaml('umbrella', both),
      '/repo/charts/umbrella/values.yaml': 'one: {enabled: false}\ntwo: {color: blue}\n',
    }
    expect(await render(umbrella, files)).toMatchObject({ data: { color: 'blue' }, problems: [] })
  })
})

describe('of an ExternalArtifact', () => {
  const generator = (spec: string) => `---
apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata: { name: cut, namespace: apps }
spec:
  sources: [{ alias: repo, kind: GitRepository, name: flux-system, namespace: flux-system }]
${spec}`
  const artifact = (copy: string, more = '') =>
    generator(`  artifacts:\n  - name: web\n${more}    copy:\n    - ${copy}\n`)
  const spec = release('chartRef: { kind: ExternalArtifact, name: web }\n')
  const folder = '{ from: "@repo/charts/web", to: "@artifact/" }'

  test('a folder that a generator cuts out of the repository', async () => {
    const { data, problems, chart } = await render(spec + artifact(folder))
    expect(problems).toEqual([])
    expect(data).toEqual({ color: 'red', size: '1' })
    const files = Object.entries(webChart).map(([path, text]) => ({
      path: path.replace('/repo/charts/', ''),
      content: new TextEncoder().encode(text),
    }))
    expect(chart?.version).toBe(`1.0.0+${artifactDigest(files).slice('sha256:'.length, 'sha256:'.length + 12)}`)
  })

  test('values over those of the chart by a copy, and the revision of a source', async () => {
    const copies = `${folder}\n    - { from: "@repo/env/blue.yaml", to: "@artifact/web/values.yaml", strategy: Merge }`
    const files = { ...clone, '/repo/env/blue.yaml': 'color: blue\n' }
    const { data, chart } = await render(spec + artifact(copies, '    revision: "@repo"\n'), files)
    expect(data).toEqual({ color: 'blue', size: '1' })
    expect(chart?.version).toBe('1.0.0+0123456789ab')
  })

  test('a folder of a source that is fetched', async () => {
    const source = (kind: string) => `---
apiVersion: source.toolkit.fluxcd.io/v1
kind: ${kind}
metadata: { name: other, namespace: apps }
spec: { interval: 1h, url: https://example.com/other }
`
    const files = Object.entries(webChart).map(
      ([path, text]) => [path.replace('/repo/charts', '/x/deploy'), text] as const,
    )
    const fetchTree = async () => ({
      root: '/x',
      fs: new MemoryFileSystem(files),
      revision: () => `main@sha1:${commit}`,
    })
    for (const kind of ['GitRepository', 'OCIRepository']) {
      const cut = artifact('{ from: "@repo/deploy/web", to: "@artifact/" }', '    revision: "@repo"\n').replace(
        'kind: GitRepository, name: flux-system, namespace: flux-system',
        `kind: ${kind}, name: other`,
      )
      const { data, problems, chart } = await render(spec + cut + source(kind), {}, { fetchTree })
      expect(problems).toEqual([])
      expect(data).toEqual({ color: 'red', size: '1' })
      expect(chart?.version).toBe('1.0.0+0123456789ab')
    }
  })

  test('of each folder that a pattern matches', async () => {
    const each = generator(
      '  pathPattern: "@repo/charts/{chart}"\n  artifacts:\n  - name: "{chart}"\n    copy:\n    - { from: "@repo/charts/{chart}", to: "@artifact/" }\n',
    )
    expect(await render(spec + each)).toMatchObject({ data: { color: 'red' }, problems: [] })
  })

  test.each([
    [
      'nothing makes it',
      '',
      'ExternalArtifact apps/web is made by no ArtifactGenerator of this cluster; add one whose spec.artifacts has this name',
    ],
    [
      'another controller makes it',
      '---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: ExternalArtifact\nmetadata: { name: web, namespace: apps }\nspec: {}\n',
      'ExternalArtifact apps/web: its content is made in the cluster; declare an ArtifactGenerator that makes it to build from it here',
    ],
    [
      'the generator is wrong',
      artifact('{ from: "@repo/charts/gone", to: "@artifact/" }'),
      "ArtifactGenerator apps/cut: failed to apply copy operations: failed to apply copy operation from '@repo/charts/gone' to '@artifact/': source 'charts/gone' does not exist",
    ],
    [
      'the chart is not in a folder',
      artifact('{ from: "@repo/charts/web/**", to: "@artifact/" }'),
      'ExternalArtifact apps/web: could not load chart: chart illegally contains content outside the base directory: "Chart.yaml"',
    ],
  ])('%s', async (_, more, message) => {
    const { problems, places } = await render(spec + more)
    expect(problems).toEqual([`error ${message}`])
    expect(places).toEqual(['clusters/one/release.yaml'])
  })
})

describe('what only the controller can do is told', () => {
  const oci = (more: string) => `---
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: { name: web, namespace: apps }
spec: { interval: 1h, url: oci://registry.example.com/web, ref: { tag: 1.0.0 }, ${more} }
`
  const spec = release('chartRef: { kind: OCIRepository, name: web }\n')

  test('a signature that is not verified', async () => {
    const archive = simpleChart('web', '1.0.0')
    const oneChart = {
      fetchArtifact: async () => ({
        archive,
        version: '1.0.0',
        digest: 'sha256:x',
        url: '',
        revision: `1.0.0@sha256:${'a'.repeat(64)}`,
        fromCache: false,
      }),
    }
    const tools = { oci: oneChart as unknown as OciCharts }
    const { data, problems } = await render(spec + oci('verify: { provider: notation }'), {}, tools)
    expect(data).toMatchObject({ version: `1.0.0+${'a'.repeat(12)}` })
    expect(problems).toEqual([
      expect.stringContaining('warning OCIRepository apps/web: the signature was not verified (notation;'),
    ])
    const keyless = await render(spec + oci('verify: { provider: cosign }'), {}, tools)
    expect(keyless.problems).toEqual([expect.stringContaining('was not verified (cosign without keys;')])
  })

  test('a key decides, where it can be read', async () => {
    const keysSeen: unknown[] = []
    const oneChart = {
      fetchArtifact: async (...[, , signedBy]: unknown[]) => {
        keysSeen.push(signedBy)
        throw new ChartError('failed to verify oci://registry.example.com/web:1.0.0: no signatures found')
      },
    }
    const tools = { oci: oneChart as unknown as OciCharts }
    const secret = (data: string) =>
      `---\napiVersion: v1\nkind: Secret\nmetadata: { name: keys, namespace: apps }\nstringData: { ${data} }\n`
    const source = oci('verify: { provider: cosign, secretRef: { name: keys } }')
    const { problems } = await render(spec + source + secret('cosign.pub: KEY'), {}, tools)
    expect(problems).toEqual([
      'error OCIRepository apps/web: failed to verify oci://registry.example.com/web:1.0.0: no signatures found',
    ])
    expect(keysSeen).toEqual([{ keys: ['KEY'] }])
    const none = await render(spec + source + secret('cosign.key: KEY'), {}, tools)
    expect(none.problems).toEqual([expect.stringContaining("no public keys found in secret 'apps/keys'")])
  })

  test('a login with the identity of a cloud', async () => {
    const http: HttpClient = { request: async () => ({ status: 403, headers: {}, body: new Uint8Array() }) }
    const { problems } = await render(spec + oci('provider: aws'), {}, { oci: new OciCharts({ http }) })
    expect(problems).toEqual([
      expect.stringContaining('403 Forbidden (spec.provider is aws, and nobody logs in to clouds here'),
    ])
  })
})
