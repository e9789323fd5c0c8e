import { getIn, getString, isObject, joinPath, MemoryFileSystem, type ObjectRef } from '../../base/index.ts'
import { artifactRequests, type SourceTree, type Staging, stageArtifact, validateGenerator } from '../../flux/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { artifactDigest, ChartError, createIgnoreMatcher } from '../../source/index.ts'
import type { Fleet } from '../types.ts'
import { findObject } from './list.ts'
import type { ChartTree } from './local-chart.ts'
import type { ReadLog } from './read-log.ts'
import { describe, type SourceTrees } from './source-trees.ts'

/** The tree of an artifact that an ArtifactGenerator of the fleet makes. */
export interface GeneratedTree extends ChartTree {
  /** The file (absolute, in the file system of its source) that a file of the tree is a copy of; merged ones have none. */
  readonly originOf: (path: string) => string | undefined
}

const root = '/artifact'
/** Generators can cut artifacts out of artifacts. */
const maxDepth = 8

/**
 * Makes the artifacts of ExternalArtifacts from the ArtifactGenerators of a fleet, out of folders of the workspace or
 * fetched sources. Source: source-watcher 2.2 internal/controller, internal/builder.
 */
export class GeneratedTrees {
  readonly #fleet: Fleet
  readonly #sources: SourceTrees
  #known: { readonly revision: number; readonly byCluster: Map<string, readonly KubeObject[]> } | undefined

  constructor(fleet: Fleet, sources: SourceTrees) {
    this.#fleet = fleet
    this.#sources = sources
  }

  /** All that the artifact depends on but for files. @throws ChartError when nothing in the cluster makes it */
  key(cluster: string, ref: ObjectRef, depth = 0): string {
    return this.#candidates(cluster, ref, depth)
      .map((generator) =>
        [
          JSON.stringify([ref.name, getString(generator, 'metadata', 'name') ?? '', generator['spec'] ?? null]),
          ...sourcesOf(generator).map(({ ref: source }) =>
            source.kind === 'ExternalArtifact'
              ? this.key(cluster, source, depth + 1)
              : this.#sources.key(cluster, source, this.#sources.object(cluster, source)),
          ),
        ].join(' '),
      )
      .join(' ')
  }

  /** The artifact. Files of the workspace that it is made of are noted in `reads`. Rejects with ChartError. */
  async open(cluster: string, ref: ObjectRef, reads: ReadLog, depth = 0): Promise<GeneratedTree> {
    for (const generator of this.#candidates(cluster, ref, depth)) {
      const made = await this.#make(cluster, ref, { generator, reads, depth })
      if (made !== undefined) return made
    }
    throw missing(ref)
  }

