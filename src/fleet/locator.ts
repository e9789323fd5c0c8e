import { getIn, isWithin, type JsonValue, type Location, type TextRange } from '../base/index.ts'
import type { BuildOrigin, BuiltObject } from '../flux/index.ts'
import type { YamlNode } from '../yaml/index.ts'
import type { ArtifactStore } from './artifact-store.ts'
import type { FileStore } from './file-store.ts'
import { type FieldPath, nodeAt, rangeAt, resolveAlias } from './node.ts'
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

  /** The document (of an object or of a patch of it) at a place; `undefined` for generators and settings. */
  #pieceAt(location: Location | undefined, object: BuiltObject): LocatedObject | undefined {
    const document = location === undefined ? undefined : this.documentAt(location)
    return document?.ref.kind === object.object.kind ? document : undefined
  }

  /** The document that declares an object. */
  declaration(object: BuiltObject): LocatedObject | undefined {
    return this.#pieceAt(this.originLocation(object), object)
  }

  /**
   * The place that gives a field: in the document or patch that has its value, the latest first; else in any that has
   * the field; else the closest field above it in the object's own document; else the step that set it.
   */
  fieldLocation(object: BuiltObject, path: FieldPath): Location | undefined {
    const value = getIn(object.object, path)
    const setter = object.originOf(path)
    const steps = [...(setter === undefined ? [] : [setter]), ...[...object.origins].reverse()]
    let found: LocatedObject | undefined
    for (const step of steps) {
      const document = this.#pieceAt(this.stepLocation(step), object)
      const node = nodeAt(document?.root, path)
      if (document === undefined || node === undefined) continue
      found ??= document
      if (!isScalarOf(node, value)) continue
      found = document
      break
    }
    if (found !== undefined) return { path: found.path, range: rangeAt(found.root, path) }
    const own = this.declaration(object)
    if (own === undefined) return this.originLocation(object)
    const origin = this.originLocation(object)
    const from = setter === undefined ? undefined : this.stepLocation(setter)
    // A step of its own (a JSON patch, an image, a name prefix) gave the field.
    if (from?.range !== undefined && from.path !== origin?.path && value !== undefined) return from
    return { path: own.path, range: rangeAt(own.root, path) }
  }
}

/** True when a node writes a value: the same text, or an expression that gave it. Collections count as such. */
function isScalarOf(node: YamlNode, value: JsonValue | undefined): boolean {
  const scalar = resolveAlias(node)
  if (scalar?.kind !== 'scalar' || typeof value === 'object') return true
  return scalar.value === String(value) || scalar.value.includes('${')
}

/** True when two ranges have a character in common, or touch when one is empty. */
export function rangesTouch(a: TextRange, b: TextRange): boolean {
  return a.start <= b.end && b.start <= a.end
}
