import type { KubeObject } from '../../kube/index.ts'
import { refOf } from '../../kube/index.ts'
import type { Command, Flag } from '../command.ts'
import { readyOf } from '../flux-kinds.ts'
import { clusterFlags } from '../session.ts'
import { selectObjects, type VerbContext, verbCommands } from '../verb.ts'
import { waitForReady } from '../wait.ts'

const flags: Readonly<Record<string, Flag>> = {
  ...clusterFlags,
  all: { type: 'boolean', about: 'every object of the kind in the namespace' },
}

/** `suspend KIND NAME...`: sets `spec.suspend`. */
export const suspendCommands: readonly Command[] = verbCommands(
  'suspend',
  { about: 'Suspend reconciliation', args: 'NAME...', flags },
  async (context) => {
    for (const object of await selectObjects(context)) {
      context.progress.action(inNamespace('suspending', object, context))
      await setSuspend(context, object, true)
      context.progress.success(`${context.view.human} suspended`)
    }
    return 0
  },
)

/** `resume KIND NAME...`: unsets `spec.suspend` and, for one object or with `--wait`, waits until it is reconciled. */
export const resumeCommands: readonly Command[] = verbCommands(
  'resume',
  {
    about: 'Resume reconciliation',
    args: 'NAME...',
    flags: { ...flags, wait: { type: 'boolean', about: 'wait for each object to be reconciled' } },
  },
  async (context) => {
    const { progress, view } = context
    const resumed: KubeObject[] = []
    for (const object of await selectObjects(context)) {
      progress.action(inNamespace('resuming', object, context))
      resumed.push(await setSuspend(context, object, false))
      progress.success(`${view.human} resumed`)
    }
    const waits = context.flags['wait'] ?? context.args.length === 1
    if (!waits) return 0
    let failed = 0
    for (const object of resumed) {
      progress.waiting(`waiting for ${view.kind} reconciliation`)
      const current = view.isStatic ? object : await waitForReady(context.session, refOf(object))
      if (!view.isStatic && readyOf(current).status !== 'True') {
        failed++
        progress.failure(`${view.kind} ${object.metadata.name} reconciliation failed: ${readyOf(current).message}`)
        continue
      }
      progress.success(`${view.kind} ${object.metadata.name} reconciliation completed`)
      progress.success(view.success(current))
    }
    if (failed > 0) context.terminal.stderr(`✗ reconciliation failed for ${failed} ${view.kind}(s)\n`)
    return failed > 0 ? 1 : 0
  },
)

function setSuspend(context: VerbContext, object: KubeObject, suspend: boolean): Promise<KubeObject> {
  // A merge patch with null removes the field, as the flux CLI's patch of an `omitempty` boolean does.
  const patch = { spec: { suspend: suspend ? true : null } }
  return context.session.client.patch(refOf(object), 'merge', patch, { fieldManager: 'flux' })
}

function inNamespace(verb: string, object: KubeObject, context: VerbContext): string {
  return `${verb} ${context.view.human} ${object.metadata.name} in ${context.session.namespace} namespace`
}
