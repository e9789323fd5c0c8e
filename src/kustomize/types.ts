import type { Cancellation, FileSystem, Problem, TextRange } from '../base/index.ts'
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

/** A reference to a directory in a Git repository, as the text of a resource gives it. */
export interface RemoteRepo {
  /** The reference as written. */
  readonly raw: string
  /** What git clones: a URL, or `user@host:path`. */
  readonly repo: string
  /** Directory inside the repository, `''` for its root. */
  readonly path: string
  /** Branch, tag or commit; `''` is the default branch. */
  readonly ref: string
  /** Milliseconds that each command of git may take. */
  readonly timeout: number
  readonly submodules: boolean
}

/** A cloned repository. */
export interface RemoteTree {
  /** Absolute path of its top directory, without links; what is below it is read from `fs`. */
  readonly dir: string
  readonly fs: FileSystem
}

/** What a web server said. */
export interface WebAnswer {
  readonly status: number
  readonly statusText: string
  readonly body: Uint8Array
}

/**
 * The network as a build sees it: synchronous, because a build is. `'pending'` ends the build; whoever asked for it
 * fetches what is missing and builds again (see `FetchStore`). A problem with the code `kustomize/remote` says that
 * nothing may be fetched, one with `kustomize/remote-timeout` that git took too long.
 */
export interface RemoteSource {
  clone(repo: RemoteRepo): RemoteTree | Problem | 'pending'
  get(url: string): WebAnswer | Problem | 'pending'
}

/** A chart to be fetched from a repository: `helm pull`. */
export interface HelmPull {
  readonly name: string
  /** URL of a chart repository, or `oci://…`. */
  readonly repo: string
  /** `''` is the newest one. */
  readonly version: string
  /** Versions under development count too. */
  readonly devel: boolean
}

/** A file of a chart; the name is relative to the chart's directory. */
export interface HelmChartFile {
  readonly name: string
  readonly data: Uint8Array
}

/** A chart that a kustomization wants to be rendered (`helmCharts`, `HelmChartInflationGenerator`): `helm template`. */
export interface HelmInflation {
  readonly name: string
  readonly releaseName: string
  readonly namespace: string
  readonly nameTemplate: string
  readonly kubeVersion: string
  readonly apiVersions: readonly string[]
  readonly includeCRDs: boolean
  readonly skipHooks: boolean
  readonly skipTests: boolean
  /** Absolute directory of the chart. */
  readonly chartDir: string
  /** What was pulled to stand in that directory; `undefined` when it is on the disk. */
  readonly files: readonly HelmChartFile[] | undefined
  /** The values, in the order of helm's `--values`; the first is the merge of file and `valuesInline`. */
  readonly values: readonly string[]
}

/** Helm, injected: kustomize runs the command of that name. */
export interface HelmInflator {
  readonly pull: (chart: HelmPull) => readonly HelmChartFile[] | Problem | 'pending'
  readonly template: (release: HelmInflation) => { readonly manifests: string } | Problem
  /** The command line's `--helm-kube-version` and `--helm-api-versions`: for charts that name none. */
  readonly kubeVersion?: string
  readonly apiVersions?: readonly string[]
}

/** What kustomize tells on standard error although the build goes on. */
export interface KustomizeNotice {
  readonly message: string
  /** Written by Go's logger: a date and a time stand before it. */
  readonly logged: boolean
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
  /** Where remote bases and files of the web come from; absent = they are refused. */
  readonly remotes?: RemoteSource
  /** Renders charts; absent = charts are refused, as without `--enable-helm`. */
  readonly helm?: HelmInflator
}

/** What one build gave. With an error among the problems, `objects` holds nothing and `text()` is empty. */
export interface KustomizeBuild {
  readonly objects: readonly RenderedObject[]
  /** The bytes that `kustomize build` would print. Made on demand. */
  text(): string
  /** The files that `kustomize build --output DIR` would write, name and content. A name can hold `/` and `..`. */
  files(): readonly { readonly name: string; readonly text: string }[]
  readonly problems: readonly Problem[]
  /** In the order in which kustomize prints them. */
  readonly notices: readonly KustomizeNotice[]
  /** Absolute paths of every file and directory that the result depends on, missing ones that were looked for included, and the URLs of what came from the network. */
  readonly inputs: readonly string[]
}
