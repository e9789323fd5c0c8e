import { type Connection, type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver'
import { type Cancellation, cleanPath, type Disposable, isWithin, type Problem } from '../../base/index.ts'
import { createOverlayFileSystem, type FileChange, type OverlayFileSystem } from '../../fleet/index.ts'
import { nodeFileSystem } from '../../host/index.ts'
import type { RemoteSource } from '../../kustomize/index.ts'
import { fleetChanged } from '../../protocol/index.ts'
import { type Dispatcher, messageOf } from '../dispatch.ts'
import { Folder } from './folder.ts'
import { pathOfUri, uriOfPath } from './uris.ts'

/** Milliseconds of checking after which messages are looked at again. */
const slice = 20
/** Milliseconds in which changes of the model are gathered into one word to the views. */
const gather = 100
/** Stands for every file of a folder among the paths to check. */
const everything = ''

const severities: Readonly<Record<Problem['severity'], DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
}

/**
 * The folders of the workspace, kept up to date with disk and editors. Changes are gathered until the message queue
 * gives way (no fixed delay); open files are checked first, the others in slices; a newer change drops what is left.
 */
export class Workspace implements Disposable {
  readonly #connection: Connection
  readonly #remotes: (() => RemoteSource) | undefined
  readonly #dispatcher: Dispatcher
  readonly #fs: OverlayFileSystem = createOverlayFileSystem(nodeFileSystem)
  readonly #pending = new Map<string, FileChange>()
  /** Paths still to be checked, by folder. */
  readonly #unchecked = new Map<Folder, Set<string>>()
  readonly #published = new Map<string, string>()
  readonly #listeners = new Set<(paths: readonly string[]) => void>()
  readonly #updateListeners = new Set<(folder: Folder, paths: readonly string[]) => void>()
  #folders: readonly Folder[] = []
  #scheduled: NodeJS.Immediate | undefined
  #announcing: NodeJS.Timeout | undefined
  #showsProgress = false
  #revision = 0
  #disposed = false

  /** `remotes`: where the remote bases of kustomizations come from. */
  constructor(connection: Connection, dispatcher: Dispatcher, remotes?: () => RemoteSource) {
    this.#remotes = remotes
    this.#connection = connection
    this.#dispatcher = dispatcher
  }

  get folders(): readonly Folder[] {
    return this.#folders
  }

  /** Editor buffers over the disk. */
  get fs(): OverlayFileSystem {
    return this.#fs
  }

  /** The client can show progress. */
  showProgress(): void {
    this.#showsProgress = true
  }

