import * as vscode from 'vscode'

/** The one boundary of commands: a failure is logged and shown once, a cancelled dialog or request is not a failure. */
export function registerCommand(
  log: vscode.LogOutputChannel,
  name: string,
  run: (...args: unknown[]) => unknown,
): vscode.Disposable {
  return vscode.commands.registerCommand(`fluxkit.${name}`, async (...args: unknown[]) => {
    try {
      return await run(...args)
    } catch (error) {
      await showFailure(log, name, error)
      return undefined
    }
  })
}

/** Runs work that nobody waits for; a failure ends in the log. */
export function inBackground(log: vscode.LogOutputChannel, what: string, work: Promise<unknown>): void {
  work.then(undefined, (error: unknown) => {
    if (!isCancelled(error)) log.error(`${what}: ${messageOf(error)}`)
  })
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

async function showFailure(log: vscode.LogOutputChannel, name: string, error: unknown): Promise<void> {
  if (isCancelled(error)) return
  log.error(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  const answer = await vscode.window.showErrorMessage(`Fluxkit: ${messageOf(error)}`, 'Show Logs')
  if (answer !== undefined) log.show()
}

/** `RequestCancelled` and `ServerCancelled` of the Language Server Protocol, and VS Code's own. */
function isCancelled(error: unknown): boolean {
  if (error instanceof vscode.CancellationError) return true
  const code = (error as { code?: unknown } | null)?.code
  return code === -32800 || code === -32802
}
