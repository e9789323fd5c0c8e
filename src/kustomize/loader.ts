import { basename, decodeText, dirname, isWithin, joinPath } from '../base/index.ts'
import { fail, withPrefix } from './errors.ts'
import type { FileReader } from './file-reader.ts'
import { isWebUrl } from './repo-url.ts'
import type { KustomizeOptions, RemoteRepo } from './types.ts'

/** Where a directory of a build comes from. */
interface LoaderOrigin {
  /** What refers to it. */
  readonly referrer?: Loader
  /** The repository that it was cloned with, when it is the directory that the reference names. */
  readonly repo?: RemoteRepo
  /** The top directory of that repository, for every directory in it. */
  readonly repoRoot?: string
}

/** Reads below one directory of a build (api/internal/loader/fileloader.go). */
export class Loader {
  readonly root: string
  readonly #reader: FileReader
  readonly #options: KustomizeOptions
  readonly #referrer: Loader | undefined
  readonly #repo: RemoteRepo | undefined
  readonly #repoRoot: string | undefined

  constructor(reader: FileReader, options: KustomizeOptions, root: string, from: LoaderOrigin = {}) {
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

  get reader(): FileReader {
    return this.#reader
  }

  /** Opens what is to be built: an absolute directory, or a reference to one in a repository. */
  static open(reader: FileReader, options: KustomizeOptions, target: string): Loader {
    const repo = reader.parseRepo(target)
    if (repo !== undefined) return openClone(reader, options, { repo })
    return new Loader(reader, options, confirmDirectory(reader, target))
  }

  /** Where a path in a kustomization file points. */
  absolute(path: string): string {
    return path.startsWith('/') || isWebUrl(path) ? path : joinPath(this.root, path)
  }

  /** The bytes of a file named by a kustomization. */
  load(path: string): Uint8Array {
    if (isWebUrl(path)) return this.#reader.download(path)
    const absolute = this.absolute(path)
    // Directories fetched from elsewhere are always restricted.
    if (this.#options.loadRestrictor === 'none' && this.#repoRoot === undefined) return this.#reader.read(absolute)
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
    const repo = this.#reader.parseRepo(path)
    if (repo !== undefined) {
      this.#refuseRepoCycle(repo)
      return openClone(this.#reader, this.#options, { repo, referrer: this })
    }
    if (path.startsWith('/')) fail(`new root '${path}' cannot be absolute`)
    const root = confirmDirectory(this.#reader, joinPath(this.root, path))
    if (this.#repoRoot !== undefined && !isWithin(this.#repoRoot, root)) {
      fail(
        `security; bases in kustomizations found in cloned git repos must be within the repo, but base '${root}' is outside '${this.#repoRoot}'`,
      )
    }
    this.#refuseCycle(root)
    return new Loader(this.#reader, this.#options, root, { referrer: this })
  }

  #refuseRepoCycle(repo: RemoteRepo): void {
    for (let at: Loader | undefined = this; at !== undefined; at = at.#referrer) {
      if (at.#repo?.raw.startsWith(repo.raw) !== true) continue
      fail(`cycle detected: URI '${repo.raw}' referenced by previous URI '${at.#repo.raw}'`, {
        code: 'kustomize/cycle',
      })
    }
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

/** Where a directory really is; fails for what is none (kyaml/filesys ConfirmDir). */
function confirmDirectory(reader: FileReader, path: string): string {
  const found = withPrefix('must build at directory: not a valid directory', () => reader.resolve(path))
  if (!found.isDirectory) fail(`must build at directory: '${path}': file is not directory`)
  return found.path
}

/** Opens the directory of a repository that a reference names (fileloader.go, newLoaderAtGitClone). */
function openClone(
  reader: FileReader,
  options: KustomizeOptions,
  from: { readonly repo: RemoteRepo; readonly referrer?: Loader },
): Loader {
  const { dir } = reader.clone(from.repo)
  const path = joinPath(dir, from.repo.path)
  const root = reader.resolve(path)
  if (!root.isDirectory) fail(`'${path}' refers to file '${basename(root.path)}'; expecting directory`)
  if (!isWithin(dir, root.path)) fail(`"${path}" refers to directory outside of repo "${dir}"`)
  return new Loader(reader, options, root.path, { ...from, repoRoot: dir })
}
