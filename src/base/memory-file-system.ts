import { type DirEntry, encodeText, type FileStat, type FileSystem } from './file-system.ts'
import { cleanPath, dirname } from './path.ts'
import { compareStrings } from './text.ts'

/** A file system over a map of absolute path → content: artifacts, tests, editor buffers. It has no symbolic links. */
export class MemoryFileSystem implements FileSystem {
  readonly #files = new Map<string, Uint8Array>()
  readonly #dirs = new Map<string, Set<string>>([['/', new Set()]])

  constructor(files: Iterable<readonly [string, string | Uint8Array]> = []) {
    for (const [path, content] of files) this.writeFile(path, content)
  }

  /** Adds or replaces a file, making the directories above it. */
  writeFile(path: string, content: string | Uint8Array): void {
    const clean = cleanPath(path)
    this.#files.set(clean, typeof content === 'string' ? encodeText(content) : content)
    this.#link(clean)
  }

  /** Adds an empty directory. */
  makeDir(path: string): void {
    const clean = cleanPath(path)
    if (!this.#dirs.has(clean)) {
      this.#dirs.set(clean, new Set())
      if (clean !== '/') this.#link(clean)
    }
  }

  /** Removes a file; directories left empty stay. */
  removeFile(path: string): void {
    const clean = cleanPath(path)
    if (this.#files.delete(clean)) this.#dirs.get(dirname(clean))?.delete(clean.slice(clean.lastIndexOf('/') + 1))
  }

  /** Every file's path, sorted. */
  paths(): string[] {
    return [...this.#files.keys()].sort(compareStrings)
  }

  readFile(path: string): Uint8Array | undefined {
    return this.#files.get(cleanPath(path))
  }

  readDir(path: string): readonly DirEntry[] | undefined {
    const clean = cleanPath(path)
    const names = this.#dirs.get(clean)
    if (names === undefined) return undefined
    const base = clean === '/' ? '' : clean
    return [...names]
      .sort(compareStrings)
      .map((name) => ({ name, kind: this.#files.has(`${base}/${name}`) ? 'file' : 'directory' }))
  }

  stat(path: string): FileStat | undefined {
    const clean = cleanPath(path)
    const file = this.#files.get(clean)
    if (file !== undefined) return { kind: 'file', size: file.length }
    return this.#dirs.has(clean) ? { kind: 'directory', size: 0 } : undefined
  }

  realPath(path: string): string | undefined {
    const clean = cleanPath(path)
    return this.#files.has(clean) || this.#dirs.has(clean) ? clean : undefined
  }

  #link(path: string): void {
    let child = path
    while (child !== '/') {
      const parent = dirname(child)
      let names = this.#dirs.get(parent)
      if (names === undefined) {
        names = new Set()
        this.#dirs.set(parent, names)
      }
      const name = child.slice(child.lastIndexOf('/') + 1)
      if (names.has(name)) return
      names.add(name)
      child = parent
    }
  }
}
