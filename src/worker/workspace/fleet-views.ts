import { basename, type ObjectRef, type Problem } from '../../base/index.ts'
import type { FleetKustomization, Rendered } from '../../fleet/index.ts'
import type { RenderedRelease } from '../../fleet/releases/index.ts'
import { fluxKindOf } from '../../flux/index.ts'
import {
  type BuildAnswer,
  type BuildOriginAnswer,
  type BuildPlaceParams,
  type ChartFileParams,
  type FleetCluster,
  type FleetObject,
  type FleetSource,
  type FleetWorkload,
  type Graph,
  type GraphEdge,
  type GraphNode,
  objectId,
  type SourceLocation,
  type TextAnswer,
  type WorkloadParams,
} from '../../protocol/index.ts'
import { stringifyYaml } from '../../yaml/index.ts'
import { UserError } from '../dispatch.ts'
import { withoutSecrets } from '../secrets.ts'
import { originAt } from './build-place.ts'
import type { Folder } from './folder.ts'
import { refOfObject } from './refs.ts'
import { type FoundRelease, isReleaseId, type ReleaseViews, releaseWorkload } from './release-views.ts'
import type { Workspace } from './workspace.ts'

/** The fleet model in the shapes that views ask for. Ids hold the folder's root, since a workspace may have several. */
export class FleetViews {
  readonly #workspace: Workspace
  readonly #releases: ReleaseViews

  constructor(workspace: Workspace, releases: ReleaseViews) {
    this.#workspace = workspace
    this.#releases = releases
  }

