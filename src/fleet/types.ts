import type {
  Cancellation,
  FileSystem,
  JsonObject,
  LineMap,
  Location,
  ObjectRef,
  Problem,
  TextRange,
} from '../base/index.ts'
import type { BuildOrigin, BuiltObject, ReferenceRole } from '../flux/index.ts'
import type { KubeObject } from '../kube/index.ts'
import type { RemoteSource } from '../kustomize/index.ts'
import type { SchemaRegistry } from '../schema/index.ts'
import type { YamlDocument, YamlNode } from '../yaml/index.ts'

export interface FleetOptions {
  /** Files, editor buffers included (see `createOverlayFileSystem`). */
  readonly fs: FileSystem
  /** Absolute, clean path of the workspace folder: one repository, or a folder of several. */
  readonly root: string
  /** Schemas for merges by key, namespaced-ness and the CRDs found in the fleet. */
  readonly registry: SchemaRegistry
  /** Files above this many bytes are named in a problem and not read. Default 5 MiB. */
  readonly maxFileSize?: number
  /** Entry directories (relative to the workspace) that the user marked by hand, in addition to those found. */
  readonly entryPaths?: readonly string[]
  /** Source URL → directory of the workspace; wins over what is guessed from names and `.git/config`. */
  readonly sourceDirectories?: Readonly<Record<string, string>>
  /** Where remote bases come from; absent = builds that need one fail. */
  readonly remotes?: RemoteSource
}

/** One document of a file that has `apiVersion` and `kind`. */
export interface LocatedObject {
  readonly ref: ObjectRef
  /** Plain JSON as written, nothing applied. */
  readonly object: JsonObject
  /** Relative to the workspace. */
  readonly path: string
  /** Index among the documents of the file. */
  readonly document: number
  /** The mapping at the root of the document. */
  readonly root: YamlNode
  readonly range: TextRange
}

/** A parsed file. Immutable: an edit makes another one. */
export interface SourceFile {
  /** Relative to the workspace, with `/`. */
  readonly path: string
  readonly text: string
  readonly lines: LineMap
  readonly documents: readonly YamlDocument[]
  readonly objects: readonly LocatedObject[]
  /** True for a `kustomization.yaml`, `kustomization.yml` or `Kustomization`. */
  readonly isKustomizeFile: boolean
  /** Syntax and size. */
  readonly problems: readonly Problem[]
}

/** Something that Flux was bootstrapped with: an entry directory and all that is reached from it. */
export interface Cluster {
  readonly name: string
  /** Directory of the first Kustomization, relative to the workspace. */
  readonly entryPath: string
  /** Directory that stands for the root of the entry's source artifact, relative to the workspace (`.` = the workspace). */
  readonly artifactRoot: string
  /** What made it an entry: the file, and the way it was found. */
  readonly declared: Location
  readonly foundBy: 'gotk-sync' | 'flux-instance' | 'clusters-directory' | 'user' | 'unreferenced-kustomization'
  /** Ids, the entry first, then in the order of discovery. */
  readonly kustomizations: readonly string[]
}

/** Where a Kustomization's files come from. */
export type ArtifactSource =
  /** A directory of the workspace that stands for a repository. */
  | { readonly type: 'directory'; readonly dir: string; readonly ref: ObjectRef | undefined }
  /** Cut from a directory of the workspace by an ArtifactGenerator of the fleet. */
  | { readonly type: 'generated'; readonly ref: ObjectRef; readonly generator: ObjectRef }
  /** Declared, but its content is not in the workspace. */
  | { readonly type: 'external'; readonly ref: ObjectRef; readonly url: string | undefined }
  /** The source that `sourceRef` names is declared nowhere. */
  | { readonly type: 'missing'; readonly ref: ObjectRef | undefined }

