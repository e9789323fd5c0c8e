import { type Cancellation, type FileSystem, getIn, getString, joinPath, jsonEqual } from '../base/index.ts'
import { build as kustomizeBuild } from '../kustomize/index.ts'
import type { ArtifactStore } from './artifact-store.ts'
import type { Artifact } from './artifacts.ts'
import { type BuildHost, BuildKeys, makeBuild, sameObjects } from './build.ts'
import { type BuildLookup, BuildStore } from './build-store.ts'
import { discoverEntries } from './discover.ts'
import { isFluxSource, objectKey } from './kinds.ts'
import type { Locator } from './locator.ts'
import { findRepositories } from './repositories.ts'
import { SourceResolver } from './source-resolver.ts'
import type { ChangeSummary, FleetKustomization, FleetOptions, LocatedObject, Rendered, SourceFile } from './types.ts'
import { resolveVariables } from './variables.ts'
import {
  type BuildOutput,
  type BuildRequest,
  type ClusterState,
  type WalkedKustomization,
  walkCluster,
} from './walk.ts'

export const emptyChanges: ChangeSummary = { filesParsed: 0, rootsRebuilt: 0, rebuilt: [], changed: [], affected: [] }

/** All clusters, walked. */
export interface WalkResult {
  readonly states: readonly ClusterState[]
  readonly byId: ReadonlyMap<string, WalkedKustomization>
}

interface WalkerOptions {
  readonly options: FleetOptions
  readonly root: string
  readonly fs: FileSystem
  readonly artifacts: ArtifactStore
  readonly locator: Locator
}

/** Walks the clusters of a workspace over remembered builds. */
export class FleetWalker {
  readonly #host: WalkerOptions
  readonly #builds = new BuildStore<BuildOutput>()
  readonly #keys = new BuildKeys()
  #rebuilt = new Set<string>()
  #changed = new Set<string>()

  constructor(host: WalkerOptions) {
    this.#host = host
  }

  walk(
    files: readonly SourceFile[],
    objects: readonly LocatedObject[],
    cancellation: Cancellation | undefined,
  ): WalkResult {
    const { options, root, fs, artifacts, locator } = this.#host
    const stat = (path: string) => fs.stat(joinPath(root, path))
    const entries = discoverEntries({
      files,
      isDirectory: (path) => stat(path)?.kind === 'directory',
      exists: (path) => stat(path) !== undefined,
      marked: options.entryPaths ?? [],
    })
    const repositories = findRepositories({
      fs,
      root,
      mapped: options.sourceDirectories ?? {},
      artifactRoots: entries.map((entry) => entry.artifactRoot),
    })
    const written = new Map<string, LocatedObject>()
    for (const object of objects) {
      const key = objectKey(object.ref)
      if (isFluxSource(object.ref) && !written.has(key)) written.set(key, object)
    }
    const resolver = new SourceResolver({ repositories, artifacts, written })
    const used = new Set<string>()
    const states = entries.map((entry) =>
      walkCluster(entry, {
        build: (request) => this.#build(request, used, cancellation),
        source: (request) => resolver.resolve(request.entry, request.ref, request.declared),
        originLocation: (object) => locator.originLocation(object),
        relative: (path) => locator.relative(path),
        cancellation,
      }),
    )
    this.#builds.retain(used)
    const byId = new Map<string, WalkedKustomization>()
    for (const state of states) for (const walked of state.kustomizations) byId.set(walked.kustomization.id, walked)
    return { states, byId }
  }

  /** Marks what read one of the paths (absolute). */
  invalidate(touched: readonly string[]): void {
    this.#builds.invalidate(touched)
  }

  /** Marks what reads remote bases. */
  invalidateRemote(): void {
    this.#builds.invalidateRemote()
  }

  /** Ids of the Kustomizations that were built again since the last call, and of those with another result. */
  takeChanges(): { readonly rebuilt: readonly string[]; readonly changed: readonly string[] } {
    const out = { rebuilt: [...this.#rebuilt], changed: [...this.#changed] }
    this.#rebuilt = new Set()
    this.#changed = new Set()
    return out
  }

  /** Ids of the Kustomizations that read a path (absolute). */
  readersOf(path: string): readonly string[] {
    return [...new Set(this.#builds.readersOf(path).map(idOfName))]
  }

  /** Builds a Kustomization that no cluster reaches. */
  buildLoose(kustomization: FleetKustomization): Rendered {
    const { source, object } = kustomization
    const artifact = source.type === 'directory' ? this.#host.artifacts.directory(source.dir, undefined) : undefined
    const variables = resolveVariables(object, () => undefined)
    const request = {
      id: kustomization.id,
      round: 0,
      object,
      artifact,
      fault: undefined,
      variables,
      rendered: undefined,
    }
    return makeBuild(request, this.#buildHost(undefined)).value.rendered
  }

  #build(request: BuildRequest, used: Set<string>, cancellation: Cancellation | undefined): BuildLookup<BuildOutput> {
    const name = `${request.id}#${request.round}`
    used.add(name)
    const lookup = this.#builds.get(name, this.#keys.of(request), () =>
      makeBuild(request, this.#buildHost(cancellation)),
    )
    if (!lookup.rebuilt) return lookup
    this.#rebuilt.add(request.id)
    const before = lookup.before?.rendered.objects
    if (before === undefined || !sameObjects(before, lookup.value.rendered.objects, jsonEqual))
      this.#changed.add(request.id)
    return lookup
  }

  #buildHost(cancellation: Cancellation | undefined): BuildHost {
    const { locator, options } = this.#host
    const { remotes } = options
    return {
      kustomize:
        remotes === undefined ? kustomizeBuild : (dir, fs, rest) => kustomizeBuild(dir, fs, { ...rest, remotes }),
      cancellation,
      workspacePath: (artifact: Artifact, path: string) => {
        const absolute = artifact.toWorkspace(path.startsWith('/') ? path : joinPath(artifact.root, path))
        return absolute === undefined ? undefined : locator.relative(absolute)
      },
      generatorLocation: (generator, name) => {
        const artifacts = getIn(generator.object, ['spec', 'artifacts'])
        const index = Array.isArray(artifacts) ? artifacts.findIndex((one) => getString(one, 'name') === name) : -1
        return locator.fieldLocation(
          generator,
          index < 0 ? ['spec', 'artifacts'] : ['spec', 'artifacts', index, 'name'],
        )
      },
      fieldLocation: (request, path) =>
        request.rendered === undefined ? undefined : locator.fieldLocation(request.rendered, path),
    }
  }
}

function idOfName(name: string): string {
  return name.slice(0, name.lastIndexOf('#'))
}
