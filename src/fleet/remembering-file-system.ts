import { cleanPath, type DirEntry, type FileStat, type FileSystem } from '../base/index.ts'

/** A file system whose answers about names are remembered until it is told to forget them. */
export interface RememberingFileSystem extends FileSystem {
  forget(): void
}

/**
 * Remembers what is where (not what is in files) for the time between two changes: a cold walk of a fleet asks for the
 * same directories and links thousands of times.
 */
export function rememberNames(base: FileSystem): RememberingFileSystem {
  const stats = new Map<string, FileStat | undefined>()
  const dirs = new Map<string, readonly DirEntry[] | undefined>()
  const real = new Map<string, string | undefined>()

  function once<T>(cache: Map<string, T>, path: string, ask: (path: string) => T): T {
    const known = cache.get(path)
    if (known !== undefined || cache.has(path)) return known as T
    const answer = ask(path)
    cache.set(path, answer)
    return answer
  }

  /** A directory's own entries say which of them are links, so that most paths need no look at the disk. */
  function realPath(path: string): string | undefined {
    const known = real.get(path)
    if (known !== undefined) return known
    const clean = cleanPath(path)
    return once(real, clean, () => {
      const slash = clean.lastIndexOf('/')
      if (slash <= 0) return base.realPath(clean)
      const parent = realPath(clean.slice(0, slash))
      if (parent === undefined) return undefined
      const name = clean.slice(slash + 1)
      const entry = readDir(parent)?.find((one) => one.name === name)
      if (entry === undefined || entry.kind === 'symlink') return base.realPath(clean)
      return `${parent === '/' ? '' : parent}/${name}`
    })
  }

  function readDir(path: string): readonly DirEntry[] | undefined {
    return once(dirs, path, (asked) => base.readDir(asked))
  }

  return {
    readFile: (path) => base.readFile(path),
    readDir,
    stat: (path) => once(stats, path, (asked) => base.stat(asked)),
    realPath,
    forget() {
      stats.clear()
      dirs.clear()
      real.clear()
    },
  }
}
