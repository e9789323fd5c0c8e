import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  buildOrigin,
  buildWorkload,
  chartFile,
  type FleetWorkload,
  findWorkload,
  fleetChanged,
  fleetObjects,
  fleetTree,
  graph,
  settingsChanged,
  type WorkerSettings,
} from '../../../src/protocol/index.ts'
import { packChart } from '../../support/chart-archive.ts'
import { TestClient } from './client.ts'

const sync = `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 1m
  url: https://example.com/fleet
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 10m
  path: ./clusters/prod
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
`

const web = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: web
  namespace: default
spec:
  interval: 10m
  chart:
    spec:
      chart: charts/web
      sourceRef:
        kind: GitRepository
        name: flux-system
        namespace: flux-system
  values:
    replicas: 2
`

const shop = (url: string): string => `apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata:
  name: charts
  namespace: default
spec:
  interval: 1h
  url: ${url}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: shop
  namespace: default
spec:
  interval: 10m
  dependsOn:
    - name: web
  chart:
    spec:
      chart: shop
      version: 1.x
      sourceRef:
        kind: HelmRepository
        name: charts
`

const shopChart = packChart('shop', {
  'Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.4.0\n',
  'values.yaml': 'password: hunter2\n',
  'templates/secret.yaml':
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ .Release.Name }}\nstringData:\n  password: {{ .Values.password }}\n',
})

let server: Server
let client: TestClient | undefined
let asked: string[] = []

beforeEach(async () => {
  asked = []
  server = createServer(({ url = '' }, answer) => {
    asked.push(url)
    if (url === '/shop.tgz') answer.end(shopChart)
    else answer.end('apiVersion: v1\nentries:\n  shop:\n  - { name: shop, version: 1.4.0, urls: [shop.tgz] }\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterEach(async () => {
  const errors = client?.errors
  await client?.stop()
  client = undefined
  await new Promise((resolve) => server.close(resolve))
  expect(errors).toBe('')
})

async function start(own: Readonly<Record<string, string>> = {}, settings: Partial<WorkerSettings> = {}) {
  const { port } = server.address() as AddressInfo
  client = new TestClient({
    'clusters/prod/flux-system/gotk-sync.yaml': sync,
    'clusters/prod/web.yaml': web,
    'clusters/prod/shop.yaml': shop(`http://127.0.0.1:${port}`),
    'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n',
    'charts/web/values.yaml': '# how many\nreplicas: 1\n',
    'charts/web/values.schema.json': '{"properties":{"replicas":{"type":"integer"}}}',
    'charts/web/templates/config.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  replicas: {{ .Values.replicas | quote }}\n',
    ...own,
  })
  await client.start(settings)
  return client
}

/** The workloads of the one entry point, once they are as wanted. */
async function untilWorkloads(
  worker: TestClient,
  wanted: (workloads: ReadonlyMap<string, FleetWorkload>) => boolean,
): Promise<{ readonly cluster: string; readonly workloads: ReadonlyMap<string, FleetWorkload> }> {
  let wake = (): void => undefined
  worker.on(fleetChanged, () => wake())
  for (;;) {
    const changed = new Promise<void>((resolve) => {
      wake = resolve
    })
    const [found] = await worker.request(fleetTree, null)
    const workloads = new Map(found!.workloads.map((each) => [each.ref.name, each]))
    if (wanted(workloads)) return { cluster: found!.id, workloads }
    await changed
  }
}

const areRendered = (workloads: ReadonlyMap<string, FleetWorkload>): boolean =>
  workloads.get('web')?.detail === 'web 0.1.0' && workloads.get('shop')?.detail === 'shop 1.4.0'

