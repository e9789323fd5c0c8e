import {
  cleanPath,
  type DirEntry,
  decodeText,
  type FileStat,
  type FileSystem,
  isWithin,
  joinPath,
} from '../base/index.ts'
import {
  createIgnoreMatcher,
  type IgnoreMatcher,
  type IgnorePattern,
  loadIgnorePatterns,
  maxTreeDepth,
  parseIgnorePatterns,
  sourceIgnoreFile,
} from './sourceignore.ts'

export interface ArtifactOptions {
  /** The source's `spec.ignore`. */
  readonly ignore?: string | undefined
}

/** The matcher for a tree on a file system. Read once: make another when a `.sourceignore` has changed. */
export function ignoreMatcherOf(fs: FileSystem, root: string, options: ArtifactOptions = {}): IgnoreMatcher {
  return createIgnoreMatcher([...loadIgnorePatterns(fs, root), ...parseIgnorePatterns(options.ignore ?? '')])
}

/**
 * The files (relative paths, in the order of names, folders among them) that source-controller packs into the artifact
 * of a tree: regular files that are not left out. Symbolic links never are.
 */
export function listArtifact(fs: FileSystem, root: string, options: ArtifactOptions = {}): string[] {
  const matcher = ignoreMatcherOf(fs, root, options)
  const out: string[] = []
  const walk = (dir: string, path: readonly string[]): void => {
    if (path.length > maxTreeDepth) return
    for (const { name, kind } of fs.readDir(dir) ?? []) {
      if (name === '.git') continue
      const below = [...path, name]
      if (kind === 'directory') {
        if (matcher.hasInclusions || !matcher.ignores(below, true)) walk(joinPath(dir, name), below)
      } else if (kind === 'file' && !matcher.ignores(below, false)) out.push(below.join('/'))
    }
  }
  walk(root, [])
  return out
}

/** The files of a tree in memory that go into its artifact; as `listArtifact`. Paths are relative, with `/`. */
export function selectArtifactFiles<T extends { readonly path: string; readonly content: Uint8Array }>(
  files: readonly T[],
  options: ArtifactOptions = {},
): T[] {
  const patterns: IgnorePattern[] = []
  const ignoreFiles = files.filter(({ path }) => path === sourceIgnoreFile || path.endsWith(`/${sourceIgnoreFile}`))
  // Outer folders first, and folders in the order of names: the order in which a walk finds them.
  const inOrder = ignoreFiles.map((file) => ({ file, domain: file.path.split('/').slice(0, -1) })).sort(byWalk)
  for (const { file, domain } of inOrder) patterns.push(...parseIgnorePatterns(decodeText(file.content), domain))
  const matcher = createIgnoreMatcher([...patterns, ...parseIgnorePatterns(options.ignore ?? '')])
  return files.filter(({ path }) => {
    const components = path.split('/')
    return !components.includes('.git') && !matcher.ignores(components, false)
  })
}

function byWalk(a: { domain: readonly string[] }, b: { domain: readonly string[] }): number {
  for (let i = 0; i < Math.min(a.domain.length, b.domain.length); i++) {
    const x = a.domain[i]!
    const y = b.domain[i]!
    if (x !== y) return x < y ? -1 : 1
  }
  return a.domain.length - b.domain.length
}

/**
 * A read-only view of a tree as its artifact: the same absolute paths, without what is left out, without symbolic links,
 * and with nothing outside the root. The patterns are read when the view is made; file contents are not kept.
 */
export function artifactView(fs: FileSystem, root: string, options: ArtifactOptions = {}): FileSystem {
  return new ArtifactView(fs, cleanPath(root), ignoreMatcherOf(fs, root, options))
}

class ArtifactView implements FileSystem {
  readonly #fs: FileSystem
  readonly #root: string
  readonly #realRoot: string
  readonly #matcher: IgnoreMatcher

  constructor(fs: FileSystem, root: string, matcher: IgnoreMatcher) {
    this.#fs = fs
    this.#root = root
    this.#realRoot = fs.realPath(root) ?? root
    this.#matcher = matcher
  }

  readFile(path: string): Uint8Array | undefined {
    return this.stat(path)?.kind === 'file' ? this.#fs.readFile(path) : undefined
  }

  readDir(path: string): readonly DirEntry[] | undefined {
    const clean = cleanPath(path)
    if (this.stat(clean)?.kind !== 'directory') return undefined
    const below = this.#components(clean)!
    return this.#fs.readDir(clean)?.filter(({ name, kind }) => {
      if (kind !== 'file' && kind !== 'directory') return false
      return this.#isIn([...below, name], kind === 'directory')
    })
  }

  stat(path: string): FileStat | undefined {
    const clean = cleanPath(path)
    const below = this.#components(clean)
    if (below === undefined || !this.#isReal(clean)) return undefined
    const stat = this.#fs.stat(clean)
    if (stat === undefined || stat.kind === 'other') return undefined
    return this.#isIn(below, stat.kind === 'directory') ? stat : undefined
  }

  realPath(path: string): string | undefined {
    return this.stat(path) === undefined ? undefined : cleanPath(path)
  }

  /** The path's components below the root, `undefined` for a path outside of it. */
  #components(path: string): string[] | undefined {
    if (!isWithin(this.#root, path)) return undefined
    const below = path.slice(this.#root === '/' ? 1 : this.#root.length + 1)
    return below === '' ? [] : below.split('/')
  }

  /** False for a symbolic link and for what lies behind one. */
  #isReal(path: string): boolean {
    const real = this.#fs.realPath(path)
    return real !== undefined && real === joinPath(this.#realRoot, path.slice(this.#root.length))
  }

  #isIn(below: readonly string[], isDirectory: boolean): boolean {
    if (below.includes('.git')) return false
    if (below.length === 0 || !this.#matcher.ignores(below, isDirectory)) return true
    return isDirectory && this.#matcher.hasInclusions && this.#hasFiles(below)
  }

  /** A folder that is left out is there all the same when a file below it was brought back. */
  #hasFiles(below: readonly string[]): boolean {
    if (below.length > maxTreeDepth) return false
    for (const { name, kind } of this.#fs.readDir(joinPath(this.#root, ...below)) ?? []) {
      const inner = [...below, name]
      if (kind === 'file' && !this.#matcher.ignores(inner, false)) return true
      if (kind === 'directory' && name !== '.git' && this.#isIn(inner, true)) return true
    }
    return false
  }
}
