import type { JsonValue, Location, ObjectRef, Problem, Severity } from '../../base/index.ts'
import { type ReleasedObject, valuesReferences } from '../../flux/index.ts'
import { type FieldOrigin, HelmError } from '../../helm/index.ts'
import { type KubeObject, refOf } from '../../kube/index.ts'
import { ChartError } from '../../source/index.ts'
import type { FieldPath } from '../node.ts'
import type { Fleet } from '../types.ts'
import { type ChartValues, readChartValues } from './chart-values.ts'
import type { LoadedChart } from './charts.ts'
import { type FleetRelease, findObject, listReleases } from './list.ts'
import { ObjectTexts } from './object-text.ts'
import { chartField, placeProblem, type ReleaseProblem } from './problems.ts'
import { ReleaseRenderer, type ReleaseTools, type RenderedRelease } from './render.ts'
import { setValueLocation } from './value-location.ts'

/** Something that is wrong with an object that a chart made. */
export interface ObjectFinding {
  readonly code: string
  readonly severity: Severity
  readonly message: string
  /** Path in the object. */
  readonly path: FieldPath
}

export interface ReleaseStoreOptions {
  /** Looks at each object of a release after it was rendered. */
  readonly inspect?: (object: KubeObject) => readonly ObjectFinding[]
  /** How much of rendered objects is kept, in characters; what was not asked for longest is rendered again on demand. */
  readonly maxObjects?: number
}

/** What is known of a release: the outcome of its last render. */
export interface ReleaseState {
  readonly chart: RenderedRelease['chart']
  readonly loaded: LoadedChart | undefined
  /** By severity as editors show it: what may be no fault is no error. */
  readonly problems: readonly ReleaseProblem[]
  /** What it puts into the cluster, without the objects themselves. */
  readonly made: readonly { readonly ref: ObjectRef; readonly template: string }[]
}

interface Entry {
  readonly parts: readonly (string | number)[]
  readonly chartId: string | undefined
  readonly state: ReleaseState
}

const defaultMaxObjects = 48_000_000

/**
 * The releases of a fleet as they were last rendered. A release is rendered again when its object, its chart, an object
 * that its values come from or a definition is another, and only then. Nothing is rendered by asking, but for `objects`.
 */
export class ReleaseStore {
  readonly #fleet: Fleet
  readonly #options: ReleaseStoreOptions
  readonly #texts = new ObjectTexts()
  readonly #renderer: ReleaseRenderer
  readonly #entries = new Map<string, Entry>()
  /** Least recently used first. */
  readonly #objects = new Map<string, { readonly rendered: RenderedRelease; readonly size: number }>()
  readonly #chartValues = new WeakMap<LoadedChart, ChartValues>()
  #size = 0
  #traced: { readonly revision: number; readonly rendered: RenderedRelease } | undefined
  #revision = 0
  #renders = 0
  #list: { readonly revision: number; readonly releases: ReadonlyMap<string, FleetRelease> } | undefined
  #placed: { readonly key: string; readonly byPath: ReadonlyMap<string, readonly Problem[]> } | undefined

  constructor(fleet: Fleet, tools: ReleaseTools, options: ReleaseStoreOptions = {}) {
    this.#fleet = fleet
    this.#options = options
    this.#renderer = new ReleaseRenderer(fleet, tools, this.#texts)
  }

  /** Counts outcomes that differ from those before. */
  get revision(): number {
    return this.#revision
  }

  /** How many times a release was rendered, for tests. */
  get renders(): number {
    return this.#renders
  }

  /** The releases of the fleet as it is now, by id. */
  releases(): ReadonlyMap<string, FleetRelease> {
    const { revision } = this.#fleet
    if (this.#list?.revision !== revision) {
      this.#list = { revision, releases: new Map(listReleases(this.#fleet).map((each) => [each.id, each])) }
    }
    return this.#list.releases
  }

  /** Files (absolute paths) have changed on disk or in an editor. */
  touch(paths: readonly string[]): void {
    this.#renderer.charts.touch(paths)
  }

  /** The releases whose outcome is not known, or is that of other inputs. Forgets what is no longer declared. */
  stale(): readonly FleetRelease[] {
    const releases = this.releases()
    for (const id of this.#entries.keys()) {
      if (releases.has(id)) continue
      this.#entries.delete(id)
      this.#drop(id)
      this.#revision++
    }
    const keys = new Set<string>()
    const out = [...releases.values()].filter((release) => {
      const { parts, chartKey } = this.#inputs(release)
      if (chartKey !== undefined) keys.add(chartKey)
      return !this.#isCurrent(release.id, parts, chartKey)
    })
    this.#renderer.charts.retain(keys)
    return out
  }

