/**
 * The file system as core code sees it: read-only, synchronous (measured: ten times faster than asynchronous fan-out
 * for many small files, ../shared/performance.md section 5), absolute POSIX paths.
 */
export interface FileSystem {
  /** The bytes of a file; `undefined` when there is no file, or it cannot be read. Follows symbolic links. */
  readFile(path: string): Uint8Array | undefined
  /** The names in a directory, sorted by code point; `undefined` when it is no directory. */
  readDir(path: string): readonly DirEntry[] | undefined
  /** What is at a path, links followed; `undefined` when there is nothing. */
  stat(path: string): FileStat | undefined
  /** The path with every symbolic link resolved; `undefined` when it does not exist. */
  realPath(path: string): string | undefined
}

export interface DirEntry {
  readonly name: string
  readonly kind: 'file' | 'directory' | 'symlink' | 'other'
}

export interface FileStat {
  readonly kind: 'file' | 'directory' | 'other'
  /** Bytes. */
  readonly size: number
}

const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })
const encoder = new TextEncoder()

/** Reads a file as UTF-8 (a byte-order mark is kept, invalid bytes become U+FFFD); `undefined` when there is no file. */
export function readText(fs: FileSystem, path: string): string | undefined {
  const bytes = fs.readFile(path)
  return bytes === undefined ? undefined : decoder.decode(bytes)
}

/** Encodes text as UTF-8. */
export function encodeText(text: string): Uint8Array {
  return encoder.encode(text)
}

/** Decodes UTF-8; invalid bytes become U+FFFD. */
export function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}
