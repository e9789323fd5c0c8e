import { getIn, isObject, type JsonObject, type JsonValue } from '../base/index.ts'
import { entriesOf, entryOf, itemsOf, resolveAlias } from '../fleet/index.ts'
import type { ChartValues, ChartValuesFile } from '../fleet/releases/index.ts'
import type { YamlNode } from '../yaml/index.ts'

type Path = readonly (string | number)[]

/** A default of a chart: where it is written, and what is. */
export interface ChartDefault {
  readonly file: ChartValuesFile
  readonly key: YamlNode
  readonly value: YamlNode
}

/** How many references of a schema are followed. */
const maxReferences = 32

/** The default of a chart at a path of its values: that of the file that wins. */
export function defaultAt({ files }: ChartValues, path: Path): ChartDefault | undefined {
  const last = path[path.length - 1]
  for (const file of files) {
    const holder = valueIn(file, path.slice(0, -1))
    if (holder === undefined || last === undefined) continue
    if (typeof last === 'string') {
      const entry = entryOf(holder, last)
      if (entry !== undefined) return { file, key: entry.key, value: entry.value }
    } else {
      const item = itemsOf(holder)[last]
      if (item !== undefined) return { file, key: item, value: item }
    }
  }
  return undefined
}

/** The keys that the defaults have in the map at a path, in the order of the files; the winning default of each. */
export function defaultsIn({ files }: ChartValues, path: Path): ReadonlyMap<string, ChartDefault> {
  const out = new Map<string, ChartDefault>()
  for (const file of files) {
    for (const { key, value } of entriesOf(valueIn(file, path))) {
      if (!out.has(key.value)) out.set(key.value, { file, key, value })
    }
    // A chart in the chart has its values below its name.
    const next = file.mount[path.length]
    const isAbove = next !== undefined && path.every((step, i) => step === file.mount[i])
    if (isAbove && file.root !== undefined && !out.has(next)) out.set(next, { file, key: file.root, value: file.root })
  }
  return out
}

/** What the schemas say of a path, the outermost chart's first. */
export function schemasAt({ schemas }: ChartValues, path: Path): readonly JsonObject[] {
  return schemas.flatMap(({ mount, schema }) => {
    if (!mount.every((step, i) => path[i] === step)) return []
    const found = schemaAt(schema, path.slice(mount.length))
    return found === undefined ? [] : [found]
  })
}

/** The comment above a key, as helm-docs writes it (`# -- what it is`) or plain; empty when there is none. */
export function commentOf({ file, key }: ChartDefault): string {
  const rows = file.text.split('\n')
  const out: string[] = []
  const line = file.lines.positionAt(key.start).line
  for (let i = line - 1; i >= 0 && out.length < 30; i--) {
    const match = /^\s*#+ ?(.*)$/.exec(rows[i] ?? '')
    if (match === null) break
    out.unshift(match[1]!.replace(/^-- ?/, ''))
  }
  const behind = /\s#\s?(.*)$/.exec(rows[line] ?? '')?.[1]
  if (out.length === 0 && behind !== undefined && resolveAlias(key) === key) out.push(behind.replace(/^-- ?/, ''))
  return out.join('\n').trim()
}

/** What is written as the default, cut to a few lines. */
export function defaultText({ file, key, value }: ChartDefault): string {
  if (value.kind === 'scalar' && value.start >= 0) return file.text.slice(value.start, value.end).trim() || 'null'
  const text = file.text.slice(key.start, value.end).trimEnd()
  const rows = text.split('\n')
  return rows.length > 12 ? `${rows.slice(0, 12).join('\n')}\n# …` : text
}

function valueIn({ root, mount }: ChartValuesFile, path: Path): YamlNode | undefined {
  if (path.length < mount.length || !mount.every((step, i) => path[i] === step)) return undefined
  let current = root
  for (const step of path.slice(mount.length)) {
    current = typeof step === 'number' ? itemsOf(current)[step] : entryOf(current, step)?.value
  }
  return current
}

function schemaAt(root: JsonValue, path: Path): JsonObject | undefined {
  let left = maxReferences
  const resolve = (schema: JsonValue | undefined): JsonObject | undefined => {
    let current = schema
    for (; left > 0; left--) {
      const reference = isObject(current) ? current['$ref'] : undefined
      if (typeof reference !== 'string' || !reference.startsWith('#/')) break
      current = getIn(root, reference.slice(2).split('/').map(unescapeToken))
    }
    return isObject(current) ? current : undefined
  }
  let current = resolve(root)
  for (const step of path) {
    if (current === undefined) return undefined
    const next: JsonValue | undefined =
      typeof step === 'number'
        ? current['items']
        : (getIn(current, ['properties', step]) ?? current['additionalProperties'])
    current = resolve(next)
  }
  return current
}

function unescapeToken(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~')
}
