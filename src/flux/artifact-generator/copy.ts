import { basename, cleanPath, joinPath } from '../../base/index.ts'
import { compileGlob, hasGlob } from './glob.ts'
import { type SourceTree, Staging } from './staging.ts'

/** One entry of `spec.artifacts[].copy`. */
export interface CopyOperation {
  /** `@alias/path`, with wildcards. */
  readonly from: string
  /** `@artifact/path`. */
  readonly to: string
  readonly exclude: readonly string[]
  readonly strategy: string
}

/** Unpacks a gzipped tar archive; absent where archives cannot be read. */
export type Unpack = (archive: Uint8Array) => readonly { readonly path: string; readonly content: Uint8Array }[]

/**
 * Puts an artifact together by the copy operations of an ArtifactGenerator (source-watcher 2.2 internal/builder): `cp`
 * for single files and directories, globs with their paths kept, excludes, YAML merge. Throws an `Error` with the
 * controller's message.
 */
export function stageArtifact(
  operations: readonly CopyOperation[],
  sources: ReadonlyMap<string, SourceTree>,
  unpack?: Unpack,
): Staging {
  const staging = new Staging()
  for (const operation of operations) {
    try {
      applyOperation(operation, sources, { staging, unpack })
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      const subject = `failed to apply copy operation from '${operation.from}' to '${operation.to}'`
      throw new Error(`failed to apply copy operations: ${subject}: ${text}`)
    }
  }
  return staging
}

interface Job {
  readonly staging: Staging
  readonly unpack: Unpack | undefined
}

function applyOperation(operation: CopyOperation, sources: ReadonlyMap<string, SourceTree>, job: Job): void {
  const { alias, pattern } = parseFrom(operation.from)
  const to = parseTo(operation.to)
  const tree = sources.get(alias)
  if (tree === undefined) throw new Error(`source alias '${alias}' not found`)
  const isExcluded = excluder(operation.exclude)
  const copier = new Copier(operation, { ...job, tree, isExcluded })
  if (!hasGlob(pattern)) copier.single(pattern, to)
  else copier.glob(pattern, to, alias)
}

function parseFrom(from: string): { alias: string; pattern: string } {
  const slash = from.indexOf('/')
  if (!from.startsWith('@')) throw new Error(`invalid copy source '${from}': source must start with '@'`)
  if (slash < 0) throw new Error(`invalid copy source '${from}': source format must be '@alias/pattern'`)
  return { alias: from.slice(1, slash), pattern: from.slice(slash + 1) }
}

function parseTo(to: string): string {
  if (to.startsWith('@artifact/')) return to.slice('@artifact/'.length)
  throw new Error(`invalid copy destination '${to}': destination must start with '@artifact/'`)
}

type Excluder = (path: string, base: string) => boolean

function excluder(patterns: readonly string[]): Excluder {
  const matchers = patterns.map((pattern) => {
    try {
      return { matches: compileGlob(pattern, true), nameOnly: !pattern.includes('/') }
    } catch {
      throw new Error(`invalid exclude pattern '${pattern}'`)
    }
  })
  const matches = (path: string): boolean =>
    matchers.some((one) => one.matches(path) || (one.nameOnly && one.matches(basename(path))))
  return (path, base) => {
    if (matchers.length === 0) return false
    if (matches(path)) return true
    return base !== '.' && base !== '' && path.startsWith(`${base}/`) && matches(path.slice(base.length + 1))
  }
}

class Copier {
  readonly #operation: CopyOperation
  readonly #tree: SourceTree
  readonly #staging: Staging
  readonly #isExcluded: Excluder
  readonly #unpack: Unpack | undefined

  constructor(operation: CopyOperation, job: Job & { tree: SourceTree; isExcluded: Excluder }) {
    this.#operation = operation
    this.#tree = job.tree
    this.#staging = job.staging
    this.#isExcluded = job.isExcluded
    this.#unpack = job.unpack
  }

