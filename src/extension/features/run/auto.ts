import * as vscode from 'vscode'
import { devClusterId } from '../../../protocol/index.ts'
import { inBackground } from '../../infrastructure/errors.ts'
import type { Services } from '../../infrastructure/services.ts'

/** With `fluxkit.runOnOpen`: once the workspace is trusted and read, its first entry point runs on the dev cluster. */
export function runOnOpen({ fleet, clusters, log }: Services): vscode.Disposable {
  let isDone = false
  const check = (): void => {
    const first = fleet.clusters.find(({ path }) => path !== '')
    if (isDone || first === undefined || !vscode.workspace.isTrusted) return
    isDone = true
    if (vscode.workspace.getConfiguration('fluxkit').get('runOnOpen') !== true) return
    const start = async (): Promise<void> => {
      await clusters.commandDevCluster('start')
      await clusters.runEngine(devClusterId, first.id)
    }
    inBackground(log, 'run on open', start())
  }
  return vscode.Disposable.from(fleet.onDidChange(check), vscode.workspace.onDidGrantWorkspaceTrust(check))
}
