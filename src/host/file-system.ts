import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { compareStrings, type DirEntry, type FileSystem } from '../base/index.ts'

/**
 * The disk, read synchronously. Whatever cannot be read (missing, no permission, a socket, a loop of links) is reported
 * as absent: the caller names the path in its own problem.
 */
export const nodeFileSystem: FileSystem = {
  readFile(path) {
    return attempt(() => (statSync(path, quiet)?.isFile() === true ? readFileSync(path) : undefined))
  },
  readDir(path) {
    return attempt(() =>
      readdirSync(path, { withFileTypes: true })
        .map((entry) => ({ name: entry.name, kind: kindOf(entry) }) satisfies DirEntry)
        .sort((a, b) => compareStrings(a.name, b.name)),
    )
  },
  stat(path) {
    return attempt(() => {
      const stat = statSync(path, quiet)
      if (stat === undefined) return undefined
      return { kind: stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : 'other', size: stat.size }
    })
  },
  realPath(path) {
    return attempt(() => realPath(path))
  },
}

/** Most paths asked for are absent (which of three names has the file?): an exception for each would cost more than the call. */
const quiet = { throwIfNoEntry: false } as const

/** One system call where that gives the same answer as a walk of links; elsewhere it would change the case of letters. */
const realPath = process.platform === 'linux' ? realpathSync.native : realpathSync

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }): DirEntry['kind'] {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'directory'
  return entry.isSymbolicLink() ? 'symlink' : 'other'
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined
    throw error
  }
}
