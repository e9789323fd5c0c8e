import { basename, type TextRange } from '../base/index.ts'
import { entriesOf, type LocatedObject, type MappingEntry, nodeAt, rangeOf, resolveAlias } from '../fleet/index.ts'
import type { DocumentSymbol, LanguageContext, WorkspaceSymbol } from './types.ts'

/** The objects of a file, with their fields down to two levels as children. */
export function documentSymbols({ fleet }: LanguageContext, path: string): readonly DocumentSymbol[] {
  const file = fleet.file(path)
  if (file === undefined) return []
  const byRoot = new Map(file.objects.map((object) => [object.root, object]))
  return file.documents.flatMap(({ root, range }): DocumentSymbol[] => {
    if (root?.kind !== 'mapping') return []
    const object = byRoot.get(root)
    const children = entriesOf(root)
      .filter(({ key }) => object === undefined || !['apiVersion', 'kind'].includes(key.value))
      .map((entry) => fieldSymbol(entry, 1))
    const name = object?.ref.name || (file.isKustomizeFile ? basename(path) : 'document')
    const selection = nameRange(object) ?? (root.content[0] === undefined ? range : rangeOf(root.content[0]))
    return [
      {
        name,
        detail: object?.ref.kind ?? '',
        kind: object === undefined ? 'file' : 'object',
        range: cover(range, selection),
        selection,
        children,
      },
    ]
  })
}

function nameRange(object: LocatedObject | undefined): TextRange | undefined {
  const name = resolveAlias(nodeAt(object?.root, ['metadata', 'name']))
  return name === undefined ? undefined : rangeOf(name)
}

function fieldSymbol({ key, value }: MappingEntry, depth: number): DocumentSymbol {
  const range = { start: key.start, end: Math.max(key.end, value.end) }
  return {
    name: key.value === '' ? '""' : key.value,
    detail: value.kind === 'scalar' ? value.value.split('\n')[0]!.slice(0, 80) : '',
    kind: 'field',
    range,
    selection: rangeOf(key),
    children:
      depth < 2
        ? entriesOf(value.kind === 'alias' ? undefined : value).map((entry) => fieldSymbol(entry, depth + 1))
        : [],
  }
}

/** A range that holds both: editors refuse a selection outside of its symbol. */
function cover(a: TextRange, b: TextRange): TextRange {
  return { start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) }
}

const maxSymbols = 200

/** Objects of the fleet whose name, kind or namespace holds the letters of the query in order; best first, at most 200. */
export function workspaceSymbols({ fleet }: LanguageContext, query: string): readonly WorkspaceSymbol[] {
  const wanted = query.toLowerCase().replace(/\s+/g, '')
  const found: { readonly score: number; readonly symbol: WorkspaceSymbol }[] = []
  for (const object of fleet.objects()) {
    if (object.ref.name === '' || object.ref.kind === '') continue
    const ref = fleet.effective(object)[0]?.ref ?? object.ref
    const score = matchScore(
      wanted,
      ref.name.toLowerCase(),
      `${ref.kind}/${ref.namespace ?? ''}/${ref.name}`.toLowerCase(),
    )
    if (score === undefined) continue
    const detail = ref.namespace === undefined ? ref.kind : `${ref.kind} · ${ref.namespace}`
    const location = { path: object.path, range: nameRange(object) ?? object.range }
    found.push({
      score,
      symbol: { name: ref.name, detail, kind: ref.kind === 'Namespace' ? 'namespace' : 'object', location },
    })
  }
  return found
    .sort((a, b) => a.score - b.score)
    .slice(0, maxSymbols)
    .map(({ symbol }) => symbol)
}

/** Lower is better: the name itself, its start, inside it, letters in order. */
function matchScore(query: string, name: string, full: string): number | undefined {
  if (query === '' || name === query) return 0
  if (name.startsWith(query)) return 1
  if (name.includes(query)) return 2
  if (full.includes(query)) return 3
  let at = 0
  for (const char of query) {
    at = full.indexOf(char, at) + 1
    if (at === 0) return undefined
  }
  return 4
}
