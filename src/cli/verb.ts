import type { ObjectRef } from '../base/index.ts'
import type { KubeObject } from '../kube/index.ts'
import type { FlagValues, Terminal } from './command.ts'
import { type Command, CommandError, type Flag } from './command.ts'
import { type FluxKindView, fluxKindViews } from './flux-kinds.ts'
import { createProgress, type Progress } from './output.ts'
import { type ClusterSession, withSession } from './session.ts'

/** What a verb gets to work with, for one kind. */
export interface VerbContext {
  readonly view: FluxKindView
  readonly session: ClusterSession
  readonly flags: FlagValues
  readonly args: readonly string[]
  readonly progress: Progress
  readonly terminal: Terminal
}

export type Verb = 'reconcile' | 'suspend' | 'resume' | 'export' | 'delete'

/** One command for each kind of the flux CLI that has the verb: `suspend kustomization`, `suspend source git`, … */
export function verbCommands(
  verb: Verb,
  options: { about: string; args: string; flags: Readonly<Record<string, Flag>> },
  work: (context: VerbContext) => Promise<number>,
): Command[] {
  return fluxKindViews
    .filter((view) => view.verbs.includes(verb))
    .flatMap((view) => {
      const run: Command['run'] = (terminal, flags, args) =>
        withSession(terminal, flags, (session) =>
          work({ view, session, flags, args, terminal, progress: createProgress(terminal) }),
        )
      const rest = { about: `${options.about} (${view.kind})`, args: options.args, flags: options.flags, run }
      const [first, second] = view.words
      if (second === undefined) return [{ path: [verb, first![0]!], aliases: first!.slice(1), ...rest }]
      return first!.map((group) => ({ path: [verb, group, second[0]!], aliases: second.slice(1), ...rest }))
    })
}

/** The objects that the arguments name (each once), or all of the namespace with `--all`. */
export async function selectObjects(context: VerbContext): Promise<KubeObject[]> {
  const { view, session, flags, args, progress } = context
  if (args.length === 0) {
    if (!flags['all']) throw new CommandError(`${view.human} name is required`, 1)
    const list = await session.client.list(view, { namespace: session.namespace })
    if (list.items.length === 0) throw new CommandError(`no objects found in ${session.namespace} namespace`, 1)
    return [...list.items]
  }
  const found: KubeObject[] = []
  for (const name of new Set(args)) {
    const object = await session.client.get(refTo(view, name, session.namespace))
    if (object === undefined) progress.failure(`${view.kind} ${name} not found in ${session.namespace} namespace`)
    else found.push(object)
  }
  return found
}

/** The reference to a Flux object of a kind. */
export function refTo(view: { apiVersion: string; kind: string }, name: string, namespace: string): ObjectRef {
  return { apiVersion: view.apiVersion, kind: view.kind, name, namespace }
}

/** The object, or the error that the API server gives for one that is not there. */
export async function mustGet(context: VerbContext, name: string): Promise<KubeObject> {
  const { session, view } = context
  const object = await session.client.get(refTo(view, name, session.namespace))
  if (object === undefined) {
    const resource = await session.client.resourceFor(gvkOfView(view))
    throw new CommandError(`${resource?.resource ?? view.kind}.${gvkOfView(view).group} "${name}" not found`, 1)
  }
  return object
}

function gvkOfView(view: FluxKindView): { group: string; version: string; kind: string } {
  const [group, version] = view.apiVersion.split('/') as [string, string]
  return { group, version, kind: view.kind }
}
