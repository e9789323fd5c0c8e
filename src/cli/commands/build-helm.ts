import { CancellationSource, CancelledError } from '../../base/index.ts'
import { type Fleet, type FleetRelease, listReleases } from '../../fleet/index.ts'
import { ReleaseRenderer, type RenderedRelease } from '../../fleet/releases/index.ts'
import type { ReleasedObject } from '../../flux/index.ts'
import { stringifyYaml } from '../../yaml/index.ts'
import { type Command, CommandError, exitCodes, type FlagValues, stringFlag, type Terminal } from '../command.ts'
import { type OpenedFleet, withFleet } from '../fleet.ts'
import { formatProblem } from '../problems.ts'
import { releaseFlags, releaseTools } from '../release-tools.ts'
import { buildFlags, outputFormat, printKustomizations, printList } from './build.ts'
import { explainRelease } from './explain-helm.ts'

const flags = {
  ...buildFlags,
  ...releaseFlags,
  'no-hooks': { type: 'boolean', about: 'leave out hooks of charts' },
  'skip-crds': { type: 'boolean', about: 'leave out the CRDs of charts' },
} as const

const buildReleases: Command['run'] = async (terminal, values, args) => {
  const output = outputFormat(values)
  return withFleet(terminal, values, async ({ fleet }) => {
    const selected = selectReleases(fleet, values, args[0])
    if (selected.length === 0) throw nothingFound(fleet, values, args[0])
    const { failed, objects } = await printReleases(terminal, fleet, { values, selected, output })
    if (output === 'json' && !values['explain']) printList(terminal, objects)
    return failed ? exitCodes.finding : exitCodes.fine
  })
}

const buildAll: Command['run'] = (terminal, values) => {
  const output = outputFormat(values)
  return withFleet(terminal, values, (opened) => printAll(terminal, opened, { values, output }))
}

async function printAll(
  terminal: Terminal,
  opened: OpenedFleet,
  { values, output }: { readonly values: FlagValues; readonly output: 'yaml' | 'json' },
): Promise<number> {
  const { fleet } = opened
  const selected = selectReleases(fleet, values, undefined)
  // Without a Kustomization there may still be releases.
  const hasKustomizations = fleet.kustomizations().some((each) => each.cluster !== '-')
  const first =
    hasKustomizations || selected.length === 0
      ? await printKustomizations(terminal, opened, { values, name: undefined, output })
      : { failed: false, objects: [] }
  const second = await printReleases(terminal, fleet, { values, selected, output, separate: true })
  if (output === 'json' && !values['explain']) printList(terminal, [...first.objects, ...second.objects])
  return first.failed || second.failed ? exitCodes.finding : exitCodes.fine
}

/** `build hr NAME`, `build all`: what the HelmReleases of a repository put into a cluster, without a cluster. */
export const buildHelmCommands: readonly Command[] = [
  {
    path: ['build', 'helmrelease'],
    aliases: ['hr', 'helmreleases'],
    about: 'Render HelmReleases as the controller would, without a cluster',
    args: '[NAME]',
    flags,
    run: buildReleases,
  },
  {
    path: ['build', 'all'],
    about: 'Render every Kustomization and every HelmRelease of the repository',
    flags,
    run: buildAll,
  },
]

/** The releases of a name (`NAME`, `NAMESPACE/NAME` or an id), or all that are reached; of a bare folder all there are. */
function selectReleases(fleet: Fleet, values: FlagValues, name: string | undefined): FleetRelease[] {
  const cluster = stringFlag(values, 'cluster')
  const namespace = stringFlag(values, 'namespace')
  const isBare = fleet.clusters().length === 0
  return listReleases(fleet).filter(
    ({ id, ref, cluster: own }) =>
      (name === undefined
        ? own !== '-' || isBare
        : [ref.name, id, `${ref.namespace ?? ''}/${ref.name}`].includes(name)) &&
      (cluster === undefined || own === cluster) &&
      (namespace === undefined || ref.namespace === namespace),
  )
}

function nothingFound(fleet: Fleet, values: FlagValues, name: string | undefined): CommandError {
  if (name === undefined) {
    const cluster = stringFlag(values, 'cluster')
    return new CommandError(`${fleet.root} has no HelmRelease${cluster === undefined ? '' : ` in ${cluster}`}`)
  }
  const known = [...new Set(listReleases(fleet).map(({ ref }) => ref.name))].join(', ') || 'none'
  return new CommandError(`there is no HelmRelease "${name}"; the repository has: ${known}`)
}

interface PrintOptions {
  readonly values: FlagValues
  readonly selected: readonly FleetRelease[]
  readonly output: 'yaml' | 'json'
  /** Name the release although there is only one. */
  readonly separate?: boolean
}

async function printReleases(
  terminal: Terminal,
  fleet: Fleet,
  { values, selected, output, separate = false }: PrintOptions,
): Promise<{ failed: boolean; objects: unknown[] }> {
  const stop = new CancellationSource()
  void terminal.interrupted.then(() => stop.cancel())
  const renderer = new ReleaseRenderer(fleet, releaseTools(terminal, values, stop))
  const objects: unknown[] = []
  let failed = false
  try {
    await renderer.prepare(selected)
    for (const release of selected) {
      const rendered = await renderer.render(release, { trace: values['explain'] === true })
      for (const problem of rendered.problems) {
        terminal.stderr(`${formatProblem(problem, terminal.cwd, fleet.root)}\n`)
        failed ||= problem.severity === 'error'
      }
      const wanted = rendered.objects.filter(
        ({ role }) => !(role === 'hook' && values['no-hooks']) && !(role === 'crd' && values['skip-crds']),
      )
      if (values['explain']) explainRelease(terminal, fleet, rendered, wanted)
      else if (output === 'json') objects.push(...wanted.map(({ object }) => object))
      else printYaml(terminal, rendered, { wanted, named: separate || selected.length > 1 })
    }
  } catch (error) {
    if (error instanceof CancelledError) throw new CommandError('interrupted')
    throw error
  }
  return { failed, objects }
}

function printYaml(
  terminal: Terminal,
  { release, chart }: RenderedRelease,
  { wanted, named }: { readonly wanted: readonly ReleasedObject[]; readonly named: boolean },
): void {
  if (chart === undefined || wanted.length === 0) return
  const header = named ? `# ${release.id} (${chart.name} ${chart.version})\n` : ''
  const documents = wanted.map(
    ({ path, object }) => `---\n${path === '' ? '' : `# Source: ${path}\n`}${stringifyYaml(object)}`,
  )
  terminal.stdout(header + documents.join(''))
}