  /** As `cp -r`: into a directory that is there or ends in a slash, else under the new name. */
  single(from: string, to: string): void {
    const path = cleanPath(from === '' ? '.' : from)
    const kind = this.#kind(path)
    if (kind === undefined) throw new Error(`source '${path}' does not exist`)
    if (kind === 'directory') {
      if (this.#extracts) throw new Error(`extract strategy is not supported for directories, got '${path}'`)
      this.#copyDir(path, joinPath(to, basename(path)), path)
      return
    }
    if (this.#isExcluded(path, '.')) return
    if (this.#extracts) {
      if (!isArchive(path)) throw new Error(`extract strategy requires tarball file (.tar.gz or .tgz), got '${path}'`)
      this.#extract(path, to)
      return
    }
    const into = this.#operation.to.endsWith('/') || this.#staging.isDirectory(to)
    this.#copyFile(path, into ? joinPath(to, basename(path)) : to)
  }

  glob(pattern: string, to: string, alias: string): void {
    const base = literalRoot(pattern)
    const matches = this.#matches(pattern)
    if (matches.length === 0) throw new Error(`no files match pattern '${pattern}' in source '${alias}'`)
    const kept = matches.filter((path) => path !== '.' && !this.#isExcluded(path, base))
    if (kept.length === 0) throw new Error(`all files matching pattern '${pattern}' in source '${alias}' were excluded`)
    for (const path of kept) {
      if (this.#extracts) {
        if (this.#kind(path) === 'file' && isArchive(path)) this.#extract(path, to)
        continue
      }
      const target = joinPath(to, globTarget(pattern, path))
      if (this.#kind(path) === 'directory') this.#copyDir(path, target, base)
      else this.#copyFile(path, target)
    }
  }

  get #extracts(): boolean {
    return this.#operation.strategy === 'Extract'
  }

  #matches(pattern: string): string[] {
    let test: (path: string) => boolean
    try {
      test = compileGlob(cleanPath(pattern), this.#extracts)
    } catch (error) {
      throw new Error(`invalid glob pattern '${pattern}': ${error instanceof Error ? error.message : String(error)}`)
    }
    const depth = this.#extracts ? Number.POSITIVE_INFINITY : cleanPath(pattern).split('/').length
    return this.#walk('.', depth).filter(test)
  }

  /** Every path below a directory in lexical order, down to a depth. */
  #walk(dir: string, depth: number): string[] {
    if (depth <= 0) return []
    const found: string[] = []
    for (const entry of this.#tree.fs.readDir(joinPath(this.#tree.root, dir)) ?? []) {
      const path = dir === '.' ? entry.name : `${dir}/${entry.name}`
      if (entry.kind === 'file') found.push(path)
      else if (entry.kind === 'directory') found.push(path, ...this.#walk(path, depth - 1))
    }
    return found
  }

  #kind(path: string): 'file' | 'directory' | undefined {
    const kind = this.#tree.fs.stat(this.#absolute(path))?.kind
    return kind === 'other' ? undefined : kind
  }

  #absolute(path: string): string {
    // A source path cannot leave its source.
    return joinPath(this.#tree.root, joinPath('/', path))
  }

  #copyDir(from: string, to: string, excludeBase: string): void {
    this.#staging.makeDirectory(to)
    for (const entry of this.#tree.fs.readDir(this.#absolute(from)) ?? []) {
      const path = from === '.' ? entry.name : `${from}/${entry.name}`
      if (this.#isExcluded(path, excludeBase)) continue
      const target = joinPath(to, entry.name)
      if (entry.kind === 'directory') this.#copyDir(path, target, excludeBase)
      else if (entry.kind === 'file') this.#stage(path, target)
    }
  }

  #copyFile(from: string, to: string): void {
    if (this.#operation.strategy === 'Merge' && this.#staging.has(to)) {
      const content = this.#tree.fs.readFile(this.#absolute(from))
      if (content !== undefined) this.#staging.merge(to, content)
    } else this.#stage(from, to)
  }

  #stage(from: string, to: string): void {
    const absolute = this.#absolute(from)
    const content = this.#tree.fs.readFile(absolute)
    if (content !== undefined) this.#staging.write(to, content, absolute)
  }

  #extract(from: string, to: string): void {
    const content = this.#tree.fs.readFile(this.#absolute(from))
    if (content === undefined || this.#unpack === undefined) {
      throw new Error(`failed to extract tarball '${from}' to '${to}': archives cannot be read here`)
    }
    for (const file of this.#unpack(content)) this.#staging.write(joinPath(to, file.path), file.content)
  }
}

function isArchive(path: string): boolean {
  return /\.(?:tar\.gz|tgz)$/i.test(path)
}

/** `dir/**` drops the directory, every other pattern keeps the path. */
function globTarget(pattern: string, match: string): string {
  if (!pattern.endsWith('/**')) return match
  const prefix = `${pattern.slice(0, -3)}/`
  return match.startsWith(prefix) ? match.slice(prefix.length) : match
}

/** The part of a pattern before its first wildcard. */
function literalRoot(pattern: string): string {
  const parts = cleanPath(pattern).split('/')
  const first = parts.findIndex(hasGlob)
  const kept = first < 0 ? parts : parts.slice(0, first)
  return kept.length === 0 ? '.' : kept.join('/')
}
