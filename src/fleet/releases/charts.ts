import {
  cleanPath,
  decodeText,
  dirname,
  getIn,
  getString,
  isObject,
  isWithin,
  type JsonValue,
  type ObjectRef,
} from '../../base/index.ts'
import {
  type ChartTemplate,
  chartOfHelmChart,
  chartOfRelease,
  mergedValuesFiles,
  packedChartVersion,
  parseDuration,
  type VersionResult,
  versionWithDigest,
} from '../../flux/index.ts'
import { type Chart, type ChartFile, HelmError, loadChart, type Unpack } from '../../helm/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import {
  ChartError,
  compileTagPattern,
  type FetchedChart,
  type HttpCharts,
  type OciCharts,
  readHelmRepository,
  readOciRepository,
  type SecretReader,
  type SignedBy,
  shownUrl,
  sourceIgnoreFile,
} from '../../source/index.ts'
import { secureJoin } from '../artifact-root.ts'
import type { Fleet } from '../types.ts'
import { ChartEntries, type ChartPlan } from './chart-entries.ts'
import { GeneratedTrees } from './generated-trees.ts'
import type { FleetRelease } from './list.ts'
import { type ChartTree, loadLocalChart, loadPackedTree, withValuesFiles } from './local-chart.ts'
import { ObjectTexts } from './object-text.ts'
import type { ReadLog } from './read-log.ts'
import { describe, type FetchTree, SourceTrees } from './source-trees.ts'

/** What finding a chart needs of the host. */
export interface ChartTools {
  readonly http: HttpCharts
  readonly oci: OciCharts
  readonly unpack: Unpack
  /** The files of a Git repository or bucket that is not in the workspace; absent: its charts are an error. */
  readonly fetchTree?: FetchTree
  /** Milliseconds; without it a network that failed is not asked again. */
  readonly now?: () => number
}

/** A chart as a release gets it. */
export interface LoadedChart {
  readonly chart: Chart
  /** Another one when the content may be another: of the archive's digest, or of the reading of a folder. */
  readonly id: string
  /** Every file by its name below the chart, packed dependencies as they are. */
  readonly files: readonly ChartFile[]
  /** Folder of the workspace (absolute) that it was read from. */
  readonly folder?: string
  /** Folder of the workspace (absolute) that stands for its source: paths of `valuesFiles` begin there. */
  readonly root?: string
  /** What the controller would have checked of the chart and nobody has checked here. */
  readonly unchecked?: string
}

/**
 * Finds and loads the charts of HelmReleases; each chart once, whoever asks, until a file or object that it was made of
 * is another. Errors are HelmError and ChartError.
 */
export class ReleaseCharts {
  readonly #fleet: Fleet
  readonly #tools: ChartTools
  readonly #entries: ChartEntries
  readonly #sources: SourceTrees
  readonly #generated: GeneratedTrees
  /** By digest: many sources can have the same chart. */
  readonly #archives = new Map<string, { readonly chart: Chart; readonly files: readonly ChartFile[] }>()
  #folders = 0

  constructor(fleet: Fleet, tools: ChartTools, texts: ObjectTexts = new ObjectTexts()) {
    this.#fleet = fleet
    this.#tools = tools
    this.#entries = new ChartEntries(() => tools.now?.() ?? 0)
    this.#sources = new SourceTrees(fleet, tools.fetchTree, texts)
    this.#generated = new GeneratedTrees(fleet, this.#sources)
  }

  /** The chart of a release, its default values those of `valuesFiles`. @throws HelmError, ChartError */
  async load(release: FleetRelease): Promise<LoadedChart> {
    return this.plan(release).load()
  }

  /** Says which chart a release has, without loading it. @throws HelmError, ChartError for what the objects lack */
  plan(release: FleetRelease): ChartPlan {
    const chart = chartOfRelease(release.object)
    if (chart === undefined) throw new HelmError('either chart or chartRef must be set')
    const { cluster } = release
    if (chart.type === 'template') return this.#template(cluster, chart.template)
    const { ref } = chart
    if (ref.kind === 'ExternalArtifact') {
      return this.#entries.plan(this.#generated.key(cluster, ref), (reads) => this.#fromArtifact(cluster, ref, reads))
    }
    const object = this.#sources.object(cluster, ref)
    if (ref.kind === 'HelmChart') return this.#template(cluster, chartOfHelmChart(object))
    if (ref.kind === 'OCIRepository') {
      const key = this.#sources.key(cluster, ref, object)
      const work = (): Promise<LoadedChart> => this.#ociArtifact(cluster, ref, object)
      return this.#entries.plan(key, work, { interval: intervalOf(object), work })
    }
    throw new HelmError(`a chartRef names an OCIRepository, a HelmChart or an ExternalArtifact, not a ${ref.kind}`)
  }