export interface FleetKustomization {
  /** `<cluster>/<namespace>/<name>`; unique and stable across edits. Unreached ones have the cluster `-`. */
  readonly id: string
  /** Name of the cluster; `-` when nothing reaches it. */
  readonly cluster: string
  readonly ref: ObjectRef
  /** As it ends up in the cluster: after the parent's build, its patches and the substitution. */
  readonly object: KubeObject
  readonly source: ArtifactSource
  /** `spec.path`, cleaned and relative to the artifact's root. */
  readonly path: string
  /** The directory it builds, relative to the workspace; `undefined` when it is not in the workspace as such. */
  readonly directory: string | undefined
  /** Id of the Kustomization whose build holds it; `undefined` for an entry and for unreached ones. */
  readonly parent: string | undefined
  /** The file and document that declare it; `undefined` for an entry that only the bootstrap knows. */
  readonly declared: Location | undefined
}

export interface FleetSource {
  /** `<cluster>/<Kind>/<namespace>/<name>`. */
  readonly id: string
  readonly cluster: string
  readonly ref: ObjectRef
  readonly object: KubeObject
  readonly url: string | undefined
  /** Directory of the workspace that holds its content, if any. */
  readonly directory: string | undefined
  readonly declared: Location | undefined
  /** Id of the Kustomization that renders it; `undefined` for unreached ones and for what the bootstrap makes. */
  readonly owner: string | undefined
}

/** What one Kustomization builds to. */
export interface Rendered {
  /** The Kustomization's id. */
  readonly id: string
  /** In the order in which the controller applies them. Treat as immutable. */
  readonly objects: readonly BuiltObject[]
  /** The manifests as multi-document YAML, made on demand. */
  text(): string
  readonly problems: readonly Problem[]
  /** Files and directories (absolute) that the result depends on. */
  readonly inputs: readonly string[]
  /** Values of `postBuild` that were known, by name. Values from Secrets are replaced by `***`. */
  readonly variables: ReadonlyMap<string, string>
  /** Variables that are used but whose value cannot be known from the files (encrypted or made in the cluster). */
  readonly unknownVariables: readonly string[]
}

/** A mention of an object by a Flux object: one line of the reverse index. */
export interface Reference {
  /** The object that mentions, as it ends up in the cluster. */
  readonly from: ObjectRef
  readonly cluster: string
  readonly to: ObjectRef
  readonly role: ReferenceRole
  readonly optional: boolean
  /** Path of the reference in the object: `spec`, `dependsOn`, 0. */
  readonly field: readonly (string | number)[]
  /** Range of the name in the file that writes it (a patch's file where a patch does). */
  readonly location: Location | undefined
}

/** A document of a file as it ends up in a cluster. */
export interface EffectiveObject {
  readonly cluster: string
  /** Id of the Kustomization that applies it. */
  readonly owner: string
  readonly ref: ObjectRef
  readonly rendered: BuiltObject
}

/** An object of a cluster, with every Kustomization that applies it. */
export interface OwnedObject {
  readonly ref: ObjectRef
  readonly owners: readonly EffectiveObject[]
}

/** The value of a variable, and what gives it. */
export interface VariableInfo {
  readonly name: string
  /** `undefined` when it is encrypted or otherwise unknown. */
  readonly value: string | undefined
  readonly secret: boolean
  /** `postBuild.substitute`, or `ConfigMap/name`. */
  readonly from: string
  readonly declared: Location | undefined
}

export interface GraphNode {
  readonly id: string
  readonly kind: string
  readonly cluster: string
  readonly ref: ObjectRef
  readonly declared: Location | undefined
}

export interface GraphEdge {
  readonly from: string
  readonly to: string
  readonly type: 'source' | 'dependsOn' | 'renders' | 'chart' | 'values'
}

export interface FleetGraph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

/** What an update cost; tests pin it. */
export interface ChangeSummary {
  readonly filesParsed: number
  readonly rootsRebuilt: number
  /** Ids of the Kustomizations that were built again, in order. */
  readonly rebuilt: readonly string[]
  /** Ids of the Kustomizations whose result differs from before. */
  readonly changed: readonly string[]
  /** Files (relative to the workspace) for which problems may differ from before. */
  readonly affected: readonly string[]
}

