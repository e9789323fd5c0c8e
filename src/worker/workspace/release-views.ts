import { decodeText, getIn, isObject, type ObjectRef, type Problem } from '../../base/index.ts'
import { type FleetRelease, listReleases } from '../../fleet/index.ts'
import type { RenderedRelease } from '../../fleet/releases/index.ts'
import { chartOfRelease, type ReleasedObject } from '../../flux/index.ts'
import type { ChartTarget } from '../../language/index.ts'
import type {
  BuildAnswer,
  BuildOriginAnswer,
  BuildPlaceParams,
  ChartFileParams,
  FleetObject,
  FleetWorkload,
  SourceLocation,
  TextAnswer,
  WorkloadParams,
} from '../../protocol/index.ts'
import { stringifyYaml } from '../../yaml/index.ts'
import { UserError } from '../dispatch.ts'
import type { Releases } from '../releases/releases.ts'
import { withoutSecrets } from '../secrets.ts'
import { placeIn } from './build-place.ts'
import { chartFileOf, chartPlace } from './chart-place.ts'
import type { Folder } from './folder.ts'
import { originAnswer } from './release-origin.ts'

const prefix = 'HelmRelease:'

/** A release among the workloads of a fleet. */
export interface FoundRelease {
  readonly folder: Folder
  readonly release: FleetRelease
  readonly params: WorkloadParams
}

/** True for the workload ids of HelmReleases; those of Kustomizations are ids of the fleet. */
export function isReleaseId(workload: string): boolean {
  return workload.startsWith(prefix)
}

/** The workload id of a HelmRelease, by its id in the fleet. */
export function releaseWorkload(id: string): string {
  return `${prefix}${id}`
}

/** A place in the chart of a release in the terms of editors, once the chart is loaded. */
export function releaseChartPlace(folder: Folder, { release: ref, ...place }: ChartTarget): SourceLocation | undefined {
  const release = folder.release(ref)
  if (release === undefined) return undefined
  const params = { fleetCluster: `${folder.root}#${release.cluster}`, workload: releaseWorkload(release.id) }
  return chartPlace(folder, params, folder.releases?.state(release.id)?.loaded, place)
}

/** The HelmReleases of the fleet in the shapes that views ask for. */
export class ReleaseViews {
  readonly #releases: Releases

  constructor(releases: Releases) {
    this.#releases = releases
  }

  /** The releases of an entry point, as far as they are known: nothing is rendered for it. */
  workloads(folder: Folder, cluster: string): readonly FleetWorkload[] {
    const own = releasesOf(folder).filter((release) => release.cluster === cluster)
    const byRef = new Map(own.map((release) => [`${release.ref.namespace ?? ''}/${release.ref.name}`, release]))
    return own.map((release) => workloadOf(folder, release, byRef))
  }

  find(folder: Folder, params: WorkloadParams): FoundRelease {
    const id = params.workload.slice(prefix.length)
    const release = releasesOf(folder).find((each) => each.id === id)
    if (release === undefined) throw new UserError(`the workspace no longer declares HelmRelease ${id}`)
    return { folder, release, params }
  }

  /** The release of this name, in any entry point. */
  named(folder: Folder, { kind, name, namespace }: ObjectRef): FleetRelease | undefined {
    if (kind !== 'HelmRelease') return undefined
    return releasesOf(folder).find(({ ref }) => ref.name === name && ref.namespace === namespace)
  }

  /** What a release was last seen to make; empty before its first render. */
  objects({ folder, release, params }: FoundRelease): readonly FleetObject[] {
    const state = folder.releases?.state(release.id)
    return (state?.made ?? []).map(({ ref, template }) => {
      const location = chartPlace(folder, params, state?.loaded, { path: template }) ?? folder.locate(release.locate())
      return { ref, ...(location === undefined ? {} : { location }) }
    })
  }

  async build(found: FoundRelease): Promise<BuildAnswer> {
    const { folder } = found
    const rendered = await this.rendered(found)
    return {
      text: rendered.mask(rendered.objects.map(documentText).join('')),
      problems: rendered.problems.map(({ severity, message, location }) => {
        const place = folder.locate(location)
        return { severity, message, ...(place === undefined ? {} : { location: place }) }
      }),
    }
  }

