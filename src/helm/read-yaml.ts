import type { JsonValue } from '../base/index.ts'
import { nodeToJson, parseDocuments, readPlainYaml } from '../yaml/index.ts'
import { decodeErrorText } from './functions/yaml-errors.ts'

/**
 * The first document of a YAML text as sigs.k8s.io/yaml turns it into JSON, null where there is none; or what it
 * complains about (`error converting YAML to JSON: …`).
 */
export function readYamlText(text: string): { readonly value: JsonValue } | { readonly error: string } {
  const plain = readPlainYaml(text)
  if (plain !== undefined) return plain
  const parsed = parseDocuments(text, { flavour: 'v2' })
  const broken = parsed.problems[0]
  if (broken !== undefined) return { error: `error converting YAML to JSON: ${broken.message}` }
  const root = parsed.documents[0]?.root
  if (root === undefined) return { value: null }
  const { value, problems } = nodeToJson(root, { text })
  if (problems.length === 0) return { value }
  return { error: `error converting YAML to JSON: ${decodeErrorText(problems, root)}` }
}
