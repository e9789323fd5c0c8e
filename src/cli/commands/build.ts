import { isObject, type JsonValue, type Location } from '../../base/index.ts'
import type { Fleet, FleetKustomization } from '../../fleet/index.ts'
import {
  type Command,
  CommandError,
  exitCodes,
  type Flag,
  type FlagValues,
  stringFlag,
  type Terminal,
  UsageError,
} from '../command.ts'
import { type OpenedFleet, pathFlag, withFleet } from '../fleet.ts'
import { formatProblem, placeOf } from '../problems.ts'

/** Flags of every `build` command. */
export const buildFlags: Readonly<Record<string, Flag>> = {
  ...pathFlag,
  cluster: { type: 'string', about: 'entry point that the Kustomization belongs to' },
  namespace: { type: 'string', short: 'n', about: 'namespace of the Kustomization' },
  output: { type: 'string', short: 'o', default: 'yaml', about: 'yaml or json' },
  explain: { type: 'boolean', about: 'print each field with the file, line and step that set it' },
}

const build: Command['run'] = async (terminal, values, args) => {
  const output = outputFormat(values)
  return withFleet(terminal, values, async (opened) => {
    const { failed, objects } = await printKustomizations(terminal, opened, { values, name: args[0], output })
    if (output === 'json' && !values['explain']) printList(terminal, objects)
    return failed ? exitCodes.finding : exitCodes.fine
  })
}

/** `--output`. @throws UsageError */
export function outputFormat(values: FlagValues): 'yaml' | 'json' {
  const output = stringFlag(values, 'output')
  if (output !== 'yaml' && output !== 'json') throw new UsageError(`--output: "${output}" is neither yaml nor json`)
  return output
}

/** Prints objects as one List in JSON. */
export function printList(terminal: Terminal, objects: readonly unknown[]): void {
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown }
  const exact = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? rawJSON(String(value)) : value)
  terminal.stdout(`${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }, exact, 2)}\n`)
}

/**
 * Builds the Kustomizations that the flags and the name select; prints their problems and, as YAML, their objects.
 * @returns whether one failed, and for JSON the objects. @throws CommandError when there is none.
 */
export async function printKustomizations(
  terminal: Terminal,
  { fleet, fetched }: OpenedFleet,
  options: { readonly values: FlagValues; readonly name: string | undefined; readonly output: 'yaml' | 'json' },
): Promise<{ failed: boolean; objects: unknown[] }> {
  const { values, name, output } = options
  const selected = select(fleet, values, name)
  let failed = false
  const objects: unknown[] = []
  for (const kustomization of selected) {
    const rendered = await fetched(() => fleet.build(kustomization.id))
    if (rendered === undefined) continue
    for (const problem of rendered.problems) {
      terminal.stderr(`${formatProblem(problem, terminal.cwd, fleet.root)}\n`)
      failed ||= problem.severity === 'error'
    }
    if (selected.length > 1 && output === 'yaml') terminal.stdout(`# ${kustomization.id}\n`)
    if (values['explain']) explain(terminal, fleet, kustomization.id)
    else if (output === 'yaml') terminal.stdout(withEnd(rendered.text(), selected.length > 1))
    else objects.push(...rendered.objects.map((each) => each.object))
  }
  return { failed, objects }
}

/** `build`, `build ks NAME`: what the Kustomizations of a repository render to, without a cluster. */
export const buildCommands: readonly Command[] = [
  {
    path: ['build', 'kustomization'],
    aliases: ['ks', 'kustomizations'],
    about: 'Render Kustomizations as the controller would, without a cluster',
    args: '[NAME]',
    flags: buildFlags,
    run: build,
  },
  {
    path: ['build'],
    about: 'Render every Kustomization of the repository',
    flags: buildFlags,
    run: (t, v) => build(t, v, []),
  },
]

/** The Kustomizations of a name (in every entry point, unless one is named), or all that are reached. */
function select(fleet: Fleet, values: FlagValues, name: string | undefined): readonly FleetKustomization[] {
  const cluster = stringFlag(values, 'cluster')
  const namespace = stringFlag(values, 'namespace')
  const all = fleet.kustomizations()
  const found = all.filter(
    (each) =>
      (name === undefined ? each.cluster !== '-' : each.ref.name === name || each.id === name) &&
      (cluster === undefined || each.cluster === cluster) &&
      (namespace === undefined || each.ref.namespace === namespace),
  )
  if (found.length > 0) return found
  const known = [...new Set(all.map((each) => each.ref.name))].join(', ') || 'none'
  throw new CommandError(
    name === undefined
      ? `${fleet.root} has no Flux Kustomization${cluster === undefined ? '' : ` in ${cluster}`}`
      : `there is no Kustomization "${name}"; the repository has: ${known}`,
  )
}

/** Each object with the steps that made it, then each of its fields with its value and the place and step that set it. */
function explain(terminal: Terminal, fleet: Fleet, id: string): void {
  for (const built of fleet.build(id)?.objects ?? []) {
    const { object, origins } = built
    const namespace = object.metadata['namespace']
    terminal.stdout(`${object.kind}/${typeof namespace === 'string' ? `${namespace}/` : ''}${object.metadata.name}\n`)
    for (const origin of origins)
      terminal.stdout(`  ${placed(terminal, fleet, fleet.originLocation(origin), origin.step)}\n`)
    for (const { path, text } of leaves(object, [], object.kind === 'Secret')) {
      const step = built.originOf(path)?.step ?? 'resource'
      terminal.stdout(
        `    ${fieldText(path)}: ${text}  # ${placed(terminal, fleet, fleet.fieldLocation(built, path), step)}\n`,
      )
    }
  }
}

/** `PATH:LINE:COLUMN: STEP`; the step alone where it has no place. */
export function placed(terminal: Terminal, fleet: Fleet, location: Location | undefined, step: string): string {
  if (location === undefined) return step
  const shown = placeOf({ code: '', severity: 'info', message: '', location }, terminal.cwd, fleet.root)
  return shown === undefined ? step : `${shown.path}:${shown.line}:${shown.column}: ${step}`
}

interface Leaf {
  readonly path: readonly (string | number)[]
  readonly text: string
}

/** The fields that hold no fields themselves; values of Secrets are not shown. */
export function* leaves(value: JsonValue, path: readonly (string | number)[], secret: boolean): Generator<Leaf> {
  if (Array.isArray(value) && value.length > 0) {
    for (const [i, each] of value.entries()) yield* leaves(each, [...path, i], secret)
  } else if (isObject(value) && Object.keys(value).length > 0) {
    for (const key of Object.keys(value)) yield* leaves(value[key]!, [...path, key], secret)
  } else {
    const hidden = secret && (path[0] === 'data' || path[0] === 'stringData')
    yield { path, text: hidden ? '***' : typeof value === 'bigint' ? String(value) : JSON.stringify(value) }
  }
}

/** A path as people write it: `spec.ports[0].name`. */
export function fieldText(path: readonly (string | number)[]): string {
  return path
    .map((step, i) => {
      if (typeof step === 'number') return `[${step}]`
      return /^[\w-]+$/.test(step) ? `${i === 0 ? '' : '.'}${step}` : `["${step}"]`
    })
    .join('')
}

function withEnd(text: string, several: boolean): string {
  if (text === '') return ''
  return several && !text.startsWith('---') ? `---\n${text}` : text
}
