import {
  type Cancellation,
  checkCancelled,
  decodeText,
  dirname,
  encodeText,
  type FileSystem,
  isWithin,
  joinPath,
} from '../base/index.ts'
import { fail, withPrefix } from './errors.ts'
import { isWebUrl, parseRepoUrl, type RepoUrl } from './repo-url.ts'
import type { KustomizeOptions } from './types.ts'

/** Reads for one build, and remembers what was looked for. */
export class FileReader {
  /** Every absolute path that was read or probed. */
  readonly inputs: Set<string> = new Set()
  readonly #fs: FileSystem
  readonly #overrides: ReadonlyMap<string, string>
  readonly #confineTo: string | undefined
  readonly #cancellation: Cancellation | undefined

  constructor(fs: FileSystem, options: KustomizeOptions) {
    this.#fs = fs
    this.#overrides = options.overrides ?? new Map()
    this.#confineTo = options.confineTo
    this.#cancellation = options.cancellation
  }

  /** The content of a file; fails when there is none. */
  read(path: string): Uint8Array {
    checkCancelled(this.#cancellation)
    this.inputs.add(path)
    const text = this.#overrides.get(path)
    if (text !== undefined) return encodeText(text)
    this.#confine(path)
    const bytes = this.#fs.readFile(path)
    if (bytes !== undefined) return bytes
    if (this.#fs.stat(path)?.kind === 'directory') fail(`read ${path}: is a directory`)
    fail(`open ${path}: no such file or directory`)
  }

  /** What is at a path and where that really is, links followed; fails when there is nothing. */
  resolve(path: string): { readonly path: string; readonly isDirectory: boolean } {
    this.inputs.add(path)
    if (this.#overrides.has(path)) return { path, isDirectory: false }
    const real = this.#fs.realPath(path)
    const stat = real === undefined ? undefined : this.#fs.stat(real)
    if (real === undefined || stat === undefined) {
      fail(`evalsymlink failure on '${path}' : lstat ${path}: no such file or directory`)
    }
    if (real !== path) this.inputs.add(real)
    this.#confine(real)
    return { path: real, isDirectory: stat.kind === 'directory' }
  }

  /** True when there is a file to read. */
  has(path: string): boolean {
    this.inputs.add(path)
    return this.#overrides.has(path) || this.#fs.stat(path)?.kind === 'file'
  }

  /** Links are followed first: what lies outside in truth is outside. */
  #confine(path: string): void {
    if (this.#confineTo === undefined) return
    const real = this.#fs.realPath(path) ?? path
    if (isWithin(this.#confineTo, real)) return
    const top = this.#fs.realPath(this.#confineTo)
    if (top !== undefined && isWithin(top, real)) return
    fail(`security; '${path}' is outside '${this.#confineTo}'`, { code: 'kustomize/confined' })
  }
}

/** Reads below one directory of a build (api/internal/loader/fileloader.go). */
export class Loader {
  readonly root: string
  readonly #reader: FileReader
  readonly #options: KustomizeOptions
  readonly #referrer: Loader | undefined
  readonly #repo: RepoUrl | undefined
  readonly #repoRoot: string | undefined

  constructor(
    reader: FileReader,
    options: KustomizeOptions,
    root: string,
    from: { referrer?: Loader; repo?: RepoUrl; repoRoot?: string } = {},
  ) {
    this.#reader = reader
    this.#options = options
    this.root = root
    this.#referrer = from.referrer
    this.#repo = from.repo
    this.#repoRoot = from.repoRoot ?? from.referrer?.repoRoot
  }

  /** The top directory of the repository that this directory was fetched with. */
  get repoRoot(): string | undefined {
    return this.#repoRoot
  }

  /** Opens the directory to build. */
  static open(reader: FileReader, options: KustomizeOptions, root: string): Loader {
    const found = withPrefix('not a valid directory', () => reader.resolve(root))
    if (!found.isDirectory) fail(`must build at directory: '${root}' is a file`)
    return new Loader(reader, options, found.path)
  }

  /** Where a path in a kustomization file points. */
  absolute(path: string): string {
    return path.startsWith('/') ? path : joinPath(this.root, path)
  }

  /** The bytes of a file named by a kustomization. */
  load(path: string): Uint8Array {
    if (isWebUrl(path)) {
      fail(`remote resource '${path}' is not allowed`, { code: 'kustomize/remote' })
    }
    const absolute = this.absolute(path)
    // Directories fetched from elsewhere are always restricted.
    if (this.#options.loadRestrictor === 'none' && this.#repo === undefined) return this.#reader.read(absolute)
    const found = this.#reader.resolve(absolute)
    if (found.isDirectory) fail(`'${absolute}' must resolve to a file`)
    if (!isWithin(this.root, dirname(found.path))) {
      fail(`security; file '${absolute}' is not in or below '${this.root}'`, { code: 'kustomize/load-restriction' })
    }
    return this.#reader.read(found.path)
  }

  loadText(path: string): string {
    return decodeText(this.load(path))
  }

  has(name: string): boolean {
    return this.#reader.has(joinPath(this.root, name))
  }

  /** Opens a directory that this one refers to. */
  child(path: string): Loader {
    if (path === '') fail('new root cannot be empty')
    const repo = parseRepoUrl(path)
    if (repo !== undefined) return this.#remote(repo)
    if (path.startsWith('/')) fail(`new root '${path}' cannot be absolute`)
    const root = withPrefix('must build at directory: not a valid directory', () => {
      const target = joinPath(this.root, path)
      const found = this.#reader.resolve(target)
      if (!found.isDirectory) fail(`'${target}' is not a directory`)
      return found.path
    })
    if (this.#repoRoot !== undefined && !isWithin(this.#repoRoot, root)) {
      fail(
        `security; bases in kustomizations found in cloned git repos must be within the repo, but base '${root}' is outside '${this.#repoRoot}'`,
      )
    }
    this.#refuseCycle(root)
    return new Loader(this.#reader, this.#options, root, { referrer: this })
  }

  #remote(repo: RepoUrl): Loader {
    for (let at: Loader | undefined = this; at !== undefined; at = at.#referrer) {
      if (at.#repo?.raw.startsWith(repo.raw) === true) {
        fail(`cycle detected: URI '${repo.raw}' referenced by previous URI '${at.#repo.raw}'`, {
          code: 'kustomize/cycle',
        })
      }
    }
    const fetchRemote = this.#options.fetchRemote
    if (fetchRemote === undefined) fail(`remote base '${repo.raw}' is not allowed`, { code: 'kustomize/remote' })
    const fetched = fetchRemote(repo.raw)
    if (typeof fetched !== 'string') fail(fetched.message, { code: fetched.code })
    const root = this.#reader.resolve(fetched).path
    const top =
      repo.path === '' || !root.endsWith(`/${repo.path.replace(/\/+$/, '')}`)
        ? root
        : root.slice(0, -repo.path.replace(/\/+$/, '').length - 1)
    return new Loader(this.#reader, this.#options, root, { referrer: this, repo, repoRoot: top })
  }

  #refuseCycle(candidate: string): void {
    for (let at: Loader | undefined = this; at !== undefined; at = at.#referrer) {
      if (!isWithin(candidate, at.root)) continue
      fail(`cycle detected: candidate root '${candidate}' contains visited root '${at.root}'`, {
        code: 'kustomize/cycle',
      })
    }
  }
}
