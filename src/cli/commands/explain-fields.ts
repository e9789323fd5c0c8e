import type { FieldOrigin, TemplatePlace, ValuePath, ValueSetting } from '../../helm/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import type { Terminal } from '../command.ts'
import { fieldText, leaves } from './build.ts'

/** How many values are named of a field that is made of more. */
const maxValues = 3

/** An object of a rendered chart; `path` is that of its template, empty when it has none. */
export interface ExplainedObject {
  readonly path: string
  readonly object: KubeObject
}

/** What is known of the origins of rendered objects, and how places are written. */
export interface ObjectOrigins<T extends ExplainedObject> {
  /** What wrote a field, and what changed it later, as text. */
  of(object: T, path: ValuePath): { readonly origin: FieldOrigin | undefined; readonly change?: string | undefined }
  /** What the layers of values say about a value, the lowest first. */
  settings(path: ValuePath): readonly ValueSetting[]
  placeText(place: TemplatePlace): string
  settingText(setting: ValueSetting): string
}

/**
 * Prints each object with its template, then each field with the template line that wrote it, the values that are in it
 * and the layer that set each: `FIELD: TEXT  # PLACE > PLACE IN _helpers.tpl; .Values.PATH: PLACE: LAYER`. Values that a
 * Secret sets are not shown.
 */
export function explainObjects<T extends ExplainedObject>(
  terminal: Terminal,
  origins: ObjectOrigins<T>,
  objects: readonly T[],
): void {
  for (const each of objects) {
    const { object, path: template } = each
    const namespace = object.metadata['namespace']
    const name = `${typeof namespace === 'string' ? `${namespace}/` : ''}${object.metadata.name}`
    terminal.stdout(`${object.kind}/${name}\n${template === '' ? '' : `  ${template}\n`}`)
    for (const { path, text } of leaves(object, [], object.kind === 'Secret')) {
      const { note, secret } = field(origins, each, path)
      terminal.stdout(`    ${fieldText(path)}: ${secret ? '***' : text}${note === '' ? '' : `  # ${note}`}\n`)
    }
  }
}

interface Note {
  readonly note: string
  readonly secret: boolean
}

function field<T extends ExplainedObject>(origins: ObjectOrigins<T>, object: T, path: ValuePath): Note {
  const { origin, change } = origins.of(object, path)
  const written = origin === undefined ? undefined : originNote(origins, origin)
  if (change === undefined) return written ?? { note: '', secret: false }
  return { note: written === undefined ? change : `${change}, over ${written.note}`, secret: false }
}

function originNote<T extends ExplainedObject>(
  origins: ObjectOrigins<T>,
  { template, through, values, objects, guess }: FieldOrigin,
): Note {
  const innermost = through.at(-1)
  const where = [template, ...(innermost === undefined ? [] : [innermost])]
    .map((place) => origins.placeText(place))
    .join(' > ')
  const shown = values.slice(0, maxValues).map(({ path }) => ({
    path,
    set: origins.settings(path).findLast(({ wins }) => wins),
  }))
  const notes = [
    `${where}${guess ? ' (likely)' : ''}`,
    ...shown.map(({ path, set }) => `${valueText(path)}: ${set === undefined ? 'not set' : origins.settingText(set)}`),
    ...objects.map(({ text }) => text),
    ...(values.length > maxValues ? [`${values.length - maxValues} more values`] : []),
  ]
  return { note: notes.join('; '), secret: shown.some(({ set }) => set?.layer.secret === true) }
}

/** A place in a template as the chart names its file. */
export function templateText({ path, line, column }: TemplatePlace): string {
  return `${path}:${line}:${column}`
}

/** What set a value, and where in it. */
export function layerText({ layer, place }: ValueSetting): string {
  return place === undefined ? layer.label : `${layer.label}:${place.line}:${place.column}`
}

/** A value as templates of the top chart read it. */
function valueText(path: ValuePath): string {
  return `.Values.${fieldText(path)}`
}
