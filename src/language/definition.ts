import type { Location, TextRange } from '../base/index.ts'
import { declaredAt, placeAt, referencesAt, targetLocations, variableAt, variableValues } from './lookup.ts'
import { directoryFile, writtenPaths } from './paths.ts'
import { releaseValueDefinition } from './release-values.ts'
import { templateValueDefinition } from './template-values.ts'
import type { Definition, LanguageContext } from './types.ts'
import { valuesTextDefinition } from './values-texts.ts'

/** Where the thing named at an offset is declared: an object, a file, a directory's kustomization, a variable. */
export function definition(context: LanguageContext, path: string, offset: number): readonly Definition[] {
  const { fleet } = context
  const inTemplate = templateValueDefinition(context, path, offset)
  if (inTemplate !== undefined) return inTemplate
  const place = placeAt(fleet, path, offset)
  if (place === undefined) return []
  const variable = variableAt(place.file.text, offset)
  if (variable !== undefined) {
    const places = variableValues(fleet, path, variable.name).map(({ info }) => info?.declared)
    return toDefinitions(variable.range, places)
  }
  const inValues = valuesTextDefinition(context, path, offset)
  if (inValues !== undefined) return [inValues]
  const written = writtenPaths(fleet, place.file).find(({ range }) => range.start <= offset && offset <= range.end)
  if (written !== undefined) {
    const file = fleet.file(written.target) === undefined ? directoryFile(fleet, written.target) : written.target
    return toDefinitions(written.range, [{ path: file ?? written.target }])
  }
  const references = referencesAt(fleet, path, offset, place)
  if (references.length > 0) {
    const range = references[0]!.location?.range ?? { start: offset, end: offset }
    return toDefinitions(range, targetLocations(fleet, references))
  }
  const value = releaseValueDefinition(context, place)
  if (value !== undefined) return [value]
  const declared = declaredAt(fleet, place)
  return declared === undefined ? [] : toDefinitions(declared.range, [{ path, range: declared.range }])
}

function toDefinitions(from: TextRange, targets: readonly (Location | undefined)[]): Definition[] {
  const seen = new Set<string>()
  return targets.flatMap((target) => {
    if (target === undefined) return []
    const key = `${target.path}:${target.range?.start ?? 0}`
    if (seen.has(key)) return []
    seen.add(key)
    return [{ from, target }]
  })
}
