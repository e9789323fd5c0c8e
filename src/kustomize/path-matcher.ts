import { emitNode, newNode, parseDocuments, type YamlKind, type YamlNode } from '../yaml/index.ts'
import { fail } from './errors.ts'
import { isIndexNumber, isListIndex, partKind, splitIndex } from './lookup.ts'
import { compilePattern } from './regexp.ts'
import { elementsOf, fieldOf, getField, newScalar, requireKind, setField } from './rnode.ts'

/**
 * The nodes that a path leads to (kyaml's PathMatcher): field names, indices, `*` for every element and
 * `[key=pattern]` for elements that match. With `create`, a missing field or element is added, of this kind at the end.
 */
export function matchPath(node: YamlNode | undefined, path: readonly string[], create?: YamlKind): YamlNode[] {
  return match(node, path, create) ?? []
}

type Matches = YamlNode[] | undefined

function match(node: YamlNode | undefined, path: readonly string[], create: YamlKind | undefined): Matches {
  if (path.length === 0) return node === undefined ? [] : [node]
  if (node === undefined) return undefined
  const part = path[0]!
  if (isIndexNumber(part)) return matchIndex(node, path, create)
  if (isListIndex(part)) return matchElements(node, path, create)
  if (part === '*') return matchEvery(node, path, create)
  return matchField(node, path, create)
}

function matchEvery(node: YamlNode, path: readonly string[], create: YamlKind | undefined): Matches {
  let out: Matches
  for (const item of elementsOf(node)) {
    const found = match(item, path.slice(1), create)
    if (found !== undefined) out = [...(out ?? []), ...found]
  }
  return out
}

function matchField(node: YamlNode, path: readonly string[], create: YamlKind | undefined): Matches {
  let field = getField(node, path[0]!)
  if (field === undefined) {
    if (create === undefined) return undefined
    field = newNode(partKind(path[1] ?? '', create))
    setField(node, path[0]!, field)
  }
  if (field.kind === 'scalar' && path.length > 1) return match(parseScalar(field), path.slice(1), create)
  return match(field, path.slice(1), create)
}

/** Structured data inside a string; what is found there can be read, but writing to it changes nothing. */
function parseScalar(node: YamlNode): YamlNode {
  const parsed = parseStructured(node.value)
  if (parsed === undefined) fail('wrong node kind: expected MappingNode but got ')
  return parsed
}

/** The first document of a text, `undefined` when it has none; fails for broken YAML. */
export function parseStructured(text: string): YamlNode | undefined {
  const { documents, problems } = parseDocuments(text)
  const document = documents[0]
  const broken = problems.find(
    ({ location }) => document === undefined || document.broken || (location?.range?.start ?? 0) < document.range.end,
  )
  if (broken !== undefined) fail(broken.message)
  return document?.root
}

function matchIndex(node: YamlNode, path: readonly string[], create: YamlKind | undefined): Matches {
  const index = Number(path[0])
  const items = elementsOf(node)
  if (items.length === index && create !== undefined) {
    requireKind(node, 'sequence')
    items.push(newNode(partKind(path[1] ?? '', create)))
  }
  if (items.length < index + 1) fail(`index ${index} specified but only ${items.length} elements found`)
  return match(items[index], path.slice(1), create)
}

function matchElements(node: YamlNode, path: readonly string[], create: YamlKind | undefined): Matches {
  const [name, pattern] = splitIndex(path[0]!)
  const compiled = compilePattern(pattern)
  for (;;) {
    let out: YamlNode[] = []
    for (const item of elementsOf(node)) {
      if (name === '') {
        if (compiled.test(textOf(item))) out.push(item)
        continue
      }
      const field = fieldOf(item, name)
      if (field === undefined || !compiled.test(textOf(field))) continue
      out = out.concat(match(item, path.slice(1), create) ?? [])
    }
    if (out.length > 0) return out
    if (create === undefined) return undefined
    const made = name === '' ? newScalar(pattern) : newNode('mapping')
    if (name !== '') made.content.push(newScalar(name), newScalar(pattern))
    requireKind(node, 'sequence')
    node.content.push(made)
    // What was made has to match, or this would go on for ever.
    if (!compiled.test(pattern)) fail(`failed to create element for "${path[0]}"`)
  }
}

/** A node as it would be written, quotes included. */
function textOf(node: YamlNode): string {
  const isPlain = node.kind === 'scalar' && node.style === '' && /^[A-Za-z][\w\-./]*$/.test(node.value)
  if (isPlain && node.tag === '!!str' && node.lineComment === '' && node.headComment === '') return node.value
  return emitNode(node).trim()
}
