import { compareStrings } from '../../base/index.ts'
import { nodeToJson, parseDocuments, type YamlNode } from '../../yaml/index.ts'

/**
 * What makes a file no list of Kubernetes objects; `undefined` when all is well. The same checks as kustomize makes when
 * it decodes a file (api/resource/factory.go `SliceFromBytes`, kyaml/kio/byteio_reader.go): documents are split at lines
 * that begin with `---`, those with nothing in them are left out, the others have a kind and a name, and what is called
 * a list has items that do. Nothing else about a document is looked at.
 */
export function checkManifest(text: string): string | undefined {
  const chunks = splitDocuments(text.replaceAll('\r\n', '\n'))
  if (typeof chunks === 'string') return chunks
  const queue: YamlNode[] = []
  for (const chunk of chunks) {
    const root = firstRoot(chunk)
    if (typeof root === 'string') return `MalformedYAMLError: ${root}`
    if (isNothing(root)) continue
    queue.push(...((chunks.length === 1 ? itemsOfList(root) : undefined) ?? [root]))
  }
  return checkAll(queue) ?? checkLists(queue)
}

function checkAll(nodes: readonly YamlNode[]): string | undefined {
  for (const node of nodes) {
    const problem = isNothing(node) ? undefined : checkObject(node)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** Unpacks lists, whose items come after everything else; items of items too. */
function checkLists(nodes: readonly YamlNode[]): string | undefined {
  const queue = [...nodes]
  for (let i = 0; i < queue.length; i++) {
    const node = queue[i]!
    const kind = textOf(fieldOf(node, 'kind'))
    if (!kind.endsWith('List')) continue
    const fault = nodeToJson(node, { flavour: 'v3', infinite: true }).problems[0]
    if (fault !== undefined) return `trouble expanding list of ${kind}; received error ${fault.message}`
    const items = fieldOf(node, 'items')
    if (items === undefined || items.tag === nullTag) continue
    if (items.kind !== 'sequence') return notAList(kind, items)
    const inner = items.content.flatMap((item) => itemsOfList(resolved(item)) ?? [resolved(item)])
    const problem = checkAll(inner)
    if (problem !== undefined) return problem
    queue.push(...inner.filter((item) => !isNothing(item)))
  }
  return undefined
}

const nullTag = '!!null'

function splitDocuments(text: string): readonly string[] | string {
  if (!text.includes('\n---')) return [text]
  const out: string[] = []
  let previous = 0
  for (const match of text.matchAll(/\n---[^\n]*\n/g)) {
    const rest = match[0].slice(4).trim()
    if (rest !== '' && !rest.startsWith('#')) return `invalid document separator: ${match[0].trim()}`
    out.push(`${text.slice(previous, match.index)}\n`)
    previous = match.index + match[0].length
  }
  return [...out, text.slice(previous)]
}

/** The root of the first document, or its syntax error; what comes after it is not read. */
function firstRoot(chunk: string): YamlNode | string | undefined {
  const { documents, problems } = parseDocuments(chunk)
  const first = documents[0]
  const problem = problems.find(
    ({ location }) => first === undefined || first.broken || (location?.range?.start ?? 0) < first.range.end,
  )
  return problem === undefined ? first?.root : problem.message
}

/** What a `List` or `ResourceList` that is alone in its file stands for. */
function itemsOfList(node: YamlNode): YamlNode[] | undefined {
  const kind = textOf(fieldOf(node, 'kind'))
  if (kind !== 'List' && kind !== 'ResourceList') return undefined
  const items = fieldOf(node, 'items')
  if (items === undefined && fieldOf(node, 'functionConfig') === undefined) return undefined
  return (items?.content ?? []).map(resolved)
}

function checkObject(node: YamlNode): string | undefined {
  const metadata = fieldOf(node, 'metadata')
  const parts = ['name', 'namespace', 'labels', 'annotations'].map((name) => fieldOf(metadata, name))
  if ([fieldOf(node, 'apiVersion'), fieldOf(node, 'kind'), ...parts].every(isNothing))
    return 'missing Resource metadata'
  const kind = textOf(fieldOf(node, 'kind'))
  if (kind === '') return `missing kind in object ${goMeta(node)}`
  if (kind.endsWith('List') || textOf(fieldOf(metadata, 'name')) !== '') return undefined
  return `missing metadata.name in object ${goMeta(node)}`
}

/** An object's metadata as Go prints kyaml's `ResourceMeta`. */
function goMeta(node: YamlNode): string {
  const metadata = fieldOf(node, 'metadata')
  const type = `${textOf(fieldOf(node, 'apiVersion'))} ${textOf(fieldOf(node, 'kind'))}`
  const name = `${textOf(fieldOf(metadata, 'name'))} ${textOf(fieldOf(metadata, 'namespace'))}`
  return `{{${type}} {{${name}} ${goMap(fieldOf(metadata, 'labels'))} ${goMap(fieldOf(metadata, 'annotations'))}}}`
}

function goMap(map: YamlNode | undefined): string {
  const content = map?.kind === 'mapping' ? map.content : []
  const entries: (readonly [string, string])[] = []
  for (let i = 0; i + 1 < content.length; i += 2) entries.push([content[i]!.value, textOf(resolved(content[i + 1]!))])
  entries.sort(([a], [b]) => compareStrings(a, b))
  return `map[${entries.map(([key, value]) => `${key}:${value}`).join(' ')}]`
}

function notAList(kind: string, items: YamlNode): string {
  const types = { '!!str': 'string', '!!bool': 'bool', '!!int': 'int', '!!float': 'float64' } as const
  const type = items.kind === 'mapping' ? 'map[string]interface {}' : types[items.tag as keyof typeof types]
  return `expected array in ${kind}/items, but found ${type ?? 'string'}`
}

function isNothing(node: YamlNode | undefined): node is undefined {
  return node === undefined || node.tag === nullTag || (node.kind !== 'scalar' && node.content.length === 0)
}

function textOf(node: YamlNode | undefined): string {
  return node === undefined || node.tag === nullTag ? '' : node.value
}

function fieldOf(node: YamlNode | undefined, name: string): YamlNode | undefined {
  if (node?.kind !== 'mapping') return undefined
  for (let i = 0; i + 1 < node.content.length; i += 2) {
    if (node.content[i]!.value === name) return resolved(node.content[i + 1]!)
  }
  return name === '<<' ? undefined : mergedField(fieldOf(node, '<<'), name)
}

function mergedField(merged: YamlNode | undefined, name: string): YamlNode | undefined {
  const maps = merged?.kind === 'sequence' ? merged.content.map(resolved) : [merged]
  for (const map of maps) {
    const found = fieldOf(map, name)
    if (found !== undefined) return found
  }
  return undefined
}

function resolved(node: YamlNode): YamlNode {
  return node.kind === 'alias' ? (node.alias ?? node) : node
}
