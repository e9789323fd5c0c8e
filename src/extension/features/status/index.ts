import * as vscode from 'vscode'
import { devClusterId } from '../../../protocol/index.ts'
import type { Services } from '../../infrastructure/services.ts'
import { summarise } from './view.ts'

/** The status bar item, and the context keys that menus and welcome texts look at. */
export function registerStatus({ clusters, fleet }: Services): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('fluxkit.status', vscode.StatusBarAlignment.Left, 20)
  item.name = 'Fluxkit'
  item.command = 'fluxkit.workloads.focus'
  const keys = new Map<string, boolean>()
  function setKey(name: string, value: boolean): void {
    if (keys.get(name) === value) return
    keys.set(name, value)
    void vscode.commands.executeCommand('setContext', `fluxkit.${name}`, value)
  }
  function update(): void {
    const all = clusters.clusters
    setKey('ready', all.length > 0)
    setKey(
      'hasOpenCluster',
      all.some(({ state }) => state === 'open'),
    )
    setKey(
      'devRunning',
      all.some(({ id, state }) => id === devClusterId && state !== 'closed'),
    )
    setKey(
      'engineRunning',
      all.some(({ engine }) => engine.phase === 'running' || engine.phase === 'starting'),
    )
    setKey('fleetLoaded', fleet.loaded)
    const { text, tooltip, isWarning } = summarise(all, (id) => clusters.objects(id))
    item.text = text
    item.tooltip = tooltip
    item.backgroundColor = isWarning ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined
    item.show()
  }
  update()
  return vscode.Disposable.from(item, clusters.onDidChange(update), fleet.onDidChange(update))
}
