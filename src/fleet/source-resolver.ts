import { getString, type ObjectRef } from '../base/index.ts'
import type { BuiltObject } from '../flux/index.ts'
import { type KubeObject, refOf } from '../kube/index.ts'
import type { ArtifactStore, GeneratedArtifact } from './artifact-store.ts'
import type { Artifact } from './artifacts.ts'
import type { Entry } from './discover.ts'
import { objectKey } from './kinds.ts'
import { type Repositories, sameUrl } from './repositories.ts'
import type { ArtifactSource, LocatedObject } from './types.ts'
import type { ClusterFacts } from './walk.ts'

export interface ResolvedSource {
  readonly source: ArtifactSource
  readonly artifact: Artifact | undefined
  /** Why a generator cannot make the artifact. */
  readonly fault?: { readonly generator: BuiltObject; readonly message: string }
}

interface ResolverOptions {
  readonly repositories: Repositories
  readonly artifacts: ArtifactStore
  /** Source objects as written in files, by `objectKey`: for those that no build renders. */
  readonly written: ReadonlyMap<string, LocatedObject>
}

/** Finds the files behind the sources of a cluster: a folder of the workspace, a cut of one, or nothing. */
export class SourceResolver {
  readonly #options: ResolverOptions

  constructor(options: ResolverOptions) {
    this.#options = options
  }

  resolve(entry: Entry, ref: ObjectRef, declared: ClusterFacts): ResolvedSource {
    if (ref.kind === 'ExternalArtifact') return this.#generated(entry, ref, declared)
    const key = objectKey(ref)
    const object =
      declared.sources.get(key)?.object ?? (this.#options.written.get(key)?.object as KubeObject | undefined)
    if (key === objectKey(refOf(entry.source))) {
      return this.#directory(entry.artifactRoot, ref, ignoreOf(object ?? entry.source))
    }
    if (object === undefined) return { source: { type: 'missing', ref }, artifact: undefined }
    const dir = this.#options.repositories.directoryOf(object) ?? this.#sameRepository(entry, object)
    if (dir !== undefined) return this.#directory(dir, ref, ignoreOf(object))
    return { source: { type: 'external', ref, url: getString(object, 'spec', 'url') }, artifact: undefined }
  }

  #directory(dir: string, ref: ObjectRef, ignore: string | undefined): ResolvedSource {
    return { source: { type: 'directory', dir, ref }, artifact: this.#options.artifacts.directory(dir, ignore) }
  }

  /** A further source object of the repository that the entry comes from. */
  #sameRepository(entry: Entry, object: KubeObject): string | undefined {
    const url = getString(object, 'spec', 'url')
    const entryUrl = getString(entry.source, 'spec', 'url')
    if (url === undefined || entryUrl === undefined || !sameUrl(url, entryUrl)) return undefined
    return branchText(object) === branchText(entry.source) ? entry.artifactRoot : undefined
  }

  #generated(entry: Entry, ref: ObjectRef, declared: ClusterFacts): ResolvedSource {
    const cut = (generator: KubeObject): GeneratedArtifact =>
      this.#options.artifacts.generated(generator, ref.name, (source) =>
        // An artifact cut out of a cut could lead in a circle.
        source.kind === 'ExternalArtifact' ? undefined : this.resolve(entry, source, declared).artifact,
      )
    const known = declared.generators.get(`${ref.namespace ?? ''}/${ref.name}`)
    if (known !== undefined) {
      const { artifact, fault } = cut(known.object)
      return {
        source: { type: 'generated', ref, generator: refOf(known.object) },
        artifact,
        ...(fault === undefined ? {} : { fault: { generator: known, message: fault } }),
      }
    }
    for (const { object } of declared.patternGenerators.get(ref.namespace ?? '') ?? []) {
      const { artifact } = cut(object)
      if (artifact !== undefined) return { source: { type: 'generated', ref, generator: refOf(object) }, artifact }
    }
    if (declared.sources.has(objectKey(ref))) {
      return { source: { type: 'external', ref, url: undefined }, artifact: undefined }
    }
    return { source: { type: 'missing', ref }, artifact: undefined }
  }
}

function ignoreOf(object: KubeObject): string | undefined {
  return getString(object, 'spec', 'ignore')
}

function branchText(object: KubeObject): string {
  const name = getString(object, 'spec', 'ref', 'name')
  return getString(object, 'spec', 'ref', 'branch') ?? name?.replace(/^refs\/heads\//, '') ?? ''
}