/** `text` replaces the content (an open editor); `'disk'` says that the disk changed or the editor was closed. */
export interface FileChange {
  /** Relative to the workspace, or absolute. */
  readonly path: string
  readonly text: string | 'disk'
}

/** The model of one workspace. Every query answers for the state after the last `update`. */
export interface Fleet {
  readonly root: string
  readonly fs: FileSystem
  readonly registry: SchemaRegistry
  /** Applies changes and rebuilds what depends on them. With a cancelled token it throws `CancelledError`; the changes are kept. */
  update(changes: readonly FileChange[], cancellation?: Cancellation): ChangeSummary
  /** Builds everything that is not up to date; queries do so by themselves. Throws `CancelledError`. */
  settle(cancellation?: Cancellation): ChangeSummary
  /** Builds again what reads remote bases: some were fetched, or may now be fetched. Throws `CancelledError`. */
  refetched(cancellation?: Cancellation): ChangeSummary
  /** Every YAML file, sorted by path. */
  files(): readonly SourceFile[]
  file(path: string): SourceFile | undefined
  /** Every object written in a file, in order of path and document. */
  objects(): readonly LocatedObject[]
  clusters(): readonly Cluster[]
  /** Reached ones by cluster in order of discovery, then the unreached. */
  kustomizations(): readonly FleetKustomization[]
  kustomization(id: string): FleetKustomization | undefined
  sources(): readonly FleetSource[]
  build(id: string): Rendered | undefined
  /** Problems of the model itself (syntax, size, builds); `lint` adds the rules. All files, or one. */
  problems(path?: string): readonly Problem[]
  /** Where an object is declared; the file's range is that of its document. */
  declarationOf(ref: ObjectRef, cluster?: string): Location | undefined
  /** The document that declares an object, as written. */
  locate(ref: ObjectRef, cluster?: string): LocatedObject | undefined
  /** Every place that mentions an object. */
  references(ref: ObjectRef): readonly Reference[]
  /** The mentions that are written in a file. */
  referencesIn(path: string): readonly Reference[]
  graph(cluster?: string): FleetGraph
  /** The Kustomizations whose build reads a file or directory (relative to the workspace). */
  affectedBy(path: string): readonly string[]
  /** Counts changes of the custom resource definitions in the files. */
  readonly definitionsVersion: number
  /** Counts updates. */
  readonly revision: number
  /** What a document ends up as, in every cluster that it reaches. */
  effective(located: LocatedObject): readonly EffectiveObject[]
  /** Every object that is applied in a cluster, by `objectKey`. */
  clusterObjects(cluster: string): ReadonlyMap<string, OwnedObject>
  /** Every mention of an object by the Flux objects of a cluster; of all clusters without a name. */
  allReferences(cluster?: string): readonly Reference[]
  /** The variables of a Kustomization by name. */
  variables(id: string): ReadonlyMap<string, VariableInfo>
  /** Kustomizations (ids) that render an object of the same name as this Kustomization, besides its parent. */
  otherParents(id: string): readonly string[]
  /** The place in a file that gives a field of a rendered object; the object's document when nothing closer is known. */
  fieldLocation(rendered: BuiltObject, path: readonly (string | number)[]): Location | undefined
  /** The place that gives a field of a Kustomization; the closest one above it when the field is nowhere. */
  kustomizationField(id: string, path: readonly (string | number)[]): Location | undefined
  /** What kustomization files use a file as; `undefined` when none names it. */
  fileRole(path: string): 'resource' | 'patch' | 'data' | 'config' | undefined
  /** True when a path (relative to the workspace) exists. */
  exists(path: string): boolean
  /** The origin of a rendered object in terms of the workspace. */
  originLocation(step: BuildOrigin): Location | undefined
  /** Path relative to the workspace; `undefined` when outside. */
  relative(path: string): string | undefined
}
