import { completeFields } from './complete-fields.ts'
import { completeValues } from './complete-values.ts'
import { completeVariables } from './complete-variables.ts'
import { type Cursor, cursorAt } from './cursor.ts'
import { completeReleaseValues } from './release-values.ts'
import { fieldSchema, schemaOf } from './schema-nav.ts'
import { snippets } from './snippets.ts'
import type { Completion, LanguageContext } from './types.ts'
import { completeValuesText } from './values-texts.ts'

/** A cursor with what is known of the document around it. */
export interface CompletionPlace {
  readonly context: LanguageContext
  readonly path: string
  readonly text: string
  readonly offset: number
  readonly cursor: Cursor
  readonly apiVersion: string | undefined
  readonly kind: string | undefined
}

/** What can be written at an offset, best first. Works in documents that do not parse yet. */
export function completion(context: LanguageContext, path: string, offset: number): readonly Completion[] {
  const file = context.fleet.file(path)
  if (file === undefined) return []
  const { text } = file
  const variables = completeVariables(context, path, text, offset)
  if (variables !== undefined) return variables
  const inValues = completeValuesText(context, path, offset)
  if (inValues !== undefined) return inValues
  const cursor = cursorAt(text, offset)
  if (cursor.inText) return []
  const body = text.slice(cursor.document.start, cursor.document.end)
  const place: CompletionPlace = {
    context,
    path,
    text,
    offset,
    cursor,
    apiVersion: /^apiVersion:[ \t]*["']?([^\s"'#]+)/m.exec(body)?.[1],
    kind: /^kind:[ \t]*["']?([^\s"'#]+)/m.exec(body)?.[1],
  }
  const root = schemaOf(context.registry, file, {
    ...(place.apiVersion === undefined ? {} : { apiVersion: place.apiVersion }),
    ...(place.kind === undefined ? {} : { kind: place.kind }),
  })
  const values = completeReleaseValues(place)
  if (values !== undefined) return values
  const { parent, at, key } = cursor
  if (at === 'value') return completeValues(place, fieldSchema(root, [...parent, key ?? '']), [...parent, key ?? ''])
  const schema = fieldSchema(root, parent)
  if (at === 'item' && (schema === undefined || schema.properties === undefined))
    return completeValues(place, schema, parent)
  const fields = completeFields(place, schema)
  if (parent.length > 0) return fields
  const whole = snippets(place).sort((a, b) => (a.sortText < b.sortText ? -1 : 1))
  return [...whole, ...fields]
}
