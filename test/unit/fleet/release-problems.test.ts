import { describe, expect, test } from 'vitest'
import { MemoryFileSystem } from '../../../src/base/index.ts'
import { createFleet, listReleases } from '../../../src/fleet/index.ts'
import { ReleaseRenderer } from '../../../src/fleet/releases/index.ts'
import { makeCapabilities } from '../../../src/helm/index.ts'
import { unpackChart } from '../../../src/host/index.ts'
import { createSchemaRegistry } from '../../../src/schema/index.ts'
import { HttpCharts, type HttpClient, OciCharts } from '../../../src/source/index.ts'
import { fluxSync } from '../../support/flux-sync.ts'

const release = (spec: string): string => `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: web, namespace: apps }
spec:
  interval: 10m
  chart:
    spec:
      chart: charts/web
      sourceRef: { kind: GitRepository, name: flux-system, namespace: flux-system }
${spec.replace(/^(?=.)/gm, '  ')}`

const schema = JSON.stringify({
  type: 'object',
  additionalProperties: false,
  properties: {
    size: { type: 'number' },
    ports: { type: 'array', items: { type: 'number' } },
    image: { type: 'object' },
  },
})

const chart = {
  '/repo/charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  '/repo/charts/web/values.yaml': 'size: 1\n',
  '/repo/charts/web/values.schema.json': schema,
  '/repo/charts/web/templates/config.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  tag: {{ .Values.image.tag.short }}\n',
}

const silent: HttpClient = { request: () => Promise.reject(new Error('nobody may ask')) }

/** What is marked in the files (the text of the range) by each problem of the one release, with its message. */
async function marked(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const all = { '/repo/clusters/one/flux-system/gotk-sync.yaml': fluxSync, ...chart, ...files }
  const fs = new MemoryFileSystem(Object.entries(all))
  const fleet = createFleet({ fs, root: '/repo', registry: createSchemaRegistry() })
  const [first] = listReleases(fleet)
  const renderer = new ReleaseRenderer(fleet, {
    http: new HttpCharts({ http: silent }),
    oci: new OciCharts({ http: silent }),
    unpack: unpackChart,
    capabilities: makeCapabilities(),
  })
  const { problems } = await renderer.render(first!)
  const text = (path: string, range: { start: number; end: number } | undefined): string =>
    range === undefined ? '' : (all as Record<string, string>)[`/repo/${path}`]!.slice(range.start, range.end)
  return problems.map(({ location, message, related }) => {
    const more = related?.map((one) => ` | ${one.location.path}: ${text(one.location.path, one.location.range)}`) ?? []
    return `${location?.path}: ${text(location!.path, location?.range)} | ${message.split('\n')[0]}${more.join('')}`
  })
}

const manifest = 'clusters/one/release.yaml'
const refuses = (what: string): string => `chart web 1.0.0 refuses ${what} (values.schema.json of web)`

describe('a value that the chart’s schema refuses is marked where it is written', () => {
  test('in spec.values, in a list too', async () => {
    const values = 'values:\n  size: big\n  ports: [80, "443"]\n'
    expect(await marked({ [`/repo/${manifest}`]: release(values) })).toEqual([
      `${manifest}: "443" | ${refuses('ports.1: got string, want number')}`,
      `${manifest}: big | ${refuses('size: got string, want number')}`,
    ])
  })

  test('a key that the schema does not know', async () => {
    const values = 'values:\n  size: 2\n  colour: red\n'
    expect(await marked({ [`/repo/${manifest}`]: release(values) })).toEqual([
      `${manifest}: red | ${refuses("the values: additional properties 'colour' not allowed")}`,
    ])
  })

  test('in a ConfigMap, where spec.values does not overrule it', async () => {
    const map =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web-values, namespace: apps }\ndata:\n  values.yaml: |\n    # sizes\n    size: big\n    ports: [a]\n'
    const values = 'valuesFrom:\n  - { kind: ConfigMap, name: web-values }\nvalues:\n  ports: [b]\n'
    expect(await marked({ [`/repo/${manifest}`]: release(values), '/repo/clusters/one/map.yaml': map })).toEqual([
      `${manifest}: b | ${refuses('ports.0: got string, want number')}`,
      `clusters/one/map.yaml: big | ${refuses('size: got string, want number')}`,
    ])
  })

  test('in the file that a generator makes a ConfigMap of', async () => {
    const kustomization =
      'resources: [flux-system, release.yaml]\nconfigMapGenerator:\n  - name: web-values\n    namespace: apps\n    files: [values.yaml=web-values.yaml]\ngeneratorOptions: { disableNameSuffixHash: true }\n'
    const files = {
      [`/repo/${manifest}`]: release('valuesFrom:\n  - { kind: ConfigMap, name: web-values }\n'),
      '/repo/clusters/one/kustomization.yaml': kustomization,
      '/repo/clusters/one/flux-system/kustomization.yaml': 'resources: [gotk-sync.yaml]\n',
      '/repo/clusters/one/web-values.yaml': 'size: big\n',
    }
    expect(await marked(files)).toEqual([
      `clusters/one/web-values.yaml: big | ${refuses('size: got string, want number')}`,
    ])
  })

  test('the chart’s own default is marked at the chart', async () => {
    const files = { [`/repo/${manifest}`]: release(''), '/repo/charts/web/values.yaml': 'size: none\n' }
    expect(await marked(files)).toEqual([`${manifest}: charts/web | ${refuses('size: got string, want number')}`])
  })
})

describe('a template that fails', () => {
  test('over a value that the release gives: there, with the line of the template', async () => {
    const [found] = await marked({ [`/repo/${manifest}`]: release('values:\n  image: { tag: v1 }\n') })
    expect(found).toMatch(/^clusters\/one\/release.yaml: v1 \| chart web 1\.0\.0: web\/templates\/config\.yaml:6:/)
    expect(found).toMatch(/charts\/web\/templates\/config\.yaml: {3}tag: \{\{ \.Values\.image\.tag\.short \}\}$/)
  })

  test('over a value that nobody gives: at the chart', async () => {
    const [found] = await marked({ [`/repo/${manifest}`]: release('') })
    expect(found).toMatch(/^clusters\/one\/release.yaml: charts\/web \|/)
  })
})
