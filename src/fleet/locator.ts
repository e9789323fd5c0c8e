import { isWithin, type Location, type TextRange } from '../base/index.ts'
import type { BuildOrigin, BuiltObject } from '../flux/index.ts'
import type { ArtifactStore } from './artifact-store.ts'
import type { FileStore } from './file-store.ts'
import { type FieldPath, nodeAt, rangeAt } from './node.ts'
import type { LocatedObject } from './types.ts'

/** Turns origins of built objects into places in the user's files. */
export class Locator {
  readonly #files: FileStore
  readonly #artifacts: ArtifactStore
  readonly #root: string

  constructor(files: FileStore, artifacts: ArtifactStore, root: string) {
    this.#files = files
    this.#artifacts = artifacts
    this.#root = root
  }

  /** A path relative to the workspace; `undefined` when it is outside. */
  relative(path: string): string | undefined {
    if (path === this.#root) return '.'
    return isWithin(this.#root, path) ? path.slice(this.#root.length + 1) : undefined
  }

  /** Where a step of a build is written. */
  stepLocation(step: BuildOrigin): Location | undefined {
    const absolute = this.#artifacts.toWorkspace(step.path)
    const path = absolute === undefined ? undefined : this.relative(absolute)
    if (path === undefined) return undefined
    return { path, ...(step.range === undefined ? {} : { range: step.range }) }
  }

  /** Where an object comes from: the document, or the generator's entry. */
  originLocation(object: BuiltObject): Location | undefined {
    const first = object.origins[0]
    return first === undefined ? undefined : this.stepLocation(first)
  }

  /** The object of a file at a place. */
  documentAt(location: Location): LocatedObject | undefined {
    const objects = this.#files.get(location.path)?.objects
    if (objects === undefined) return undefined
    const { range } = location
    if (range === undefined) return objects.length === 1 ? objects[0] : undefined
    return objects.find((object) => object.range.start <= range.start && range.start < object.range.end)
  }

  /**
   * The place that gives a field: in the document of the step that set it, else in any document or patch that the
   * object was made of, else the closest field above it in the object's own document.
   */
  fieldLocation(object: BuiltObject, path: FieldPath): Location | undefined {
    const steps = [object.originOf(path), ...object.origins].filter((step) => step !== undefined)
    for (const step of steps) {
      const location = this.stepLocation(step)
      const document = location === undefined ? undefined : this.documentAt(location)
      if (document === undefined || nodeAt(document.root, path) === undefined) continue
      return { path: document.path, range: rangeAt(document.root, path) }
    }
    const origin = this.originLocation(object)
    const document = origin === undefined ? undefined : this.documentAt(origin)
    if (document === undefined) return origin
    return { path: document.path, range: rangeAt(document.root, path) }
  }
}

/** True when two ranges have a character in common, or touch when one is empty. */
export function rangesTouch(a: TextRange, b: TextRange): boolean {
  return a.start <= b.end && b.start <= a.end
}
