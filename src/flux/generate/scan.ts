import { type FileSystem, readText } from '../../base/index.ts'
import { checkManifest } from './manifest.ts'

/** Names under which kustomize looks for its file, in order of preference. */
export const kustomizationFileNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const

/** The kustomization file of a directory, `undefined` when it has none. */
export function findKustomizationFile(fs: FileSystem, dir: string): string | undefined {
  for (const name of kustomizationFileNames) {
    const path = dir === '/' ? `/${name}` : `${dir}/${name}`
    if (fs.stat(path)?.kind === 'file') return path
  }
  return undefined
}

/** What a walk of a directory without a kustomization file found. */
export interface Scan {
  /** Absolute paths of files, and of directories with a kustomization file of their own, in walk order. */
  readonly resources: readonly string[]
  /** Every directory looked into and every file read. */
  readonly inputs: readonly string[]
  /** The first file that holds no Kubernetes objects, with what is wrong. */
  readonly failure?: { readonly path: string; readonly message: string }
}

/**
 * Walks a directory in lexical order for manifests (fluxcd/pkg kustomize `scanManifests`): `.yaml` and `.yml` files; a
 * subdirectory with a kustomization file is taken as a whole. Stops at the first file that does not decode.
 */
export function scanManifests(fs: FileSystem, base: string): Scan {
  const resources: string[] = []
  const inputs: string[] = []
  let failure: Scan['failure']
  const walk = (dir: string, depth: number): void => {
    inputs.push(dir)
    for (const entry of fs.readDir(dir) ?? []) {
      if (failure !== undefined || depth > maxDepth) return
      const path = dir === '/' ? `/${entry.name}` : `${dir}/${entry.name}`
      if (entry.kind === 'directory') {
        if (findKustomizationFile(fs, path) === undefined) walk(path, depth + 1)
        else resources.push(path)
        continue
      }
      if (!/\.ya?ml$/.test(entry.name) || fs.stat(path)?.kind !== 'file') continue
      inputs.push(path)
      const problem = checkManifest(readText(fs, path) ?? '')
      if (problem === undefined) resources.push(path)
      else failure = { path, message: problem }
    }
  }
  walk(base, 0)
  return { resources, inputs, ...(failure === undefined ? {} : { failure }) }
}

const maxDepth = 200
