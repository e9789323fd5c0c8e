import {
  type Cancellation,
  cleanPath,
  type FileSystem,
  joinPath,
  jsonEqual,
  type Location,
  type ObjectRef,
  type Problem,
} from '../base/index.ts'
import type { BuildOrigin, BuiltObject } from '../flux/index.ts'
import { ArtifactStore } from './artifact-store.ts'
import { buildGraph, collectFacts, type Facts, type FactsHost } from './facts.ts'
import { FileStore } from './file-store.ts'
import { objectKey } from './kinds.ts'
import { type FileRole, fileRoles } from './kustomize-files.ts'
import { Locator } from './locator.ts'
import { type LooseInput, looseKustomizations, looseSources } from './loose.ts'
import { rangeAt } from './node.ts'
import { createOverlayFileSystem, type OverlayFileSystem } from './overlay.ts'
import { collectProblems } from './problems.ts'
import { type RememberingFileSystem, rememberNames } from './remembering-file-system.ts'
import type {
  ChangeSummary,
  Cluster,
  EffectiveObject,
  FileChange,
  Fleet,
  FleetGraph,
  FleetKustomization,
  FleetOptions,
  FleetSource,
  LocatedObject,
  OwnedObject,
  Reference,
  Rendered,
  SourceFile,
  VariableInfo,
} from './types.ts'
import { variableInfos } from './variable-info.ts'
import { emptyChanges, FleetWalker, type WalkResult } from './walker.ts'

const defaultMaxFileSize = 5 * 1024 * 1024

/**
 * Opens the model of a workspace. Nothing is read before the first query, `settle` or `update`.
 * All methods answer for the state after the last `update`. What has to build first can throw `CancelledError`; it goes
 * on from there at the next call.
 */
export function createFleet(options: FleetOptions): Fleet {
  return new FleetModel(options)
}

/** Made again after each change, on demand. */
interface Derived {
  readonly facts: Facts
  readonly roles: ReadonlyMap<string, FileRole>
  readonly loose: readonly FleetKustomization[]
  readonly looseSources: readonly FleetSource[]
  readonly problems: ReadonlyMap<string, readonly Problem[]>
}

class FleetModel implements Fleet {
  readonly root: string
  readonly registry: FleetOptions['registry']
  readonly #disk: RememberingFileSystem
  readonly #overlay: OverlayFileSystem
  readonly #files: FileStore
  readonly #artifacts: ArtifactStore
  readonly #locator: Locator
  readonly #walker: FleetWalker
  #revision = 0
  #definitionsVersion = 0
  #walk: WalkResult | undefined
  #derived: Derived | undefined
  #objects: readonly LocatedObject[] | undefined
  #parsed = 0
  #affected = new Set<string>()
  #affectsAll = false
  /** JSON of the definitions that were added to the registry, by plural and group. */
  #crds = new Map<
    string,
    { readonly group: string; readonly plural: string; readonly object: LocatedObject['object'] }
  >()

