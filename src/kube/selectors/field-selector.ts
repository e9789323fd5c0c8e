import { compareStrings } from '../../base/index.ts'
import { bad, good, type Outcome } from '../values/outcome.ts'

export interface FieldTerm {
  readonly field: string
  readonly op: '=' | '!='
  readonly value: string
}

/** Terms that must all hold. */
export type FieldSelector = readonly FieldTerm[]

/** Reads a field selector: `metadata.name=a,status.phase!=Running`. Errors are upstream's (apimachinery `fields`). */
export function parseFieldSelector(text: string): Outcome<FieldSelector> {
  const terms: FieldTerm[] = []
  for (const part of splitTerms(text).sort(compareStrings)) {
    if (part === '') continue
    const term = splitTerm(part)
    if (term === undefined) return bad(`invalid selector: '${text}'; can't understand '${part}'`)
    const value = unescapeFieldValue(term.value)
    if (!value.ok) return value
    // Upstream takes a term without field and value for none.
    if (term.field === '' && value.value === '') continue
    terms.push({ field: term.field, op: term.op === '!=' ? '!=' : '=', value: value.value })
  }
  return good(terms)
}

/** Whether fields satisfy a selector; a field that is missing counts as empty. */
export function matchesFields(selector: FieldSelector, fields: Readonly<Record<string, string>>): boolean {
  return selector.every(({ field, op, value }) => {
    const actual = Object.hasOwn(fields, field) ? fields[field]! : ''
    return (actual === value) === (op === '=')
  })
}

/** The canonical text of a selector. */
export function fieldSelectorText(selector: FieldSelector): string {
  return selector.map(({ field, op, value }) => `${field}${op}${escapeFieldValue(value)}`).join(',')
}

/** Cuts a selector at its commas; a backslash takes the next character literally. */
export function splitTerms(text: string): string[] {
  if (text === '') return []
  const terms: string[] = []
  let start = 0
  let escaped = false
  for (let i = 0; i < text.length; i++) {
    if (escaped) escaped = false
    else if (text[i] === '\\') escaped = true
    else if (text[i] === ',') {
      terms.push(text.slice(start, i))
      start = i + 1
    }
  }
  terms.push(text.slice(start))
  return terms
}

/** Cuts a term at its first operator; `undefined` when it has none. */
export function splitTerm(
  term: string,
): { readonly field: string; readonly op: '!=' | '==' | '='; readonly value: string } | undefined {
  const match = /!=|==|=/.exec(term)
  if (match === null) return undefined
  const op = match[0] as '!=' | '==' | '='
  return { field: term.slice(0, match.index), op, value: term.slice(match.index + op.length) }
}

/** Escapes a value for use in a selector. */
export function escapeFieldValue(value: string): string {
  return value.replace(/[\\,=]/g, '\\$&')
}

/** Takes the escapes out of a value. Errors: an unknown escape, or a character that should have been escaped. */
export function unescapeFieldValue(text: string): Outcome<string> {
  let out = ''
  let escaped = false
  for (const char of text) {
    if (escaped) {
      if (char !== '\\' && char !== ',' && char !== '=') {
        return bad(`invalid field selector: invalid escape sequence: \\${char}`)
      }
      out += char
      escaped = false
    } else if (char === '\\') escaped = true
    else if (char === ',' || char === '=') {
      return bad(`invalid field selector: unescaped character in value: ${char.codePointAt(0)}`)
    } else out += char
  }
  return escaped ? bad('invalid field selector: invalid escape sequence: \\') : good(out)
}
