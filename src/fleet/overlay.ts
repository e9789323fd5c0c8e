import {
  basename,
  cleanPath,
  compareStrings,
  type DirEntry,
  dirname,
  encodeText,
  type FileStat,
  type FileSystem,
} from '../base/index.ts'

/** Editor buffers over a disk. */
export interface OverlayFileSystem extends FileSystem {
  /** The file has this content from now on, whatever the disk says. Absolute path. */
  set(path: string, text: string): void
  /** The file is what the disk says again. */
  clear(path: string): void
  /** The buffer's text, `undefined` when the disk counts. */
  get(path: string): string | undefined
}

/** Lays editor buffers over a file system; a buffer of a file that is not on disk appears in its directory. */
export function createOverlayFileSystem(base: FileSystem): OverlayFileSystem {
  const buffers = new Map<string, { readonly text: string; readonly bytes: Uint8Array }>()
  /** Names of buffers by directory, every directory above a buffer included. */
  const dirs = new Map<string, Map<string, 'file' | 'directory'>>()

  function rebuildDirs(): void {
    dirs.clear()
    for (const path of buffers.keys()) {
      let kind: 'file' | 'directory' = 'file'
      for (let child = path; child !== '/'; child = dirname(child)) {
        const parent = dirname(child)
        const names = dirs.get(parent) ?? new Map<string, 'file' | 'directory'>()
        dirs.set(parent, names)
        if (names.get(basename(child)) !== 'directory') names.set(basename(child), kind)
        kind = 'directory'
      }
    }
  }

  return {
    set(path, text) {
      const clean = cleanPath(path)
      const known = buffers.has(clean)
      buffers.set(clean, { text, bytes: encodeText(text) })
      if (!known) rebuildDirs()
    },
    clear(path) {
      if (buffers.delete(cleanPath(path))) rebuildDirs()
    },
    get: (path) => buffers.get(cleanPath(path))?.text,
    readFile(path) {
      const buffer = buffers.size === 0 ? undefined : buffers.get(cleanPath(path))
      return buffer?.bytes ?? base.readFile(path)
    },
    readDir(path) {
      const names = buffers.size === 0 ? undefined : dirs.get(cleanPath(path))
      const entries = base.readDir(path)
      if (names === undefined) return entries
      const merged = new Map<string, DirEntry>((entries ?? []).map((entry) => [entry.name, entry]))
      for (const [name, kind] of names) if (!merged.has(name)) merged.set(name, { name, kind })
      return [...merged.values()].sort((a, b) => compareStrings(a.name, b.name))
    },
    stat(path): FileStat | undefined {
      if (buffers.size === 0) return base.stat(path)
      const clean = cleanPath(path)
      const buffer = buffers.get(clean)
      if (buffer !== undefined) return { kind: 'file', size: buffer.bytes.length }
      return base.stat(path) ?? (dirs.has(clean) ? { kind: 'directory', size: 0 } : undefined)
    },
    realPath(path) {
      if (buffers.size === 0) return base.realPath(path)
      const clean = cleanPath(path)
      return base.realPath(path) ?? (buffers.has(clean) || dirs.has(clean) ? clean : undefined)
    },
  }
}
