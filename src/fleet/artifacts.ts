import type { FileSystem } from '../base/index.ts'

/** The files that a Kustomization is built from, as the controller would see them. */
export interface Artifact {
  /** Names the artifact and the way it was made: same key, same view of the same files. */
  readonly key: string
  readonly fs: FileSystem
  /** Absolute directory of `fs` that is the artifact's root. */
  readonly root: string
  /** The file of the workspace (absolute) behind a path of the artifact; `undefined` when it is made by no file. */
  toWorkspace(path: string): string | undefined
  /** Files and directories (absolute) of the workspace that the artifact as a whole depends on. */
  readonly inputs: readonly string[]
}