  /** What set the field under a place of a rendered document. */
  async origin(found: FoundRelease, place: BuildPlaceParams): Promise<BuildOriginAnswer | null> {
    const at = placeIn(place)
    if (at === undefined) return null
    const rendered = await this.#releases.traced(found.folder, found.release)
    const object = rendered.objects.find((each) => at.isOf(each.object))
    return object === undefined ? null : originAnswer(found, rendered, { object, path: at.path })
  }

  /** A file of the chart of a release. */
  async chartFile(found: FoundRelease, { path }: ChartFileParams): Promise<TextAnswer> {
    const { loaded } = await this.rendered(found)
    const file = loaded === undefined ? undefined : chartFileOf(loaded.chart, path, loaded.files)
    if (file === undefined) throw new UserError(`the chart of ${found.release.ref.name} has no file ${path} now`)
    return { text: decodeText(file.data) }
  }

  /** The rendered objects of a release. */
  rendered({ folder, release }: FoundRelease): Promise<RenderedRelease> {
    return this.#releases.rendered(folder, release)
  }
}

function releasesOf(folder: Folder): readonly FleetRelease[] {
  return folder.releases === undefined ? listReleases(folder.fleet) : [...folder.releases.releases().values()]
}

function workloadOf(folder: Folder, release: FleetRelease, siblings: ReadonlyMap<string, FleetRelease>): FleetWorkload {
  const { ref, object, owner } = release
  const problems = problemsOf(folder, release)
  const location = folder.locate(release.locate())
  const chart = chartOfRelease(object)
  const source = chart === undefined ? undefined : chart.type === 'template' ? chart.template.sourceRef : chart.ref
  return {
    id: releaseWorkload(release.id),
    ref,
    detail: chartText(folder, release),
    ...(owner === undefined ? {} : { parent: owner }),
    ...(source === undefined ? {} : { source }),
    dependsOn: dependencies(release).flatMap((key) => {
      const sibling = siblings.get(key)
      return sibling === undefined ? [] : [releaseWorkload(sibling.id)]
    }),
    suspended: getIn(object, ['spec', 'suspend']) === true,
    ...(location === undefined ? {} : { location }),
    errors: problems.filter(({ severity }) => severity === 'error').length,
    warnings: problems.filter(({ severity }) => severity === 'warning').length,
  }
}

/** The chart and its version: the one that was found, else the one that is asked for. */
function chartText(folder: Folder, { id, object }: FleetRelease): string {
  const found = folder.releases?.state(id)?.chart
  if (found !== undefined) return `${found.name} ${found.version}`
  const chart = chartOfRelease(object)
  if (chart === undefined) return ''
  if (chart.type === 'reference') return `${chart.ref.kind}/${chart.ref.name}`
  const { version } = chart.template
  return `${chart.template.chart}${version === '*' ? '' : ` ${version}`}`
}

/** What is wrong with a release: its render, and the findings inside the document that declares it; each once. */
function problemsOf(folder: Folder, release: FleetRelease): readonly Problem[] {
  const found = new Map<string, Problem>()
  const add = (problem: Problem): void => {
    found.set(`${problem.code} ${problem.message}`, problem)
  }
  for (const problem of folder.releases?.state(release.id)?.problems ?? []) add(problem)
  const declared = release.locate()
  const range = declared?.range
  if (declared !== undefined && range !== undefined) {
    for (const problem of folder.linter.lintFile(declared.path)) {
      const start = problem.location?.range?.start
      if (start !== undefined && start >= range.start && start < range.end) add(problem)
    }
  }
  return [...found.values()]
}

/** `namespace/name` of what a release waits for. */
function dependencies({ ref, object }: FleetRelease): readonly string[] {
  const list = getIn(object, ['spec', 'dependsOn'])
  if (!Array.isArray(list)) return []
  return list
    .filter(isObject)
    .map(({ name, namespace }) => `${String(namespace ?? ref.namespace ?? '')}/${String(name)}`)
}

function documentText({ path, object }: ReleasedObject): string {
  return `---\n${path === '' ? '' : `# Source: ${path}\n`}${stringifyYaml(withoutSecrets(object))}`
}
