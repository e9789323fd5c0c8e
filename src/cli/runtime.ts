import { optimiseLater } from '../host/later-optimisation.ts'

/** Commands that run until they are stopped. */
const lasting: ReadonlySet<string> = new Set(['cluster', 'lsp', 'run'])

/** Whether the command that begins with this word runs until it is stopped. */
export function isLasting(word: string): boolean {
  return lasting.has(word)
}

/** Prepares the process for a command, by its first word; before the command's code is loaded. */
export function prepareRuntime(word: string | undefined): void {
  if (word !== undefined && !isLasting(word)) optimiseLater()
}
