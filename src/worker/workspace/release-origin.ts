import type { FleetRelease } from '../../fleet/index.ts'
import type { FieldSource, ReleaseOrigins, RenderedRelease } from '../../fleet/releases/index.ts'
import type { ReleasedObject } from '../../flux/index.ts'
import type { TemplatePlace, ValueRead, ValueSetting } from '../../helm/index.ts'
import type { BuildOriginAnswer, BuildStep, SourceLocation, WorkloadParams } from '../../protocol/index.ts'
import type { YamlPath } from '../../yaml/index.ts'
import { fieldText } from './build-place.ts'
import { chartPlace, type PlaceInChart } from './chart-place.ts'
import type { Folder } from './folder.ts'

/** A release of a folder, and how the protocol calls it. */
export interface NamedRelease {
  readonly folder: Folder
  readonly release: FleetRelease
  readonly params: WorkloadParams
}

/** Values and conditions that are told; more would be a wall of text. */
const maxValues = 4

/** What gave a field of a released object its value: the line of the template, and the layers of the values in it. */
export function originAnswer(
  { folder, release, params }: NamedRelease,
  { loaded, origins }: RenderedRelease,
  { object, path }: { readonly object: ReleasedObject; readonly path: YamlPath },
): BuildOriginAnswer {
  const inChart = (place: PlaceInChart): SourceLocation | undefined => chartPlace(folder, params, loaded, place)
  const template = object.path === '' ? undefined : inChart({ path: object.path })
  const steps = [
    ...(object.path === '' ? [] : [stepAt(`template ${object.path}`, template)]),
    stepAt(`HelmRelease ${release.ref.name}`, folder.locate(release.locate())),
  ]
  if (origins === undefined) return { field: fieldText(path), steps }
  const source = origins.of(object, path)
  const field = new FieldAnswer({ folder, origins, inChart })
  return { field: fieldText(path), ...field.answer(source), steps }
}

interface FieldContext {
  readonly folder: Folder
  readonly origins: ReleaseOrigins
  readonly inChart: (place: PlaceInChart) => SourceLocation | undefined
}

class FieldAnswer {
  readonly #context: FieldContext

  constructor(context: FieldContext) {
    this.#context = context
  }

  answer({ origin, changedBy, changedAt }: FieldSource): Pick<BuildOriginAnswer, 'origin' | 'details' | 'targets'> {
    const written = origin === undefined ? [] : [origin.template, ...origin.through]
    const lines = written.map((place) => this.#template(place))
    const values = origin?.values.slice(0, maxValues) ?? []
    const layers = values.flatMap((read) => this.#layers(read))
    const conditions = (origin?.conditions ?? []).slice(0, maxValues).map((read) => this.#condition(read))
    const own = lines.at(-1)
    const changed = changedBy === undefined ? undefined : stepAt(changedBy, this.#context.folder.locate(changedAt))
    const first = changed ?? own
    const rest = changed === undefined ? lines.slice(0, -1) : lines
    const details = [...rest.reverse(), ...layers.map(({ step }) => step), ...conditions]
    const winner = layers.find(({ wins }) => wins)?.step
    const targets = [first?.location, winner?.location].filter((each) => each !== undefined)
    return {
      ...(first === undefined ? {} : { origin: first }),
      ...(details.length === 0 ? {} : { details }),
      ...(targets.length === 0 ? {} : { targets }),
    }
  }

  #template(place: TemplatePlace): BuildStep {
    const name = place.template === place.path ? '' : ` "${place.template}"`
    return stepAt(`template${name} ${place.path}:${place.line}`, this.#place(place))
  }

  #condition({ path, place }: ValueRead): BuildStep {
    return stepAt(`depends on value ${fieldText(path)}, read`, this.#place(place))
  }

  /** The layers that set a value, the one that wins first; values themselves are not told. */
  #layers({ path }: ValueRead): readonly { readonly step: BuildStep; readonly wins: boolean }[] {
    const settings = this.#context.origins.settings(path)
    return [...settings].reverse().map((setting) => {
      const text = `value ${fieldText(path)} of ${setting.layer.label}${setting.wins ? '' : ', overruled,'}`
      return { step: stepAt(text, this.#setting(setting)), wins: setting.wins }
    })
  }

  #place(place: TemplatePlace): SourceLocation | undefined {
    const { folder, origins, inChart } = this.#context
    const start = { line: place.line - 1, character: place.column - 1 }
    return folder.locate(origins.locate(place)) ?? inChart({ path: place.path, start })
  }

  #setting({ layer, place }: ValueSetting): SourceLocation | undefined {
    const { folder, inChart } = this.#context
    if (place === undefined) return undefined
    if (place.location !== undefined) return folder.locate(place.location)
    const start = { line: place.line - 1, character: place.column - 1 }
    return layer.chart === undefined ? undefined : inChart({ path: `${layer.chart}/${layer.file ?? ''}`, start })
  }
}

function stepAt(step: string, location: SourceLocation | undefined): BuildStep {
  return location === undefined ? { step } : { step, location }
}
