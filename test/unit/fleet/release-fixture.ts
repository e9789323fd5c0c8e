import { encodeText, MemoryFileSystem } from '../../../src/base/index.ts'
import { createFleet, listReleases } from '../../../src/fleet/index.ts'
import { ReleaseRenderer, type ReleaseTools } from '../../../src/fleet/releases/index.ts'
import { makeCapabilities } from '../../../src/helm/index.ts'
import { unpackChart } from '../../../src/host/index.ts'
import { createSchemaRegistry } from '../../../src/schema/index.ts'
import { HttpCharts, type HttpClient, OciCharts } from '../../../src/source/index.ts'
import { simpleChart } from '../../support/chart-archive.ts'
import { fluxSync } from '../../support/flux-sync.ts'

/** A HelmRelease `apps/web` with this spec. */
export const release = (spec: string) => `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: web, namespace: apps }
spec:
  interval: 10m
${spec.replace(/^/gm, '  ')}
`

/** The spec's chart: the folder `charts/web` of the cluster's repository. */
export const local = (extra = '') => `chart:
  spec:
    chart: charts/web
    sourceRef: { kind: GitRepository, name: flux-system, namespace: flux-system }${extra}
`

export const webChart: Readonly<Record<string, string>> = {
  '/repo/charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  '/repo/charts/web/values.yaml': 'color: red\nsize: 1\n',
  '/repo/charts/web/templates/config.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  color: {{ .Values.color }}\n  size: {{ .Values.size | quote }}\n',
}

const repository = {
  'https://charts.example.com/index.yaml': `apiVersion: v1\nentries:\n  web:\n  - name: web\n    version: 2.1.0\n    urls: [web.tgz]\n`,
  'https://charts.example.com/web.tgz': simpleChart('web', '2.1.0'),
}

/** The network as a map. */
const network: HttpClient = {
  request: async ({ url }) => {
    const body = (repository as Record<string, string | Uint8Array>)[url]
    if (body === undefined) return { status: 404, headers: {}, body: new Uint8Array() }
    return { status: 200, headers: {}, body: typeof body === 'string' ? encodeText(body) : body }
  },
}

export interface Outcome {
  readonly data: unknown
  readonly problems: readonly string[]
  readonly places: readonly (string | undefined)[]
  readonly chart: { readonly name: string; readonly version: string } | undefined
}

/** Renders the one release of a fleet; files are below `/repo`, the manifest in the cluster's folder. */
export async function render(
  manifest: string,
  files: Record<string, string> = {},
  tools: Partial<ReleaseTools> = {},
): Promise<Outcome> {
  const fs = new MemoryFileSystem(
    Object.entries({
      '/repo/clusters/one/flux-system/gotk-sync.yaml': fluxSync,
      '/repo/clusters/one/release.yaml': manifest,
      ...webChart,
      ...files,
    }),
  )
  const fleet = createFleet({ fs, root: '/repo', registry: createSchemaRegistry() })
  const [first] = listReleases(fleet)
  const renderer = new ReleaseRenderer(fleet, {
    http: new HttpCharts({ http: network }),
    oci: new OciCharts({ http: network }),
    unpack: unpackChart,
    capabilities: makeCapabilities(),
    ...tools,
  })
  const { objects, problems, chart } = await renderer.render(first!)
  return {
    data: objects.find(({ object }) => object.kind === 'ConfigMap')?.object['data'],
    problems: problems.map(({ severity, message }) => `${severity} ${message}`),
    places: problems.map(({ location }) => location?.path),
    chart,
  }
}
