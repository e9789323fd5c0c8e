import { newNode, type YamlKind, type YamlNode } from '../yaml/index.ts'
import { fail } from './errors.ts'
import { elementsOf, fieldOf, getField, isMissingOrNull, newScalar, requireKind, setField } from './rnode.ts'

const integer = /^[+-]?[0-9]+$/

/**
 * Follows a path of field names, indices, `-` (last) and `[key=value]` (kyaml's PathGetter). With `create`, fields and
 * elements that are missing are added; the last one has this kind.
 */
export function lookup(node: YamlNode, path: readonly string[], create?: YamlKind): YamlNode | undefined {
  const parts = path.map((part) => part.trim()).filter((part) => part !== '')
  let at: YamlNode | undefined = node
  for (let i = 0; i < parts.length && at !== undefined; i++) at = step(at, parts[i]!, parts[i + 1] ?? '', create)
  return at
}

function step(node: YamlNode, part: string, next: string, create: YamlKind | undefined): YamlNode | undefined {
  if (integer.test(part)) {
    const index = Number(part)
    if (index < 0) fail(`array index ${index} cannot be negative`)
    return elementsOf(node)[index]
  }
  if (part === '-') {
    const items = elementsOf(node)
    if (items.length === 0) fail('runtime error: index out of range [-1]')
    return items[items.length - 1]
  }
  if (part === '*') fail('wildcard is not supported in PathGetter')
  if (isListIndex(part)) return element(node, part, create)
  const found = getField(node, part)
  if (found !== undefined || create === undefined) return found
  if (isMissingOrNull(node)) return undefined
  return setField(node, part, newNode(partKind(next, create)))
}

function element(node: YamlNode, part: string, create: YamlKind | undefined): YamlNode | undefined {
  const [name, value] = splitIndex(part)
  const found = matchElement(node, [name], [value])
  if (found !== undefined || create === undefined) return found
  const made = name === '' ? newScalar(value) : newNode('mapping')
  if (name !== '') made.content.push(newScalar(name), newScalar(value))
  requireKind(node, 'sequence')
  node.content.push(made)
  return made
}

/** The first element whose fields have these texts; without a key, the scalar with the text (kyaml's ElementMatcher). */
export function matchElement(node: YamlNode, keys: readonly string[], values: readonly string[]): YamlNode | undefined {
  requireKind(node, 'sequence')
  if (keys.length === 0 || keys[0] === '') return node.content.find((item) => item.value === (values[0] ?? ''))
  if (keys.length !== values.length) fail('length of keys must equal length of values when MatchAnyValue is false')
  return node.content.find(
    (item) =>
      item.kind === 'mapping' &&
      !isMissingOrNull(item) &&
      keys.every((key, i) => fieldOf(item, key)?.value === values[i]),
  )
}

/** The kind of what a path's next part needs. */
export function partKind(next: string, last: YamlKind): YamlKind {
  if (isListIndex(next) || isIndexNumber(next)) return 'sequence'
  return next === '' ? last : 'mapping'
}

export function isListIndex(part: string): boolean {
  return part.startsWith('[') && part.endsWith(']')
}

export function isIndexNumber(part: string): boolean {
  return integer.test(part) && Number(part) >= 0
}

/** `[name=value]` → name and value. */
export function splitIndex(part: string): [string, string] {
  const inner = part.replace(/\]$/, '').replace(/^\[/, '')
  const equals = inner.indexOf('=')
  if (equals < 0) fail('list path element must contain fieldName=fieldValue for element to match')
  return [inner.slice(0, equals), inner.slice(equals + 1)]
}
