import { getIn, type JsonValue, joinPath, type Location, relativePath } from '../../base/index.ts'
import type { PostRenderRun, ReleasedObject } from '../../flux/index.ts'
import {
  type Chart,
  type DocumentOrigins,
  type FieldOrigin,
  layersOf,
  type RenderedChart,
  type RenderTrace,
  type TemplatePlace,
  type ValuePath,
  type ValueSetting,
  type ValuesLayer,
  valueAtPath,
} from '../../helm/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { parseDocuments, pathAt } from '../../yaml/index.ts'
import type { Fleet } from '../types.ts'
import type { LoadedChart } from './charts.ts'
import { CrdOrigins } from './crd-origins.ts'
import { releaseLayers } from './layers.ts'
import type { FleetRelease } from './list.ts'

/** What gave a field of a released object its value. */
export interface FieldSource {
  /** Where the template wrote it; of a field that was changed later, what was there before. */
  readonly origin: FieldOrigin | undefined
  /** What changed or added it after the chart was rendered. */
  readonly changedBy: 'postRenderers' | 'commonMetadata' | 'helm-controller' | undefined
  /** Where the HelmRelease says so. */
  readonly changedAt: Location | undefined
}

type ChartDependency = Chart['metadata']['dependencies'][number]

interface Rendering {
  readonly loaded: LoadedChart
  readonly rendered: RenderedChart
  readonly trace: RenderTrace
  readonly runs: readonly PostRenderRun[]
}

/** The origins of the fields of a rendered HelmRelease: templates, layers of values, post-renderers. */
export class ReleaseOrigins {
  readonly #fleet: Fleet
  readonly #release: FleetRelease
  readonly #rendering: Rendering
  readonly #documents = new Map<ReleasedObject, DocumentOrigins | undefined>()
  readonly #crds: CrdOrigins
  #layers: readonly ValuesLayer[] | undefined

  constructor(fleet: Fleet, release: FleetRelease, rendering: Rendering) {
    this.#fleet = fleet
    this.#release = release
    this.#rendering = rendering
    this.#crds = new CrdOrigins(rendering.rendered.crds)
  }