describe('diagnostics of HelmReleases', () => {
  it('mark a value that the chart refuses while it is typed, and take it back', async () => {
    const worker = await start()
    const path = 'clusters/prod/web.yaml'
    await worker.open(path, web)
    await worker.change(path, web.replace('replicas: 2', 'replicas: many'), 2)
    await worker.untilDiagnostics(path, (found) => found.length > 0)
    expect(worker.diagnostics(path)).toMatchObject([
      {
        severity: 1,
        code: 'helm/values-schema',
        range: { start: { line: 15, character: 14 }, end: { character: 18 } },
      },
    ])
    await worker.change(path, web, 3)
    await worker.untilDiagnostics(path, (found) => found.length === 0)
  })

  it('are told also when a build document had the release rendered first', async () => {
    const worker = await start()
    const { cluster, workloads } = await untilWorkloads(worker, areRendered)
    const path = 'clusters/prod/web.yaml'
    await worker.open(path, web)
    await worker.change(path, web.replace('replicas: 2', 'replicas: many'), 2)
    await worker.request(buildWorkload, { fleetCluster: cluster, workload: workloads.get('web')!.id })
    await worker.untilDiagnostics(path, (found) => found.length > 0)
    await worker.change(path, web, 3)
    await worker.request(buildWorkload, { fleetCluster: cluster, workload: workloads.get('web')!.id })
    await worker.untilDiagnostics(path, (found) => found.length === 0)
  })

  it('come with the line of a template of the workspace, and go when that is mended on disk', async () => {
    const template = 'charts/web/templates/config.yaml'
    const worker = await start({ [template]: 'a: 1\n{{ fail "not today" }}\n' })
    const path = 'clusters/prod/web.yaml'
    await worker.untilDiagnostics(path, (found) => found.length > 0)
    const [found] = worker.diagnostics(path)
    expect(found).toMatchObject({
      code: 'helm/render',
      message: expect.stringContaining('web/templates/config.yaml:2:3'),
      relatedInformation: [{ location: { uri: worker.uri(template), range: { start: { line: 1 } } } }],
    })
    worker.write(template, '')
    await worker.touch(template)
    await worker.untilDiagnostics(path, (left) => left.length === 0)
  })

  it('of rendered objects say which template is wrong', async () => {
    const worker = await start({
      'charts/web/templates/config.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: text\n',
    })
    const path = 'clusters/prod/web.yaml'
    await worker.untilDiagnostics(path, (found) => found.length > 0)
    expect(worker.diagnostics(path)[0]!.message).toContain('ConfigMap/a (web/templates/config.yaml:4): data')
  })
})