  async #make(
    cluster: string,
    ref: ObjectRef,
    { generator, reads, depth }: { generator: KubeObject; reads: ReadLog; depth: number },
  ): Promise<GeneratedTree | undefined> {
    const trees = new Map<string, SourceTree>()
    const revisions = new Map<string, (() => string | undefined) | undefined>()
    for (const { alias, ref: source } of sourcesOf(generator)) {
      const tree =
        source.kind === 'ExternalArtifact'
          ? await this.open(cluster, source, reads, depth + 1)
          : await this.#sources.open(cluster, source, this.#sources.object(cluster, source))
      trees.set(alias, { fs: reads.over(tree.fs), root: tree.root })
      revisions.set(alias, tree.revision)
    }
    const staged = stage(generator, ref.name, trees)
    if (staged === undefined) return undefined
    const { staging, revision } = staged
    const matcher = createIgnoreMatcher([])
    const files = staging.files().filter(({ path }) => !matcher.ignores(path.split('/'), false))
    const fs = new MemoryFileSystem(files.map(({ path, content }) => [joinPath(root, path), content] as const))
    fs.makeDir(root)
    const own = `latest@${artifactDigest(files)}`
    return {
      fs,
      root,
      revision: () => (revisions.has(revision) ? revisions.get(revision)?.() : own),
      originOf: (path) => staging.origins.get(path),
    }
  }

  /** The generators that say they make the artifact, or may by a pattern. @throws ChartError when there is none */
  #candidates(cluster: string, ref: ObjectRef, depth: number): readonly KubeObject[] {
    if (depth > maxDepth) throw new ChartError(`${describe(ref)}: artifacts are cut out of artifacts in a circle`)
    const near = this.#generators(cluster).filter(
      ({ metadata }) => (getString(metadata, 'namespace') ?? ref.namespace) === ref.namespace,
    )
    const exact = near.filter((each) => !hasPattern(each) && artifactNames(each).includes(ref.name))
    const found = exact.length > 0 ? exact.slice(0, 1) : near.filter(hasPattern)
    if (found.length > 0) return found
    if (findObject(this.#fleet, cluster, ref) === undefined) throw missing(ref)
    throw new ChartError(
      `${describe(ref)}: its content is made in the cluster; declare an ArtifactGenerator that makes it to build from it here`,
      { unavailable: true },
    )
  }

  #generators(cluster: string): readonly KubeObject[] {
    const { revision } = this.#fleet
    if (this.#known?.revision !== revision) this.#known = { revision, byCluster: new Map() }
    const { byCluster } = this.#known
    const known = byCluster.get(cluster)
    if (known !== undefined) return known
    const objects =
      cluster === '-'
        ? this.#fleet.objects().map(({ ref, object }) => ({ ref, object: object as KubeObject }))
        : [...this.#fleet.clusterObjects(cluster).values()].map(({ ref, owners }) => ({
            ref,
            object: owners[0]!.rendered.object,
          }))
    const found = objects
      .filter(
        ({ ref }) => ref.kind === 'ArtifactGenerator' && ref.apiVersion.startsWith('source.extensions.fluxcd.io/'),
      )
      .map(({ object }) => object)
    byCluster.set(cluster, found)
    return found
  }
}

function missing(ref: ObjectRef): ChartError {
  return new ChartError(
    `${describe(ref)} is made by no ArtifactGenerator of this cluster; add one whose spec.artifacts has this name`,
  )
}

function hasPattern(generator: KubeObject): boolean {
  return (getString(generator, 'spec', 'pathPattern') ?? '') !== ''
}

function artifactNames(generator: KubeObject): string[] {
  const list = getIn(generator, ['spec', 'artifacts'])
  return (Array.isArray(list) ? list : []).flatMap((each) => getString(each, 'name') ?? [])
}

function sourcesOf(generator: KubeObject): { readonly alias: string; readonly ref: ObjectRef }[] {
  const list = getIn(generator, ['spec', 'sources'])
  const own = getString(generator, 'metadata', 'namespace') ?? ''
  return (Array.isArray(list) ? list : []).map((each) => ({
    alias: getString(each, 'alias') ?? '',
    ref: {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: getString(each, 'kind') ?? '',
      name: getString(each, 'name') ?? '',
      namespace: getString(each, 'namespace') || own,
    },
  }))
}

/** Runs the copy operations; `undefined`: the generator makes no such artifact. @throws ChartError naming the generator */
function stage(
  generator: KubeObject,
  name: string,
  trees: ReadonlyMap<string, SourceTree>,
): { readonly staging: Staging; readonly revision: string } | undefined {
  const { spec, metadata } = generator
  if (!isObject(spec)) return undefined
  try {
    const fault = validateGenerator(spec)
    if (fault !== undefined) throw new Error(fault)
    const request = artifactRequests(spec, trees).find((one) => one.name === name)
    if (request === undefined) return undefined
    return { staging: stageArtifact(request.copy, trees), revision: request.revision.replace(/^@/, '') }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    throw new ChartError(
      `ArtifactGenerator ${getString(metadata, 'namespace') ?? ''}/${metadata.name}: ${error.message}`,
    )
  }
}
