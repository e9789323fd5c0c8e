import * as vscode from 'vscode'
import type { ObjectRef } from '../../../base/index.ts'
import { type ActionVerb, act, type ClusterInfo, objectLabel } from '../../../protocol/index.ts'
import { registerCommand } from '../../infrastructure/errors.ts'
import { nodesOf, refOfNode } from '../../infrastructure/nodes.ts'
import { ensureAllowed } from '../../infrastructure/permission.ts'
import type { Services } from '../../infrastructure/services.ts'

interface Targets {
  readonly cluster: ClusterInfo
  readonly refs: readonly ObjectRef[]
}

const words: Readonly<Record<ActionVerb, string>> = {
  reconcile: 'Reconciling',
  'reconcile-with-source': 'Reconciling with its source',
  suspend: 'Suspending',
  resume: 'Resuming',
}

/** Reconcile, suspend and resume, over a selection or what the user picks; and the name to the clipboard. */
export function registerActions(services: Services): vscode.Disposable {
  const { log } = services
  const verb = (command: string, what: ActionVerb): vscode.Disposable =>
    registerCommand(log, command, (...args) => run(services, what, args))
  return vscode.Disposable.from(
    verb('reconcile', 'reconcile'),
    verb('reconcileWithSource', 'reconcile-with-source'),
    verb('suspend', 'suspend'),
    verb('resume', 'resume'),
    registerCommand(log, 'copyName', async (...args) => {
      const names = nodesOf(args).flatMap((node) => refOfNode(node)?.name ?? [])
      await vscode.env.clipboard.writeText(names.join('\n'))
    }),
  )
}

async function run(services: Services, verb: ActionVerb, args: readonly unknown[]): Promise<void> {
  const targets = fromNodes(args)
  const groups = targets.length > 0 ? targets : await pickTargets(services, verb)
  for (const { cluster, refs } of groups) {
    if (verb === 'suspend' && refs.length > 1 && !(await confirmMany(refs, cluster))) continue
    if (!(await ensureAllowed(cluster, 'change objects'))) continue
    const title = `${words[verb]} ${refs.length === 1 ? objectLabel(refs[0]!) : `${refs.length} objects`}`
    const outcomes = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
      services.worker.request(act, { cluster: cluster.id, verb, refs }),
    )
    const failures = outcomes.filter((outcome) => !outcome.ok)
    for (const { ref, ok, message } of outcomes)
      services.log[ok ? 'info' : 'error'](`${verb} ${objectLabel(ref)}: ${message}`)
    if (failures.length > 0)
      throw new Error(failures.map(({ ref, message }) => `${objectLabel(ref)}: ${message}`).join('; '))
  }
}

/** The selected live objects by cluster. */
function fromNodes(args: readonly unknown[]): readonly Targets[] {
  const groups = new Map<string, { cluster: ClusterInfo; refs: ObjectRef[] }>()
  for (const node of nodesOf(args)) {
    if (node.type !== 'live') continue
    const group = groups.get(node.cluster.id) ?? { cluster: node.cluster, refs: [] }
    groups.set(node.cluster.id, group)
    group.refs.push(node.object.ref)
  }
  return [...groups.values()]
}

async function pickTargets({ clusters }: Services, verb: ActionVerb): Promise<readonly Targets[]> {
  const items = clusters.openClusters().flatMap((cluster) =>
    clusters
      .objects(cluster.id)
      .filter((object) => object.suspended === (verb === 'resume'))
      .map((object) => ({ label: objectLabel(object.ref), description: cluster.name, cluster, ref: object.ref })),
  )
  const picked = await vscode.window.showQuickPick(items, {
    placeHolder: items.length === 0 ? 'No open cluster has an object for this' : `What to ${verb}`,
    matchOnDescription: true,
  })
  return picked === undefined ? [] : [{ cluster: picked.cluster, refs: [picked.ref] }]
}

async function confirmMany(refs: readonly ObjectRef[], cluster: ClusterInfo): Promise<boolean> {
  const answer = await vscode.window.showWarningMessage(
    `Suspend ${refs.length} objects in ${cluster.name}?`,
    { modal: true, detail: refs.map(objectLabel).join('\n') },
    'Suspend',
  )
  return answer === 'Suspend'
}
