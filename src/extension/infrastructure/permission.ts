import * as vscode from 'vscode'
import type { ClusterInfo } from '../../protocol/index.ts'
import { allowContext } from './settings.ts'

/** Asks, once for each context, whether Fluxkit may write there. The dev cluster needs no leave. */
export async function ensureAllowed(cluster: ClusterInfo, purpose: string): Promise<boolean> {
  if (cluster.allowed) return true
  const answer = await vscode.window.showWarningMessage(
    `Allow Fluxkit to ${purpose} in the context "${cluster.name}"?`,
    {
      modal: true,
      detail: `Server: ${cluster.server}\n\nThe context is added to the setting fluxkit.allowedContexts. Fluxkit may then change objects in it${cluster.usesExec ? ' and start the credential program that the kubeconfig names' : ''}.`,
    },
    'Allow',
  )
  if (answer !== 'Allow') return false
  await allowContext(cluster.name)
  return true
}