  constructor(options: FleetOptions) {
    this.root = cleanPath(options.root)
    this.registry = options.registry
    this.#disk = rememberNames(options.fs)
    this.#overlay = createOverlayFileSystem(this.#disk)
    this.#files = new FileStore(this.#overlay, this.root, options.maxFileSize ?? defaultMaxFileSize)
    this.#artifacts = new ArtifactStore(this.#overlay, this.root)
    this.#locator = new Locator(this.#files, this.#artifacts, this.root)
    this.#walker = new FleetWalker({
      options,
      root: this.root,
      fs: this.#overlay,
      artifacts: this.#artifacts,
      locator: this.#locator,
    })
  }

  get fs(): FileSystem {
    return this.#overlay
  }

  get revision(): number {
    return this.#revision
  }

  get definitionsVersion(): number {
    this.#walked()
    return this.#definitionsVersion
  }

  update(changes: readonly FileChange[], cancellation?: Cancellation): ChangeSummary {
    const paths = changes.map((change) => {
      const path = change.path.startsWith('/') ? cleanPath(change.path) : joinPath(this.root, change.path)
      if (change.text === 'disk') this.#overlay.clear(path)
      else this.#overlay.set(path, change.text)
      return path
    })
    // Typing in a file changes no names.
    const isTyping = changes.every(({ text }, index) => text !== 'disk' && this.#isKnown(paths[index]!))
    if (!isTyping) {
      this.#disk.forget()
      this.#affectsAll = true
    }
    this.#load(undefined)
    const delta = this.#files.refresh(paths)
    this.#parsed += delta.parsed
    for (const path of delta.paths) this.#affected.add(path)
    this.#artifacts.invalidate(delta.touched)
    this.#walker.invalidate(delta.touched)
    this.#forget()
    return this.settle(cancellation)
  }

  settle(cancellation?: Cancellation): ChangeSummary {
    this.#walked(cancellation)
    const { rebuilt, changed } = this.#walker.takeChanges()
    const affected = new Set(this.#affected)
    // Another object, file or definition can settle or break references anywhere; checking again is cheap.
    if (changed.length > 0 || this.#affectsAll) for (const file of this.#files.all()) affected.add(file.path)
    else for (const path of rebuilt.flatMap((id) => this.#inputPaths(id))) affected.add(path)
    const summary = {
      ...emptyChanges,
      filesParsed: this.#parsed,
      rootsRebuilt: rebuilt.length,
      rebuilt,
      changed,
      affected: [...affected].sort(),
    }
    this.#parsed = 0
    this.#affected = new Set()
    this.#affectsAll = false
    return summary
  }

  refetched(cancellation?: Cancellation): ChangeSummary {
    this.#walker.invalidateRemote()
    this.#forget()
    return this.settle(cancellation)
  }

  files(): readonly SourceFile[] {
    this.#load(undefined)
    return this.#files.all()
  }

  file(path: string): SourceFile | undefined {
    this.#load(undefined)
    return this.#files.get(path)
  }

  objects(): readonly LocatedObject[] {
    this.#objects ??= this.files().flatMap((file) => file.objects)
    return this.#objects
  }

  clusters(): readonly Cluster[] {
    return this.#walked().states.map((state) => state.cluster)
  }

  kustomizations(): readonly FleetKustomization[] {
    const reached = [...this.#walked().byId.values()].map((walked) => walked.kustomization)
    return [...reached, ...this.#derive().loose]
  }

  kustomization(id: string): FleetKustomization | undefined {
    return this.#walked().byId.get(id)?.kustomization ?? this.#derive().loose.find((one) => one.id === id)
  }

  sources(): readonly FleetSource[] {
    return [...this.#walked().states.flatMap((state) => state.sources), ...this.#derive().looseSources]
  }

  build(id: string): Rendered | undefined {
    const walked = this.#walked().byId.get(id)
    if (walked !== undefined) return walked.output.rendered
    const loose = this.#derive().loose.find((one) => one.id === id)
    return loose === undefined ? undefined : this.#walker.buildLoose(loose)
  }

  problems(path?: string): readonly Problem[] {
    const { problems } = this.#derive()
    return path === undefined ? [...problems.values()].flat() : (problems.get(path) ?? [])
  }

  declarationOf(ref: ObjectRef, cluster?: string): Location | undefined {
    const located = this.locate(ref, cluster)
    if (located !== undefined) return { path: located.path, range: located.range }
    const owned = this.#owned(ref, cluster)
    return owned === undefined ? undefined : this.#locator.originLocation(owned.owners[0]!.rendered)
  }

  locate(ref: ObjectRef, cluster?: string): LocatedObject | undefined {
    const owned = this.#owned(ref, cluster)
    if (owned !== undefined) return this.#locator.declaration(owned.owners[0]!.rendered)
    const key = objectKey(ref)
    const { roles } = this.#derive()
    return this.objects().find(
      (object) => objectKey(object.ref) === key && (roles.get(object.path) ?? 'resource') === 'resource',
    )
  }

  references(ref: ObjectRef): readonly Reference[] {
    return this.#derive().facts.byTarget.get(objectKey(ref)) ?? []
  }

  referencesIn(path: string): readonly Reference[] {
    return this.#derive().facts.byPath.get(path) ?? []
  }

  allReferences(cluster?: string): readonly Reference[] {
    const { references } = this.#derive().facts
    return cluster === undefined ? references : references.filter((reference) => reference.cluster === cluster)
  }

  graph(cluster?: string): FleetGraph {
    return buildGraph(this.#walked().states, this.#derive().facts, this.#factsHost(), cluster)
  }

  affectedBy(path: string): readonly string[] {
    this.#walked()
    return this.#walker.readersOf(joinPath(this.root, path))
  }

  effective(located: LocatedObject): readonly EffectiveObject[] {
    return this.#derive().facts.effective.get(located) ?? []
  }

  clusterObjects(cluster: string): ReadonlyMap<string, OwnedObject> {
    return this.#derive().facts.objects.get(cluster) ?? new Map()
  }

  variables(id: string): ReadonlyMap<string, VariableInfo> {
    const walked = this.#walked().byId.get(id)
    const state = this.#walked().states.find((one) => one.cluster.name === walked?.kustomization.cluster)
    if (walked === undefined || state === undefined) return new Map()
    return variableInfos(walked, state, this.#locator)
  }

  otherParents(id: string): readonly string[] {
    return this.#walked().byId.get(id)?.alsoIn ?? []
  }

  fieldLocation(rendered: BuiltObject, path: readonly (string | number)[]): Location | undefined {
    return this.#locator.fieldLocation(rendered, path)
  }

  kustomizationField(id: string, path: readonly (string | number)[]): Location | undefined {
    const walked = this.#walked().byId.get(id)
    if (walked?.rendered !== undefined) return this.#locator.fieldLocation(walked.rendered, path)
    const declared = walked?.kustomization.declared ?? this.kustomization(id)?.declared
    const document = declared === undefined ? undefined : this.#locator.documentAt(declared)
    return document === undefined ? declared : { path: document.path, range: rangeAt(document.root, path) }
  }

  exists(path: string): boolean {
    return this.#overlay.stat(joinPath(this.root, path)) !== undefined
  }

  fileRole(path: string): FileRole | undefined {
    return this.#derive().roles.get(path)
  }

  originLocation(step: BuildOrigin): Location | undefined {
    return this.#locator.stepLocation(step)
  }

  relative(path: string): string | undefined {
    return this.#locator.relative(path)
  }

  #owned(ref: ObjectRef, cluster: string | undefined): OwnedObject | undefined {
    const { objects } = this.#derive().facts
    const key = objectKey(ref)
    if (cluster !== undefined && cluster !== '-') return objects.get(cluster)?.get(key)
    for (const owned of objects.values()) {
      const found = owned.get(key)
      if (found !== undefined) return found
    }
    return undefined
  }

  #isKnown(path: string): boolean {
    const relative = this.#locator.relative(path)
    return relative !== undefined && this.#files.get(relative) !== undefined
  }

  #load(cancellation: Cancellation | undefined): void {
    this.#parsed += this.#files.load(cancellation)
  }

  #walked(cancellation?: Cancellation): WalkResult {
    if (this.#walk !== undefined) return this.#walk
    this.#load(cancellation)
    this.#syncDefinitions()
    this.#walk = this.#walker.walk(this.#files.all(), this.objects(), cancellation)
    return this.#walk
  }

  #forget(): void {
    this.#revision++
    this.#walk = undefined
    this.#derived = undefined
    this.#objects = undefined
  }

  /** Custom resource definitions of the files go into the registry, those that are gone leave it. */
  #syncDefinitions(): void {
    const now = new Map<string, { group: string; plural: string; object: LocatedObject['object'] }>()
    for (const { ref, object } of this.objects()) {
      if (ref.kind !== 'CustomResourceDefinition') continue
      const spec = object['spec'] as { group?: string; names?: { plural?: string } } | undefined
      const group = spec?.group
      const plural = spec?.names?.plural
      if (typeof group === 'string' && typeof plural === 'string')
        now.set(`${plural}.${group}`, { group, plural, object })
    }
    for (const [key, { group, plural }] of this.#crds) {
      if (now.has(key)) continue
      this.registry.removeCrd(group, plural)
      this.#definitionsVersion++
      this.#affectsAll = true
    }
    for (const [key, { object }] of now) {
      const before = this.#crds.get(key)
      if (before !== undefined && jsonEqual(before.object, object)) continue
      this.registry.addCrd(object)
      this.#definitionsVersion++
      this.#affectsAll = true
    }
    this.#crds = now
  }

  #factsHost(): FactsHost {
    return {
      originLocation: (object) => this.#locator.originLocation(object),
      fieldLocation: (object, path) => this.#locator.fieldLocation(object, path),
      declaration: (object) => this.#locator.declaration(object),
    }
  }

  #derive(): Derived {
    if (this.#derived !== undefined) return this.#derived
    const walk = this.#walked()
    const roles = fileRoles(this.#files.all())
    const facts = collectFacts(walk.states, this.objects(), this.#factsHost())
    const loose: LooseInput = {
      objects: this.objects(),
      roles,
      isReached: (object) => facts.effective.has(object),
      isDirectory: (path) => this.#overlay.stat(joinPath(this.root, path))?.kind === 'directory',
    }
    this.#derived = {
      facts,
      roles,
      loose: looseKustomizations(loose),
      looseSources: looseSources(loose),
      problems: collectProblems(this.#files, walk, {
        root: this.root,
        isRead: (path) => this.#walker.readersOf(joinPath(this.root, path)).length > 0,
      }),
    }
    return this.#derived
  }

  #inputPaths(id: string): string[] {
    const walked = this.#walk?.byId.get(id)
    if (walked === undefined) return []
    const paths = walked.output.rendered.inputs.map((input) => this.#locator.relative(input))
    const files = paths.filter((path): path is string => path !== undefined && this.#files.get(path) !== undefined)
    return walked.kustomization.declared === undefined ? files : [...files, walked.kustomization.declared.path]
  }
}