  /** Absolute paths of the folders to model. Folders that stay keep what is known of them. */
  setFolders(roots: readonly string[]): void {
    const known = new Map(this.#folders.map((folder) => [folder.root, folder]))
    this.#folders = roots.map(
      (root) => known.get(cleanPath(root)) ?? new Folder(cleanPath(root), this.#fs, this.#remotes?.()),
    )
    for (const folder of [...this.#unchecked.keys()])
      if (!this.#folders.includes(folder)) this.#unchecked.delete(folder)
    for (const folder of this.#folders) if (!known.has(folder.root)) this.#unchecked.set(folder, new Set([everything]))
    this.#schedule()
  }

  /** True when an editor shows the file (absolute path). */
  isOpen(path: string): boolean {
    return this.#fs.get(path) !== undefined
  }

  /** Something beside the files has changed what there is to say about these files of a folder. */
  recheck(folder: Folder, paths: Iterable<string>): void {
    if (this.#disposed || !this.#folders.includes(folder)) return
    const unchecked = this.#unchecked.get(folder) ?? new Set<string>()
    this.#unchecked.set(folder, unchecked)
    for (const path of paths) unchecked.add(path)
    this.#announce()
    this.#schedule()
  }

  /** Remote bases were fetched, or may now be fetched: builds that read them are made again. */
  refetched(): void {
    if (this.#disposed) return
    for (const folder of this.#folders) {
      const { affected, rebuilt } = folder.fleet.refetched()
      if (rebuilt.length === 0) continue
      this.recheck(folder, affected)
      this.#tellUpdate(folder, [])
    }
  }

  /** The folder that holds a file, the innermost when folders nest; with the path as the model names it. */
  find(uri: string): { readonly folder: Folder; readonly path: string } | undefined {
    const path = pathOfUri(uri)
    if (path === undefined) return undefined
    this.flush()
    return this.#owner(path)
  }

  /** An editor holds this text. */
  open(uri: string, text: string): void {
    const path = pathOfUri(uri)
    if (path === undefined) return
    this.#fs.set(path, text)
    this.#change({ path, text })
  }

  /** The editor was closed: the disk counts again. */
  close(uri: string): void {
    const path = pathOfUri(uri)
    if (path === undefined) return
    this.#fs.clear(path)
    this.#change({ path, text: 'disk' })
  }

  /** Something on the disk has changed. */
  touch(uris: readonly string[]): void {
    const touched: string[] = []
    for (const uri of uris) {
      const path = pathOfUri(uri)
      if (path === undefined || /\/(\.git|node_modules)(\/|$)/.test(path)) continue
      this.#change({ path, text: this.#fs.get(path) ?? 'disk' })
      touched.push(path)
    }
    if (touched.length > 0) for (const listener of this.#listeners) listener(touched)
  }

  /** Calls back with the absolute paths of files that have changed on the disk. */
  onDiskChange(listener: (paths: readonly string[]) => void): Disposable {
    this.#listeners.add(listener)
    return { dispose: () => this.#listeners.delete(listener) }
  }

  /** Calls back after the model of a folder was read for the first time (no paths) or has taken in changes (absolute). */
  onUpdate(listener: (folder: Folder, paths: readonly string[]) => void): Disposable {
    this.#updateListeners.add(listener)
    return { dispose: () => this.#updateListeners.delete(listener) }
  }

  /** Brings the models up to date with every change received; queries call it before they look. */
  flush(cancellation?: Cancellation): void {
    if (this.#pending.size === 0) return
    const changes = [...this.#pending.values()]
    this.#pending.clear()
    for (const folder of this.#folders) {
      const own = changes.filter(({ path }) => this.#owner(path)?.folder === folder)
      if (own.length === 0) continue
      const { affected, changed, filesParsed } = folder.fleet.update(own, cancellation)
      const unchecked = this.#unchecked.get(folder) ?? new Set<string>()
      this.#unchecked.set(folder, unchecked)
      for (const path of affected) unchecked.add(path)
      for (const { path } of own) unchecked.add(folder.fleet.relative(path) ?? path)
      if (changed.length > 0 || filesParsed > 0) this.#announce()
      this.#tellUpdate(folder, own)
    }
  }

  dispose(): void {
    this.#disposed = true
    clearTimeout(this.#announcing)
    if (this.#scheduled !== undefined) clearImmediate(this.#scheduled)
  }

  #change(change: FileChange): void {
    this.#pending.set(change.path, change)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#disposed) return
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = undefined
      this.#work()
    })
  }

  /** One slice: changes first, then open files, then the rest until the slice is over. */
  #work(): void {
    this.#guarded('update', () => this.flush())
    const end = performance.now() + slice
    for (const [folder, paths] of this.#unchecked) {
      if (!this.#checkSome(folder, paths, end)) {
        this.#schedule()
        return
      }
      this.#unchecked.delete(folder)
    }
  }

  /** @returns false when time was up before everything was checked. */
  #checkSome(folder: Folder, paths: Set<string>, end: number): boolean {
    if (paths.delete(everything)) {
      this.#guarded('read', () => {
        for (const file of folder.fleet.files()) paths.add(file.path)
        this.#progress(folder, paths.size).catch((error: unknown) => this.#dispatcher.log('warn', messageOf(error)))
      })
      this.#announce()
      this.#tellUpdate(folder, [])
    }
    const open = [...paths].filter((path) => this.#fs.get(folder.absolute(path)) !== undefined)
    for (const path of [...open, ...paths]) {
      if (!paths.has(path)) continue
      if (performance.now() > end && !open.includes(path)) return false
      paths.delete(path)
      this.#guarded(`check of ${path}`, () => this.#publish(folder, path))
    }
    return true
  }

  /** A fault of the program ends one step, not the worker. */
  #guarded(what: string, step: () => void): void {
    try {
      step()
    } catch (error) {
      this.#dispatcher.log(
        'error',
        `${what}: ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}`,
      )
    }
  }

  #publish(folder: Folder, path: string): void {
    const uri = uriOfPath(folder.absolute(path))
    const problems = folder.fleet.file(path) === undefined ? [] : folder.linter.lintFile(path)
    const diagnostics = problems.map((problem) => toDiagnostic(folder, path, problem))
    const print = JSON.stringify(diagnostics)
    if ((this.#published.get(uri) ?? '[]') === print) return
    if (diagnostics.length === 0) this.#published.delete(uri)
    else this.#published.set(uri, print)
    void this.#connection.sendDiagnostics({ uri, diagnostics })
  }

  #announce(): void {
    this.#announcing ??= setTimeout(() => {
      this.#announcing = undefined
      this.#dispatcher.send(fleetChanged, { revision: ++this.#revision })
    }, gather)
  }

  #tellUpdate(folder: Folder, changes: readonly FileChange[]): void {
    const paths = changes.map(({ path }) => path)
    for (const listener of this.#updateListeners) listener(folder, paths)
  }

  /** Shows how far the first check of a folder is; later ones are too short to be shown. */
  async #progress(folder: Folder, total: number): Promise<void> {
    if (!this.#showsProgress) return
    const progress = await this.#connection.window.createWorkDoneProgress()
    progress.begin('Fluxkit', 0, 'checking the workspace')
    const timer = setInterval(() => {
      const left = this.#unchecked.get(folder)?.size ?? 0
      if (left > 0 && !this.#disposed) {
        progress.report(Math.round((1 - left / total) * 100), `${total - left} of ${total} files`)
        return
      }
      clearInterval(timer)
      progress.done()
    }, gather)
  }

  #owner(path: string): { readonly folder: Folder; readonly path: string } | undefined {
    let best: Folder | undefined
    for (const folder of this.#folders) {
      if (isWithin(folder.root, path) && (best === undefined || folder.root.length > best.root.length)) best = folder
    }
    if (best === undefined) return undefined
    const relative = best.fleet.relative(path) ?? path.slice(best.root === '/' ? 1 : best.root.length + 1)
    return { folder: best, path: relative }
  }
}

function toDiagnostic(folder: Folder, path: string, problem: Problem): Diagnostic {
  const { location, related } = problem
  const inFile = location?.path === path ? location.range : undefined
  return {
    range: folder.range(path, inFile ?? { start: 0, end: 0 }),
    severity: severities[problem.severity],
    code: problem.code,
    source: 'fluxkit',
    message: problem.message,
    ...(related === undefined
      ? {}
      : {
          relatedInformation: related.flatMap(({ location: place, message }) => {
            const found = folder.locate(place)
            return found === undefined ? [] : [{ location: found, message }]
          }),
        }),
  }
}