describe('views of HelmReleases', () => {
  it('the tree has them below their Kustomization, with the chart that was found', async () => {
    const worker = await start()
    const { workloads } = await untilWorkloads(worker, areRendered)
    expect(workloads.get('shop')).toMatchObject({
      ref: { kind: 'HelmRelease', name: 'shop' },
      parent: 'prod/flux-system/flux-system',
      source: { kind: 'HelmRepository', name: 'charts' },
      dependsOn: [workloads.get('web')!.id],
      errors: 0,
      location: { uri: worker.uri('clusters/prod/shop.yaml') },
    })
  })

  it('counts their errors', async () => {
    const worker = await start({ 'clusters/prod/web.yaml': web.replace('replicas: 2', 'replicas: many') })
    const { workloads } = await untilWorkloads(worker, (found) => (found.get('web')?.errors ?? 0) > 0)
    expect(workloads.get('web')).toMatchObject({ errors: 1, warnings: 0 })
  })

  it('the build shows every object with its template; secrets stay masked', async () => {
    const worker = await start()
    const { cluster, workloads } = await untilWorkloads(worker, () => true)
    const build = (name: string) =>
      worker.request(buildWorkload, { fleetCluster: cluster, workload: workloads.get(name)!.id })
    expect((await build('web')).text).toContain(
      '# Source: web/templates/config.yaml\napiVersion: v1\ndata:\n  replicas: "2"',
    )
    const { text, problems } = await build('shop')
    expect(problems).toEqual([])
    expect(text).toContain("password: '***'")
    expect(text).not.toContain('hunter2')
  })

  it('a value from a Secret is shown nowhere: not in the build, not in a message', async () => {
    const secret =
      'apiVersion: v1\nkind: Secret\nmetadata: { name: login, namespace: default }\nstringData:\n  values.yaml: |\n    token: correct-horse\n'
    const schema = '{"properties":{"token":{"pattern":"^[0-9]+$"}}}'
    const own = {
      'clusters/prod/login.yaml': secret,
      'clusters/prod/web.yaml': `${web}  valuesFrom: [{ kind: Secret, name: login }]\n`,
      'charts/web/templates/config.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata:\n  url: "https://me:{{ .Values.token }}@example.com"\n',
    }
    const worker = await start({ ...own, 'charts/web/values.schema.json': schema })
    await worker.untilDiagnostics('clusters/prod/login.yaml', (found) => found.length > 0)
    expect(worker.diagnostics('clusters/prod/login.yaml')[0]!.message).toContain("refuses token: '***' does not match")
    worker.write('charts/web/values.schema.json', '{}')
    await worker.touch('charts/web/values.schema.json')
    await worker.untilDiagnostics('clusters/prod/login.yaml', (found) => found.length === 0)
    const { cluster, workloads } = await untilWorkloads(worker, areRendered)
    const { text } = await worker.request(buildWorkload, {
      fleetCluster: cluster,
      workload: workloads.get('web')!.id,
    })
    expect(text).toContain('url: https://me:***@example.com')
  })

  it('the objects lead to the template, of a packed chart in a document of its own', async () => {
    const worker = await start()
    const { cluster, workloads } = await untilWorkloads(worker, areRendered)
    const at = (name: string) => ({ fleetCluster: cluster, workload: workloads.get(name)!.id })
    const [own] = await worker.request(fleetObjects, at('web'))
    expect(own).toMatchObject({
      ref: { name: 'web' },
      location: { uri: worker.uri('charts/web/templates/config.yaml') },
    })
    const [packed] = await worker.request(fleetObjects, at('shop'))
    expect(packed!.location!.uri).toMatch(/^fluxkit-chart:\/shop-1\.4\.0\/templates\/secret\.yaml\?/)
    const params = JSON.parse(decodeURIComponent(packed!.location!.uri.replace(/^[^?]*\?/, '')))
    expect(params).toMatchObject({ ...at('shop'), path: 'shop/templates/secret.yaml' })
    const { text } = await worker.request(chartFile, { ...at('shop'), path: params.path })
    expect(text).toContain('{{ .Values.password }}')
  })

  it('a field leads to the line of the template, and to the values in it', async () => {
    const worker = await start()
    const { cluster, workloads } = await untilWorkloads(worker, areRendered)
    const document =
      'apiVersion: v1\ndata:\n  replicas: "2"\nkind: ConfigMap\nmetadata:\n  name: web\n  namespace: default\n'
    const found = await worker.request(buildOrigin, {
      ...{ fleetCluster: cluster, workload: workloads.get('web')!.id },
      ...{ document, line: 2, character: 13 },
    })
    const template = { uri: worker.uri('charts/web/templates/config.yaml'), range: { start: { line: 5 } } }
    const value = { uri: worker.uri('clusters/prod/web.yaml'), range: { start: { line: 15 } } }
    expect(found).toMatchObject({
      field: 'data.replicas',
      origin: { step: 'template web/templates/config.yaml:6', location: template },
      details: [
        { step: 'value replicas of spec.values', location: value },
        {
          step: 'value replicas of web/values.yaml, overruled,',
          location: { uri: worker.uri('charts/web/values.yaml'), range: { start: { line: 1 } } },
        },
      ],
      targets: [template, value],
    })
  })

  it('a field of a packed chart leads into it; the value of a Secret is not told', async () => {
    const worker = await start()
    const { cluster, workloads } = await untilWorkloads(worker, areRendered)
    const document =
      "apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\n  namespace: default\nstringData:\n  password: '***'\n"
    const found = await worker.request(buildOrigin, {
      ...{ fleetCluster: cluster, workload: workloads.get('shop')!.id },
      ...{ document, line: 6, character: 14 },
    })
    expect(found!.origin).toMatchObject({
      step: 'template shop/templates/secret.yaml:6',
      location: {
        uri: expect.stringMatching(/^fluxkit-chart:\/shop-1\.4\.0\/templates/),
        range: { start: { line: 5 } },
      },
    })
    expect(JSON.stringify(found)).not.toContain('hunter2')
  })

  it('a fault of an object is marked at the value that made it', async () => {
    const deployment =
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec:\n  minReadySeconds: {{ .Values.replicas }}\n  selector: { matchLabels: { a: b } }\n  template: { metadata: { labels: { a: b } }, spec: { containers: [{ name: a, image: a }] } }\n'
    const worker = await start({
      'charts/web/templates/config.yaml': deployment,
      'charts/web/values.schema.json': '{}',
      'clusters/prod/web.yaml': web.replace('replicas: 2', 'replicas: soon'),
    })
    const path = 'clusters/prod/web.yaml'
    await worker.untilDiagnostics(path, (found) => found.length > 0)
    expect(worker.diagnostics(path)).toMatchObject([
      {
        message: expect.stringContaining('Deployment/web (web/templates/config.yaml:5): spec.minReadySeconds'),
        range: { start: { line: 15, character: 14 } },
        relatedInformation: [
          { location: { uri: worker.uri('charts/web/templates/config.yaml'), range: { start: { line: 4 } } } },
        ],
      },
    ])
  })

  it('the graph goes from the source over the release to its objects', async () => {
    const worker = await start()
    const { cluster } = await untilWorkloads(worker, areRendered)
    const { edges } = await worker.request(graph, { scope: 'fleet', cluster })
    const release = 'helm.toolkit.fluxcd.io/HelmRelease/default/shop'
    expect(edges).toContainEqual({
      from: 'source.toolkit.fluxcd.io/HelmRepository/default/charts',
      to: release,
      kind: 'feeds',
    })
    expect(edges).toContainEqual({ from: release, to: '/Secret/default/shop', kind: 'applies' })
  })

  it('a live HelmRelease finds its declaration', async () => {
    const worker = await start()
    const ref = { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', name: 'web', namespace: 'default' }
    expect(await worker.request(findWorkload, { ref })).toMatchObject({ workload: 'HelmRelease:prod/default/web' })
  })
})

describe('the network', () => {
  it.each([
    ['in a restricted workspace', { trusted: false }],
    ['when the user switched it off', { downloadCharts: false }],
  ])('is left alone %s; a hint says so', async (_, settings) => {
    const worker = await start({}, settings)
    const path = 'clusters/prod/shop.yaml'
    await worker.untilDiagnostics(path, (found) => found.length > 0)
    expect(worker.diagnostics(path)).toMatchObject([
      { severity: 4, message: expect.stringContaining('the network may not be used') },
    ])
    expect(asked).toEqual([])
  })

  it('is used once it may be', async () => {
    const worker = await start({}, { trusted: false })
    const path = 'clusters/prod/shop.yaml'
    await worker.untilDiagnostics(path, (found) => found.length > 0)
    await worker.connection.sendNotification(settingsChanged.method, {
      kubeconfigs: [],
      allowedContexts: [],
      trusted: true,
      storage: '/nowhere',
      pollInterval: 10,
      downloadCharts: true,
      remoteBases: false,
      oldFluxVersions: false,
    } satisfies WorkerSettings)
    await untilWorkloads(worker, areRendered)
    await worker.untilDiagnostics(path, (left) => left.length === 0)
    expect(asked).toEqual(['/index.yaml', '/shop.tgz'])
  })
})

describe('values of a HelmRelease, as they are written', () => {
  const chart = {
    'charts/web/Chart.yaml':
      'apiVersion: v2\nname: web\nversion: 0.1.0\ndependencies: [{ name: redis, version: 1.x, repository: "", alias: cache }]\n',
    'charts/web/values.yaml':
      '# -- How many Pods.\n# Two at least.\nreplicas: 1\nimage:\n  tag: v1 # the version\n  pull: false\nhosts:\n  - a\n',
    'charts/web/values.schema.json':
      '{"properties":{"replicas":{"type":"integer","description":"Of the Deployment"},"mode":{"enum":["fast","safe"]},"image":{"$ref":"#/$defs/image"}},"$defs":{"image":{"properties":{"tag":{"type":"string"}}}}}',
    'charts/web/charts/redis/Chart.yaml': 'apiVersion: v2\nname: redis\nversion: 1.0.0\n',
    'charts/web/charts/redis/values.yaml': 'size: 8Gi\n',
    'charts/web/templates/config.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\ndata:\n  tag: {{ .Values.image.tag }}\n',
  }
  const path = 'clusters/prod/web.yaml'

  interface Lsp {
    /** Asks at the `|` of a text that the editor has. */
    at<T>(method: string, text: string): Promise<T>
    readonly worker: TestClient
  }

  async function open(): Promise<Lsp> {
    const worker = await start(chart)
    await untilWorkloads(worker, areRendered)
    await worker.open(path, web)
    let version = 1
    return {
      worker,
      at: async (method, marked) => {
        const before = marked.slice(0, marked.indexOf('|')).split('\n')
        await worker.change(path, marked.replace('|', ''), ++version)
        return worker.connection.sendRequest(`textDocument/${method}`, {
          textDocument: { uri: worker.uri(path) },
          position: { line: before.length - 1, character: before.at(-1)!.length },
        })
      },
    }
  }

  interface Item {
    readonly label: string
    readonly detail?: string
    readonly textEdit: { readonly newText: string }
    readonly documentation?: { readonly value: string }
  }

  it('are completed from the chart: keys, and those of charts in it, but what is there', async () => {
    const { at } = await open()
    const items = await at<readonly Item[]>('completion', web.replace('replicas: 2', 'replicas: 2\n    |'))
    expect(items.map(({ label }) => label).sort()).toEqual(['cache', 'hosts', 'image', 'mode'])
    expect(items.find(({ label }) => label === 'image')!.textEdit.newText).toBe('image:\n      $0')
    const below = await at<readonly Item[]>('completion', web.replace('replicas: 2', 'cache:\n      |'))
    expect(below.map(({ label, detail }) => `${label} ${detail}`)).toEqual(['size 8Gi'])
    expect(below[0]!.textEdit.newText).toMatch(/^size: .*8Gi\}$/)
  })

  it('values are completed from default and schema', async () => {
    const { at } = await open()
    const labels = async (text: string) => (await at<readonly Item[]>('completion', text)).map(({ label }) => label)
    expect(await labels(web.replace('replicas: 2', 'mode: |'))).toEqual(['fast', 'safe'])
    expect(await labels(web.replace('replicas: 2', 'image:\n      pull: |'))).toEqual(['false', 'true'])
  })

  it('a hover says default, comment, type and description', async () => {
    const { at } = await open()
    const hover = async (text: string) =>
      (await at<{ contents: { value: string } } | null>('hover', text))?.contents.value
    const replicas = await hover(web.replace('replicas: 2', 'repl|icas: 2'))
    expect(replicas).toContain('**replicas** · integer · value of chart web 0.1.0')
    expect(replicas).toContain('How many Pods.  \nTwo at least.')
    expect(replicas).toContain('Of the Deployment')
    expect(replicas).toContain('Default: `1`')
    expect(await hover(web.replace('replicas: 2', 'image: { tag: v|2 }'))).toMatch(
      /string.*\n\nthe version\n\nDefault: `v1`/s,
    )
  })

  it('a key leads to the chart, also to one that is packed', async () => {
    const { at, worker } = await open()
    const [own] = await at<readonly { targetUri: string; targetRange: { start: { line: number } } }[]>(
      'definition',
      web.replace('replicas: 2', 'image: { ta|g: v2 }'),
    )
    expect(own).toMatchObject({ targetUri: worker.uri('charts/web/values.yaml'), targetRange: { start: { line: 4 } } })
    const { port } = server.address() as AddressInfo
    const text = `${shop(`http://127.0.0.1:${port}`)}  values:\n    password: x\n`
    await worker.open('clusters/prod/shop.yaml', text)
    const [packed] = await worker.connection.sendRequest<readonly { targetUri: string }[]>('textDocument/definition', {
      textDocument: { uri: worker.uri('clusters/prod/shop.yaml') },
      position: { line: text.split('\n').length - 2, character: 6 },
    })
    expect(packed!.targetUri).toMatch(/^fluxkit-chart:\/shop-1\.4\.0\/values\.yaml\?/)
  })

  it('a value in a template of the workspace leads to the default and to the releases that set it', async () => {
    const { worker } = await open()
    await worker.change(path, web.replace('replicas: 2', 'image: { tag: v2 }'), 9)
    const found = await worker.connection.sendRequest<readonly { targetUri: string }[]>('textDocument/definition', {
      textDocument: { uri: worker.uri('charts/web/templates/config.yaml') },
      position: { line: 4, character: 25 },
    })
    expect(found.map(({ targetUri }) => targetUri)).toEqual([worker.uri('charts/web/values.yaml'), worker.uri(path)])
  })

  const withValues = (kind: string): string =>
    `${web.replace(/ {2}values:\n(?: {4}.*\n)*/, '')}  valuesFrom: [{ kind: ${kind}, name: web-values }]\n`
  const block = (kind: string, field: string, text: string): string =>
    `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: web-values\n  namespace: default\n${field}:\n  other: x\n  values.yaml: |\n${text.replace(/^(?=.)/gm, '    ')}`
  const generator =
    'resources: [flux-system/gotk-sync.yaml, web.yaml, shop.yaml]\nconfigMapGenerator: [{ name: web-values, namespace: default, files: [values.yaml=web-values.yaml], options: { disableNameSuffixHash: true } }]\n'
  const places: readonly (readonly [string, string, (text: string) => string, Record<string, string>])[] = [
    ['a ConfigMap', 'clusters/prod/values.yaml', (text) => block('ConfigMap', 'data', text), {}],
    ['a Secret', 'clusters/prod/values.yaml', (text) => block('Secret', 'stringData', text), {}],
    [
      'a file that a generator reads',
      'clusters/prod/web-values.yaml',
      (text) => text,
      { 'clusters/prod/kustomization.yaml': generator },
    ],
  ]

  it.each(places)('also in the text of %s that valuesFrom names', async (what, file, written, more) => {
    const first = written('replicas: 2\n')
    const kind = what === 'a Secret' ? 'Secret' : 'ConfigMap'
    const worker = await start({ ...chart, ...more, 'clusters/prod/web.yaml': withValues(kind), [file]: first })
    await untilWorkloads(worker, areRendered)
    await worker.open('clusters/prod/web.yaml', withValues(kind))
    await worker.open(file, first)
    let version = 1
    /** Asks at the `^` of values. */
    const at = async <T>(method: string, values: string): Promise<T> => {
      const marked = written(values)
      const before = marked.slice(0, marked.indexOf('^')).split('\n')
      await worker.change(file, marked.replace('^', ''), ++version)
      return worker.connection.sendRequest(`textDocument/${method}`, {
        textDocument: { uri: worker.uri(file) },
        position: { line: before.length - 1, character: before.at(-1)!.length },
      })
    }
    const margin = what.startsWith('a file') ? '' : '    '
    const hover = await at<{ contents: { value: string } }>('hover', 'repl^icas: 2\n')
    expect(hover.contents.value).toContain('**replicas** · integer · value of chart web 0.1.0')
    const keys = await at<readonly Item[]>('completion', 'replicas: 2\n^\n')
    expect(keys.map(({ label }) => label).sort()).toEqual(['cache', 'hosts', 'image', 'mode'])
    expect(keys.find(({ label }) => label === 'image')!.textEdit.newText).toBe(`image:\n${margin}  $0`)
    const values = await at<readonly Item[]>('completion', 'image:\n  pull: ^\n')
    expect(values.map(({ label }) => label)).toEqual(['false', 'true'])
    const [target] = await at<readonly unknown[]>('definition', '# of the shop\nimage:\n  ta^g: v2\n')
    expect(target).toMatchObject({
      targetUri: worker.uri('charts/web/values.yaml'),
      targetRange: { start: { line: 4 } },
      originSelectionRange: { start: { character: margin.length + 2 }, end: { character: margin.length + 5 } },
    })
  })
})
