import { getIn, getString, isObject } from '../../base/index.ts'
import { type KubeObject, refOf } from '../../kube/index.ts'
import { type Command, CommandError } from '../command.ts'
import { type FluxKindView, fluxKindViews, readyOf } from '../flux-kinds.ts'
import { clusterFlags } from '../session.ts'
import { mustGet, type VerbContext, verbCommands } from '../verb.ts'
import { waitForHandled } from '../wait.ts'

/** `reconcile KIND NAME [--with-source]`: asks the controller for a reconciliation and waits for its end. */
export const reconcileCommands: readonly Command[] = verbCommands(
  'reconcile',
  {
    about: 'Reconcile now and wait',
    args: 'NAME',
    flags: {
      ...clusterFlags,
      'with-source': { type: 'boolean', about: 'reconcile the source first' },
      force: { type: 'boolean', about: 'force a one-off install or upgrade (HelmRelease)' },
      reset: { type: 'boolean', about: 'reset the failure count (HelmRelease)' },
    },
  },
  async (context) => {
    const name = context.args[0]
    if (name === undefined) throw new CommandError(`${context.view.kind} name is required`, 1)
    await reconcile(context, name)
    return 0
  },
)

async function reconcile(context: VerbContext, name: string): Promise<void> {
  const { view, session, progress, flags } = context
  const object = await mustGet(context, name)
  if (view.isStatic) {
    progress.success('reconciliation not supported by the object')
    return
  }
  if (getIn(object, ['spec', 'suspend']) === true) throw new CommandError('resource is suspended', 1)
  if (flags['with-source']) await reconcileSource(context, object)
  const before = getString(object, 'status', 'lastHandledReconcileAt')
  progress.action(`annotating ${view.kind} ${name} in ${session.namespace} namespace`)
  await session.client.patch(
    refOf(object),
    'merge',
    { metadata: { annotations: requestAnnotations(context) } },
    {
      fieldManager: 'flux',
    },
  )
  progress.success(`${view.kind} annotated`)
  progress.waiting(`waiting for ${view.kind} reconciliation`)
  const done = await waitForHandled(session, refOf(object), before)
  const ready = readyOf(done)
  if (ready.status !== 'True') throw new CommandError(`${view.kind} reconciliation failed: '${ready.message}'`, 1)
  progress.success(view.success(done))
}

function requestAnnotations(context: VerbContext): Record<string, string> {
  const now = new Date().toISOString()
  const helm = context.view.kind === 'HelmRelease'
  return {
    'reconcile.fluxcd.io/requestedAt': now,
    ...(helm && context.flags['force'] ? { 'reconcile.fluxcd.io/forceAt': now } : {}),
    ...(helm && context.flags['reset'] ? { 'reconcile.fluxcd.io/resetAt': now } : {}),
  }
}

async function reconcileSource(context: VerbContext, object: KubeObject): Promise<void> {
  const ref =
    getIn(object, ['spec', 'sourceRef']) ??
    getIn(object, ['spec', 'chartRef']) ??
    getIn(object, ['spec', 'chart', 'spec', 'sourceRef'])
  if (!isObject(ref)) throw new CommandError(`${object.kind} ${object.metadata.name} names no source`, 1)
  const view = fluxKindViews.find((each) => each.kind === ref['kind'])
  if (view === undefined || !view.verbs.includes('reconcile')) {
    throw new CommandError(`cannot reconcile source of kind ${String(ref['kind'])}`, 1)
  }
  const namespace = getString(ref, 'namespace') ?? context.session.namespace
  const session = { ...context.session, namespace }
  await reconcile({ ...context, view: view as FluxKindView, session, flags: {} }, getString(ref, 'name') ?? '')
}