  /** Every entry point; what no entry point reaches comes last, under a name that says so. */
  tree(): readonly FleetCluster[] {
    this.#workspace.flush()
    return this.#workspace.folders.flatMap((folder) => {
      const { fleet } = folder
      const clusters = fleet.clusters().map((cluster) => this.#cluster(folder, cluster.name, cluster.entryPath))
      const lost = this.#cluster(folder, '-', '')
      return lost.workloads.length + lost.sources.length === 0 ? clusters : [...clusters, lost]
    })
  }

  objects(params: WorkloadParams): readonly FleetObject[] {
    const release = this.findRelease(params)
    if (release !== undefined) return this.#releases.objects(release)
    const { folder, kustomization } = this.#find(params)
    const rendered = folder.fleet.build(kustomization.id)
    return (rendered?.objects ?? []).map(({ object, origins }) => {
      const ref = refOfObject(object)
      const location = this.#declaration(folder, ref, kustomization.cluster, origins[0])
      return { ref, ...(location === undefined ? {} : { location }) }
    })
  }

  /** The manifests of a workload for reading: values of Secrets are masked. */
  async build(params: WorkloadParams): Promise<BuildAnswer> {
    const release = this.findRelease(params)
    if (release !== undefined) return this.#releases.build(release)
    const { folder, kustomization } = this.#find(params)
    const rendered = buildOf(folder, kustomization)
    return {
      text: rendered.objects.map(({ object }) => stringifyYaml(withoutSecrets(object))).join('---\n'),
      problems: rendered.problems.map(({ severity, message, location }) => {
        const place = folder.locate(location)
        return { severity, message, ...(place === undefined ? {} : { location: place }) }
      }),
    }
  }

  /** What set the field under a place of a rendered document. */
  async origin(params: BuildPlaceParams): Promise<BuildOriginAnswer | null> {
    const release = this.findRelease(params)
    if (release !== undefined) return this.#releases.origin(release, params)
    const { folder, kustomization } = this.#find(params)
    return originAt(folder, buildOf(folder, kustomization), params)
  }

  /** A file of the chart of a HelmRelease. */
  async chartFile(params: ChartFileParams): Promise<TextAnswer> {
    const release = this.findRelease(params)
    if (release === undefined) throw new UserError(`${params.workload} is no HelmRelease`)
    return this.#releases.chartFile(release, params)
  }

  /** The HelmRelease behind the id of a workload; `undefined` for a Kustomization. */
  findRelease(params: WorkloadParams): FoundRelease | undefined {
    return isReleaseId(params.workload)
      ? this.#releases.find(this.entry(params.fleetCluster).folder, params)
      : undefined
  }

  /** The rendered objects of a workload; refused when the build has errors. */
  rendered(params: WorkloadParams): { readonly rendered: Rendered; readonly kustomization: FleetKustomization } {
    const { folder, kustomization } = this.#find(params)
    const rendered = buildOf(folder, kustomization)
    refuseErrors(rendered.problems)
    return { rendered, kustomization }
  }

  /** The rendered objects of a HelmRelease, likewise; `undefined` for a Kustomization. */
  async renderedRelease(params: WorkloadParams): Promise<RenderedRelease | undefined> {
    const release = this.findRelease(params)
    if (release === undefined) return undefined
    const rendered = await this.#releases.rendered(release)
    refuseErrors(rendered.problems)
    return rendered
  }

  /** The folder and the entry point behind the id of a fleet cluster. */
  entry(id: string): { readonly folder: Folder; readonly cluster: string } {
    this.#workspace.flush()
    const split = id.lastIndexOf('#')
    const folder = this.#workspace.folders.find(({ root }) => root === id.slice(0, split))
    if (folder === undefined) throw new UserError(`no folder of this workspace is called ${id.slice(0, split)}`)
    return { folder, cluster: id.slice(split + 1) }
  }

  locate(ref: ObjectRef): readonly SourceLocation[] {
    this.#workspace.flush()
    const found = new Map<string, SourceLocation>()
    for (const folder of this.#workspace.folders) {
      for (const { name } of folder.fleet.clusters()) {
        const place = this.#declaration(folder, ref, name, undefined)
        if (place !== undefined) found.set(JSON.stringify(place), place)
      }
      if (found.size === 0) {
        const place = this.#declaration(folder, ref, undefined, undefined)
        if (place !== undefined) found.set(JSON.stringify(place), place)
      }
    }
    return [...found.values()]
  }

  findWorkload(ref: ObjectRef): WorkloadParams | null {
    this.#workspace.flush()
    for (const folder of this.#workspace.folders) {
      const match = folder.fleet.kustomizations().find((candidate) => objectId(candidate.ref) === objectId(ref))
      if (match !== undefined) return { fleetCluster: clusterId(folder, match.cluster), workload: match.id }
      const release = this.#releases.named(folder, ref)
      if (release !== undefined)
        return { fleetCluster: clusterId(folder, release.cluster), workload: releaseWorkload(release.id) }
    }
    return null
  }

  /** Source → Kustomization → objects, as the files declare it. */
  graph(id: string): Graph {
    const { folder, cluster } = this.entry(id)
    const { name, workloads, sources } = this.#cluster(folder, cluster, '')
    const nodes = new Map<string, GraphNode>()
    const edges: GraphEdge[] = []
    const add = (ref: ObjectRef, layer: GraphNode['layer'], detail: string): string => {
      const key = objectId(ref)
      if (!nodes.has(key)) nodes.set(key, { id: key, ref, layer, health: 'unknown', detail })
      return key
    }
    for (const { ref, detail } of sources) add(ref, 'source', detail)
    for (const { ref, detail } of workloads) add(ref, 'workload', detail)
    const byId = new Map(workloads.map((workload) => [workload.id, workload]))
    for (const workload of workloads) {
      const self = objectId(workload.ref)
      if (workload.source !== undefined)
        edges.push({ from: add(workload.source, 'source', ''), to: self, kind: 'feeds' })
      for (const dependency of workload.dependsOn) {
        const target = byId.get(dependency)
        if (target !== undefined) edges.push({ from: objectId(target.ref), to: self, kind: 'after' })
      }
      for (const ref of this.#madeBy(folder, { fleetCluster: id, workload: workload.id })) {
        if (fluxKindOf(ref)?.role === 'source') continue
        edges.push({ from: self, to: add(ref, 'object', ref.kind), kind: 'applies' })
      }
    }
    return { title: `${name} (declared)`, nodes: [...nodes.values()], edges }
  }

  /** What a workload puts into the cluster; of a release what is known without rendering it. */
  #madeBy(folder: Folder, params: WorkloadParams): readonly ObjectRef[] {
    if (!isReleaseId(params.workload)) {
      return (folder.fleet.build(params.workload)?.objects ?? []).map(({ object }) => refOfObject(object))
    }
    return this.#releases.objects(this.#releases.find(folder, params)).map(({ ref }) => ref)
  }

  #cluster(folder: Folder, name: string, path: string): FleetCluster {
    const { fleet } = folder
    const kustomizations = fleet.kustomizations().filter(({ cluster }) => cluster === name)
    return {
      id: clusterId(folder, name),
      name: name === '-' ? 'Not reached by any entry point' : name,
      ...(this.#workspace.folders.length > 1 ? { folder: basename(folder.root) } : {}),
      path,
      workloads: [
        ...kustomizations.map((kustomization) => this.#workload(folder, kustomization, kustomizations)),
        ...this.#releases.workloads(folder, name),
      ],
      sources: fleet
        .sources()
        .filter(({ cluster }) => cluster === name)
        .map(({ id, ref, url, declared }): FleetSource => {
          const location = folder.locate(declared)
          return { id, ref, detail: url ?? '', ...(location === undefined ? {} : { location }) }
        }),
    }
  }

  #workload(folder: Folder, kustomization: FleetKustomization, siblings: readonly FleetKustomization[]): FleetWorkload {
    const { id, ref, object, source, path, parent, declared } = kustomization
    const problems = problemsOf(folder, kustomization)
    const spec = object['spec'] as { suspend?: unknown; dependsOn?: unknown } | undefined
    const location = folder.locate(declared)
    const sourceRef = 'ref' in source ? source.ref : undefined
    return {
      id,
      ref,
      detail: path === '.' || path === '' ? './' : `./${path.replace(/^\.?\//, '')}`,
      ...(parent === undefined ? {} : { parent }),
      ...(sourceRef === undefined ? {} : { source: sourceRef }),
      dependsOn: dependencies(kustomization, siblings),
      suspended: spec?.suspend === true,
      ...(location === undefined ? {} : { location }),
      errors: problems.filter(({ severity }) => severity === 'error').length,
      warnings: problems.filter(({ severity }) => severity === 'warning').length,
    }
  }

  #find({ fleetCluster, workload }: WorkloadParams): { folder: Folder; kustomization: FleetKustomization } {
    const { folder } = this.entry(fleetCluster)
    const kustomization = folder.fleet.kustomization(workload)
    if (kustomization === undefined) throw new UserError(`the workspace no longer declares ${workload}`)
    return { folder, kustomization }
  }

  #declaration(
    folder: Folder,
    ref: ObjectRef,
    cluster: string | undefined,
    origin: Rendered['objects'][number]['origins'][number] | undefined,
  ): SourceLocation | undefined {
    const { fleet } = folder
    return (
      folder.locate(origin === undefined ? undefined : fleet.originLocation(origin)) ??
      folder.locate(fleet.declarationOf(ref, cluster))
    )
  }
}