  /** The id of the chart of a plan's key, once it is loaded. */
  loadedId(key: string): string | undefined {
    return this.#entries.loadedId(key)
  }

  /** True while the chart of a plan's key is the one of this id (`undefined`: one that could not be had). */
  isCurrent(key: string, id: string | undefined): boolean {
    return this.#entries.isCurrent(key, id)
  }

  /** Paths (absolute) have changed: charts that were read from there are read again when they are asked for. */
  touch(paths: readonly string[]): void {
    const ignores = paths.some((path) => path.endsWith(`/${sourceIgnoreFile}`))
    if (ignores) this.#sources.clear()
    this.#entries.drop((reads) => (ignores && !reads.isEmpty) || paths.some((path) => reads.concerns(path)))
  }

  /** Milliseconds of the host's clock at which `renew` has something to do. */
  nextRenewal(): number | undefined {
    return this.#entries.nextRenewal()
  }

  /** Looks again which versions repositories have: those whose interval is over, or all. @throws CancelledError */
  async renew(all = false): Promise<void> {
    if (!this.#entries.isDue(all)) return
    this.#tools.http.forget()
    await this.#entries.renew(all)
  }

  /** Forgets what no plan of these keys needs. */
  retain(keys: ReadonlySet<string>): void {
    const used = new Set(this.#entries.retain(keys).map((id) => id.split(' ', 1)[0]))
    for (const digest of this.#archives.keys()) if (!used.has(digest)) this.#archives.delete(digest)
  }

  #template(cluster: string, template: ChartTemplate): ChartPlan {
    const source = this.#sources.object(cluster, template.sourceRef)
    const keys = getString(template.verify, 'secretRef', 'name')
    const signers = keys === undefined ? '' : this.#sources.secretText(cluster, template.sourceRef.namespace, keys)
    const key = `${this.#sources.key(cluster, template.sourceRef, source)} ${JSON.stringify(template)} ${signers}`
    if (template.sourceRef.kind === 'HelmRepository') {
      const work = (): Promise<LoadedChart> => this.#fromRepository(cluster, template, source)
      return this.#entries.plan(key, work, { interval: intervalOf(source), work })
    }
    return this.#entries.plan(key, (reads) => this.#fromTree(cluster, template, { source, reads }))
  }

  async #fromRepository(cluster: string, template: ChartTemplate, source: KubeObject): Promise<LoadedChart> {
    const { chart: name, version, sourceRef } = template
    if (!/^(?:[-a-z0-9]+\/?\.?)+$/.test(name)) throw new HelmError(`invalid chart reference: ${nameFault(name)}`)
    const what = `${describe(sourceRef)}, chart ${name} ${version}`
    const isOci = getString(source, 'spec', 'type') === 'oci'
    const signed = isOci ? this.#signedBy(cluster, sourceRef.namespace, { verify: template.verify, what }) : {}
    const fetched = await this.#fetch(cluster, sourceRef, { what, source }, (secrets) => {
      const access = readHelmRepository(source, secrets, parseDuration)
      return access.type === 'oci'
        ? this.#tools.oci.fetchChart(access.repository, name, version, signed.by)
        : this.#tools.http.fetch(access.repository, name, version)
    })
    const { chart, files } = this.#unpacked(fetched, what)
    const merged = withValuesFiles(chart, template, {
      read: (path) => {
        const clean = cleanPath(path)
        if (clean === 'values.yaml') return chart
        const file = chart.files.find((each) => each.name === clean)
        return file === undefined ? undefined : { text: decodeText(file.data) }
      },
      missing: (path) => `failed to merge chart values: no values file found at path '${path}'`,
    })
    const packed = withPackedVersion(merged, template, { version: fetched.version })
    return {
      chart: packed,
      files,
      id: `${fetched.digest} ${packed.metadata.version} ${JSON.stringify(template.valuesFiles)}`,
      ...(signed.unchecked === undefined ? {} : { unchecked: signed.unchecked }),
    }
  }

  async #ociArtifact(cluster: string, ref: ObjectRef, source: KubeObject): Promise<LoadedChart> {
    const verify = getIn(source, ['spec', 'verify'])
    const signed = this.#signedBy(cluster, ref.namespace, { verify, what: describe(ref) })
    const fetched = await this.#fetch(cluster, ref, { what: describe(ref), source }, (secrets) => {
      const { repository, selector } = readOciRepository(source, secrets, {
        duration: parseDuration,
        pattern: compileTagPattern,
      })
      return this.#tools.oci.fetchArtifact(repository, selector, signed.by)
    })
    const { chart, files } = this.#unpacked(fetched, describe(ref))
    const version = versionWithDigest(chart.metadata.version, fetched.revision ?? '')
    const named = withVersion(chart, version)
    return {
      ...{ chart: named, files, id: `${fetched.digest} ${named.metadata.version}` },
      ...(signed.unchecked === undefined ? {} : { unchecked: signed.unchecked }),
    }
  }

  /** The keys that a signature has to be by; or that nobody checks it. @throws ChartError for a Secret without keys */
  #signedBy(
    cluster: string,
    namespace: string | undefined,
    { verify, what }: { readonly verify: JsonValue | undefined; readonly what: string },
  ): { readonly by?: SignedBy; readonly unchecked?: string } {
    const name = getString(verify, 'secretRef', 'name')
    if (!isObject(verify) || getString(verify, 'provider') === 'notation' || name === undefined) {
      return unverified(verify, what)
    }
    const unreadable: string[] = []
    const data = this.#sources.secrets(cluster, namespace, unreadable)(name) ?? {}
    if (unreadable.length > 0) return unverified(verify, `${what}: Secret ${name} with its keys cannot be read here`)
    const keys = Object.entries(data).flatMap(([key, text]) => (key.endsWith('.pub') ? [text] : []))
    if (keys.length > 0) return { by: { keys } }
    throw new ChartError(
      `${what}: failed to verify the signature using provider 'cosign': no public keys found in secret '${namespace ?? ''}/${name}'; keys end in .pub`,
    )
  }

  async #fetch(
    cluster: string,
    ref: ObjectRef,
    { what, source }: { readonly what: string; readonly source: KubeObject },
    work: (secrets: SecretReader) => Promise<FetchedChart>,
  ): Promise<FetchedChart> {
    const unreadable: string[] = []
    try {
      return await work(this.#sources.secrets(cluster, ref.namespace, unreadable))
    } catch (error) {
      if (!(error instanceof ChartError)) throw error
      const cloud = isRefusal(error) ? cloudOf(source) : undefined
      const hint = unreadable.length === 0 ? '' : ` (Secret ${unreadable.join(', ')} cannot be read here)`
      const login =
        cloud === undefined
          ? ''
          : ` (spec.provider is ${cloud}, and nobody logs in to clouds here: build once where the chart is in Fluxkit's cache, or give the source a secretRef with a login)`
      throw new ChartError(`${what}: ${error.message}${hint}${login}`, {
        transient: error.transient,
        unavailable: error.unavailable || unreadable.length > 0 || cloud !== undefined,
      })
    }
  }

  #unpacked({ archive, digest, url }: FetchedChart, what: string): Omit<LoadedChart, 'id'> {
    const known = this.#archives.get(digest)
    if (known !== undefined) return known
    try {
      const files = this.#tools.unpack(archive)
      const loaded = { chart: loadChart(files, this.#tools.unpack), files }
      this.#archives.set(digest, loaded)
      return loaded
    } catch (error) {
      if (!(error instanceof HelmError)) throw error
      throw new HelmError(`${what}: failed to load chart ${shownUrl(url)}: ${error.message}`)
    }
  }

  async #fromTree(
    cluster: string,
    template: ChartTemplate,
    { source, reads }: { readonly source: KubeObject; readonly reads: ReadLog },
  ): Promise<LoadedChart> {
    const tree = await this.#sources.open(cluster, template.sourceRef, source)
    const fs = reads.over(tree.fs)
    const { chart, files } = await loadLocalChart({ fs, root: tree.root }, template.chart, {
      unpack: this.#tools.unpack,
      fetch: (repository, name, version) =>
        this.#dependency(cluster, { namespace: template.sourceRef.namespace, repository, name, version }),
    })
    const merged = withValuesFiles(chart, template, {
      read: (path) => {
        const at = secureJoin(tree.root, path)
        const data = fs.stat(at)?.kind === 'file' ? fs.readFile(at) : undefined
        return data === undefined ? undefined : { text: decodeText(data) }
      },
      missing: (path) => `no values file found at path '/${secureJoin('', path)}' (reference '${path}')`,
    })
    const isHere = this.#sources.directoryOf(cluster, template.sourceRef) !== undefined
    return {
      chart: withPackedVersion(merged, template, { tree }),
      files,
      id: `folder-${++this.#folders}`,
      ...(isHere
        ? { folder: secureJoin(tree.root, template.chart), root: tree.root }
        : unverified(getIn(source, ['spec', 'verify']), describe(template.sourceRef))),
    }
  }

  async #fromArtifact(cluster: string, ref: ObjectRef, reads: ReadLog): Promise<LoadedChart> {
    const tree = await this.#generated.open(cluster, ref, reads)
    try {
      const { chart, files, base } = loadPackedTree(tree, this.#tools.unpack)
      const revision = tree.revision?.() ?? ''
      const named = revision.includes(':')
        ? withVersion(chart, versionWithDigest(chart.metadata.version, revision))
        : chart
      const origin = tree.originOf(`${base}/Chart.yaml`)
      const isHere = origin !== undefined && isWithin(this.#fleet.root, origin)
      return { chart: named, files, id: `folder-${++this.#folders}`, ...(isHere ? { folder: dirname(origin) } : {}) }
    } catch (error) {
      if (error instanceof HelmError) throw new HelmError(`${describe(ref)}: could not load chart: ${error.message}`)
      throw error
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
      { what: `dependency '${name}' ${version} of ${shownUrl(repository)}`, source },
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

/** How often a repository is looked into, in milliseconds, as its object says. */
function intervalOf(source: KubeObject): number | undefined {
  return parseDuration(getString(source, 'spec', 'interval') ?? '')
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

function withVersion(chart: Chart, version: VersionResult): Chart {
  if ('error' in version) throw new HelmError(version.error)
  return { ...chart, metadata: { ...chart.metadata, version: version.version } }
}

/**
 * The chart with the version under which source-controller packs it.
 * @param from the tree that it is in, or the version that its repository gives it, which may not be its own.
 */
function withPackedVersion(
  chart: Chart,
  template: ChartTemplate,
  from: { readonly tree: ChartTree } | { readonly version: string },
): Chart {
  const { reconcileStrategy, generation = 1 } = template
  const valuesFiles = mergedValuesFiles(template)
  const isLocal = 'tree' in from
  if (!isLocal && valuesFiles.length === 0) return chart
  const version = packedChartVersion(isLocal ? chart.metadata.version : from.version, {
    ...{ reconcileStrategy, valuesFiles, isLocal, generation },
    revision: isLocal && reconcileStrategy === 'Revision' ? from.tree.revision?.() : undefined,
  })
  return withVersion(chart, version)
}

/** A chart that is there although its signature was not looked at. */
function unverified(verify: JsonValue | undefined, what: string): Pick<LoadedChart, 'unchecked'> {
  if (!isObject(verify)) return {}
  // Only those of GitRepositories have a mode.
  const kind = getString(verify, 'mode') !== undefined ? 'PGP' : getString(verify, 'provider') || 'cosign'
  const how = kind === 'cosign' && getIn(verify, ['secretRef']) === undefined ? 'cosign without keys' : kind
  return {
    unchecked: `${what}: the signature was not verified (${how}; Fluxkit checks those of cosign by keys that it can read): the controller refuses a chart that is not signed as spec.verify asks`,
  }
}

/** The cloud whose identity a source logs in with. */
function cloudOf(source: KubeObject): string | undefined {
  const provider = getString(source, 'spec', 'provider') ?? ''
  return provider === '' || provider === 'generic' ? undefined : provider
}

/** True when a login may have been missing. */
function isRefusal({ message }: ChartError): boolean {
  return /\b(?:401|403)\b/.test(message)
}

function nameFault(name: string): string {
  if (name === '') return 'no name set for remote chart reference'
  return `invalid chart name '${name}': a valid name must be lower case letters and numbers and MAY be separated with dashes (-), slashes (/) or periods (.)`
}
