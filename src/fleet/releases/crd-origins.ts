import { getString, LineMap } from '../../base/index.ts'
import { chartOf, type FieldOrigin, type ValuePath } from '../../helm/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { nodeToJson, parseDocuments, type YamlNode } from '../../yaml/index.ts'
import { rangeAt } from '../node.ts'

interface CrdFile {
  readonly lines: LineMap
  /** Roots of its documents by the name of the object. */
  readonly roots: ReadonlyMap<string, YamlNode>
}

/** Where the fields of definitions are written: files of `crds/` are not rendered. Files are read when somebody asks. */
export class CrdOrigins {
  readonly #crds: ReadonlyMap<string, string>
  readonly #files = new Map<string, CrdFile>()

  /** @param crds as a rendered chart has them. */
  constructor(crds: readonly { readonly path: string; readonly content: string }[]) {
    this.#crds = new Map(crds.map(({ path, content }) => [path, content]))
  }

  /** The place of a field in the file; that of the closest field above it where it has none of its own. */
  of(path: string, { metadata }: KubeObject, field: ValuePath): FieldOrigin | undefined {
    const file = this.#file(path)
    const root = file?.roots.get(metadata.name)
    if (file === undefined || root === undefined) return undefined
    const range = rangeAt(root, field)
    const { line, character } = file.lines.positionAt(range.start)
    const template = { path, ...chartOf(path), template: path, range, line: line + 1, column: character + 1 }
    return { template, through: [], values: [], objects: [], conditions: [], guess: false }
  }

  #file(path: string): CrdFile | undefined {
    const known = this.#files.get(path)
    const content = this.#crds.get(path)
    if (known !== undefined || content === undefined) return known
    const roots = new Map<string, YamlNode>()
    for (const { root } of parseDocuments(content, { flavour: 'v2' }).documents) {
      const name =
        root === undefined ? undefined : getString(nodeToJson(root, { text: content }).value, 'metadata', 'name')
      if (root !== undefined && name !== undefined) roots.set(name, root)
    }
    const file = { lines: new LineMap(content), roots }
    this.#files.set(path, file)
    return file
  }
}