/** @throws UserError with every error among the problems. */
function refuseErrors(problems: readonly Problem[]): void {
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new UserError(errors.map(({ message }) => message).join('; '))
}

/** What a Kustomization builds to; refused when its files are not in this workspace. */
function buildOf({ fleet }: Folder, { id, ref, source }: FleetKustomization): Rendered {
  const where = 'url' in source && source.url !== undefined ? ` (${source.url})` : ''
  if (source.type === 'external') throw new UserError(`${ref.name}: its source${where} is not in this workspace`)
  if (source.type === 'missing') throw new UserError(`${ref.name}: nothing declares its source`)
  const rendered = fleet.build(id)
  if (rendered === undefined) throw new UserError(`${ref.name}: it cannot be built from the files of this workspace`)
  return rendered
}

/** What is wrong with a Kustomization: its build, and the findings inside the document that declares it. */
function problemsOf({ fleet, linter }: Folder, { id, declared }: FleetKustomization): readonly Problem[] {
  const found = new Map<string, Problem>()
  const add = (problem: Problem): void => {
    found.set(JSON.stringify([problem.code, problem.message, problem.location]), problem)
  }
  for (const problem of fleet.build(id)?.problems ?? []) add(problem)
  const range = declared?.range
  if (declared !== undefined && range !== undefined) {
    for (const problem of linter.lintFile(declared.path)) {
      const start = problem.location?.range?.start
      if (start !== undefined && start >= range.start && start < range.end) add(problem)
    }
  }
  return [...found.values()]
}

function dependencies({ ref, object }: FleetKustomization, siblings: readonly FleetKustomization[]): readonly string[] {
  const list = (object['spec'] as { dependsOn?: unknown } | undefined)?.dependsOn
  if (!Array.isArray(list)) return []
  return list.flatMap((entry: unknown) => {
    const { name, namespace } = (typeof entry === 'object' && entry !== null ? entry : {}) as Record<string, unknown>
    const match = siblings.find(
      (other) => other.ref.name === name && other.ref.namespace === (namespace ?? ref.namespace),
    )
    return match === undefined ? [] : [match.id]
  })
}

function clusterId(folder: Folder, name: string): string {
  return `${folder.root}#${name}`
}
