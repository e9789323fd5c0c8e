import {
  basename,
  decodeText,
  type FileSystem,
  getIn,
  getString,
  isObject,
  isWithin,
  joinPath,
  MemoryFileSystem,
  type ObjectRef,
} from '../base/index.ts'
import { artifactRequests, type SourceTree, type Staging, stageArtifact } from '../flux/index.ts'
import type { KubeObject } from '../kube/index.ts'
import { artifactView } from '../source/index.ts'
import type { Artifact } from './artifacts.ts'

/** An artifact of a generator, or why there is none: a source that is not here, or a fault with its message. */
export interface GeneratedArtifact {
  readonly artifact: Artifact | undefined
  readonly fault?: string
}

/** An artifact that was cut, with the directories that it was cut from. */
interface Cut extends GeneratedArtifact {
  readonly roots: readonly string[]
  stale: boolean
}

/** Below it lie the files of artifacts that are put together in memory. */
const memoryRoot = '/@artifact'

/** Makes the file trees that Kustomizations are built from, and remembers them. */
export class ArtifactStore {
  readonly #fs: FileSystem
  readonly #root: string
  readonly #directories = new Map<string, Artifact>()
  readonly #cuts = new Map<string, Cut>()
  readonly #mounts = new Map<string, string>()
  readonly #origins = new Map<string, ReadonlyMap<string, string>>()
  /** Counts changes of `.sourceignore` files. */
  #ignoreVersion = 0

  constructor(fs: FileSystem, root: string) {
    this.#fs = fs
    this.#root = root
  }

  /** A folder of the workspace (relative, `.` for all of it) as source-controller would package it. */
  directory(dir: string, ignore: string | undefined): Artifact {
    const key = `dir:${dir}:${this.#ignoreVersion}:${ignore ?? ''}`
    const known = this.#directories.get(key)
    if (known !== undefined) return known
    const root = dir === '.' ? this.#root : `${this.#root}/${dir}`
    const fs = artifactView(this.#fs, root, ignore === undefined ? {} : { ignore })
    const artifact: Artifact = { key, fs, root, inputs: [], toWorkspace: (path) => path }
    this.#directories.set(key, artifact)
    return artifact
  }

  /** The artifact of a name that an ArtifactGenerator cuts out of its sources. */
  generated(
    generator: KubeObject,
    name: string,
    sourceOf: (ref: ObjectRef) => Artifact | undefined,
  ): GeneratedArtifact {
    const sources = sourcesOf(generator, sourceOf)
    if (sources === undefined) return { artifact: undefined }
    const spec = JSON.stringify(generator['spec'] ?? null)
    const cutKey = `${name}\0${[...sources.values()].map((source) => source.key).join('\0')}\0${spec}`
    const known = this.#cuts.get(cutKey)
    if (known !== undefined && !known.stale) return known
    const made = this.#cut(generator, name, { cutKey, sources })
    this.#cuts.set(cutKey, { ...made, roots: [...sources.values()].map(({ root }) => root), stale: false })
    return made
  }

  /** The file of the workspace behind an absolute path of an artifact. */
  toWorkspace(path: string): string | undefined {
    if (isWithin(this.#root, path)) return path
    const mount = /^\/@artifact\/\d+/.exec(path)?.[0]
    return mount === undefined ? undefined : this.#origins.get(mount)?.get(path.slice(mount.length + 1))
  }

  /** Forgets what was made of paths (absolute) that changed. */
  invalidate(touched: readonly string[]): void {
    if (touched.some((path) => basename(path) === '.sourceignore')) {
      this.#ignoreVersion++
      this.#directories.clear()
    }
    for (const cut of this.#cuts.values()) {
      if (touched.some((path) => cut.roots.some((root) => isWithin(root, path)))) cut.stale = true
    }
  }

  #cut(
    generator: KubeObject,
    name: string,
    { cutKey, sources }: { cutKey: string; sources: ReadonlyMap<string, Artifact> },
  ): GeneratedArtifact {
    const staged = stage(generator, name, sources)
    if (typeof staged === 'string') return { artifact: undefined, fault: staged }
    if (staged === undefined) return { artifact: undefined }
    const mount = this.#mounts.get(cutKey) ?? `${memoryRoot}/${this.#mounts.size}`
    this.#mounts.set(cutKey, mount)
    const origins = new Map<string, string>()
    for (const [path, origin] of staged.origins) origins.set(path, this.toWorkspace(origin) ?? origin)
    this.#origins.set(mount, origins)
    const files = staged.files()
    // A file with an origin is an input of the builds that read it; one that was merged counts by its content.
    const names = files.map(({ path, content }) => `${path}=${origins.get(path) ?? decodeText(content)}`)
    const fs = new MemoryFileSystem(files.map(({ path, content }) => [joinPath(mount, path), content] as const))
    fs.makeDir(mount)
    const artifact: Artifact = {
      key: `cut:${mount}:${names.join('\n')}`,
      fs,
      root: mount,
      inputs: [],
      toWorkspace: (path) => (path.startsWith(memoryRoot) ? this.toWorkspace(path) : path),
    }
    return { artifact }
  }
}

/** The artifacts behind `spec.sources` by alias; `undefined` when one of them is not here. */
function sourcesOf(
  generator: KubeObject,
  sourceOf: (ref: ObjectRef) => Artifact | undefined,
): ReadonlyMap<string, Artifact> | undefined {
  const out = new Map<string, Artifact>()
  const list = getIn(generator, ['spec', 'sources'])
  for (const source of Array.isArray(list) ? list : []) {
    const alias = getString(source, 'alias')
    const kind = getString(source, 'kind')
    const name = getString(source, 'name')
    if (alias === undefined || kind === undefined || name === undefined) return undefined
    const namespace = getString(source, 'namespace') ?? getString(generator, 'metadata', 'namespace') ?? ''
    const artifact = sourceOf({ apiVersion: 'source.toolkit.fluxcd.io/v1', kind, name, namespace })
    if (artifact === undefined) return undefined
    out.set(alias, artifact)
  }
  return out
}

/** Runs the copy operations. A text says what the controller would complain about; `undefined`: no such artifact. */
function stage(
  generator: KubeObject,
  name: string,
  sources: ReadonlyMap<string, Artifact>,
): Staging | string | undefined {
  const spec = generator['spec']
  if (!isObject(spec)) return undefined
  const trees: ReadonlyMap<string, SourceTree> = sources
  try {
    const request = artifactRequests(spec, trees).find((one) => one.name === name)
    return request === undefined ? undefined : stageArtifact(request.copy, trees)
  } catch (error) {
    if (error instanceof Error) return error.message
    throw error
  }
}
