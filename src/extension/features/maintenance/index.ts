import * as vscode from 'vscode'
import { registerCommand } from '../../infrastructure/errors.ts'
import type { Services } from '../../infrastructure/services.ts'

/** The log, and a fresh worker. */
export function registerMaintenance({ log, worker }: Services): vscode.Disposable {
  return vscode.Disposable.from(
    registerCommand(log, 'showLogs', () => log.show()),
    registerCommand(log, 'restartWorker', () => worker.restart()),
  )
}
