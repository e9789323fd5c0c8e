import { dirname, type FileSystem, type JsonObject, MemoryFileSystem } from '../../base/index.ts'
import { artifactDigest } from '../../source/index.ts'
import type { TreeFile } from './tree-hash.ts'

/** The files of an artifact: immutable, held in memory, found by their content. */
export interface Artifact {
  /** `sha256:…` over paths and contents. */
  readonly digest: string
  readonly fs: FileSystem
  /** Absolute directory of `fs` that is the artifact's root. */
  readonly root: string
  /** Bytes of all files. */
  readonly size: number
  readonly files: readonly TreeFile[]
}

/** Where artifacts are unpacked in their file system; it shows in messages as the controller's directory does. */
const root = '/artifact'

/** Makes an artifact of files; paths are relative, with `/`. The same content gives the same digest. */
export function makeArtifact(files: readonly TreeFile[]): Artifact {
  const fs = new MemoryFileSystem()
  fs.makeDir(root)
  let size = 0
  for (const file of files) {
    fs.writeFile(`${root}/${file.path}`, file.content)
    size += file.content.length
  }
  return { digest: artifactDigest(files), fs, root, size, files }
}

/** Absolute paths of the files in which two artifacts differ, and of the directories that gained or lost one. */
export function changedPaths(before: Artifact, after: Artifact): string[] {
  const paths = new Set<string>()
  const compare = (a: Artifact, b: Artifact): void => {
    for (const { path, content } of a.files) {
      const absolute = `${a.root}/${path}`
      const other = b.fs.readFile(absolute)
      if (other !== undefined && sameBytes(content, other)) continue
      paths.add(absolute)
      if (other === undefined) paths.add(dirname(absolute))
    }
  }
  compare(before, after)
  compare(after, before)
  return [...paths]
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && a.every((byte, i) => byte === b[i]))
}

/**
 * The artifacts that sources have yielded, by digest. Nothing of it needs to survive the process: after a start every
 * source is fetched again, and what a status says about an artifact is never trusted.
 */
export class ArtifactStore {
  readonly #byDigest = new Map<string, Artifact>()
  readonly #digestOf = new Map<string, string>()

  /** Makes an artifact the current one of an object (`Kind/namespace/name`); the one before it is let go of. */
  put(owner: string, artifact: Artifact): void {
    const before = this.#digestOf.get(owner)
    this.#digestOf.set(owner, artifact.digest)
    if (!this.#byDigest.has(artifact.digest)) this.#byDigest.set(artifact.digest, artifact)
    if (before !== undefined && before !== artifact.digest) this.#release(before)
  }

  remove(owner: string): void {
    const before = this.#digestOf.get(owner)
    if (before === undefined) return
    this.#digestOf.delete(owner)
    this.#release(before)
  }

  /** The current artifact of an object. */
  of(owner: string): Artifact | undefined {
    const digest = this.#digestOf.get(owner)
    return digest === undefined ? undefined : this.#byDigest.get(digest)
  }

  #release(digest: string): void {
    for (const used of this.#digestOf.values()) if (used === digest) return
    this.#byDigest.delete(digest)
  }
}

/** `status.artifact` of a source object. */
export interface ArtifactStatus {
  readonly digest: string
  readonly revision: string
  /** Of the OCI artifact that a Git revision was packed into, if any. */
  readonly originRevision: string | undefined
}

/** Reads `status.artifact`; `undefined` when there is none. */
export function artifactStatusOf(source: JsonObject): ArtifactStatus | undefined {
  const status = source['status']
  const artifact = isPlain(status) ? status['artifact'] : undefined
  if (!isPlain(artifact) || typeof artifact['revision'] !== 'string') return undefined
  const metadata = artifact['metadata']
  const origin = isPlain(metadata) ? metadata['org.opencontainers.image.revision'] : undefined
  return {
    digest: typeof artifact['digest'] === 'string' ? artifact['digest'] : '',
    revision: artifact['revision'],
    originRevision: typeof origin === 'string' && origin !== '' ? origin : undefined,
  }
}

function isPlain(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
