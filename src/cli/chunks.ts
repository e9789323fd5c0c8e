import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Script } from 'node:vm'

/** What a chunk exports. */
export type ChunkExports = Readonly<Record<string, unknown>>

/** A chunk as `esbuild.mjs` writes it: it asks for the chunks that it imports and gives its exports. */
type Chunk = (load: (name: string) => ChunkExports, url: string) => ChunkExports

export interface ChunkOptions {
  /** The folder of the chunks, with a slash at its end. */
  readonly folder: string
  /** The file that has what V8 compiled in earlier runs. */
  readonly cache: string
  /** What the cache belongs to: the build and the Node that runs it. Anything else is not read. */
  readonly identity: string
}

/** The first line of the cache: bytes that follow for each chunk, in this order. */
interface Head {
  readonly identity: string
  readonly runs: number
  readonly sizes: readonly (readonly [name: string, bytes: number])[]
}

/** Runs that add to the cache what they called; later ones only read it. */
const learningRuns = 4
const alignment = 8

/**
 * Loads the chunks of the bundled program, and keeps what V8 compiled of them, also the functions that were compiled when
 * they were first called: those are most of it, and Node's own compile cache, which is made before a module runs, lacks them.
 */
export class ChunkLoader {
  readonly #options: ChunkOptions
  readonly #scripts = new Map<string, Script>()
  readonly #loaded = new Map<string, ChunkExports>()
  readonly #cached: ReadonlyMap<string, Uint8Array>
  readonly #runs: number
  #isComplete = true

  constructor(options: ChunkOptions) {
    this.#options = options
    const { runs, data } = readCache(options)
    this.#runs = runs
    this.#cached = data
  }

  /** The exports of a chunk, which runs when it is first asked for. Throws what it throws. */
  readonly load = (name: string): ChunkExports => {
    const known = this.#loaded.get(name)
    if (known !== undefined) return known
    const filename = `${this.#options.folder}${name}`
    const cachedData = this.#cached.get(name)
    const source = readFileSync(filename, 'utf8')
    const script = new Script(source, cachedData === undefined ? { filename } : { filename, cachedData })
    if (script.cachedDataRejected !== false) this.#isComplete = false
    this.#scripts.set(name, script)
    const exports = (script.runInThisContext() as Chunk)(this.load, pathToFileURL(filename).href)
    this.#loaded.set(name, exports)
    return exports
  }

  /** Writes the cache where this run adds to it. A folder that cannot be written to means no cache. */
  keep(): void {
    if (this.#isComplete && this.#runs >= learningRuns) return
    const data = new Map(this.#cached)
    for (const [name, script] of this.#scripts) data.set(name, script.createCachedData())
    const head: Head = {
      identity: this.#options.identity,
      runs: this.#isComplete ? this.#runs + 1 : 1,
      sizes: Array.from(data, ([name, bytes]) => [name, bytes.length]),
    }
    const line = `${JSON.stringify(head)}\n`
    const padding = ' '.repeat((alignment - (line.length % alignment)) % alignment)
    try {
      replaceFile(this.#options.cache, [Buffer.from(padding + line), ...data.values()])
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error
    }
  }
}

/** What earlier runs left; nothing where there is no such file, or where it is another build's or cut off. */
function readCache({ cache, identity }: ChunkOptions): { runs: number; data: Map<string, Uint8Array> } {
  const data = new Map<string, Uint8Array>()
  try {
    const bytes = readFileSync(cache)
    let at = bytes.indexOf('\n') + 1
    const head = JSON.parse(bytes.toString('latin1', 0, at)) as Partial<Head>
    if (head.identity !== identity || head.runs === undefined || head.sizes === undefined) return { runs: 0, data }
    if (head.sizes.reduce((sum, [, size]) => sum + size, at) !== bytes.length) return { runs: 0, data }
    for (const [name, size] of head.sizes) {
      data.set(name, bytes.subarray(at, at + size))
      at += size
    }
    return { runs: head.runs, data }
  } catch (error) {
    if (!(error instanceof SyntaxError || (error instanceof Error && 'code' in error))) throw error
    return { runs: 0, data }
  }
}

/** V8 trusts what it reads: the file is whole on the disk before it gets its name, and nobody else may write it. */
function replaceFile(path: string, parts: readonly Uint8Array[]): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${process.pid}`
  try {
    const descriptor = openSync(temporary, 'wx', 0o600)
    try {
      for (const part of parts) writeFileSync(descriptor, part)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}
