import * as vscode from 'vscode'
import { inBackground } from './errors.ts'
import type { TreeNode } from './nodes.ts'
import { type Row, rowOf } from './rows.ts'
import { type Cell, TreeCells } from './tree-cells.ts'

const collapsible: Readonly<Record<Row['expand'], vscode.TreeItemCollapsibleState>> = {
  none: vscode.TreeItemCollapsibleState.None,
  collapsed: vscode.TreeItemCollapsibleState.Collapsed,
  expanded: vscode.TreeItemCollapsibleState.Expanded,
}

export interface TreeOptions {
  readonly id: string
  readonly log: vscode.LogOutputChannel
  /** Children of a node; of the root for `undefined`. */
  readonly children: (node: TreeNode | undefined) => readonly TreeNode[] | Promise<readonly TreeNode[]>
  /** What a click on the row does. */
  readonly command?: (node: TreeNode) => vscode.Command | undefined
  /** The user has unfolded a row. */
  readonly onExpand?: (node: TreeNode) => void
  readonly changes: readonly vscode.Event<unknown>[]
}

/** Milliseconds in which changes are gathered into one refresh: under what an eye can follow. */
const gather = 50

/**
 * A tree over plain nodes that refreshes exactly the rows that look different. VS Code forgets every element of a tree
 * that is refreshed as a whole until it has asked for all of them again, and a click in that moment is lost.
 */
export function createTree(options: TreeOptions): vscode.Disposable {
  const changed = new vscode.EventEmitter<Cell[] | undefined>()
  const cells = new TreeCells(options.children)
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  const update = async (): Promise<void> => {
    const { all, some } = await cells.update()
    if (all) changed.fire(undefined)
    else if (some.length > 0) changed.fire([...some])
  }
  const refreshSoon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined
      running = running.then(update, update)
      inBackground(options.log, options.id, running)
    }, gather)
  }
  const view = vscode.window.createTreeView<Cell>(options.id, {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: async (cell) => [...(await cells.children(cell))],
      getTreeItem: ({ node }) => treeItem(node, options.command?.(node)),
    },
    canSelectMany: true,
    showCollapseAll: true,
  })
  return vscode.Disposable.from(
    view,
    changed,
    view.onDidExpandElement(({ element }) => options.onExpand?.(element.node)),
    ...options.changes.map((event) => event(refreshSoon)),
    { dispose: () => clearTimeout(timer) },
  )
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
