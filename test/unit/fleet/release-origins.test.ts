import { describe, expect, test } from 'vitest'
import { LineMap, type Location, MemoryFileSystem } from '../../../src/base/index.ts'
import { createFleet, listReleases } from '../../../src/fleet/index.ts'
import { ReleaseRenderer } from '../../../src/fleet/releases/index.ts'
import { formatValue, type GoValue } from '../../../src/gotemplate/index.ts'
import { makeCapabilities, type ValuePath } from '../../../src/helm/index.ts'
import { unpackChart } from '../../../src/host/index.ts'
import { createSchemaRegistry } from '../../../src/schema/index.ts'
import { HttpCharts, OciCharts } from '../../../src/source/index.ts'

/** A repository with one release of a chart that has a dependency in a folder beside it; lines are counted from one. */
const files: Readonly<Record<string, string>> = {
  '/repo/clusters/one/flux-system/gotk-sync.yaml': `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: flux-system, namespace: flux-system }
spec: { interval: 1m, url: https://example.com/fleet, ref: { branch: main } }
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: flux-system, namespace: flux-system }
spec: { interval: 10m, path: ./clusters/one, prune: true, sourceRef: { kind: GitRepository, name: flux-system } }
`,
  '/repo/clusters/one/release.yaml': `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: web, namespace: apps }
spec:
  interval: 10m
  chart:
    spec:
      chart: charts/web
      valuesFiles: [charts/web/values.yaml, env/blue.yaml]
      sourceRef: { kind: GitRepository, name: flux-system, namespace: flux-system }
  valuesFrom:
    - { kind: ConfigMap, name: web-values }
    - { kind: ConfigMap, name: web-values, valuesKey: size, targetPath: size }
    - { kind: Secret, name: web-secret, valuesKey: values }
    - { kind: Secret, name: elsewhere, valuesKey: token, targetPath: token }
  values:
    mode: fast
    base:
      port: 9000
  commonMetadata:
    annotations: { team: a }
  postRenderers:
    - kustomize:
        patches:
          - target: { kind: ConfigMap }
            patch: |
              - { op: replace, path: /data/color, value: green }
          - target: { kind: ConfigMap }
            patch: |
              - { op: add, path: /data/added, value: later }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: web-values, namespace: apps }
data:
  size: "3"
  values.yaml: |
    color: black
    mode: slow
    shape: round
---
apiVersion: v1
kind: Secret
metadata: { name: web-secret, namespace: apps }
stringData:
  values: |
    password: s3cret
`,
  '/repo/env/blue.yaml': 'color: blue\nedge: soft\n',
  '/repo/charts/web/Chart.yaml':
    'apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n- {name: base, version: 1.0.0, repository: file://../base}\n',
  '/repo/charts/web/values.yaml': 'color: red\nsize: 1\nshape: ""\nedge: ""\n',
  '/repo/charts/web/templates/config.yaml': `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  color: {{ .Values.color }}
  size: {{ .Values.size | quote }}
  mode: {{ .Values.mode }}
  shape: {{ .Values.shape }}
  edge: {{ .Values.edge }}
  password: {{ .Values.password }}
  token: {{ .Values.token }}
  base: {{ include "base.port" .Subcharts.base }}
`,
  '/repo/charts/base/Chart.yaml': 'apiVersion: v2\nname: base\nversion: 1.0.0\n',
  '/repo/charts/base/values.yaml': 'host: x\nport: 80\n',
  '/repo/charts/base/crds/things.yaml': `# Two of them
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: apples.example.com }
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: pears.example.com
spec:
  group: example.com
  versions:
    - name: v1
`,
  '/repo/charts/base/templates/_b.tpl': '{{- define "base.port" -}}\np{{ .Values.port }}\n{{- end -}}\n',
}

async function rendered(trace: boolean) {
  const fleet = createFleet({
    fs: new MemoryFileSystem(Object.entries(files)),
    root: '/repo',
    registry: createSchemaRegistry(),
  })
  const http = { request: async () => ({ status: 404, headers: {}, body: new Uint8Array() }) }
  const renderer = new ReleaseRenderer(fleet, {
    http: new HttpCharts({ http }),
    oci: new OciCharts({ http }),
    unpack: unpackChart,
    capabilities: makeCapabilities(),
  })
  return renderer.render(listReleases(fleet)[0]!, { trace })
}

/** `PATH:LINE:COLUMN` of a place in the repository. */
function at(location: Location | undefined): string {
  if (location === undefined) return '-'
  const { line, character } = new LineMap(files[`/repo/${location.path}`]!).positionAt(location.range!.start)
  return `${location.path}:${line + 1}:${character + 1}`
}

