import { type FileSystem, isWithin, type ObjectRef } from '../base/index.ts'
import type { KubeObject } from '../kube/index.ts'
import type { Artifact } from './artifacts.ts'

/** Makes the file trees that Kustomizations are built from, and remembers them. */
export class ArtifactStore {
  readonly #fs: FileSystem
  readonly #root: string
  readonly #directories = new Map<string, Artifact>()

  constructor(fs: FileSystem, root: string) {
    this.#fs = fs
    this.#root = root
  }

  /** A folder of the workspace (relative, `.` for all of it) as source-controller would package it. */
  directory(dir: string, ignore: string | undefined): Artifact {
    const key = `dir:${dir}:${ignore ?? ''}`
    const known = this.#directories.get(key)
    if (known !== undefined) return known
    const root = dir === '.' ? this.#root : `${this.#root}/${dir}`
    const artifact: Artifact = { key, fs: this.#fs, root, inputs: [], toWorkspace: (path) => path }
    this.#directories.set(key, artifact)
    return artifact
  }

  /** The artifact of a name that an ArtifactGenerator cuts out of its sources; `undefined` when a source is not here. */
  generated(
    _generator: KubeObject,
    _name: string,
    _sourceOf: (ref: ObjectRef) => Artifact | undefined,
  ): Artifact | undefined {
    return undefined
  }

  /** The file of the workspace behind an absolute path of an artifact. */
  toWorkspace(path: string): string | undefined {
    return isWithin(this.#root, path) ? path : undefined
  }

  invalidate(_touched: readonly string[]): void {}
}
