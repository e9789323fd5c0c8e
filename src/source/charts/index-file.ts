import { decodeText, isObject, type JsonValue, parseSemVer } from '../../base/index.ts'
import { parseYaml } from '../../yaml/index.ts'
import { ChartError } from './http.ts'

/** One version of a chart in a repository's index. */
export interface IndexEntry {
  readonly name: string
  readonly version: string
  readonly urls: readonly string[]
  /** As written: hex, or with `sha256:`. Empty when the index has none. */
  readonly digest: string
  /** Milliseconds since 1970; 0 when not given. */
  readonly created: number
  readonly appVersion: string
  readonly description: string
  readonly deprecated: boolean
}

/** A repository's index. Charts are read when they are asked for: an index can hold thousands. */
export interface ChartIndex {
  readonly names: readonly string[]
  /** The usable versions of a chart; `undefined` when the index does not have it. @throws ChartError for bad YAML. */
  versions(name: string): readonly IndexEntry[] | undefined
}

/** Bytes of an index. Source: source-controller internal/helm/helm.go. */
export const maxIndexSize: number = 50 << 20

/**
 * Reads `index.yaml` (YAML or JSON). Entries that are no valid chart are left out, as Helm does. Block-style YAML, which
 * is what every tool writes, is cut at the chart names and parsed one chart at a time.
 * Source of the format: Helm 4.1 pkg/repo/v1/index.go.
 * @throws ChartError `empty index.yaml file`, `no API version specified`, syntax.
 */
export function parseIndex(bytes: Uint8Array): ChartIndex {
  if (bytes.length === 0) throw new ChartError('empty index.yaml file')
  if (bytes.length > maxIndexSize) throw new ChartError(`the index exceeds the maximum size of ${maxIndexSize} bytes`)
  const text = decodeText(bytes)
  return /^\s*\{/.test(text) ? wholeIndex(parseJsonText(text)) : (cutIndex(text) ?? wholeIndex(parseYamlText(text)))
}

function parseJsonText(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue
  } catch (error) {
    if (error instanceof SyntaxError) return parseYamlText(text)
    throw error
  }
}

function parseYamlText(text: string): JsonValue {
  const { value, problems } = parseYaml(text)
  const first = problems.find((problem) => problem.severity === 'error')
  if (first !== undefined) throw new ChartError(`error converting YAML to JSON: ${first.message}`)
  return value[0] ?? null
}

function wholeIndex(root: JsonValue): ChartIndex {
  if (!isObject(root)) throw new ChartError('the index is no YAML mapping')
  checkApiVersion(root['apiVersion'])
  const entries = root['entries']
  const charts = new Map(isObject(entries) ? Object.entries(entries) : [])
  return {
    names: [...charts.keys()],
    versions: (name) => (charts.has(name) ? readEntries(charts.get(name)) : undefined),
  }
}

function checkApiVersion(value: JsonValue | undefined): void {
  if (value === undefined || value === null || value === '') throw new ChartError('no API version specified')
}

/** Cuts `entries:` at the lines with chart names; `undefined` when the text is not laid out so that this is safe. */
function cutIndex(text: string): ChartIndex | undefined {
  const header = /^entries:[ \t]*(?:#.*)?\r?$/m.exec(text)
  if (header === null) return undefined
  const from = header.index + header[0].length + 1
  const next = /^[^\s#-]/m.exec(text.slice(from))
  const end = next === null ? text.length : from + next.index
  const top = text.slice(0, header.index) + text.slice(end)
  // Anchors could be shared between charts; a second document would hide the first.
  if (/^(---|\.\.\.|%)/m.test(text.slice(from)) || /^entries:/m.test(top) || /[:-] [&*][^\s&*]/.test(text))
    return undefined
  const blocks = cutBlocks(text.slice(from, end))
  const root = parseYamlText(top)
  if (blocks === undefined || !isObject(root)) return undefined
  checkApiVersion(root['apiVersion'])
  const read = new Map<string, readonly IndexEntry[]>()
  return {
    names: [...blocks.keys()],
    versions: (name) => {
      const block = blocks.get(name)
      if (block === undefined) return undefined
      const known = read.get(name) ?? readBlock(block)
      read.set(name, known)
      return known
    },
  }
}

function cutBlocks(body: string): Map<string, string> | undefined {
  const indent = /^( +)\S/m.exec(body)?.[1]
  if (indent === undefined) return new Map()
  const key = new RegExp(`^${indent}(?:"([^"\\\\\\r\\n]+)"|'([^'\\r\\n]+)'|([A-Za-z0-9][\\w./-]*)):[ \\t]*(\\S?)`, 'gm')
  const starts: { readonly name: string; readonly at: number }[] = []
  for (const match of body.matchAll(key)) {
    starts.push({ name: match[1] ?? match[2] ?? match[3] ?? '', at: match.index })
  }
  // Every line at the names' depth has to be a name, an item of its list, or nothing.
  const atDepth = body.match(new RegExp(`^${indent}[^\\s#-]`, 'gm'))?.length ?? 0
  if (atDepth !== starts.length || (starts[0]?.at ?? 0) !== body.search(/^ *[^\s#]/m)) return undefined
  const blocks = new Map<string, string>()
  for (const [i, { name, at }] of starts.entries()) blocks.set(name, body.slice(at, starts[i + 1]?.at))
  return blocks.size === starts.length ? blocks : undefined
}

function readBlock(block: string): readonly IndexEntry[] {
  const value = parseYamlText(block)
  return readEntries(isObject(value) ? Object.values(value)[0] : undefined)
}

function readEntries(list: JsonValue | undefined): readonly IndexEntry[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((each) => readEntry(each) ?? [])
}

/** An entry, when it has what Helm demands of a chart's metadata. */
function readEntry(value: JsonValue): IndexEntry | undefined {
  if (!isObject(value)) return undefined
  const text = (key: string): string => {
    const found = value[key]
    return typeof found === 'string' ? found : typeof found === 'number' ? String(found) : ''
  }
  const name = text('name')
  const version = text('version')
  if (name === '' || name.includes('/') || name === '.' || name === '..') return undefined
  if (typeof parseSemVer(version) === 'string') return undefined
  if (!['', 'application', 'library'].includes(text('type'))) return undefined
  const urls = value['urls']
  const created = Date.parse(text('created'))
  return {
    name,
    version,
    urls: Array.isArray(urls) ? urls.filter((url) => typeof url === 'string') : [],
    digest: text('digest'),
    created: Number.isNaN(created) ? 0 : created,
    appVersion: text('appVersion'),
    description: text('description'),
    deprecated: value['deprecated'] === true,
  }
}
