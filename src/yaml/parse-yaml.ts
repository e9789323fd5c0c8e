import type { JsonValue, Problem, Result } from '../base/index.ts'
import { parseDocuments } from './parse.ts'
import { type DecodeOptions, nodeToJson } from './to-json.ts'

/**
 * Parses YAML text to the JSON of its documents; documents with nothing in them are left out.
 * Problems are those of `parseDocuments` and `nodeToJson`.
 */
export function parseYaml(text: string, options: DecodeOptions = {}): Result<JsonValue[]> {
  const parsed = parseDocuments(text, {
    flavour: options.flavour ?? 'v2',
    ...(options.path === undefined ? {} : { path: options.path }),
  })
  const problems: Problem[] = [...parsed.problems]
  const value: JsonValue[] = []
  for (const document of parsed.documents) {
    if (document.root === undefined) continue
    const result = nodeToJson(document.root, { text, ...options })
    value.push(result.value)
    problems.push(...result.problems)
  }
  return { value, problems }
}
