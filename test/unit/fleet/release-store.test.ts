import { describe, expect, test } from 'vitest'
import { encodeText, MemoryFileSystem } from '../../../src/base/index.ts'
import { createFleet, type FileChange } from '../../../src/fleet/index.ts'
import { type ReleaseState, ReleaseStore } from '../../../src/fleet/releases/index.ts'
import { makeCapabilities } from '../../../src/helm/index.ts'
import { unpackChart } from '../../../src/host/index.ts'
import { createReleasedObjectCheck } from '../../../src/lint/index.ts'
import { createSchemaRegistry } from '../../../src/schema/index.ts'
import { ChartError, HttpCharts, type HttpClient, OciCharts } from '../../../src/source/index.ts'
import { simpleChart } from '../../support/chart-archive.ts'
import { fluxSync } from '../../support/flux-sync.ts'

const sync = `${fluxSync}---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: { name: charts, namespace: flux-system }
spec: { interval: 1h, url: https://charts.example.com }
`

const release = (
  name: string,
  chart: string,
  source: string,
  values = '',
): string => `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: ${name}, namespace: apps }
spec:
  interval: 10m
  chart:
    spec:
      chart: ${chart}
      sourceRef: { kind: ${source}, namespace: flux-system }
${values}`

const files = {
  'clusters/one/flux-system/gotk-sync.yaml': sync,
  'clusters/one/here.yaml': release('here', 'charts/web', 'GitRepository, name: flux-system'),
  'clusters/one/there.yaml': release(
    'there',
    'web',
    'HelmRepository, name: charts',
    '  valuesFrom: [{ kind: ConfigMap, name: colors }]\n',
  ),
  'clusters/one/colors.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: colors, namespace: apps }\ndata:\n  values.yaml: "color: blue"\n',
  'clusters/one/other.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: other, namespace: apps }\n',
  'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'charts/web/values.yaml': 'replicas: 1\n',
  'charts/web/templates/deployment.yaml':
    'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  replicas: {{ .Values.replicas }}\n  selector: { matchLabels: { app: web } }\n  template:\n    metadata: { labels: { app: web } }\n    spec: { containers: [{ name: web, image: web }] }\n',
}

const served = {
  'https://charts.example.com/index.yaml':
    'apiVersion: v1\nentries:\n  web:\n  - { name: web, version: 2.1.0, urls: [web.tgz] }\n',
  'https://charts.example.com/web.tgz': simpleChart('web', '2.1.0'),
}

interface Net {
  up: boolean
  now: number
  asked: number
  /** What the repository has besides `served`, or instead of it. */
  own: Record<string, string | Uint8Array>
}

function open(own: Readonly<Record<string, string>> = {}, maxObjects = 1_000_000) {
  const net: Net = { up: true, now: 0, asked: 0, own: {} }
  const http: HttpClient = {
    request: ({ url }) => {
      net.asked++
      if (!net.up) return Promise.reject(new ChartError('the network is down', { transient: true }))
      const body = (net.own[url] ?? (served as Record<string, string | Uint8Array>)[url])!
      return Promise.resolve({ status: 200, headers: {}, body: typeof body === 'string' ? encodeText(body) : body })
    },
  }
  const all = Object.entries({ ...files, ...own }).map(([path, text]) => [`/repo/${path}`, text] as const)
  const registry = createSchemaRegistry()
  const fleet = createFleet({ fs: new MemoryFileSystem(all), root: '/repo', registry })
  const tools = { http: new HttpCharts({ http }), oci: new OciCharts({ http }), unpack: unpackChart }
  const store = new ReleaseStore(
    fleet,
    { ...tools, capabilities: makeCapabilities(), now: () => net.now },
    { inspect: createReleasedObjectCheck(registry), maxObjects },
  )
  /** Applies edits and renders what is stale; answers the names of what was rendered. */
  const edit = async (...changes: readonly FileChange[]): Promise<readonly string[]> => {
    fleet.update(changes)
    store.touch(changes.map(({ path }) => `/repo/${path}`))
    const stale = store.stale()
    for (const each of stale) await store.refresh(each)
    return stale.map(({ ref }) => ref.name)
  }
  return { store, net, edit, fleet }
}

function messages(state: ReleaseState | undefined): readonly string[] {
  return (state?.problems ?? []).map(({ severity, message }) => `${severity} ${message}`)
}

describe('a release is rendered again when something that it is made of is another', () => {
  const cases: readonly (readonly [string, FileChange, readonly string[]])[] = [
    [
      'an unrelated manifest',
      { path: 'clusters/one/other.yaml', text: `${files['clusters/one/other.yaml']}data: {}\n` },
      [],
    ],
    [
      'a comment in the release',
      { path: 'clusters/one/here.yaml', text: `# hm\n${files['clusters/one/here.yaml']}` },
      [],
    ],
    [
      'its values',
      { path: 'clusters/one/here.yaml', text: `${files['clusters/one/here.yaml']}  values: { replicas: 2 }\n` },
      ['here'],
    ],
    ['a template', { path: 'charts/web/templates/x.yaml', text: 'a: 1\n' }, ['here']],
    ['the chart’s values', { path: 'charts/web/values.yaml', text: 'replicas: 3\n' }, ['here']],
    [
      'a ConfigMap of its values',
      { path: 'clusters/one/colors.yaml', text: files['clusters/one/colors.yaml'].replace('blue', 'green') },
      ['there'],
    ],
    ['its repository', { path: 'clusters/one/flux-system/gotk-sync.yaml', text: sync.replace('1h', '2h') }, ['there']],
    ['what the artifact leaves out', { path: '.sourceignore', text: '*.md\n' }, ['here']],
  ]
  test.each(cases)('%s', async (_, change, expected) => {
    const { edit } = open()
    expect(await edit()).toEqual(['here', 'there'])
    expect(await edit()).toEqual([])
    expect(await edit(change)).toEqual(expected)
    expect(await edit()).toEqual([])
  })

  test('and forgotten when it is gone', async () => {
    const { edit, store } = open()
    await edit()
    await edit({ path: 'clusters/one/here.yaml', text: '' })
    expect(store.state('one/apps/here')).toBeUndefined()
    expect(store.state('one/apps/there')?.made.map(({ ref }) => ref.name)).toEqual(['there'])
  })
})

