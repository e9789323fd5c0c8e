/** A remembered result with what it was made of. */
interface Entry<T> {
  key: string
  value: T
  inputs: readonly string[]
  valid: boolean
}

/** What one lookup did. */
export interface BuildLookup<T> {
  readonly value: T
  readonly rebuilt: boolean
  /** The result before, when there was one. */
  readonly before: T | undefined
}

/**
 * Results by name, each valid while its key (all that is handed in) is the same and none of its inputs (all that is
 * read) was touched. The reverse index from input to result makes invalidation cost what it invalidates.
 */
export class BuildStore<T> {
  readonly #entries = new Map<string, Entry<T>>()
  readonly #byInput = new Map<string, Set<string>>()

  /** The result of a name; made again when the key differs or an input was touched. */
  get(name: string, key: string, make: () => { value: T; inputs: readonly string[] }): BuildLookup<T> {
    const entry = this.#entries.get(name)
    if (entry?.valid && entry.key === key) return { value: entry.value, rebuilt: false, before: entry.value }
    const made = make()
    if (entry !== undefined) this.#unlink(name, entry.inputs)
    this.#entries.set(name, { key, value: made.value, inputs: made.inputs, valid: true })
    for (const input of made.inputs) {
      const names = this.#byInput.get(input) ?? new Set()
      names.add(name)
      this.#byInput.set(input, names)
    }
    return { value: made.value, rebuilt: true, before: entry?.value }
  }

  peek(name: string): T | undefined {
    return this.#entries.get(name)?.value
  }

  /** Marks results that read one of the paths (absolute); answers their names. */
  invalidate(paths: Iterable<string>): Set<string> {
    const names = new Set<string>()
    for (const path of paths) {
      for (const name of this.#byInput.get(path) ?? []) {
        this.#entries.get(name)!.valid = false
        names.add(name)
      }
    }
    return names
  }

  /** Marks results that read something that is no path of a file system: the URLs of remote bases. */
  invalidateRemote(): void {
    this.invalidate([...this.#byInput.keys()].filter((input) => !input.startsWith('/')))
  }

  /** The names of results that read a path. */
  readersOf(path: string): readonly string[] {
    return [...(this.#byInput.get(path) ?? [])]
  }

  /** Forgets results that are not among the names. */
  retain(names: ReadonlySet<string>): void {
    for (const [name, entry] of this.#entries) {
      if (names.has(name)) continue
      this.#unlink(name, entry.inputs)
      this.#entries.delete(name)
    }
  }

  #unlink(name: string, inputs: readonly string[]): void {
    for (const input of inputs) {
      const names = this.#byInput.get(input)
      names?.delete(name)
      if (names?.size === 0) this.#byInput.delete(input)
    }
  }
}