  /** What gave a field its value, by its path in the released object; of a CRD, the place in its file. */
  of(released: ReleasedObject, path: ValuePath): FieldSource {
    const { object, role } = released
    const document = this.#document(released)
    const origin = document?.of(path)
    const value = getIn(object, path)
    if (role === 'crd' && !isOwnLabel(path)) {
      return { origin: this.#crds.of(released.path, object, path), changedBy: undefined, changedAt: undefined }
    }
    if (origin !== undefined && (!isScalar(value) || isSame(value, document?.textOf(path)))) {
      return { origin, changedBy: undefined, changedAt: undefined }
    }
    return { origin, ...this.#changed(object, path) }
  }

  #document(released: ReleasedObject): DocumentOrigins | undefined {
    if (this.#documents.has(released)) return this.#documents.get(released)
    const { path, object, role } = released
    const document = role === 'crd' ? undefined : this.#rendering.trace.document({ path, object })
    this.#documents.set(released, document)
    return document
  }

  /** What the layers of values say about a value, the lowest first. */
  settings(path: ValuePath): ValueSetting[] {
    const { trace, rendered } = this.#rendering
    this.#layers ??= [
      ...trace.chartLayers.map((layer) => this.#here(layer)),
      ...releaseLayers(this.#fleet, this.#release),
    ]
    return layersOf(this.#layers, path, valueAtPath(rendered.values, path))
  }

  /** Where a template is in the workspace; `undefined` for charts from elsewhere. */
  locate({ chart, file, range }: TemplatePlace): Location | undefined {
    const path = this.#pathOf(chart, file)
    return path === undefined ? undefined : { path, range }
  }

  #changed(object: KubeObject, path: ValuePath): Pick<FieldSource, 'changedBy' | 'changedAt'> {
    const release = this.#release
    const at = (...field: (string | number)[]): Location | undefined => release.locate(field)
    if (isOwnLabel(path)) return { changedBy: 'helm-controller', changedAt: undefined }
    const common = path[0] === 'metadata' ? ['spec', 'commonMetadata', ...path.slice(1)] : []
    if (common.length > 0 && getIn(release.object, common.map(String)) !== undefined) {
      return { changedBy: 'commonMetadata', changedAt: at(...common) }
    }
    if (path.join('.') === 'metadata.namespace') return { changedBy: 'helm-controller', changedAt: undefined }
    return { changedBy: 'postRenderers', changedAt: at('spec', 'postRenderers', ...this.#entry(object, path)) }
  }

  /** The patch or image of the post-renderers that set a field last: the path below `spec.postRenderers`. */
  #entry({ kind, metadata }: KubeObject, path: ValuePath): (string | number)[] {
    for (const { renderer, text, objects } of this.#rendering.runs.toReversed()) {
      const same = objects.find((each) => each.object.kind === kind && each.object.metadata.name === metadata.name)
      const change = same?.originOf?.(path)
      if (renderer === undefined || change?.range === undefined || !change.path.endsWith('/kustomization.yaml'))
        continue
      const root = parseDocuments(text).documents[0]?.root
      const [field, index] = root === undefined ? [] : (pathAt(root, change.range.start)?.path ?? [])
      if ((field === 'patches' || field === 'images') && index !== undefined) {
        return [renderer, 'kustomize', field, index]
      }
    }
    return []
  }

  /** The layer with its places in the workspace, where its file is there. */
  #here(layer: ValuesLayer): ValuesLayer {
    const { chart, file, locate } = layer
    if (chart === undefined || locate === undefined || file === undefined) return layer
    const path = layer.kind === 'valuesFile' ? this.#valuesFile(file) : this.#pathOf(chart, file)
    if (path === undefined) return layer
    return {
      ...layer,
      // Read only when somebody asks.
      get values() {
        return layer.values
      },
      locate: (steps) => {
        const place = locate(steps)
        return place === undefined ? undefined : { ...place, location: { path, range: place.range } }
      },
    }
  }

  /** Relative to the workspace. */
  #valuesFile(file: string): string | undefined {
    const { root } = this.#rendering.loaded
    return root === undefined ? undefined : this.#existing(joinPath(root, file))
  }

  #pathOf(chart: string, file: string): string | undefined {
    const { loaded } = this.#rendering
    if (loaded.folder === undefined) return undefined
    let folder = loaded.folder
    let current: Chart | undefined = loaded.chart
    for (const name of chart.split('/charts/').slice(1)) {
      const declared: ChartDependency | undefined = current?.metadata.dependencies.find(
        (each) => each.alias === name || each.name === name,
      )
      const own: string = declared?.name ?? name
      const local = declared?.repository.startsWith('file://') ? declared.repository.slice('file://'.length) : undefined
      const inside = joinPath(folder, 'charts', own)
      const isInside = this.#fleet.fs.stat(inside)?.kind === 'directory'
      if (!isInside && local === undefined) return undefined
      folder = isInside || local === undefined ? inside : joinPath(folder, local)
      current = current?.dependencies.find((each) => each.metadata.name === own)
    }
    return this.#existing(joinPath(folder, file))
  }

  #existing(path: string): string | undefined {
    const { root, fs } = this.#fleet
    return path.startsWith(`${root}/`) && fs.stat(path)?.kind === 'file' ? relativePath(root, path) : undefined
  }
}

/** Labels that every object of a release has. */
function isOwnLabel(path: ValuePath): boolean {
  return path[1] === 'labels' && typeof path[2] === 'string' && path[2].startsWith('helm.toolkit.fluxcd.io/')
}

function isScalar(value: JsonValue | undefined): boolean {
  return typeof value !== 'object' || value === null
}

/** Whether a template's text is a value of the object: numbers and booleans have several spellings. */
function isSame(value: JsonValue | undefined, text: string | undefined): boolean {
  if (text === undefined) return value === null
  if (typeof value === 'string') return value === text
  if (typeof value === 'number' || typeof value === 'bigint') return Number(text.replaceAll('_', '')) === Number(value)
  if (typeof value === 'boolean') return /^(y|yes|true|on)$/i.test(text) === value
  return value === null && /^(null|~|)$/i.test(text)
}
