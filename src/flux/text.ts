import type { JsonValue } from '../base/index.ts'
import { parseYaml, stringifyYaml, type YamlFlavour } from '../yaml/index.ts'

/** The documents of a text as JSON, or the first thing that is wrong with it. Empty documents are left out. */
export function parseDocuments(text: string, flavour: YamlFlavour = 'v2'): { values: JsonValue[]; error?: string } {
  const { value, problems } = parseYaml(text, { flavour })
  const error = problems.find((problem) => problem.severity === 'error')
  const values = value.filter((one) => one !== null)
  return error === undefined ? { values } : { values, error: error.message }
}

/** Writes JSON as YAML with sorted keys, byte for byte as sigs.k8s.io/yaml does. */
export function toYaml(value: JsonValue): string {
  return stringifyYaml(value)
}
