import { LineCounter, type ParsedNode, parseAllDocuments, stringify } from 'yaml'
import type { JsonValue } from '../base/index.ts'

/** The documents of a text as JSON, or what is wrong with it. Empty documents are left out. */
export function parseDocuments(text: string): { values: JsonValue[]; error?: string } {
  const lines = new LineCounter()
  const values: JsonValue[] = []
  const parsed = parseAllDocuments<ParsedNode>(text, {
    version: '1.1',
    intAsBigInt: false,
    lineCounter: lines,
    uniqueKeys: false,
  })
  for (const document of 'empty' in parsed ? [] : parsed) {
    const error = document.errors[0]
    if (error !== undefined)
      return { values, error: `yaml: line ${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]}` }
    const value = document.toJS({ maxAliasCount: 1000 }) as JsonValue | undefined
    if (value !== undefined && value !== null) values.push(value)
  }
  return { values }
}

/** Writes JSON as YAML with sorted keys, as sigs.k8s.io/yaml does. */
export function toYaml(value: JsonValue): string {
  return stringify(value, { sortMapEntries: true, version: '1.1', lineWidth: 0, indentSeq: false })
}
