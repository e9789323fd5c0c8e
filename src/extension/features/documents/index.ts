import * as vscode from 'vscode'
import type { ObjectRef } from '../../../base/index.ts'
import {
  buildWorkload,
  chartFile,
  exportManifest,
  liveManifest,
  locate,
  objectId,
  objectLabel,
  type WorkloadParams,
} from '../../../protocol/index.ts'
import { registerCommand } from '../../infrastructure/errors.ts'
import { reveal } from '../../infrastructure/locations.ts'
import { nodesOf, refOfNode, type TreeNode } from '../../infrastructure/nodes.ts'
import type { Services } from '../../infrastructure/services.ts'
import { showDiff } from './diff.ts'
import { registerOrigins } from './origins.ts'
import { buildScheme, type DocumentTarget, documentUri, liveScheme, VirtualDocuments } from './virtual.ts'
import { chooseWorkload } from './workload.ts'

/** Read-only documents: rendered manifests, live manifests, diffs; and the way to the line that declares an object. */
export function registerDocuments(services: Services): vscode.Disposable {
  const { log, worker, clusters, fleet } = services
  const documents = new VirtualDocuments((target) => content(services, target))
  return vscode.Disposable.from(
    documents,
    registerOrigins(services),
    clusters.onDidSeeVersion(({ cluster, id, version }) => {
      documents.refresh((target) => isOfVersion(target, cluster, id), version)
    }),
    fleet.onDidRevise(() => documents.refresh((target) => target.type === 'build')),
    registerCommand(log, 'build', async (...args) => {
      const workload = await chooseWorkload(services, args, 'build')
      if (workload !== undefined) await showBuild(services, documents, workload)
    }),
    registerCommand(log, 'diff', async (...args) => {
      const workload = await chooseWorkload(services, args, 'compare with the cluster')
      if (workload !== undefined) await showDiff(services, documents, workload, nodesOf(args)[0])
    }),
    registerCommand(log, 'openLive', async (...args) => {
      for (const { cluster, ref } of await liveTargets(services, args)) {
        await show(documentUri(liveScheme, { type: 'live', cluster, ref }, `${ref.name} (live)`))
      }
    }),
    registerCommand(log, 'export', async (...args) => {
      const parts: string[] = []
      for (const { cluster, ref } of await liveTargets(services, args)) {
        parts.push((await worker.request(exportManifest, { cluster, ref })).text)
      }
      if (parts.length === 0) return
      const document = await vscode.workspace.openTextDocument({ language: 'yaml', content: parts.join('---\n') })
      await vscode.window.showTextDocument(document, { preview: false })
    }),
    registerCommand(log, 'goToDeclaration', async (...args) => {
      const node = nodesOf(args)[0]
      const ref = node === undefined ? (await liveTargets(services, args))[0]?.ref : refOfNode(node)
      if (ref === undefined) return
      await reveal((await worker.request(locate, { ref })).locations, objectLabel(ref))
    }),
  )
}

async function content({ worker }: Services, target: DocumentTarget): Promise<string> {
  if (target.type === 'live')
    return (await worker.request(liveManifest, { cluster: target.cluster, ref: target.ref })).text
  if (target.type === 'chart') return (await worker.request(chartFile, target)).text
  const { text, problems } = await worker.request(buildWorkload, target)
  const notes = problems.map(({ severity, message }) => `# ${severity}: ${message.replaceAll('\n', '\n#   ')}\n`)
  return `${notes.join('')}${text}`
}

async function showBuild(
  { worker, log }: Services,
  documents: VirtualDocuments,
  workload: WorkloadParams & { name: string },
): Promise<void> {
  const uri = documentUri(buildScheme, { type: 'build', ...workload }, `${workload.name} (build)`)
  documents.refresh((target) => target.type === 'build' && target.workload === workload.workload)
  await show(uri)
  const { problems } = await worker.request(buildWorkload, workload)
  for (const { severity, message } of problems)
    log[severity === 'error' ? 'error' : 'warn'](`build ${workload.name}: ${message}`)
}

async function show(uri: vscode.Uri): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri)
  const yaml =
    document.languageId === 'yaml' ? document : await vscode.languages.setTextDocumentLanguage(document, 'yaml')
  await vscode.window.showTextDocument(yaml, { preview: true })
}

function isOfVersion(target: DocumentTarget, cluster: string, id: string): boolean {
  return target.type === 'live' && target.cluster === cluster && objectId(target.ref) === id
}

interface LiveTarget {
  readonly cluster: string
  readonly ref: ObjectRef
}

async function liveTargets({ clusters }: Services, args: readonly unknown[]): Promise<readonly LiveTarget[]> {
  const targets = nodesOf(args).flatMap((node) => liveTarget(node))
  if (targets.length > 0) return targets
  const items = clusters
    .openClusters()
    .flatMap((cluster) =>
      clusters
        .objects(cluster.id)
        .map(({ ref }) => ({ label: objectLabel(ref), description: cluster.name, cluster: cluster.id, ref })),
    )
  const picked = await vscode.window.showQuickPick(items, {
    placeHolder: items.length === 0 ? 'No cluster is open' : 'The live object',
  })
  return picked === undefined ? [] : [picked]
}

function liveTarget(node: TreeNode): LiveTarget[] {
  if (node.type === 'live') return [{ cluster: node.cluster.id, ref: node.object.ref }]
  return node.type === 'inventory' ? [{ cluster: node.cluster.id, ref: node.item.ref }] : []
}
