import { type Cancellation, checkCancelled, dirname, encodeText, type FileSystem, isWithin } from '../base/index.ts'
import { fail, KustomizeError, PendingError } from './errors.ts'
import { isForcedGit, parseRepoUrl } from './repo-url.ts'
import type { KustomizeNotice, KustomizeOptions, RemoteRepo, RemoteSource, RemoteTree } from './types.ts'

const forcedGit =
  "Warning: Forcing the git protocol using the 'git::' URL prefix is not supported. Kustomize currently strips this invalid prefix, but will stop doing so in a future release. Please remove the 'git::' prefix from your configuration."

/** Reads for one build, from the disk and the network, and remembers what was looked for. */
export class FileReader {
  /** Every absolute path that was read or probed, and every URL. */
  readonly inputs: Set<string> = new Set()
  readonly notices: KustomizeNotice[] = []
  readonly #fs: FileSystem
  readonly #overrides: ReadonlyMap<string, string>
  readonly #confineTo: string | undefined
  readonly #cancellation: Cancellation | undefined
  readonly #remotes: RemoteSource | undefined
  /** Directories that are not read from the build's file system: clones, pulled charts. */
  readonly #mounts = new Map<string, RemoteTree>()

  constructor(fs: FileSystem, options: KustomizeOptions) {
    this.#fs = fs
    this.#overrides = options.overrides ?? new Map()
    this.#confineTo = options.confineTo
    this.#cancellation = options.cancellation
    this.#remotes = options.remotes
  }

  /** The content of a file; fails when there is none. */
  read(path: string): Uint8Array {
    checkCancelled(this.#cancellation)
    this.inputs.add(path)
    const text = this.#overrides.get(path)
    if (text !== undefined) return encodeText(text)
    const fs = this.#open(path)
    const bytes = fs.readFile(path)
    if (bytes !== undefined) return bytes
    if (fs.stat(path)?.kind === 'directory') fail(`read ${path}: is a directory`)
    fail(`open ${path}: no such file or directory`)
  }

  /** What is at a path and where that really is, links followed; fails when there is nothing. */
  resolve(path: string): { readonly path: string; readonly isDirectory: boolean } {
    this.inputs.add(path)
    if (this.#overrides.has(path)) return { path, isDirectory: false }
    const fs = this.#fsOf(path)
    const real = fs.realPath(path)
    const stat = real === undefined ? undefined : fs.stat(real)
    if (real === undefined || stat === undefined) {
      fail(`evalsymlink failure on '${path}' : ${whyMissing(fs, path)}`)
    }
    if (real !== path) this.inputs.add(real)
    this.#open(real)
    return { path: real, isDirectory: stat.kind === 'directory' }
  }

  /** True when there is a file to read. */
  has(path: string): boolean {
    this.inputs.add(path)
    return this.#overrides.has(path) || this.#fsOf(path).stat(path)?.kind === 'file'
  }

  /** True when there is a directory, links followed; fails for one that may not be read. */
  hasDirectory(path: string): boolean {
    this.inputs.add(path)
    return this.#fsOf(path).stat(path)?.kind === 'directory' && this.resolve(path).isDirectory
  }

  /** Lets a tree stand for its directory for the rest of the build. */
  mount(tree: RemoteTree): void {
    this.#mounts.set(tree.dir, tree)
  }

  /** Reads a reference as a repository; `undefined` when it is a local path. */
  parseRepo(reference: string): RemoteRepo | undefined {
    if (isForcedGit(reference)) this.notices.push({ message: forcedGit, logged: true })
    return parseRepoUrl(reference)
  }

  /** The clone of a repository. */
  clone(repo: RemoteRepo): RemoteTree {
    checkCancelled(this.#cancellation)
    this.inputs.add(repo.raw)
    const answer = this.#remotes?.clone(repo) ?? refusal(`remote base '${repo.raw}'`)
    if (answer === 'pending') throw new PendingError(`${repo.repo} is being fetched`)
    if ('message' in answer) throw asFailure(answer)
    this.mount(answer)
    return answer
  }

  /** The content of a file of the web, redirects followed (fileloader.go, httpClientGetContent). */
  download(url: string): Uint8Array {
    checkCancelled(this.#cancellation)
    this.inputs.add(url)
    const answer = this.#remotes?.get(url) ?? refusal(`remote resource '${url}'`)
    if (answer === 'pending') throw new PendingError(`${url} is being fetched`)
    if ('message' in answer) throw asFailure(answer)
    if (answer.status >= 200 && answer.status <= 299) return answer.body
    if (this.parseRepo(url) !== undefined) fail('URL is a git repository')
    fail(`HTTP Error: status code ${answer.status} (${answer.statusText})`, { final: true })
  }

  #mountOf(path: string): RemoteTree | undefined {
    for (const mount of this.#mounts.values()) if (isWithin(mount.dir, path)) return mount
    return undefined
  }

  #fsOf(path: string): FileSystem {
    return this.#mountOf(path)?.fs ?? this.#fs
  }

  /** The file system of a path. Links are followed first: what lies outside in truth is outside. */
  #open(path: string): FileSystem {
    const mount = this.#mountOf(path)
    const fs = mount?.fs ?? this.#fs
    if (this.#confineTo === undefined) return fs
    const real = fs.realPath(path) ?? path
    if (mount !== undefined && isWithin(mount.dir, real)) return fs
    if (isWithin(this.#confineTo, real)) return fs
    const top = fs.realPath(this.#confineTo)
    if (top !== undefined && isWithin(top, real)) return fs
    fail(`security; '${path}' is outside '${this.#confineTo}'`, { code: 'kustomize/confined' })
  }
}

/** As Go's EvalSymlinks says it: the first part of the path that is not there. */
function whyMissing(fs: FileSystem, path: string): string {
  let at = path
  for (let parent = dirname(at); parent !== at; parent = dirname(at)) {
    if (fs.realPath(parent) !== undefined) {
      if (fs.stat(parent)?.kind === 'file') return 'not a directory'
      break
    }
    at = parent
  }
  return `lstat ${at}: no such file or directory`
}

function refusal(what: string): { readonly message: string; readonly code: string } {
  return { message: `${what} is not allowed`, code: 'kustomize/remote' }
}

function asFailure({ message, code }: { readonly message: string; readonly code: string }): KustomizeError {
  return new KustomizeError(message, { code, ...(code === 'kustomize/remote' ? { final: true } : {}) })
}
