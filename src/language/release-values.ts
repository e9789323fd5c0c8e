import { getString, type JsonObject, type JsonValue, type ObjectRef, type TextRange } from '../base/index.ts'
import type { Fleet, LocatedObject } from '../fleet/index.ts'
import type { ChartValues } from '../fleet/releases/index.ts'
import { type ChartDefault, commentOf, defaultAt, defaultsIn, defaultText, schemasAt } from './chart-values.ts'
import { siblingKeys } from './complete-fields.ts'
import type { CompletionPlace } from './completion.ts'
import type { Place } from './lookup.ts'
import type { ChartTarget, Completion, Definition, LanguageContext } from './types.ts'

type Path = readonly (string | number)[]

/** The keys and values that a chart knows at a place of `spec.values`; `undefined` anywhere else. */
export function completeReleaseValues(place: CompletionPlace): Completion[] | undefined {
  const { context, cursor, kind } = place
  const path = valuesPath(kind, cursor.parent)
  if (path === undefined) return undefined
  const object = context.fleet
    .file(place.path)
    ?.objects.find(({ range }) => range.start <= place.offset && place.offset <= range.end)
  const chart = chartOf(context, object, getName(place))
  if (chart === undefined) return undefined
  return completeChartValues(place, chart, path)
}

/** Where a cursor stands in a text that holds values. */
type ValuesPlace = Pick<CompletionPlace, 'text' | 'offset' | 'cursor'>

/** The keys and values that a chart knows; `path` is that of the map that the cursor is in, from the top of the values. */
export function completeChartValues(place: ValuesPlace, chart: ChartValues, path: Path): Completion[] {
  const { at, key } = place.cursor
  if (at === 'value') return key === undefined ? [] : valueItems(place, chart, [...path, key])
  return keyItems(place, chart, path)
}

/** The chart's default of a value, the comment above it and what its schema says. */
export function releaseValueHover(context: LanguageContext, place: Place): string | undefined {
  const path = valuesPath(place.object?.ref.kind, place.position.path)
  const chart = path === undefined || path.length === 0 ? undefined : chartOf(context, place.object)
  if (path === undefined || chart === undefined) return undefined
  return describeValue(chart, path)
}

/** Where the chart writes its default of a value. */
export function releaseValueDefinition(context: LanguageContext, place: Place): Definition | undefined {
  const path = valuesPath(place.object?.ref.kind, place.position.path)
  const chart = path === undefined ? undefined : chartOf(context, place.object)
  const ref = place.object === undefined ? undefined : effectiveRef(context.fleet, place.object)
  if (chart === undefined || path === undefined || ref === undefined) return undefined
  const target = valueTarget(chart, ref, path)
  const { start, end } = place.position.node
  return target === undefined ? undefined : { from: { start, end }, target }
}

/** Where the chart of a release writes its default of a value. */
export function valueTarget(chart: ChartValues, release: ObjectRef, path: Path): ChartTarget | undefined {
  const found = defaultAt(chart, path)
  if (found === undefined) return undefined
  const { file, key } = found
  return { release, path: file.path, start: file.lines.positionAt(key.start), end: file.lines.positionAt(key.end) }
}

/** The path below `spec.values` of a HelmRelease. */
function valuesPath(kind: string | undefined, path: Path): Path | undefined {
  return kind === 'HelmRelease' && path[0] === 'spec' && path[1] === 'values' ? path.slice(2) : undefined
}

function chartOf(context: LanguageContext, object: LocatedObject | undefined, name?: string): ChartValues | undefined {
  const ref = object === undefined ? undefined : effectiveRef(context.fleet, object)
  if (ref !== undefined && ref.name !== '') return context.chartValues?.(ref)
  return name === undefined ? undefined : context.chartValues?.({ name })
}

function effectiveRef(fleet: Fleet, object: LocatedObject): LocatedObject['ref'] {
  return fleet.effective(object)[0]?.ref ?? object.ref
}

