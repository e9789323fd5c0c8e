import type { Cancellation, Problem, TextRange } from '../base/index.ts'
import type { KubeObject } from '../kube/index.ts'
import type { YamlNode } from '../yaml/index.ts'

/** One step that produced (part of) a rendered object. */
export interface OriginStep {
  /** What acted: `resource`, `patch`, `namePrefix`, `images`, `configMapGenerator`, `substitute`, `spec.patches`, … */
  readonly step: string
  /** Absolute path of the file that asked for it. */
  readonly path: string
  readonly range?: TextRange
}

/** A rendered object with its origin: where it was read, and every step that changed it. */
export interface RenderedObject {
  /** As output; `toObject()` is the plain JSON of it. Treat as immutable. */
  readonly node: YamlNode
  readonly object: KubeObject
  /** The first is the file (and document) or generator that the object comes from. */
  readonly origins: readonly OriginStep[]
  /** The step that set a field of the output; falls back to the object's own first origin. */
  originOf(path: readonly (string | number)[]): OriginStep | undefined
}

/** A chart that a kustomization wants to be rendered (`helmCharts`, `HelmChartInflationGenerator`). */
export interface HelmInflation {
  readonly name: string
  readonly version: string
  readonly repo: string
  readonly releaseName: string
  readonly namespace: string
  readonly nameTemplate: string
  readonly kubeVersion: string
  readonly apiVersions: readonly string[]
  readonly includeCRDs: boolean
  readonly skipHooks: boolean
  readonly skipTests: boolean
  readonly devel: boolean
  /** Absolute directory in which the chart's directory is looked for. */
  readonly chartHome: string
  /** The values, in the order of helm's `--values`; the first is the merge of file and `valuesInline`. */
  readonly values: readonly string[]
}

export interface KustomizeOptions {
  /** Default `rootOnly`, as the command line. Flux uses `none` but never leaves the artifact's root. */
  readonly loadRestrictor?: 'rootOnly' | 'none'
  /** Nothing outside this absolute directory is ever read; default: no limit but the load restrictor. */
  readonly confineTo?: string
  /** The command line's `--reorder`; unset means `legacy` as on the command line unless the file has sortOptions. */
  readonly reorder?: 'legacy' | 'none'
  readonly managedByLabel?: boolean
  readonly cancellation?: Cancellation
  /** Texts that stand for files, whether these exist or not: absolute path → content. */
  readonly overrides?: ReadonlyMap<string, string>
  /** Fetches a remote base into a directory of `fs` and returns its path; absent = remote bases are refused. */
  readonly fetchRemote?: (url: string) => string | Problem
  /** Renders a chart to manifests; absent = charts are refused, as without `--enable-helm`. */
  readonly inflateHelm?: (chart: HelmInflation) => { readonly manifests: string } | Problem
}

/** What one build gave. With an error among the problems, `objects` holds nothing and `text()` is empty. */
export interface KustomizeBuild {
  readonly objects: readonly RenderedObject[]
  /** The bytes that `kustomize build` would print. Made on demand. */
  text(): string
  readonly problems: readonly Problem[]
  /** Absolute paths of every file and directory that the result depends on, missing ones that were looked for included. */
  readonly inputs: readonly string[]
}
