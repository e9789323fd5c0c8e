import { type FileSystem, joinPath } from '../../base/index.ts'
import type { TreeFile } from '../runtime/tree-hash.ts'

/** More than this is no configuration repository, and would not fit into memory beside everything else. */
export const maxSnapshotBytes: number = 512 * 1024 * 1024
const maxFiles = 200_000
const maxDepth = 200

/** A tree that is too large to be an artifact. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError'
}

/**
 * Copies the files of a directory into memory, so that what is built from it cannot change half-way. Symbolic links are
 * left out, as in every artifact. Throws `SnapshotError` when the tree is too large.
 */
export function snapshotTree(fs: FileSystem, root: string, paths?: readonly string[]): TreeFile[] {
  const files: TreeFile[] = []
  let bytes = 0
  const add = (path: string): void => {
    const absolute = joinPath(root, path)
    const size = fs.stat(absolute)?.size ?? 0
    bytes += size
    if (bytes > maxSnapshotBytes) throw new SnapshotError(`the tree is larger than ${maxSnapshotBytes >> 20} MiB`)
    if (files.length >= maxFiles) throw new SnapshotError(`the tree has more than ${maxFiles} files`)
    const content = fs.readFile(absolute)
    if (content !== undefined) files.push({ path, content })
  }
  if (paths === undefined) walk(fs, root, '', add, 0)
  else for (const path of paths) if (!isGitPath(path) && isRegularFile(fs, joinPath(root, path))) add(path)
  return files
}

function walk(fs: FileSystem, root: string, dir: string, add: (path: string) => void, depth: number): void {
  if (depth > maxDepth) return
  for (const entry of fs.readDir(joinPath(root, dir)) ?? []) {
    const path = dir === '' ? entry.name : `${dir}/${entry.name}`
    if (entry.kind === 'directory') {
      if (entry.name !== '.git') walk(fs, root, path, add, depth + 1)
    } else if (entry.kind === 'file') add(path)
  }
}

function isGitPath(path: string): boolean {
  return path === '.git' || path.startsWith('.git/') || path.includes('/.git/')
}

/** False also for a symbolic link, and for a file below one: its real path is another. */
function isRegularFile(fs: FileSystem, path: string): boolean {
  return fs.stat(path)?.kind === 'file' && fs.realPath(path)?.endsWith(path.slice(path.lastIndexOf('/'))) === true
}
