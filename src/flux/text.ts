import type { JsonValue } from '../base/index.ts'
import { nodeToJson, parseDocuments as parseNodes, parseYaml, stringifyYaml, type YamlFlavour } from '../yaml/index.ts'

/** The documents of a text as JSON, or the first thing that is wrong with it. Empty documents are left out. */
export function parseDocuments(text: string, flavour: YamlFlavour = 'v2'): { values: JsonValue[]; error?: string } {
  const { value, problems } = parseYaml(text, { flavour })
  const error = problems.find((problem) => problem.severity === 'error')
  const values = value.filter((one) => one !== null)
  return error === undefined ? { values } : { values, error: error.message }
}

/** The first document alone, as Go's `Unmarshal` reads a text: what comes after it is not looked at. */
export function parseFirstDocument(text: string): { value: JsonValue } | { error: string } {
  const { documents, problems } = parseNodes(text, { flavour: 'v2' })
  const first = documents[0]
  const syntax = problems.find(
    ({ location }) => first === undefined || (location?.range?.start ?? 0) <= first.range.end,
  )
  if (syntax !== undefined) return { error: syntax.message }
  if (first?.root === undefined) return { value: null }
  const { value, problems: faults } = nodeToJson(first.root, { text })
  return faults[0] === undefined ? { value } : { error: faults[0].message }
}

/** Writes JSON as YAML with sorted keys, byte for byte as sigs.k8s.io/yaml does. */
export function toYaml(value: JsonValue): string {
  return stringifyYaml(value)
}
