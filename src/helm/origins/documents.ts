import { followAlias, parseDocuments, type YamlNode } from '../../yaml/index.ts'
import type { Chart } from '../chart.ts'
import { manifestParts } from '../manifests.ts'
import { chartLayers } from './chart-layers.ts'
import { fieldAt, keyAt } from './fields.ts'
import type { TracedOutput } from './outputs.ts'
import { OriginResolver } from './resolve.ts'
import type { RenderTracer } from './tracer.ts'
import type { DocumentOrigins, FieldOrigin, RenderTrace, TracedDocument, ValuePath } from './types.ts'

/** What a traced render knows, to be asked after it. `chart` is the one that was rendered, dependencies worked out. */
export function readTrace(tracer: RenderTracer, chart: Chart): RenderTrace {
  const resolver = new OriginResolver(tracer.provenance)
  const files = new Map<string, readonly Document[]>()
  const documentsOf = (path: string): readonly Document[] => {
    const known = files.get(path)
    if (known !== undefined) return known
    const output = tracer.files.get(path)
    const documents =
      output === undefined ? [] : manifestParts(output.text).map((part) => new Document(output, part, resolver))
    files.set(path, documents)
    return documents
  }
  return {
    document: (wanted) => findDocument(documentsOf(wanted.path), wanted),
    chartLayers: chartLayers(chart),
  }
}

function findDocument(documents: readonly Document[], wanted: TracedDocument): DocumentOrigins | undefined {
  if ('content' in wanted) return documents.find(({ text }) => text === wanted.content)
  const { kind, metadata } = wanted.object
  const same = documents.flatMap((document) => document.objects()).filter((each) => each.kind === kind)
  const named = same.filter(({ name }) => name === metadata.name)
  // A post-renderer may have given it another name.
  const found = named.length > 0 ? named : same
  return named.length > 0 || same.length === 1 ? found[0]!.origins : undefined
}

interface DocumentObject {
  readonly kind: string
  readonly name: string
  readonly origins: DocumentOrigins
}

class Document implements DocumentOrigins {
  readonly text: string
  readonly #start: number
  readonly #output: TracedOutput
  readonly #resolver: OriginResolver
  #root: YamlNode | undefined
  #isParsed = false

  constructor(
    output: TracedOutput,
    { start, text }: { readonly start: number; readonly text: string },
    resolver: OriginResolver,
  ) {
    this.text = text
    this.#start = start
    this.#output = output
    this.#resolver = resolver
  }

  of(path: ValuePath): FieldOrigin | undefined {
    const range = rangeOf(this.#parsed(), this.text, path)
    if (range === undefined) return undefined
    const start = this.#start + range.start
    return this.#resolver.resolve(this.#output, start, this.#start + range.end, range.wanted)
  }

  textOf(path: ValuePath): string | undefined {
    const node = fieldAt(this.#parsed(), path)
    return node?.kind === 'scalar' ? node.value : undefined
  }

  /** The object of the document, or those of a List. */
  objects(): DocumentObject[] {
    const root = this.#parsed()
    const kind = scalarAt(root, ['kind'])
    if (kind === undefined) return []
    const items = kind.endsWith('List') ? fieldAt(root, ['items']) : undefined
    if (items?.kind !== 'sequence') return [{ kind, name: scalarAt(root, ['metadata', 'name']) ?? '', origins: this }]
    return items.content.map((item, i) => ({
      kind: scalarAt(item, ['kind']) ?? '',
      name: scalarAt(item, ['metadata', 'name']) ?? '',
      origins: {
        of: (path) => this.of(['items', i, ...path]),
        textOf: (path) => this.textOf(['items', i, ...path]),
      },
    }))
  }

  #parsed(): YamlNode | undefined {
    if (!this.#isParsed) {
      this.#isParsed = true
      this.#root = parseDocuments(this.text, { flavour: 'v2' }).documents[0]?.root
    }
    return this.#root
  }
}

function scalarAt(root: YamlNode | undefined, path: ValuePath): string | undefined {
  const node = fieldAt(root, path)
  return node?.kind === 'scalar' ? node.value : undefined
}

/** The range of a scalar; of a list or map that of its key, or of its beginning where it has none. */
function rangeOf(
  root: YamlNode | undefined,
  text: string,
  path: ValuePath,
): { readonly start: number; readonly end: number; readonly wanted: string } | undefined {
  const node = fieldAt(root, path)
  if (node === undefined) return undefined
  const isScalar = node.kind === 'scalar' && node.end > node.start && node.start >= 0
  if (isScalar) return { start: node.start, end: node.end, wanted: node.value }
  const key = keyAt(root, path)
  const mark = key ?? firstScalar(node)
  if (mark.start < 0) return undefined
  // What was to be the value of an empty one was written behind its key.
  const end = key !== undefined && node.kind === 'scalar' ? lineEnd(text, key.end) : mark.end
  return { start: mark.start, end, wanted: '' }
}

/** Just behind the line of an offset. */
function lineEnd(text: string, offset: number): number {
  const at = text.indexOf('\n', offset)
  return (at < 0 ? text.length : at) + 1
}

function firstScalar(node: YamlNode): YamlNode {
  let current = followAlias(node)
  while (current.content[0] !== undefined && current.kind !== 'scalar') current = current.content[0]
  return current
}
