import {
  emitNode,
  GoFloat,
  GoInt,
  nodeToJson,
  parseDocuments,
  resolveText,
  scalar,
  type YamlFlavour,
  type YamlNode,
} from '../yaml/index.ts'
import { fail } from './errors.ts'

/** A scalar as Go would hold it; floats and integers are not told apart, since JSON does not. */
export type Scalar = null | boolean | number | bigint | string

/**
 * What a scalar node is after kustomize has written it as text and read it again, which it does before every JSON view
 * (kyaml RNode.MarshalJSON): a tag that was set by code and does not fit becomes explicit, a style makes it a string.
 * Fails where reading it again does.
 */
export function scalarOf(node: YamlNode, inFlow = false): Scalar {
  const { tag, value } = node
  if (node.explicitTag !== true || tag === '') {
    if (!inFlow && value.charCodeAt(0) === 9 && isLiteral(node)) {
      fail('yaml: found a tab character where an indentation space is expected')
    }
    if (node.style === 'folded' && !inFlow) return refolded(node)
    if (tag === '!!str') return value
    if (tag === '' && (node.style !== '' || value.includes('\n'))) return value
    const plain = resolvePlain(value, 'v3')
    if (tag === '' || fits(tag, plain, value)) {
      // Inside braces a colon has to be quoted, which makes a time of day a string.
      return node.style === '' && !(inFlow && value.includes(':')) ? plain : value
    }
  }
  return underTag(node)
}

/** True for text that YAML 1.1 reads as something that is no string (kyaml IsYaml1_1NonString, for scalars). */
export function isYaml11NonString(text: string): boolean {
  if (text === '' || text.length > 64 || text.includes('\n')) return false
  return typeof resolvePlain(text, 'v2') !== 'string' || text === '<<'
}

/** What plain text stands for. */
export function resolvePlain(text: string, flavour: YamlFlavour): Scalar {
  return resolveAs(text, '', flavour)
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)$/

function underTag(node: YamlNode): Scalar {
  const { tag, value } = node
  if (tag === '!!binary') return binaryText(node)
  const found = resolveAs(value, tag, 'v3')
  const type = found === null ? '!!null' : typeof found === 'boolean' ? '!!bool' : ''
  const expected = { '!!int': 'number', '!!float': 'number', '!!bool': 'boolean' }[tag]
  const mismatch =
    (expected !== undefined && typeof found !== expected && typeof found !== 'bigint') ||
    (tag === '!!null' && found !== null) ||
    (tag === '!!timestamp' && found === value && !rfc3339.test(value))
  if (mismatch) fail(`yaml: cannot decode ${type === '' ? '!!str' : type} \`${value}\` as a ${tag}`)
  return found
}

function binaryText(node: YamlNode): Scalar {
  const { value, problems } = nodeToJson({ ...node, explicitTag: true }, { flavour: 'v3' })
  if (problems[0] !== undefined) fail(problems[0].message)
  return String(value)
}

function fits(tag: string, plain: Scalar, text: string): boolean {
  switch (tag) {
    case '!!null':
      return plain === null
    case '!!bool':
      return typeof plain === 'boolean'
    case '!!int':
      return (typeof plain === 'number' && !isFloatText(text)) || typeof plain === 'bigint'
    case '!!float':
      return typeof plain === 'number' && isFloatText(text)
    case '!!timestamp':
      return typeof plain === 'string' && plain !== text
    case '!!merge':
      return text === '<<'
    default:
      return false
  }
}

function isFloatText(text: string): boolean {
  const resolved = resolveText(text, '', 'v3')
  return typeof resolved !== 'string' && resolved.value instanceof GoFloat
}

function resolveAs(text: string, tag: string, flavour: YamlFlavour): Scalar {
  const resolved = resolveText(text, tag, flavour)
  // A text that the tag does not fit counts as text.
  if (typeof resolved === 'string') return text
  const { value } = resolved
  if (value instanceof GoInt) return value.int
  if (value instanceof GoFloat) return value.float
  return value
}

/** What a folded text becomes when go-yaml writes and reads it: lines that are indented gain empty lines. */
function refolded(node: YamlNode): string {
  const bare = { ...node, headComment: '', lineComment: '', footComment: '' }
  const holder: YamlNode = {
    ...bare,
    kind: 'mapping',
    tag: '!!map',
    value: '',
    style: '',
    content: [scalar('a'), bare],
  }
  const { documents } = parseDocuments(emitNode(holder))
  return documents[0]?.root?.content[1]?.value ?? node.value
}

/** True for text that go-yaml writes as a block; it cannot read one that begins with a tab. */
function isLiteral({ style, value }: YamlNode): boolean {
  const wanted = style === 'literal' || style === 'folded' || (style === '' && value.includes('\n'))
  // Spaces before line ends and characters that are not printed ask for double quotes instead.
  return wanted && !/ (\n|$)/.test(value) && !/[^\t\n -~\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/.test(value)
}
