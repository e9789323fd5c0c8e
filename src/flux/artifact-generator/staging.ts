import {
  compareStrings,
  dirname,
  type FileSystem,
  isObject,
  type JsonObject,
  joinPath,
  setOwn,
} from '../../base/index.ts'
import { parseDocuments, toYaml } from '../text.ts'

/** A file of a tree; the path is relative, with `/`. */
export interface ArtifactFile {
  readonly path: string
  readonly content: Uint8Array
}

/** A directory that files can be copied from. */
export interface SourceTree {
  readonly fs: FileSystem
  /** Absolute. */
  readonly root: string
}

/** The artifact that is being put together. */
export class Staging {
  readonly #files = new Map<string, Uint8Array>()
  readonly #dirs = new Set<string>(['.'])
  /** Where a staged file was copied from: absolute path in the source's file system. */
  readonly origins: Map<string, string> = new Map()

  isDirectory(path: string): boolean {
    return this.#dirs.has(clean(path))
  }

  has(path: string): boolean {
    return this.#files.has(clean(path))
  }

  makeDirectory(path: string): void {
    for (let dir = clean(path); dir !== '.' && dir !== '/' && !this.#dirs.has(dir); dir = dirname(dir))
      this.#dirs.add(dir)
  }

  write(path: string, content: Uint8Array, origin?: string): void {
    const target = clean(path)
    this.makeDirectory(dirname(target))
    this.#files.set(target, content)
    if (origin !== undefined) this.origins.set(target, origin)
  }

  /** Merges YAML onto a staged file, map by map; lists are replaced. Throws with a message for the user. */
  merge(path: string, overlay: Uint8Array): void {
    const target = clean(path)
    const base = readMaps(this.#files.get(target)!)
    const merged = mergeMaps(base, readMaps(overlay))
    this.#files.set(target, new TextEncoder().encode(toYaml(merged)))
  }

  /** Every file, in the order of paths. */
  files(): ArtifactFile[] {
    return [...this.#files].map(([path, content]) => ({ path, content })).sort((a, b) => compareStrings(a.path, b.path))
  }
}

/** A destination cannot leave the artifact. */
function clean(path: string): string {
  const inside = joinPath('/', path).slice(1)
  return inside === '' ? '.' : inside
}

function readMaps(content: Uint8Array): JsonObject {
  const { values, error } = parseDocuments(new TextDecoder().decode(content))
  if (error !== undefined) throw new Error(`cannot unmarshal YAML document: ${error}`)
  return values.reduce<JsonObject>((all, value) => {
    if (!isObject(value)) throw new Error('cannot unmarshal YAML document: it is no map')
    return mergeMaps(all, value)
  }, {})
}

function mergeMaps(base: JsonObject, overlay: JsonObject): JsonObject {
  const out: JsonObject = { ...base }
  for (const [key, value] of Object.entries(overlay)) {
    const before = Object.hasOwn(out, key) ? out[key] : undefined
    setOwn(out, key, isObject(value) && isObject(before) ? mergeMaps(before, value) : value)
  }
  return out
}
