import { RE2JS, RE2JSSyntaxException } from 're2js'
import { cleanPath, decodeText, getString, type ObjectRef } from '../../base/index.ts'
import {
  type ChartTemplate,
  chartOfHelmChart,
  chartOfRelease,
  parseDuration,
  versionWithDigest,
} from '../../flux/index.ts'
import { type Chart, type ChartFile, HelmError, loadChart, type Unpack } from '../../helm/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import {
  artifactView,
  ChartError,
  type FetchedChart,
  type HttpCharts,
  type OciCharts,
  readHelmRepository,
  readOciRepository,
  type SecretReader,
  shownUrl,
} from '../../source/index.ts'
import { secureJoin } from '../artifact-root.ts'
import { objectKey } from '../kinds.ts'
import type { Fleet } from '../types.ts'
import { dataOf } from './data.ts'
import { type FleetRelease, findObject } from './list.ts'
import { type ChartTree, loadLocalChart, withValuesFiles } from './local-chart.ts'

/** What finding a chart needs of the host. */
export interface ChartTools {
  readonly http: HttpCharts
  readonly oci: OciCharts
  readonly unpack: Unpack
  /** The files of a Git repository or bucket that is not in the workspace; absent: its charts are an error. */
  readonly fetchTree?: (source: KubeObject, secrets: SecretReader) => Promise<ChartTree>
}

/** Loads the charts of HelmReleases; each chart once, whoever asks. Errors are HelmError and ChartError. */
export class ReleaseCharts {
  readonly #fleet: Fleet
  readonly #tools: ChartTools
  readonly #charts = new Map<string, Promise<Chart>>()
  readonly #trees = new Map<string, Promise<ChartTree>>()
  /** By digest: many sources can have the same chart. */
  readonly #archives = new Map<string, Chart>()

  constructor(fleet: Fleet, tools: ChartTools) {
    this.#fleet = fleet
    this.#tools = tools
  }

  /** The chart of a release, its default values those of `valuesFiles`. @throws HelmError, ChartError */
  async load(release: FleetRelease): Promise<Chart> {
    const chart = chartOfRelease(release.object)
    if (chart === undefined) throw new HelmError('either chart or chartRef must be set')
    const { cluster } = release
    if (chart.type === 'template') return this.#template(cluster, chart.template)
    const { ref } = chart
    const object = this.#source(cluster, ref)
    if (ref.kind === 'HelmChart') return this.#template(cluster, chartOfHelmChart(object))
    if (ref.kind === 'OCIRepository') {
      return this.#once(`${cluster} ${objectKey(ref)}`, () => this.#ociArtifact(cluster, ref, object))
    }
    throw new HelmError(`charts of ${ref.kind} ${ref.namespace}/${ref.name} cannot be loaded here`)
  }

