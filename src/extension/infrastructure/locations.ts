import * as vscode from 'vscode'
import type { SourceLocation } from '../../protocol/index.ts'

/** Opens a place of a file; of several the user picks one. */
export async function reveal(locations: readonly SourceLocation[], what: string): Promise<void> {
  if (locations.length === 0) {
    await vscode.window.showInformationMessage(`Nothing in this workspace declares ${what}.`)
    return
  }
  const location = locations.length === 1 ? locations[0] : await pick(locations, what)
  if (location === undefined) return
  await vscode.window.showTextDocument(vscode.Uri.parse(location.uri), { selection: startOf(location), preview: true })
}

/** The command by which a row opens the place that declares it. */
export function revealCommand(location: SourceLocation | undefined): vscode.Command | undefined {
  if (location === undefined) return undefined
  return {
    command: 'vscode.open',
    title: 'Go to Declaration',
    arguments: [vscode.Uri.parse(location.uri), { selection: startOf(location), preview: true }],
  }
}

/** The cursor goes to the start; a declaration is a whole document, which nobody wants selected. */
function startOf({ range: { start } }: SourceLocation): vscode.Range {
  return new vscode.Range(start.line, start.character, start.line, start.character)
}

async function pick(locations: readonly SourceLocation[], what: string): Promise<SourceLocation | undefined> {
  const items = locations.map((location) => ({
    label: vscode.workspace.asRelativePath(vscode.Uri.parse(location.uri)),
    description: `line ${location.range.start.line + 1}`,
    location,
  }))
  return (await vscode.window.showQuickPick(items, { placeHolder: `${what} is declared in ${items.length} places` }))
    ?.location
}
