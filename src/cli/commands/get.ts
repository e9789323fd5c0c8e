import { getIn, isObject } from '../../base/index.ts'
import { type KubeClient, KubeError, type KubeObject } from '../../kube/index.ts'
import {
  type Command,
  CommandError,
  type Flag,
  type FlagValues,
  stringFlag,
  type Terminal,
  UsageError,
} from '../command.ts'
import { type FluxKindView, fluxKindViews } from '../flux-kinds.ts'
import { createProgress, formatTable } from '../output.ts'
import { type ClusterSession, clusterFlags, withSession } from '../session.ts'

const getFlags: Readonly<Record<string, Flag>> = {
  ...clusterFlags,
  'all-namespaces': { type: 'boolean', short: 'A', about: 'list the objects of all namespaces' },
  'no-header': { type: 'boolean', about: 'skip the header' },
  watch: { type: 'boolean', short: 'w', about: 'after listing, watch for changes' },
  'status-selector': { type: 'string', about: 'filter by condition, for example ready=false or ready!=true' },
  'label-selector': { type: 'string', short: 'l', about: 'filter by labels' },
  'show-source': { type: 'boolean', about: 'show the source of Kustomizations and HelmReleases' },
}

/** `get KIND [NAME]`, `get sources all`, `get images all` and `get all`, with the flux CLI's columns. */
export const getCommands: readonly Command[] = [
  ...fluxKindViews.map((view) => kindCommand(view)),
  groupCommand(['get', 'sources', 'all'], (view) => view.words[0]![0] === 'sources', 'Get all source statuses'),
  groupCommand(['get', 'source', 'all'], (view) => view.words[0]![0] === 'sources', 'Get all source statuses'),
  groupCommand(['get', 'images', 'all'], (view) => view.words[0]![0] === 'images', 'Get all image statuses'),
  groupCommand(['get', 'image', 'all'], (view) => view.words[0]![0] === 'images', 'Get all image statuses'),
  groupCommand(['get', 'all'], () => true, 'Get all resources and statuses'),
].flat()

function kindCommand(view: FluxKindView): Command[] {
  const [first, second] = view.words
  const run: Command['run'] = (terminal, flags, args) =>
    withSession(terminal, flags, (session) => getOne(terminal, session, { view, flags, name: args[0] }))
  const about = `Get ${view.kind} statuses`
  if (second === undefined) {
    return [{ path: ['get', first![0]!], aliases: first!.slice(1), about, args: '[NAME]', flags: getFlags, run }]
  }
  return first!.map((group) => ({
    path: ['get', group, second[0]!],
    aliases: second.slice(1),
    about,
    args: '[NAME]',
    flags: getFlags,
    run,
  }))
}

function groupCommand(path: string[], filter: (view: FluxKindView) => boolean, about: string): Command {
  return {
    path,
    about,
    flags: getFlags,
    run: (terminal, flags) =>
      withSession(terminal, flags, async (session) => {
        if (flags['watch']) throw new UsageError(`expected a single resource type, but found ${path.at(-1)}`)
        for (const view of fluxKindViews.filter(filter)) {
          try {
            await getOne(terminal, session, { view, flags, all: true })
          } catch (error) {
            if (!(error instanceof CommandError || error instanceof KubeError)) throw error
            createProgress(terminal).failure(error.message)
          }
        }
        return 0
      }),
  }
}

interface GetRequest {
  readonly view: FluxKindView
  readonly flags: FlagValues
  readonly name?: string | undefined
  readonly all?: boolean
}

