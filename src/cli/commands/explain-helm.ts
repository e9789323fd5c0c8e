import type { Fleet } from '../../fleet/index.ts'
import type { ReleaseOrigins, RenderedRelease } from '../../fleet/releases/index.ts'
import type { ReleasedObject } from '../../flux/index.ts'
import type { FieldOrigin, TemplatePlace, ValuePath, ValueSetting } from '../../helm/index.ts'
import type { Terminal } from '../command.ts'
import { fieldText, leaves, placed } from './build.ts'

/** How many values are named of a field that is made of more. */
const maxValues = 3

/**
 * Prints each object of a release with its template, then each field with the template line that wrote it, the values
 * that are in it and the layer that set each: `FIELD: TEXT  # PLACE > PLACE IN _helpers.tpl; .Values.PATH: PLACE: LAYER`.
 * Values that a Secret sets are not shown.
 */
export function explainRelease(
  terminal: Terminal,
  fleet: Fleet,
  { origins }: RenderedRelease,
  objects: readonly ReleasedObject[],
): void {
  if (origins === undefined) return
  const printer = new Printer(terminal, fleet, origins)
  for (const object of objects) printer.object(object)
}

class Printer {
  readonly #terminal: Terminal
  readonly #fleet: Fleet
  readonly #origins: ReleaseOrigins

  constructor(terminal: Terminal, fleet: Fleet, origins: ReleaseOrigins) {
    this.#terminal = terminal
    this.#fleet = fleet
    this.#origins = origins
  }

  object(released: ReleasedObject): void {
    const { object, path: template } = released
    const namespace = object.metadata['namespace']
    const name = `${typeof namespace === 'string' ? `${namespace}/` : ''}${object.metadata.name}`
    this.#terminal.stdout(`${object.kind}/${name}\n${template === '' ? '' : `  ${template}\n`}`)
    for (const { path, text } of leaves(object, [], object.kind === 'Secret')) {
      const { note, secret } = this.#field(released, path)
      this.#terminal.stdout(`    ${fieldText(path)}: ${secret ? '***' : text}${note === '' ? '' : `  # ${note}`}\n`)
    }
  }

  #field(released: ReleasedObject, path: ValuePath): { readonly note: string; readonly secret: boolean } {
    const { origin, changedBy, changedAt } = this.#origins.of(released, path)
    const written = origin === undefined ? undefined : this.#origin(origin)
    if (changedBy === undefined) return { note: written?.note ?? '', secret: written?.secret ?? false }
    const change = placed(this.#terminal, this.#fleet, changedAt, changedBy)
    return { note: written === undefined ? change : `${change}, over ${written.note}`, secret: false }
  }

  #origin({ template, through, values, objects, guess }: FieldOrigin): { note: string; secret: boolean } {
    const innermost = through.at(-1)
    const where = [template, ...(innermost === undefined ? [] : [innermost])]
      .map((place) => this.#place(place))
      .join(' > ')
    const shown = values.slice(0, maxValues).map(({ path }) => ({ path, set: this.#winner(path) }))
    const notes = [
      `${where}${guess ? ' (likely)' : ''}`,
      ...shown.map(({ path, set }) => `${valueText(path)}: ${set === undefined ? 'not set' : this.#setting(set)}`),
      ...objects.map(({ text }) => text),
      ...(values.length > maxValues ? [`${values.length - maxValues} more values`] : []),
    ]
    return { note: notes.join('; '), secret: shown.some(({ set }) => set?.layer.secret === true) }
  }

  #winner(path: ValuePath): ValueSetting | undefined {
    return this.#origins.settings(path).findLast(({ wins }) => wins)
  }

  #setting({ layer, place }: ValueSetting): string {
    if (place?.location !== undefined) return placed(this.#terminal, this.#fleet, place.location, layer.label)
    return place === undefined ? layer.label : `${layer.label}:${place.line}:${place.column}`
  }

  #place(place: TemplatePlace): string {
    const location = this.#origins.locate(place)
    const at = `${place.path}:${place.line}:${place.column}`
    if (location === undefined) return at
    return placed(this.#terminal, this.#fleet, location, '').replace(/: $/, '')
  }
}

/** A value as templates of the top chart read it. */
function valueText(path: ValuePath): string {
  return `.Values.${fieldText(path)}`
}
