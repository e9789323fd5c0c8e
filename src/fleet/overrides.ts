import { type FileSystem, type Location, readText, type TextRange } from '../base/index.ts'
import type { BuildOrigin, BuiltObject } from '../flux/index.ts'

/**
 * Flux builds its own version of the top kustomization file. Ranges in that text mean nothing to the user: they are
 * looked up again in the file as it is on disk.
 */
export class Overrides {
  readonly #fs: FileSystem
  #texts: ReadonlyMap<string, string> = new Map()

  constructor(fs: FileSystem) {
    this.#fs = fs
  }

  /** The texts that the build used in place of files, by absolute path. */
  use(texts: ReadonlyMap<string, string>): void {
    this.#texts = texts
  }

  /** A location with an absolute path in terms of the user's file; `undefined` when no file of the user is meant. */
  location(location: Location): Location | undefined {
    const written = this.#texts.get(location.path)
    if (written === undefined) return location
    const text = readText(this.#fs, location.path)
    if (text === undefined) return undefined
    const range = location.range === undefined ? undefined : findAgain(written, text, location.range)
    return { path: location.path, ...(range === undefined ? {} : { range }) }
  }

  /** What stands at a location of a text that the build used in place of a file; `undefined` elsewhere. */
  textAt({ path, range }: Location): string | undefined {
    const written = range === undefined ? undefined : this.#texts.get(path)?.slice(range.start, range.end)
    return written === undefined || written === '' ? undefined : written.trim().replace(/^["']|["']$/g, '')
  }

  /** An object whose origins are in terms of the user's files. */
  object(built: BuiltObject): BuiltObject {
    if (!built.origins.some((origin) => this.#texts.has(origin.path))) return built
    return {
      object: built.object,
      origins: built.origins.map((origin) => this.#origin(origin)),
      originOf: (path) => {
        const origin = built.originOf(path)
        return origin === undefined ? undefined : this.#origin(origin)
      },
    }
  }

  #origin(origin: BuildOrigin): BuildOrigin {
    if (!this.#texts.has(origin.path)) return origin
    const found = this.location({ path: origin.path, ...(origin.range === undefined ? {} : { range: origin.range }) })
    return { step: origin.step, path: origin.path, ...(found?.range === undefined ? {} : { range: found.range }) }
  }
}

/** The same text in another version of a file: as it is, or by the first line that both have. */
function findAgain(written: string, text: string, range: TextRange): TextRange | undefined {
  const slice = written.slice(range.start, range.end).trimEnd()
  if (slice === '') return undefined
  const whole = findWord(text, slice)
  if (whole >= 0) return { start: whole, end: whole + slice.length }
  for (const line of slice.split('\n')) {
    const word = line.trim().replace(/^- /, '')
    const at = word.length < 3 ? -1 : findWord(text, word)
    if (at >= 0) return { start: at, end: at + word.length }
  }
  return undefined
}

/** The first place where a text stands by itself, not inside of a longer word. */
function findWord(text: string, word: string): number {
  let from = 0
  for (;;) {
    const at = text.indexOf(word, from)
    if (at < 0) return -1
    const isInside = /[\w./-]/.test(text[at - 1] ?? '') || /[\w./-]/.test(text[at + word.length] ?? '')
    if (!isInside) return at
    from = at + 1
  }
}