async function getOne(terminal: Terminal, session: ClusterSession, request: GetRequest): Promise<number> {
  const { view, flags, name, all } = request
  const everywhere = flags['all-namespaces'] === true
  const options = {
    ...(everywhere ? {} : { namespace: session.namespace }),
    ...(name === undefined ? {} : { fieldSelector: `metadata.name=${name}` }),
    ...(stringFlag(flags, 'label-selector') === undefined
      ? {}
      : { labelSelector: stringFlag(flags, 'label-selector')! }),
  }
  const served = await session.client.resourceFor(gvk(view))
  if (served === undefined) {
    if (all) return 0
    throw new CommandError(`the cluster does not serve ${view.kind} in ${view.apiVersion}; is Flux installed?`, 1)
  }
  const list = await session.client.list(view, options)
  if (list.items.length === 0) {
    const where = everywhere ? 'any' : `"${session.namespace}"`
    if (name !== undefined) throw new CommandError(`${view.kind} object '${name}' not found in ${where} namespace`, 1)
    if (!all) throw new CommandError(`no ${view.kind} objects found in ${where} namespace`, 1)
    return 0
  }
  const selected = list.items.filter(statusFilter(stringFlag(flags, 'status-selector'), view))
  if (all && selected.length === 0) return 0
  terminal.stdout(
    formatTable(
      flags['no-header'] ? [] : header(view, flags),
      selected.map((each) => row(view, each, request)),
    ),
  )
  if (all) terminal.stdout('\n')
  if (flags['watch']) await watch(terminal, session, { ...request, options, resourceVersion: list.resourceVersion })
  return 0
}

function gvk(view: FluxKindView): Parameters<KubeClient['resourceFor']>[0] {
  const [group, version] = view.apiVersion.split('/') as [string, string]
  return { group, version, kind: view.kind }
}

function showsSource(view: FluxKindView, flags: FlagValues): boolean {
  return flags['show-source'] === true && (view.kind === 'Kustomization' || view.kind === 'HelmRelease')
}

function header(view: FluxKindView, flags: FlagValues): string[] {
  return [
    ...(flags['all-namespaces'] ? ['Namespace'] : []),
    'Name',
    ...(showsSource(view, flags) ? ['Source'] : []),
    ...view.columns,
  ]
}

function row(view: FluxKindView, object: KubeObject, { flags, all }: GetRequest): string[] {
  const name = all ? `${view.kind.toLowerCase()}/${object.metadata.name}` : object.metadata.name
  return [
    ...(flags['all-namespaces'] ? [String(object.metadata['namespace'] ?? '')] : []),
    name,
    ...(showsSource(view, flags) ? [sourceOf(object)] : []),
    ...view.row(object),
  ]
}

function sourceOf(object: KubeObject): string {
  const paths = [['sourceRef'], ['chartRef'], ['chart', 'spec', 'sourceRef']]
  for (const path of paths) {
    const ref = getIn(object, ['spec', ...path])
    if (isObject(ref)) return `${ref['kind']}/${ref['namespace'] ?? object.metadata['namespace']}/${ref['name']}`
  }
  return ''
}

/** `type=status` keeps objects whose condition has that status, `type!=status` the others; case does not matter. */
function statusFilter(selector: string | undefined, view: FluxKindView): (object: KubeObject) => boolean {
  if (selector === undefined) return () => true
  const negated = selector.includes('!=')
  const [type, status] = selector.split(negated ? '!=' : '=', 2)
  if (type === undefined || status === undefined) {
    throw new CommandError(`expected status selector in type=status or type!=status format, but found: ${selector}`, 2)
  }
  return (object) => {
    const conditions = view.isStatic ? [{ type: 'Ready', status: 'True' }] : getIn(object, ['status', 'conditions'])
    const matches =
      Array.isArray(conditions) &&
      conditions.some(
        (each) =>
          isObject(each) &&
          String(each['type']).toLowerCase() === type.toLowerCase() &&
          String(each['status']).toLowerCase() === status.toLowerCase(),
      )
    return matches !== negated
  }
}

interface WatchRequest extends GetRequest {
  readonly options: { readonly namespace?: string; readonly fieldSelector?: string; readonly labelSelector?: string }
  readonly resourceVersion: string
}

function watch(terminal: Terminal, session: ClusterSession, request: WatchRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    const filter = statusFilter(stringFlag(request.flags, 'status-selector'), request.view)
    const watching = session.client.watch(
      request.view,
      { ...request.options, resourceVersion: request.resourceVersion },
      (event) => {
        if (event.type === 'BOOKMARK' || !filter(event.object)) return
        terminal.stdout(formatTable([], [row(request.view, event.object, request)]))
      },
      (error) => (error === undefined ? resolve() : reject(error)),
    )
    void terminal.interrupted.then(() => {
      watching.dispose()
      resolve()
    })
  })
}
