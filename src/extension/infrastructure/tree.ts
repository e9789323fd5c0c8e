import * as vscode from 'vscode'
import type { TreeNode } from './nodes.ts'
import { type Row, rowOf } from './rows.ts'

const collapsible: Readonly<Record<Row['expand'], vscode.TreeItemCollapsibleState>> = {
  none: vscode.TreeItemCollapsibleState.None,
  collapsed: vscode.TreeItemCollapsibleState.Collapsed,
  expanded: vscode.TreeItemCollapsibleState.Expanded,
}

export interface TreeOptions {
  readonly id: string
  /** Children of a node; of the root for `undefined`. */
  readonly children: (node: TreeNode | undefined) => readonly TreeNode[] | Promise<readonly TreeNode[]>
  /** What a click on the row does. */
  readonly command?: (node: TreeNode) => vscode.Command | undefined
  readonly changes: readonly vscode.Event<unknown>[]
}

/** Milliseconds in which changes are gathered into one refresh: under what an eye can follow. */
const gather = 50

/** A tree over plain nodes; rows keep their ids, so selection and expansion outlive a refresh. */
export function createTree(options: TreeOptions): vscode.TreeView<TreeNode> & vscode.Disposable {
  const changed = new vscode.EventEmitter<TreeNode | undefined>()
  let timer: NodeJS.Timeout | undefined
  const refresh = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined
      changed.fire(undefined)
    }, gather)
  }
  const view = vscode.window.createTreeView<TreeNode>(options.id, {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: async (node) => [...(await options.children(node))],
      getTreeItem: (node) => treeItem(node, options.command?.(node)),
    },
    canSelectMany: true,
    showCollapseAll: true,
  })
  const listeners = options.changes.map((event) => event(refresh))
  const dispose = view.dispose.bind(view)
  return Object.assign(view, {
    dispose: (): void => {
      clearTimeout(timer)
      vscode.Disposable.from(...listeners, changed).dispose()
      dispose()
    },
  })
}

function treeItem(node: TreeNode, command: vscode.Command | undefined): vscode.TreeItem {
  const row = rowOf(node)
  const item = new vscode.TreeItem(row.label, collapsible[row.expand])
  item.id = row.id
  item.description = row.description
  item.tooltip = row.tooltip
  item.iconPath = new vscode.ThemeIcon(row.icon, row.color === undefined ? undefined : new vscode.ThemeColor(row.color))
  item.contextValue = row.contextValue
  item.accessibilityInformation = { label: row.tooltip.replace(/\n+/g, ', ') }
  if (command !== undefined) item.command = command
  return item
}