describe('problems', () => {
  test('move with their lines although nothing is rendered', async () => {
    const { edit, store, fleet } = open({ 'charts/web/templates/x.yaml': '{{ fail "no" }}' })
    await edit()
    const at = (): readonly number[] =>
      store.problems('clusters/one/here.yaml').map(({ location }) => {
        return fleet.file('clusters/one/here.yaml')!.lines.positionAt(location!.range!.start).line
      })
    expect(at()).toEqual([7])
    expect(await edit({ path: 'clusters/one/here.yaml', text: `\n\n${files['clusters/one/here.yaml']}` })).toEqual([])
    expect(at()).toEqual([9])
  })

  test('of rendered objects are found by their schemas', async () => {
    const { edit, store } = open({ 'charts/web/values.yaml': 'replicas: many\n' })
    await edit()
    expect(messages(store.state('one/apps/here'))).toEqual([
      expect.stringMatching(/^error Deployment\/here \(web\/templates\/deployment\.yaml:6\): .*replicas/),
    ])
  })

  test('are no errors where values are not known here', async () => {
    const schema = '{"properties":{"replicas":{"type":"integer"}}}'
    const values = files['clusters/one/here.yaml']
    const withValues = (text: string) =>
      open({ 'charts/web/values.schema.json': schema, 'clusters/one/here.yaml': values + text })
    const cases = [
      [`  values: { replicas: "\${COUNT}" }\n`, /^warning .*refuses replicas.*\(not all values can be known here/s],
      ['  valuesFrom: [{ kind: ConfigMap, name: made-in-cluster }]\n', /^warning .*"made-in-cluster" not found/],
      ['  valuesFrom: [{ kind: Secret, name: made-in-cluster }]\n', /^hint the values of Secret apps\/made-in-cluster/],
      ['  values: { replicas: many }\n', /^error .*refuses replicas/],
    ] as const
    for (const [text, expected] of cases) {
      const { edit, store } = withValues(text)
      await edit()
      expect(messages(store.state('one/apps/here'))).toEqual([expect.stringMatching(expected)])
    }
  })

  test('a network that is down is a warning, and asked again after a minute', async () => {
    const { edit, store, net } = open()
    net.up = false
    await edit()
    expect(messages(store.state('one/apps/there'))).toEqual([expect.stringMatching(/^warning .*the network is down/)])
    net.up = true
    expect(await edit()).toEqual([])
    net.now = 60_000
    expect(await edit()).toEqual(['there'])
    expect(messages(store.state('one/apps/there'))).toEqual([])
  })
})

describe('a newer version in a repository', () => {
  const newer = {
    'https://charts.example.com/index.yaml':
      'apiVersion: v1\nentries:\n  web:\n  - { name: web, version: 2.2.0, urls: [newer.tgz] }\n  - { name: web, version: 2.1.0, urls: [web.tgz] }\n',
    'https://charts.example.com/newer.tgz': simpleChart('web', '2.2.0'),
  }
  const there = 'one/apps/there'

  test('is found after the interval of the HelmRepository', async () => {
    const { edit, store, net } = open()
    await edit()
    expect(store.nextRenewal()).toBe(3_600_000)
    net.own = newer
    net.now = 3_599_999
    await store.renewCharts()
    expect([await edit(), store.state(there)?.chart?.version]).toEqual([[], '2.1.0'])
    net.now = 3_600_000
    await store.renewCharts()
    expect([await edit(), store.state(there)?.chart?.version]).toEqual([['there'], '2.2.0'])
    expect(store.nextRenewal()).toBe(7_200_000)
  })

  test('is found at once on request; what is the same is not rendered again', async () => {
    const { edit, store, net } = open()
    await edit()
    await store.renewCharts(true)
    expect(await edit()).toEqual([])
    net.own = newer
    await store.renewCharts(true)
    expect([await edit(), store.state(there)?.chart?.version]).toEqual([['there'], '2.2.0'])
  })

  test('is looked for every five minutes at most, and the old one stays when the network is down', async () => {
    const { edit, store, net } = open({ 'clusters/one/flux-system/gotk-sync.yaml': sync.replace('1h', '10s') })
    await edit()
    expect(store.nextRenewal()).toBe(300_000)
    net.up = false
    net.now = 300_000
    await store.renewCharts()
    expect([await edit(), store.state(there)?.chart?.version]).toEqual([[], '2.1.0'])
    expect(store.nextRenewal()).toBe(600_000)
  })
})

test('objects that were dropped for room are rendered again on demand, once', async () => {
  const { edit, store, net } = open({}, 1)
  await edit()
  expect(store.renders).toBe(2)
  const here = store.releases().get('one/apps/here')!
  expect((await store.rendered(here)).objects).toHaveLength(1)
  expect((await store.rendered(here)).objects).toHaveLength(1)
  expect(store.renders).toBe(3)
  expect(net.asked).toBe(2)
})
