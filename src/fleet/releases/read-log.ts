import type { DirEntry, FileStat, FileSystem } from '../../base/index.ts'

/** What was read of a tree, to know which changes of files can change what was made of it. */
export class ReadLog {
  readonly #paths = new Set<string>()
  readonly #folders = new Set<string>()

  /** A view of the file system whose readers are noted down. Paths are absolute. */
  over(fs: FileSystem): FileSystem {
    const noted = <T>(path: string, set: Set<string>, answer: T): T => {
      set.add(path)
      return answer
    }
    return {
      readFile: (path): Uint8Array | undefined => noted(path, this.#paths, fs.readFile(path)),
      stat: (path): FileStat | undefined => noted(path, this.#paths, fs.stat(path)),
      readDir: (path): readonly DirEntry[] | undefined => noted(path, this.#folders, fs.readDir(path)),
      realPath: (path): string | undefined => fs.realPath(path),
    }
  }

  get isEmpty(): boolean {
    return this.#paths.size + this.#folders.size === 0
  }

  /** True when a change at a path can be seen by the reader: the path was read, or a folder above it was listed. */
  concerns(path: string): boolean {
    if (this.#paths.has(path)) return true
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      if (this.#folders.has(path.slice(0, at))) return true
    }
    return this.#folders.has(path)
  }
}
