import { decodeText, encodeText, isObject, type Location, type TextRange } from '../base/index.ts'
import { parseDocuments, type YamlNode } from '../yaml/index.ts'
import { deAnchor } from './de-anchor.ts'
import { fail } from './errors.ts'
import { setGoPlaces } from './go-places.ts'
import { goTrim } from './go-trim.ts'
import { fromJson, toJson } from './json.ts'
import type { SchemaFacts } from './openapi.ts'
import { Resource } from './resource.ts'
import { fieldOf, isMissingOrNull, isNilOrEmpty, textValue } from './rnode.ts'
import { findWideBreaks, type ResourceSource, rangeInFile } from './source.ts'

/** What the resources of a text are to be remembered by. */
export interface TextSource {
  readonly path: string
  readonly step: string
  /** The place of the text, when it is written inside another file. */
  readonly range?: TextRange
}

interface Chunk {
  readonly text: string
  readonly offset: number
}

interface ReadNode {
  readonly node: YamlNode
  readonly offset: number
}

/**
 * Reads the resources of a file (api/resource/factory.go, kyaml/kio/byteio_reader.go): documents are split by lines
 * that begin with `---`, anchors expanded, lists unpacked, empty documents dropped. Fails for anything that is no
 * resource.
 */
export function readResources(content: Uint8Array | string, source: TextSource, schema: SchemaFacts): Resource[] {
  const raw = typeof content === 'string' ? content : decodeUtf8(content)
  const isWide = raw.includes('\r\n')
  const text = isWide ? raw.replaceAll('\r\n', '\n') : raw
  const origin: ResourceSource = { ...source, offset: 0, ...(isWide ? { wideBreaks: findWideBreaks(raw) } : {}) }
  if (!schema.inlineSchemas && /#[^\n]*\{/.test(text)) schema.inlineSchemas = true
  const chunks = splitDocuments(text)
  const read: ReadNode[] = []
  for (const chunk of chunks) {
    const node = parseChunk(chunk, origin)
    if (node === undefined) continue
    if (schema.goPlaces) setGoPlaces(node, chunk.text)
    const items = chunks.length === 1 ? unwrapList(node) : undefined
    for (const item of items ?? [node]) read.push({ node: item, offset: chunk.offset })
  }
  const nodes = mayHaveAnchors.test(text) ? read.map(({ node, offset }) => ({ node: deAnchor(node), offset })) : read
  const located = (offset: number, node: YamlNode): Location => placeOf({ ...origin, offset }, node)
  const good = nodes.filter(({ node, offset }) => isResource(node, () => located(offset, node)))
  return inlineLists(good, located).map(({ node, offset }) => {
    return new Resource(node, offset === 0 ? origin : { ...origin, offset }, schema)
  })
}

/** Anchors and aliases are names that do not go on a word; merge keys count as well. */
const mayHaveAnchors = /(?<!\w)[&*][\w-]|<</

/** UTF-8 text; fails for other bytes, as the YAML reader does. */
function decodeUtf8(bytes: Uint8Array): string {
  const text = decodeText(bytes)
  if (text.includes('\ufffd') && encodeText(text).length !== bytes.length) {
    fail('MalformedYAMLError: yaml: invalid leading UTF-8 octet', { malformed: true })
  }
  return text
}

function splitDocuments(text: string): Chunk[] {
  if (text === '') return []
  if (!text.includes('\n---')) return [{ text, offset: 0 }]
  const out: Chunk[] = []
  let previous = 0
  for (const match of text.matchAll(/\n---[^\n]*\n/g)) {
    const rest = goTrim(match[0].slice(4))
    if (rest !== '' && !rest.startsWith('#')) fail(`invalid document separator: ${goTrim(match[0])}`)
    out.push({ text: `${text.slice(previous, match.index)}\n`, offset: previous })
    previous = match.index + match[0].length
  }
  out.push({ text: text.slice(previous), offset: previous })
  return out
}

function parseChunk(chunk: Chunk, source: ResourceSource): YamlNode | undefined {
  const { documents, problems } = parseDocuments(chunk.text)
  const document = documents[0]
  const problem = problems.find(
    ({ location }) => document === undefined || document.broken || (location?.range?.start ?? 0) < document.range.end,
  )
  if (problem !== undefined) {
    const range = problem.location?.range ?? { start: 0, end: 0 }
    const location = placeOf({ ...source, offset: chunk.offset }, range)
    fail(`MalformedYAMLError: ${problem.message}`, { malformed: true, location })
  }
  const root = document?.root
  return isMissingOrNull(root) ? undefined : root
}

/** The items of a `List` or `ResourceList`, when that is all a file has. */
function unwrapList(node: YamlNode): readonly YamlNode[] | undefined {
  const kind = textValue(fieldOf(node, 'kind'))
  if (kind !== 'List' && kind !== 'ResourceList') return undefined
  const items = fieldOf(node, 'items')
  if (items === undefined && fieldOf(node, 'functionConfig') === undefined) return undefined
  return items?.content ?? []
}

/** False for an empty node; fails for one that has no kind or name. */
function isResource(node: YamlNode, location: () => Location): boolean {
  if (isNilOrEmpty(node)) return false
  validateMetadata(node, location)
  return true
}

/** RNode.GetValidatedMetadata. */
export function validateMetadata(node: YamlNode, location?: () => Location): void {
  const kind = fieldOf(node, 'kind')
  const metadata = fieldOf(node, 'metadata')
  const hasMetadata = !isNilOrEmpty(metadata)
  const kindText = text(kind)
  const name = hasMetadata ? text(fieldOf(metadata, 'name')) : ''
  if (kindText !== '' && (name !== '' || kindText.endsWith('List'))) return
  const details = location === undefined ? {} : { location: location() }
  const apiVersion = fieldOf(node, 'apiVersion')
  if (apiVersion === undefined && kind === undefined && !hasMetadata) fail('missing Resource metadata', details)
  const namespace = hasMetadata ? text(fieldOf(metadata, 'namespace')) : ''
  const object = `{{${text(apiVersion)} ${kindText}} {{${name} ${namespace}} map[] map[]}}`
  if (kindText === '') fail(`missing kind in object ${object}`, { ...details, code: 'kustomize/no-kind' })
  fail(`missing metadata.name in object ${object}`, { ...details, code: 'kustomize/no-name' })
}

function text(node: YamlNode | undefined): string {
  return isNilOrEmpty(node) ? '' : textValue(node)
}

/** Replaces lists by their items, which come after everything else; items of items too. */
function inlineLists(
  nodes: readonly ReadNode[],
  located: (offset: number, node: YamlNode) => Location,
): readonly ReadNode[] {
  if (!nodes.some(({ node }) => isList(node))) return nodes
  const queue = nodes.slice()
  const out: ReadNode[] = []
  for (let i = 0; i < queue.length; i++) {
    const entry = queue[i]!
    if (!isList(entry.node)) {
      out.push(entry)
      continue
    }
    const kind = textValue(fieldOf(entry.node, 'kind'))
    const json = toJson(entry.node)
    const items = isObject(json) ? json['items'] : undefined
    if (items === null) continue
    if (!Array.isArray(items)) fail(`expected array in ${kind}/items, but found ${goTypeName(items)}`)
    const olds = fieldOf(entry.node, 'items')!.content
    items.forEach((item, index) => {
      if (item === null) return
      const node = fromJson(item, { old: olds[index] })
      for (const unwrapped of unwrapList(node) ?? [node]) {
        const at = olds[index] ?? unwrapped
        if (isResource(unwrapped, () => located(entry.offset, at))) {
          queue.push({ node: unwrapped, offset: entry.offset })
        }
      }
    })
  }
  return out
}

function isList(node: YamlNode): boolean {
  return textValue(fieldOf(node, 'kind')).endsWith('List') && fieldOf(node, 'items') !== undefined
}

function goTypeName(value: unknown): string {
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'object' ? 'map[string]interface {}' : 'int'
}

function placeOf(source: ResourceSource, range: TextRange): Location {
  const found = rangeInFile(source, range)
  return { path: source.path, ...(found === undefined ? {} : { range: found }) }
}
