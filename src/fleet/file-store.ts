import {
  type Cancellation,
  checkCancelled,
  compareStrings,
  decodeText,
  type FileSystem,
  isWithin,
  type Problem,
} from '../base/index.ts'
import { isFleetFile, isSkippedPath, scanWorkspace } from './scan.ts'
import { oversizedFile, parseSourceFile } from './source-file.ts'
import type { SourceFile } from './types.ts'

/** What a change did to the files. */
export interface FileDelta {
  /** Absolute paths whose content or existence differs, directories with another listing included. */
  readonly touched: readonly string[]
  /** Relative paths of files that were parsed, made or removed. */
  readonly paths: readonly string[]
  readonly parsed: number
}

/** The parsed YAML files of a workspace; each is parsed again only when its text differs. */
export class FileStore {
  readonly #fs: FileSystem
  readonly #root: string
  readonly #maxSize: number
  readonly #files = new Map<string, SourceFile>()
  #sorted: readonly SourceFile[] | undefined
  /** The paths in order; `undefined` when one came or went. */
  #order: readonly string[] | undefined
  #scanProblems: readonly Problem[] = []
  /** Paths that the scan found and nobody parsed so far. */
  #pending: readonly string[] | undefined

  constructor(fs: FileSystem, root: string, maxSize: number) {
    this.#fs = fs
    this.#root = root
    this.#maxSize = maxSize
  }

  get problems(): readonly Problem[] {
    return this.#scanProblems
  }

  get(path: string): SourceFile | undefined {
    return this.#files.get(path)
  }

  /** Every file, by path. */
  all(): readonly SourceFile[] {
    this.#order ??= [...this.#files.keys()].sort(compareStrings)
    this.#sorted ??= this.#order.map((path) => this.#files.get(path)!)
    return this.#sorted
  }

  /** Reads what the first scan found and was not read so far; goes on where a cancelled call stopped. */
  load(cancellation?: Cancellation): number {
    if (this.#pending === undefined) {
      const scan = scanWorkspace(this.#fs, this.#root)
      this.#pending = scan.paths
      this.#scanProblems = scan.problems
    }
    let parsed = 0
    for (let i = 0; i < this.#pending.length; i++) {
      if (i % 16 === 0 && cancellation?.cancelled) {
        this.#pending = this.#pending.slice(i)
        checkCancelled(cancellation)
      }
      const path = this.#pending[i]!
      if (!this.#files.has(path) && this.#read(path)) parsed++
    }
    this.#pending = []
    return parsed
  }

  /** Looks at changed paths (absolute): files are read again, directories scanned, what is gone is dropped. */
  refresh(paths: Iterable<string>): FileDelta {
    const touched = new Set<string>()
    const changed = new Set<string>()
    let parsed = 0
    for (const path of paths) {
      touched.add(path)
      const relative = this.#relative(path)
      if (relative === undefined || isSkippedPath(relative)) continue
      const stat = this.#fs.stat(path)
      if (stat?.kind === 'directory') {
        const scan = scanWorkspace(this.#fs, path)
        for (const below of scan.paths) {
          const child = relative === '' ? below : `${relative}/${below}`
          if (this.#refreshFile(child, touched, changed)) parsed++
        }
        this.#dropBelow(relative, touched, changed, (child) => this.#fs.stat(this.#absolute(child)) === undefined)
        touchParents(this.#fs, path, this.#root, touched)
      } else if (stat === undefined) {
        this.#dropBelow(relative, touched, changed, () => true)
        if (this.#delete(relative)) changed.add(relative)
        touchParents(this.#fs, path, this.#root, touched)
      } else if (isFleetFile(relative)) {
        if (this.#refreshFile(relative, touched, changed)) parsed++
      } else touchParents(this.#fs, path, this.#root, touched)
    }
    this.#sorted = undefined
    return { touched: [...touched], paths: [...changed].sort(compareStrings), parsed }
  }

  #refreshFile(relative: string, touched: Set<string>, changed: Set<string>): boolean {
    const isNew = !this.#files.has(relative)
    if (!this.#read(relative)) return false
    const absolute = this.#absolute(relative)
    changed.add(relative)
    touched.add(absolute)
    if (isNew) touchParents(this.#fs, absolute, this.#root, touched)
    return true
  }

  #dropBelow(relative: string, touched: Set<string>, changed: Set<string>, isGone: (path: string) => boolean): void {
    const prefix = relative === '' ? '' : `${relative}/`
    for (const path of [...this.#files.keys()]) {
      if (!path.startsWith(prefix) || !isGone(path)) continue
      this.#delete(path)
      changed.add(path)
      touched.add(this.#absolute(path))
      touchParents(this.#fs, this.#absolute(path), this.#root, touched)
    }
  }

  /** True when the file was parsed; false when its text is as before or there is no such file. */
  #read(path: string): boolean {
    const absolute = this.#absolute(path)
    const stat = this.#fs.stat(absolute)
    if (stat?.kind !== 'file') {
      return this.#delete(path)
    }
    const before = this.#files.get(path)
    if (stat.size > this.#maxSize) {
      const file = oversizedFile(path, stat.size, this.#maxSize)
      if (before?.problems[0]?.message === file.problems[0]?.message) return false
      this.#set(path, file)
      return true
    }
    const bytes = this.#fs.readFile(absolute)
    if (bytes === undefined) return false
    const text = decodeText(bytes)
    if (before !== undefined && before.text === text) return false
    this.#set(path, parseSourceFile(path, text))
    return true
  }

  #set(path: string, file: SourceFile): void {
    if (!this.#files.has(path)) this.#order = undefined
    this.#files.set(path, file)
    this.#sorted = undefined
  }

  #delete(path: string): boolean {
    this.#order = undefined
    this.#sorted = undefined
    return this.#files.delete(path)
  }

  #absolute(path: string): string {
    return path === '' ? this.#root : `${this.#root}/${path}`
  }

  #relative(path: string): string | undefined {
    if (path === this.#root) return ''
    return isWithin(this.#root, path) ? path.slice(this.#root.length + 1) : undefined
  }
}

/** The listing of the directory differs; when it may be new or gone itself, so does that of its parent, and so on. */
function touchParents(fs: FileSystem, path: string, root: string, touched: Set<string>): void {
  let current = path
  while (current !== root && isWithin(root, current)) {
    current = current.slice(0, current.lastIndexOf('/'))
    touched.add(current)
    if ((fs.readDir(current)?.length ?? 0) > 1) return
  }
}
