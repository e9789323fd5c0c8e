import { dirname, joinPath, type Location, readText, type TextRange } from '../base/index.ts'
import { nodeAt, rangeAt } from '../fleet/index.ts'
import type { Definition, LanguageContext } from './types.ts'

/**
 * Where a value that a template of a chart in the workspace reads (`.Values.image.tag`, up to the word at the offset) is
 * set: in the chart's `values.yaml` and in the HelmReleases of the chart. `undefined` anywhere else.
 */
export function templateValueDefinition(
  context: LanguageContext,
  path: string,
  offset: number,
): readonly Definition[] | undefined {
  const { fleet } = context
  const folder = /(^|\/)templates\//.test(path) ? chartFolder(context, path) : undefined
  // Templates are no files of the fleet.
  const text = folder === undefined ? undefined : readText(fleet.fs, joinPath(fleet.root, path))
  const found = text === undefined ? undefined : valueAt(text, offset)
  if (found === undefined || folder === undefined) return undefined
  const targets: Location[] = []
  const file = fleet.file(joinPath(folder, 'values.yaml'))
  const root = file?.documents[0]?.root
  if (file !== undefined && root !== undefined && nodeAt(root, found.path) !== undefined) {
    targets.push({ path: file.path, range: rangeAt(root, found.path) })
  }
  targets.push(...(context.valueUses?.(folder, found.path) ?? []))
  return targets.map((target) => ({ from: found.range, target }))
}

/** `.Values.a.b` at an offset, up to the word that the offset is in. */
function valueAt(
  text: string,
  offset: number,
): { readonly path: readonly string[]; readonly range: TextRange } | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1
  const lineEnd = text.indexOf('\n', offset)
  const line = text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd)
  for (const match of line.matchAll(/\$?\.Values((?:\.[A-Za-z_]\w*)+)/g)) {
    const start = lineStart + match.index
    const end = start + match[0].length
    if (offset < start || offset > end) continue
    const first = end - match[1]!.length
    const rest = /^\w*/.exec(text.slice(offset))![0].length
    const upTo = Math.min(end, Math.max(offset + rest, first))
    const path = text
      .slice(first, upTo)
      .split('.')
      .filter((step) => step !== '')
    return path.length === 0 ? undefined : { path, range: { start, end: upTo } }
  }
  return undefined
}

/** The folder of the chart that a template belongs to. */
function chartFolder({ fleet }: LanguageContext, path: string): string | undefined {
  let folder = dirname(path)
  for (let depth = 0; depth < 16; depth++) {
    if (folder.endsWith('/templates') || folder === 'templates') {
      const chart = dirname(folder)
      if (fleet.exists(joinPath(chart, 'Chart.yaml'))) return chart
    }
    if (folder === '.' || folder === '' || folder === '/') return undefined
    folder = dirname(folder)
  }
  return undefined
}
