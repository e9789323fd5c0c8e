import type { Location } from '../base/index.ts'
import type { Reference } from '../fleet/index.ts'
import { declaredAt, nameOf, placeAt, referencesAt, variableAt } from './lookup.ts'
import type { LanguageContext } from './types.ts'
import { variableUses } from './variable-uses.ts'

/** Every place that mentions the object declared or named at an offset (or the variable there), its declaration first. */
export function references({ fleet }: LanguageContext, path: string, offset: number): readonly Location[] {
  const place = placeAt(fleet, path, offset)
  if (place === undefined) return []
  const variable = variableAt(place.file.text, offset)
  if (variable !== undefined) return variableUses(fleet, path, variable.name)
  const here = referencesAt(fleet, path, offset, place)
  const targets = here.length > 0 ? here.map(({ to, cluster }) => ({ to, cluster })) : []
  const declared = here.length > 0 ? undefined : declaredAt(fleet, place)
  if (declared !== undefined) targets.push({ to: declared.ref, cluster: '-' })
  const locations: (Location | undefined)[] = []
  for (const { to, cluster } of targets) {
    locations.push(
      nameOf(fleet, to, cluster),
      ...fleet.references(to).map((reference: Reference) => reference.location),
    )
  }
  return unique(locations)
}

function unique(locations: readonly (Location | undefined)[]): Location[] {
  const out = new Map<string, Location>()
  for (const location of locations) {
    if (location === undefined) continue
    const key = `${location.path}:${location.range?.start ?? 0}`
    if (!out.has(key)) out.set(key, location)
  }
  return [...out.values()]
}
