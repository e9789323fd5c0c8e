import { homedir } from 'node:os'
import { join } from 'node:path'
import * as vscode from 'vscode'
import type { WorkerSettings } from '../../protocol/index.ts'

const section = 'fluxkit'

/** What the worker has to know of the user's settings. */
export function workerSettings(context: vscode.ExtensionContext): WorkerSettings {
  const configuration = vscode.workspace.getConfiguration(section)
  return {
    kubeconfigs: strings(configuration.get('kubeconfigs')).map(expandHome),
    allowedContexts: strings(configuration.get('allowedContexts')),
    trusted: vscode.workspace.isTrusted,
    storage: (context.storageUri ?? context.globalStorageUri).fsPath,
    pollInterval: Math.max(1, configuration.get<number>('pollInterval') ?? 10),
    downloadCharts: configuration.get<boolean>('helm.downloadCharts') !== false,
    remoteBases: configuration.get<boolean>('kustomize.remoteBases') === true,
    oldFluxVersions: configuration.get<boolean>('oldFluxVersions') === true,
  }
}

/** Adds a context to those in which Fluxkit may write. Kept in the user's settings, out of a workspace's reach. */
export async function allowContext(name: string): Promise<void> {
  const configuration = vscode.workspace.getConfiguration(section)
  const allowed = strings(configuration.get('allowedContexts'))
  if (allowed.includes(name)) return
  await configuration.update('allowedContexts', [...allowed, name], vscode.ConfigurationTarget.Global)
}

/** Calls back when a setting of Fluxkit or the trust in the workspace changes. */
export function onSettingsChange(callback: () => void): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(section)) callback()
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(callback),
  )
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path
}
