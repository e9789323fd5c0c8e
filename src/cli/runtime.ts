import * as nodeModule from 'node:module'
import { join } from 'node:path'
import { cacheDir } from '../host/cache-dir.ts'
import { optimiseLater } from '../host/later-optimisation.ts'

/** Commands that run until they are stopped. */
const lasting: ReadonlySet<string> = new Set(['cluster', 'lsp', 'run'])

/** Prepares the process for a command, by its first word; before the command's code is loaded. */
export function prepareRuntime(word: string | undefined, env: NodeJS.ProcessEnv): void {
  if (word !== undefined && !lasting.has(word)) optimiseLater()
  // What V8 made of the commands' code is kept for the next run, where Node can do so (22.1 and later).
  nodeModule.enableCompileCache?.(join(cacheDir(env), 'code'))
}
