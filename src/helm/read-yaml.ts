import type { JsonValue } from '../base/index.ts'
import { toBytes } from '../gotemplate/index.ts'
import { nodeToJson, parseDocuments, readPlainYaml } from '../yaml/index.ts'
import { decodeErrorText } from './functions/yaml-errors.ts'

/**
 * The first document of a YAML text as sigs.k8s.io/yaml turns it into JSON, null where there is none; or what it
 * complains about (`error converting YAML to JSON: …`). What comes after the first document is not looked at.
 */
export function readYamlText(text: string): { readonly value: JsonValue } | { readonly error: string } {
  if (!text.isWellFormed()) return { error: `error converting YAML to JSON: yaml: ${encodingFault(toBytes(text))}` }
  const plain = readPlainYaml(text)
  if (plain !== undefined) return plain
  const { documents, problems: found } = parseDocuments(text, { flavour: 'v2' })
  const [first] = documents
  const isWhole = first?.broken === false
  const broken = found.find(({ message }) => !isWhole || message.includes('control characters'))
  if (broken !== undefined) return { error: `error converting YAML to JSON: ${broken.message}` }
  const root = first?.root
  if (root === undefined) return { value: null }
  const { value, problems } = nodeToJson(root, { text })
  if (problems.length === 0) return { value }
  return { error: `error converting YAML to JSON: ${decodeErrorText(problems, root)}` }
}

/** What go-yaml's reader says of the first bytes that are no UTF-8 (readerc.go). */
function encodingFault(bytes: Uint8Array): string {
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at]!
    const width = first < 0x80 ? 1 : first >> 5 === 6 ? 2 : first >> 4 === 14 ? 3 : first >> 3 === 30 ? 4 : 0
    if (width === 0) return 'invalid leading UTF-8 octet'
    if (at + width > bytes.length) return 'incomplete UTF-8 octet sequence'
    let point = width === 1 ? first : first & (0x7f >> width)
    for (const next of bytes.subarray(at + 1, at + width)) {
      if (next >> 6 !== 2) return 'invalid trailing UTF-8 octet'
      point = (point << 6) | (next & 0x3f)
    }
    if (width > 1 && point < [0, 0, 0x80, 0x800, 0x10000][width]!) return 'invalid length of a UTF-8 sequence'
    if ((point >= 0xd800 && point <= 0xdfff) || point > 0x10ffff) return 'invalid Unicode character'
    if (point < 0x20 && point !== 9 && point !== 10 && point !== 13) return 'control characters are not allowed'
    at += width
  }
  return 'invalid Unicode character'
}