/** A value as a template would print it. */
function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : formatValue(value as GoValue)
}

describe('origins of a HelmRelease', async () => {
  const { origins, objects, problems } = await rendered(true)
  const config = objects.find(({ object }) => object.kind === 'ConfigMap')!

  test('it renders, and as without origins', async () => {
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
    expect((await rendered(false)).objects).toEqual(objects)
    expect((await rendered(false)).origins).toBeUndefined()
  })

  test.each<[string, string[], string[]]>([
    ['size', ['charts/web/templates/config.yaml:7:9'], ['size']],
    ['shape', ['charts/web/templates/config.yaml:9:10'], ['shape']],
    ['base', ['charts/web/templates/config.yaml:13:9', 'charts/base/templates/_b.tpl:2:2'], ['base.port']],
  ])('the template lines and values of %s', (field, places, values) => {
    const { origin, changedBy } = origins!.of(config, ['data', field])
    expect(changedBy).toBeUndefined()
    expect([origin!.template, ...origin!.through].map((place) => at(origins!.locate(place)))).toEqual(places)
    expect(origin!.values.map(({ path }) => path.join('.'))).toEqual(values)
  })

  test.each<[ValuePath, string]>([
    [['spec', 'versions', 0, 'name'], '13:13'],
    [['spec', 'group'], '11:10'],
    [['spec', 'versions', 0, 'served'], '13:7'],
  ])('the place of %s of a definition', (field, place) => {
    const pears = objects.find(({ object }) => object.metadata.name === 'pears.example.com')!
    const { origin, changedBy } = origins!.of(pears, field)
    expect(at(origins!.locate(origin!.template))).toBe(`charts/base/crds/things.yaml:${place}`)
    expect([origin!.template.path, changedBy]).toEqual(['web/charts/base/crds/things.yaml', undefined])
    const label = origins!.of(pears, ['metadata', 'labels', 'helm.toolkit.fluxcd.io/name'])
    expect(label).toMatchObject({ origin: undefined, changedBy: 'helm-controller' })
  })

  test.each<[ValuePath, string[]]>([
    [
      ['color'],
      [
        'valuesFiles charts/web/values.yaml charts/web/values.yaml:1:1 "red"',
        'valuesFiles env/blue.yaml env/blue.yaml:1:1 "blue"',
        '*ConfigMap apps/web-values (values.yaml) clusters/one/release.yaml:38:12 "black"',
      ],
    ],
    [
      ['mode'],
      [
        'ConfigMap apps/web-values (values.yaml) clusters/one/release.yaml:39:11 "slow"',
        '*spec.values clusters/one/release.yaml:17:11 "fast"',
      ],
    ],
    [
      ['size'],
      [
        'valuesFiles charts/web/values.yaml charts/web/values.yaml:2:1 1',
        '*ConfigMap apps/web-values (size) clusters/one/release.yaml:13:9 3',
      ],
    ],
    [
      ['base', 'port'],
      [
        'web/charts/base/values.yaml charts/base/values.yaml:2:1 80',
        '*spec.values clusters/one/release.yaml:19:13 9000',
      ],
    ],
    [['password'], ['*Secret apps/web-secret (values) clusters/one/release.yaml:47:15 <nil>']],
    [['token'], ['*Secret apps/elsewhere (token) clusters/one/release.yaml:15:9 <nil>']],
    [['nothing'], []],
  ])('the layers of %s', (path, expected) => {
    const settings = origins!.settings(path).map(({ layer, place, value, wins }) => {
      return `${wins ? '*' : ''}${layer.label} ${at(place?.location)} ${shown(value)}`
    })
    expect(settings).toEqual(expected)
  })

  test.each<[ValuePath, string, string, string]>([
    [['data', 'color'], 'postRenderers', 'clusters/one/release.yaml:25:13', 'charts/web/templates/config.yaml:6:10'],
    [['data', 'added'], 'postRenderers', 'clusters/one/release.yaml:28:13', '-'],
    [['metadata', 'annotations', 'team'], 'commonMetadata', 'clusters/one/release.yaml:21:26', '-'],
    [['metadata', 'labels', 'helm.toolkit.fluxcd.io/name'], 'helm-controller', '-', '-'],
    [['metadata', 'namespace'], 'helm-controller', '-', '-'],
  ])('what changed %s after the chart', (path, changedBy, changedAt, template) => {
    const source = origins!.of(config, path)
    expect(source.changedBy).toBe(changedBy)
    expect(at(source.changedAt)).toBe(changedAt)
    expect(source.origin === undefined ? '-' : at(origins!.locate(source.origin.template))).toBe(template)
  })
})
