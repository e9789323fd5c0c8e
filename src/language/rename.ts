import type { ObjectRef, TextRange } from '../base/index.ts'
import { declaredAt, nameOf, placeAt, referencesAt } from './lookup.ts'
import type { FileEdit, LanguageContext, RenameResult } from './types.ts'

interface Target {
  readonly ref: ObjectRef
  readonly cluster: string | undefined
  readonly range: TextRange
}

/** The range and text of the name that can be renamed at an offset; `undefined` when there is none. */
export function prepareRename(
  context: LanguageContext,
  path: string,
  offset: number,
): { readonly range: TextRange; readonly name: string } | undefined {
  const target = targetAt(context, path, offset)
  return target === undefined ? undefined : { range: target.range, name: target.ref.name }
}

const namePattern = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/

/**
 * Renames the object declared or named at an offset, and every mention of it by Flux objects. Refused when the name is
 * not written as such in the files (made of a prefix, a variable or a generator).
 */
export function rename(context: LanguageContext, path: string, offset: number, newName: string): RenameResult {
  const target = targetAt(context, path, offset)
  if (target === undefined) return { edits: [], refused: 'there is no name of an object here' }
  if (!namePattern.test(newName) || newName.length > 253) {
    return { edits: [], refused: `"${newName}" is no valid name: use lower case letters, digits, "-" and "."` }
  }
  const { fleet } = context
  const { ref } = target
  const declaration = nameOf(fleet, ref, target.cluster)
  if (declaration?.range === undefined) return { edits: [], refused: `${ref.kind}/${ref.name} is declared in no file` }
  const places = [declaration, ...fleet.references(ref).map((reference) => reference.location)]
  const edits = new Map<string, FileEdit>()
  for (const place of places) {
    if (place?.range === undefined) continue
    const text = fleet.file(place.path)?.text.slice(place.range.start, place.range.end) ?? ''
    if (text.replace(/^["']|["']$/g, '') !== ref.name) {
      if (place === declaration)
        return { edits: [], refused: `the name is not written as "${ref.name}" in ${place.path}` }
      continue
    }
    const quote = /^["']/.exec(text)?.[0] ?? ''
    edits.set(`${place.path}:${place.range.start}`, {
      path: place.path,
      range: place.range,
      newText: `${quote}${newName}${quote}`,
    })
  }
  return { edits: [...edits.values()] }
}

function targetAt({ fleet }: LanguageContext, path: string, offset: number): Target | undefined {
  const place = placeAt(fleet, path, offset)
  if (place === undefined) return undefined
  const reference = referencesAt(fleet, path, offset, place)[0]
  const range = reference?.location?.range
  if (reference !== undefined && range !== undefined && range.start <= offset && offset <= range.end) {
    return { ref: reference.to, cluster: reference.cluster, range }
  }
  const declared = declaredAt(fleet, place)
  return declared === undefined ? undefined : { ...declared, cluster: undefined }
}
