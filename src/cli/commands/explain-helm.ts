import type { Fleet } from '../../fleet/index.ts'
import type { ReleaseOrigins, RenderedRelease } from '../../fleet/releases/index.ts'
import type { ReleasedObject } from '../../flux/index.ts'
import type { Terminal } from '../command.ts'
import { placed } from './build.ts'
import { explainObjects, layerText, type ObjectOrigins, templateText } from './explain-fields.ts'

/** Prints the objects of a release with the origins of their fields: see `explainObjects`. */
export function explainRelease(
  terminal: Terminal,
  fleet: Fleet,
  { origins }: RenderedRelease,
  objects: readonly ReleasedObject[],
): void {
  if (origins !== undefined) explainObjects(terminal, originsOf(terminal, fleet, origins), objects)
}

function originsOf(terminal: Terminal, fleet: Fleet, origins: ReleaseOrigins): ObjectOrigins<ReleasedObject> {
  return {
    of: (released, path) => {
      const { origin, changedBy, changedAt } = origins.of(released, path)
      return { origin, change: changedBy && placed(terminal, fleet, changedAt, changedBy) }
    },
    settings: (path) => origins.settings(path),
    placeText: (place) => {
      const location = origins.locate(place)
      return location === undefined ? templateText(place) : placed(terminal, fleet, location, '').replace(/: $/, '')
    },
    settingText: (setting) =>
      setting.place?.location === undefined
        ? layerText(setting)
        : placed(terminal, fleet, setting.place.location, setting.layer.label),
  }
}