  #template(cluster: string, template: ChartTemplate): Promise<Chart> {
    const key = JSON.stringify([cluster, objectKey(template.sourceRef), template])
    return this.#once(key, () => {
      const source = this.#source(cluster, template.sourceRef)
      if (template.sourceRef.kind !== 'HelmRepository') return this.#fromTree(cluster, template, source)
      return this.#fromRepository(cluster, template, source)
    })
  }

  #once(key: string, work: () => Promise<Chart>): Promise<Chart> {
    const known = this.#charts.get(key)
    if (known !== undefined) return known
    const loading = work()
    this.#charts.set(key, loading)
    return loading
  }

  #source(cluster: string, ref: ObjectRef): KubeObject {
    const found = findObject(this.#fleet, cluster, ref)
    if (found !== undefined) return found
    throw new ChartError(`${ref.kind} ${ref.namespace}/${ref.name} is declared nowhere in this cluster`)
  }

  async #fromRepository(cluster: string, template: ChartTemplate, source: KubeObject): Promise<Chart> {
    const { chart: name, version, sourceRef } = template
    const what = `${describe(sourceRef)}, chart ${name} ${version}`
    const fetched = await this.#fetch(cluster, sourceRef, what, (secrets) => {
      const access = readHelmRepository(source, secrets, parseDuration)
      return access.type === 'oci'
        ? this.#tools.oci.fetchChart(access.repository, name, version)
        : this.#tools.http.fetch(access.repository, name, version)
    })
    const chart = this.#unpacked(fetched, what)
    return withValuesFiles(chart, template, (path) => {
      const clean = cleanPath(path)
      if (clean === 'values.yaml') return { values: chart.values }
      const file = chart.files.find((each) => each.name === clean)
      return file === undefined ? undefined : { text: decodeText(file.data) }
    })
  }

  async #ociArtifact(cluster: string, ref: ObjectRef, source: KubeObject): Promise<Chart> {
    const fetched = await this.#fetch(cluster, ref, describe(ref), (secrets) => {
      const { repository, selector } = readOciRepository(source, secrets, {
        duration: parseDuration,
        pattern: compilePattern,
      })
      return this.#tools.oci.fetchArtifact(repository, selector)
    })
    const chart = this.#unpacked(fetched, describe(ref))
    const version = versionWithDigest(chart.metadata.version, fetched.revision ?? '')
    if ('error' in version) throw new HelmError(version.error)
    return { ...chart, metadata: { ...chart.metadata, version: version.version } }
  }

  async #fetch(
    cluster: string,
    ref: ObjectRef,
    what: string,
    work: (secrets: SecretReader) => Promise<FetchedChart>,
  ): Promise<FetchedChart> {
    const unreadable: string[] = []
    try {
      return await work(this.#secrets(cluster, ref.namespace, unreadable))
    } catch (error) {
      if (!(error instanceof ChartError)) throw error
      const hint = unreadable.length === 0 ? '' : ` (Secret ${unreadable.join(', ')} cannot be read here)`
      throw new ChartError(`${what}: ${error.message}${hint}`)
    }
  }

  /** Secrets of a source; what nobody can read here counts as empty, for a public or cached chart needs no login. */
  #secrets(cluster: string, namespace: string | undefined, unreadable: string[]): SecretReader {
    return (name) => {
      const data = dataOf(this.#fleet, cluster, {
        apiVersion: 'v1',
        kind: 'Secret',
        name,
        ...(namespace === undefined ? {} : { namespace }),
      })
      if (typeof data === 'object') return Object.fromEntries(data)
      unreadable.push(name)
      return {}
    }
  }

  #unpacked({ archive, digest, url }: FetchedChart, what: string): Chart {
    try {
      const chart = this.#archives.get(digest) ?? loadChart(this.#tools.unpack(archive), this.#tools.unpack)
      this.#archives.set(digest, chart)
      return chart
    } catch (error) {
      if (!(error instanceof HelmError)) throw error
      throw new HelmError(`${what}: failed to load chart ${shownUrl(url)}: ${error.message}`)
    }
  }

  async #fromTree(cluster: string, template: ChartTemplate, source: KubeObject): Promise<Chart> {
    const tree = await this.#tree(cluster, template.sourceRef, source)
    const chart = await loadLocalChart(tree, template.chart, {
      unpack: this.#tools.unpack,
      fetch: (repository, name, version) =>
        this.#dependency(cluster, { namespace: template.sourceRef.namespace, repository, name, version }),
    })
    return withValuesFiles(chart, template, (path) => {
      const data = tree.fs.readFile(secureJoin(tree.root, path))
      return data === undefined ? undefined : { text: decodeText(data) }
    })
  }

  #tree(cluster: string, ref: ObjectRef, source: KubeObject): Promise<ChartTree> {
    const key = `${cluster} ${objectKey(ref)}`
    const known = this.#trees.get(key)
    if (known !== undefined) return known
    const opening = this.#openTree(cluster, ref, source)
    this.#trees.set(key, opening)
    return opening
  }

  async #openTree(cluster: string, ref: ObjectRef, source: KubeObject): Promise<ChartTree> {
    const fleet = this.#fleet
    const wanted = objectKey(ref)
    const entry = fleet.sources().find((each) => each.cluster === cluster && objectKey(each.ref) === wanted)
    const dir = entry?.directory
    if (dir !== undefined) {
      const root = dir === '.' ? fleet.root : `${fleet.root}/${dir}`
      return { fs: artifactView(fleet.fs, root, { ignore: getString(source, 'spec', 'ignore') }), root }
    }
    const { fetchTree } = this.#tools
    const url = getString(source, 'spec', 'url') ?? getString(source, 'spec', 'endpoint') ?? ''
    if (fetchTree === undefined) throw new ChartError(`${describe(ref)}: ${shownUrl(url)} is not in this workspace`)
    const unreadable: string[] = []
    try {
      return await fetchTree(source, this.#secrets(cluster, ref.namespace, unreadable))
    } catch (error) {
      if (!(error instanceof Error)) throw error
      throw new ChartError(`${describe(ref)}: ${error.message}`)
    }
  }

  /** A dependency from its repository, with the login of the HelmRepository that has the same URL. */
  async #dependency(
    cluster: string,
    {
      namespace,
      repository,
      name,
      version,
    }: Record<'repository' | 'name' | 'version', string> & {
      readonly namespace: string | undefined
    },
  ): Promise<ChartFile> {
    const wanted = repository.replace(/\/+$/, '')
    const known = this.#fleet
      .sources()
      .find(
        (each) =>
          each.cluster === cluster &&
          each.ref.kind === 'HelmRepository' &&
          each.ref.namespace === namespace &&
          each.url?.replace(/\/+$/, '') === wanted,
      )
    const ref = known?.ref ?? { apiVersion: '', kind: 'dependency', name, namespace: namespace ?? '' }
    const source = known?.object ?? repositoryObject(repository)
    const fetched = await this.#fetch(
      cluster,
      ref,
      `dependency '${name}' ${version} of ${shownUrl(repository)}`,
      (secrets) => {
        const access = readHelmRepository(source, secrets, parseDuration)
        return access.type === 'oci'
          ? this.#tools.oci.fetchChart(access.repository, name, version)
          : this.#tools.http.fetch(access.repository, name, version)
      },
    )
    return { name: `charts/${name}-${fetched.version}.tgz`, data: fetched.archive }
  }
}

/** A HelmRepository for a URL that no object declares. */
function repositoryObject(url: string): KubeObject {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'HelmRepository',
    metadata: { name: '' },
    spec: { url, ...(url.startsWith('oci://') ? { type: 'oci' } : {}) },
  }
}

function describe(ref: ObjectRef): string {
  return `${ref.kind} ${ref.namespace === undefined ? '' : `${ref.namespace}/`}${ref.name}`
}

function compilePattern(text: string): ((tag: string) => boolean) | string {
  try {
    const pattern = RE2JS.compile(text)
    return (tag) => pattern.matcher(tag).find()
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) return error.message
    throw error
  }
}