/** The name in a document that does not parse at the moment. */
function getName({ text, cursor: { document } }: CompletionPlace): string | undefined {
  const body = text.slice(document.start, document.end)
  return /^metadata:\s*\n(?:[ \t]+.*\n)*?[ \t]+name:[ \t]*["']?([\w.-]+)/m.exec(body)?.[1]
}

function keyItems(place: ValuesPlace, chart: ChartValues, path: Path): Completion[] {
  const taken = siblingKeys(place)
  const defaults = defaultsIn(chart, path)
  const schemas = schemasAt(chart, path)
  const names = new Set([
    ...defaults.keys(),
    ...schemas.flatMap((schema) => Object.keys(objectOf(schema['properties']))),
  ])
  const isEmptyBehind = !/^[^\S\n]*:/.test(place.text.slice(place.cursor.end))
  return [...names]
    .filter((name) => !taken.has(name))
    .map((name) => {
      const own = defaults.get(name)
      const newText = isEmptyBehind
        ? keyText(name, own, { schema: schemasAt(chart, [...path, name])[0], column: place.cursor.column })
        : name
      return {
        label: name,
        kind: 'field',
        detail: own === undefined ? '' : shortDefault(own),
        markdown: describeValue(chart, [...path, name]) ?? '',
        range: { start: place.cursor.start, end: place.cursor.end },
        newText,
        snippet: newText.includes('$'),
        sortText: `1${name}`,
        deprecated: false,
      }
    })
}

function valueItems({ cursor, offset }: ValuesPlace, chart: ChartValues, path: Path): Completion[] {
  const range: TextRange = { start: cursor.start, end: Math.max(cursor.end, offset) }
  const item = (label: string, kind: Completion['kind'], detail: string): Completion => ({
    ...{ label, kind, detail, range, newText: label, snippet: false, deprecated: false },
    sortText: `${kind === 'value' ? '1' : '2'}${label}`,
  })
  const out = new Map<string, Completion>()
  const own = defaultAt(chart, path)
  if (own?.value.kind === 'scalar') out.set(defaultText(own), item(defaultText(own), 'value', 'default of the chart'))
  for (const schema of schemasAt(chart, path)) {
    const { enum: allowed, type } = schema
    const values = Array.isArray(allowed) ? allowed : type === 'boolean' ? [true, false] : []
    for (const value of values.filter((each) => typeof each !== 'object')) {
      if (!out.has(String(value))) out.set(String(value), item(String(value), 'enum', ''))
    }
  }
  if (out.has('true') || out.has('false')) {
    for (const value of ['true', 'false']) if (!out.has(value)) out.set(value, item(value, 'enum', ''))
  }
  return [...out.values()]
}

/** What to insert for a key: its default as a placeholder, or a nested line. */
function keyText(
  name: string,
  own: ChartDefault | undefined,
  { schema, column }: { readonly schema: JsonObject | undefined; readonly column: number },
): string {
  const key = /^[\w./-]+$/.test(name) ? name : JSON.stringify(name).replace(/[\\$}]/g, '\\$&')
  const indent = ' '.repeat(column + 2)
  const kind = own?.value.kind
  if (kind === 'sequence' || (own === undefined && schema?.['type'] === 'array')) return `${key}:\n${indent}- $0`
  if (kind === 'mapping' || (own === undefined && schema?.['type'] === 'object')) return `${key}:\n${indent}$0`
  if (own === undefined || own.value.style === 'literal' || own.value.style === 'folded') return `${key}: $0`
  return `${key}: \${1:${defaultText(own).replace(/[\\$}]/g, '\\$&')}}`
}

/** What a chart says of a value, as Markdown. */
export function describeValue(chart: ChartValues, path: Path): string | undefined {
  const own = defaultAt(chart, path)
  const schemas = schemasAt(chart, path)
  if (own === undefined && schemas.length === 0) return undefined
  const title = path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('')
  const type = schemas.map((schema) => typeOf(schema)).find((each) => each !== '')
  const subject = escapeMarkdown(`value of chart ${chart.name} ${chart.version}`)
  const lines = [`**${escapeMarkdown(title)}**${type === undefined ? '' : ` · ${type}`} · ${subject}`]
  const comment = own === undefined ? '' : commentOf(own)
  if (comment !== '') lines.push(escapeMarkdown(comment))
  for (const schema of schemas) {
    const text = getString(schema, 'description')
    if (text !== undefined && text !== comment) lines.push(escapeMarkdown(text))
  }
  if (own !== undefined) {
    const text = defaultText(own)
    const isShort = own.value.kind === 'scalar' && !text.includes('\n') && !text.includes('`')
    lines.push(isShort ? `Default: \`${text}\`` : `Default:\n\n${fence(text)}`)
  }
  return lines.join('\n\n')
}

function fence(text: string): string {
  const marks = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)))
  return `${marks}yaml\n${text}\n${marks}`
}

/** Charts are from anywhere: their comments are text, not Markdown that could link or embed. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#!<>|&~]/g, '\\$&').replaceAll('\n', '  \n')
}

function typeOf({ type, enum: allowed }: JsonObject): string {
  if (Array.isArray(allowed)) return allowed.map((value) => `\`${String(value).replaceAll('`', '')}\``).join(' | ')
  return escapeMarkdown(typeof type === 'string' ? type : Array.isArray(type) ? type.join(' or ') : '')
}

function shortDefault({ value }: ChartDefault): string {
  if (value.kind === 'mapping') return value.content.length === 0 ? '{}' : 'map'
  if (value.kind === 'sequence') return value.content.length === 0 ? '[]' : 'list'
  return value.value
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
}