  /** The outcome of the last render; `undefined` before the first one. */
  state(id: string): ReleaseState | undefined {
    return this.#entries.get(id)?.state
  }

  /** What the chart of a release says of its values, once it is loaded. */
  chartValues(id: string): ChartValues | undefined {
    const loaded = this.state(id)?.loaded
    if (loaded === undefined) return undefined
    const values = this.#chartValues.get(loaded) ?? readChartValues(loaded)
    this.#chartValues.set(loaded, values)
    return values
  }

  /** Where the releases whose chart is a folder (absolute) of the workspace set a value. */
  valueUses(folder: string, path: readonly string[]): readonly Location[] {
    return [...this.releases().values()].flatMap((release) => {
      if (this.state(release.id)?.loaded?.folder !== folder) return []
      return setValueLocation(this.#fleet, release, path) ?? []
    })
  }

  /** When (milliseconds of the host's clock) `renewCharts` has something to do; `undefined`: never. */
  nextRenewal(): number | undefined {
    return this.#renderer.charts.nextRenewal()
  }

  /**
   * Looks again which versions HelmRepositories and OCIRepositories have, those whose interval is over or all; releases
   * whose version is another now are stale then. @throws CancelledError
   */
  renewCharts(all = false): Promise<void> {
    return this.#renderer.charts.renew(all)
  }

  /** Starts to load the charts of releases; failures are told by their renders. */
  prepare(releases: readonly FleetRelease[]): Promise<void> {
    return this.#renderer.prepare(releases)
  }

  /** Renders a release. @throws CancelledError only. */
  async refresh(release: FleetRelease): Promise<RenderedRelease> {
    const { parts, chartKey } = this.#inputs(release)
    this.#renders++
    const rendered = await this.#renderer.render(release)
    const found = await this.#inspect(rendered)
    const chartId = chartKey === undefined ? undefined : this.#renderer.charts.loadedId(chartKey)
    this.#entries.set(release.id, { parts, chartId, state: stateOf(rendered, found) })
    this.#keep(release.id, rendered)
    this.#revision++
    return rendered
  }

  /** What a release renders to now. @throws CancelledError only. */
  async rendered(release: FleetRelease): Promise<RenderedRelease> {
    const { parts, chartKey } = this.#inputs(release)
    const known = this.#objects.get(release.id)
    if (known === undefined || !this.#isCurrent(release.id, parts, chartKey)) return this.refresh(release)
    this.#keep(release.id, known.rendered)
    return known.rendered
  }

  /**
   * What a release renders to now, with the origin of every field; places in it hold for the files as they are. The last
   * one is kept. @throws CancelledError only.
   */
  async traced(release: FleetRelease): Promise<RenderedRelease> {
    const { revision } = this.#fleet
    const { parts, chartKey } = this.#inputs(release)
    const known = this.#traced
    if (known?.revision === revision && known.rendered.release.id === release.id) {
      if (this.#isCurrent(release.id, parts, chartKey)) return known.rendered
    }
    const rendered = await this.#renderer.render(release, { trace: true })
    this.#traced = { revision, rendered }
    return rendered
  }

  /** The problems of all releases in a file, at their places in the files as they are now. */
  problems(path: string): readonly Problem[] {
    const key = `${this.#fleet.revision} ${this.#revision}`
    if (this.#placed?.key !== key) this.#placed = { key, byPath: this.#place() }
    return this.#placed.byPath.get(path) ?? []
  }

  /** The files (relative to the workspace) that problems of releases are in. */
  problemPaths(): readonly string[] {
    this.problems('')
    return [...this.#placed!.byPath.keys()]
  }

  #isCurrent(id: string, parts: Entry['parts'], chartKey: string | undefined): boolean {
    const entry = this.#entries.get(id)
    if (entry?.parts.length !== parts.length || !parts.every((part, i) => part === entry.parts[i])) return false
    return chartKey === undefined || this.#renderer.charts.isCurrent(chartKey, entry.chartId)
  }

  /** All that a render is made of, but for the content of the chart; texts are shared, so that equal ones are the same. */
  #inputs(release: FleetRelease): { readonly parts: Entry['parts']; readonly chartKey: string | undefined } {
    const { cluster, object } = release
    const parts: (string | number)[] = [this.#texts.of(object), this.#fleet.definitionsVersion]
    for (const { kind, name, namespace } of valuesReferences(object)) {
      const found = findObject(this.#fleet, cluster, { apiVersion: 'v1', kind, name, namespace })
      parts.push(found === undefined ? '' : this.#texts.of(found))
    }
    try {
      const { key } = this.#renderer.charts.plan(release)
      parts.push(key)
      return { parts, chartKey: key }
    } catch (error) {
      if (!(error instanceof HelmError || error instanceof ChartError)) throw error
      parts.push(error.message)
      return { parts, chartKey: undefined }
    }
  }

  /** What is wrong with the objects; those of a release that has something wrong are rendered again to say where. */
  async #inspect(rendered: RenderedRelease): Promise<readonly ReleaseProblem[]> {
    const { inspect } = this.#options
    if (inspect === undefined) return []
    const found = rendered.objects.map(({ object }) => inspect(object))
    if (!found.some((findings) => findings.length > 0)) return []
    const { objects, origins } = await this.#renderer.render(rendered.release, { trace: true })
    return rendered.objects.flatMap((released, i) => {
      const traced = objects[i]
      return found[i]!.map((finding) =>
        objectProblem(rendered.release, released, {
          finding: { ...finding, message: rendered.mask(finding.message) },
          origin: traced === undefined ? undefined : origins?.of(traced, finding.path).origin,
        }),
      )
    })
  }

  #place(): Map<string, readonly Problem[]> {
    const releases = this.releases()
    const out = new Map<string, Problem[]>()
    for (const [id, { state }] of this.#entries) {
      const release = releases.get(id)
      if (release === undefined) continue
      for (const problem of state.problems) {
        const { location, ...rest } = placeProblem(this.#fleet, release, problem, state.loaded)
        if (location === undefined) continue
        const list = out.get(location.path)
        const full: Problem & { readonly location: Location } = { ...rest, location }
        if (list === undefined) out.set(location.path, [full])
        else list.push(full)
      }
    }
    return out
  }

  #keep(id: string, rendered: RenderedRelease): void {
    const size = this.#objects.get(id)?.rendered === rendered ? this.#objects.get(id)!.size : sizeOf(rendered.objects)
    this.#drop(id)
    this.#objects.set(id, { rendered, size })
    this.#size += size
    const limit = this.#options.maxObjects ?? defaultMaxObjects
    for (const oldest of this.#objects.keys()) {
      if (this.#size <= limit || oldest === id) break
      this.#drop(oldest)
    }
  }

  #drop(id: string): void {
    this.#size -= this.#objects.get(id)?.size ?? 0
    this.#objects.delete(id)
  }
}

function stateOf(
  { chart, loaded, problems, objects }: RenderedRelease,
  found: readonly ReleaseProblem[],
): ReleaseState {
  const made = objects.map(({ path, object }) => ({ template: path, ref: refOf(object) }))
  return { chart, loaded, made, problems: [...problems.map(asShown), ...found] }
}

/** A finding at the value that the field is made of, else at the chart, with the line of the template. */
function objectProblem(
  release: FleetRelease,
  { path, object }: ReleasedObject,
  { finding, origin }: { readonly finding: ObjectFinding; readonly origin: FieldOrigin | undefined },
): ReleaseProblem {
  const { code, severity } = finding
  // Messages quote values.
  const message = object.kind === 'Secret' ? `${finding.path.join('.')} is not valid` : finding.message
  const line = origin?.through.at(-1) ?? origin?.template
  const place = line === undefined ? path : `${line.path}:${line.line}`
  const value = origin?.values[0]?.path.map(String)
  return {
    code,
    severity,
    message: `${object.kind}/${object.metadata.name}${place === '' ? '' : ` (${place})`}: ${message}`,
    field: chartField(release.object),
    ...(value === undefined ? {} : { value }),
    ...(path === '' ? {} : { template: { path: line?.path ?? path, line: line?.line ?? 1 } }),
  }
}

/** What may well be right in the cluster is no error: nobody should have to silence it. */
function asShown(problem: ReleaseProblem): ReleaseProblem {
  const { doubt, code } = problem
  if (doubt === undefined) return problem
  if (doubt === 'unavailable' || code === 'helm/values-unknown') return { ...problem, severity: 'hint' }
  const message =
    doubt === 'values' ? `${problem.message}\n(not all values can be known here, so it may be right)` : problem.message
  return { ...problem, message, severity: 'warning' }
}

/** About how many characters the objects are as JSON. */
function sizeOf(objects: readonly ReleasedObject[]): number {
  let size = 0
  const pending: JsonValue[] = objects.map(({ object }) => object)
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === 'string') size += next.length
    else if (typeof next !== 'object' || next === null) size += 4
    else if (Array.isArray(next)) for (const item of next) pending.push(item)
    else {
      for (const key of Object.keys(next)) {
        size += key.length + 8
        pending.push(next[key]!)
      }
    }
  }
  return size
}
