import { lineStartAt } from '../fleet/index.ts'
import type { StructuralSchema } from '../schema/index.ts'
import type { CompletionPlace } from './completion.ts'
import { metadataSchema, typeText } from './schema-nav.ts'
import type { Completion } from './types.ts'

/** The fields that can be written where the cursor is, those that are there already left out; required ones first. */
export function completeFields(place: CompletionPlace, schema: StructuralSchema | undefined): Completion[] {
  const properties = fieldsOf(place, schema)
  const required = new Set(schema?.required ?? [])
  const taken = siblingKeys(place)
  const isEmptyBehind = !/^[^\S\n]*:/.test(place.text.slice(place.cursor.end))
  return Object.entries(properties)
    .filter(([name]) => !taken.has(name) && !(place.cursor.parent.length === 0 && name === 'status'))
    .map(([name, field]) => {
      const newText = isEmptyBehind ? fieldText(name, field, place.cursor.column) : name
      return {
        label: name,
        kind: 'field' as const,
        detail: typeText(field).replaceAll('`', ''),
        ...(field.description === undefined ? {} : { markdown: field.description }),
        range: { start: place.cursor.start, end: place.cursor.end },
        newText,
        snippet: newText.includes('$'),
        sortText: `${required.has(name) ? '1' : '2'}${name}`,
        deprecated: /^deprecated/i.test(field.description ?? ''),
      }
    })
    .sort((a, b) => (a.sortText < b.sortText ? -1 : a.sortText > b.sortText ? 1 : 0))
}

const objectFields: Readonly<Record<string, StructuralSchema>> = {
  apiVersion: { type: 'string', description: 'Group and version of the kind.' },
  kind: { type: 'string', description: 'Kind of the object.' },
  metadata: metadataSchema,
}

function fieldsOf(
  place: CompletionPlace,
  schema: StructuralSchema | undefined,
): Readonly<Record<string, StructuralSchema>> {
  const atRoot = place.cursor.parent.length === 0
  if (schema?.properties === undefined) return atRoot && schema === undefined ? objectFields : {}
  return schema.properties
}

/** Keys at the cursor's column in the same mapping. */
export function siblingKeys({ text, cursor }: Pick<CompletionPlace, 'text' | 'cursor'>): Set<string> {
  const { document, column, start } = cursor
  const keys = new Set<string>()
  const scan = (lines: readonly string[], stopAtDash: boolean): void => {
    for (const line of lines) {
      if (line.trim() === '' || line.trimStart().startsWith('#')) continue
      const indent = line.length - line.trimStart().length
      const dash = /^\s*(-\s+)+/.exec(line)?.[0].length ?? indent
      if (dash === column && dash > indent && stopAtDash) return
      const match = /^[\s-]*([A-Za-z0-9_./"'-]+)\s*:(\s|$)/.exec(line)
      if (dash === column && match !== null) keys.add(match[1]!.replace(/["']/g, ''))
      if (dash === column && dash > indent) return
      if (dash < column && indent < column) return
    }
  }
  const lineStart = lineStartAt(text, start)
  const isFirstOfItem = text.slice(lineStart, start).includes('-')
  if (!isFirstOfItem) scan(text.slice(document.start, lineStart).split('\n').reverse(), false)
  const behind = text.indexOf('\n', start)
  if (behind >= 0) scan(text.slice(behind + 1, document.end).split('\n'), true)
  return keys
}

/** What to insert for a field: an empty value, a nested line, or the first item of a list. */
function fieldText(name: string, schema: StructuralSchema, column: number): string {
  const indent = ' '.repeat(column + 2)
  if (schema.type === 'array') return `${name}:\n${indent}- $0`
  if (schema.type === 'object' || schema.properties !== undefined) return `${name}:\n${indent}$0`
  if (schema.default !== undefined && typeof schema.default !== 'object')
    return `${name}: \${1:${String(schema.default)}}`
  return `${name}: $0`
}
