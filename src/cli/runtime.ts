import * as nodeModule from 'node:module'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { cacheDir } from '../host/cache-dir.ts'

/** Commands that run until they are stopped. */
const lasting: ReadonlySet<string> = new Set(['cluster', 'lsp', 'run'])

/**
 * A command that ends in a second spends a fifth of its processor time on optimising functions that it soon needs no more.
 * Ten times V8's own counts: what is hot for long is still optimised. Not called so in the V8 of Node 20.
 */
const laterOptimisation = [
  '--invocation-count-for-maglev=4000',
  '--invocation-count-for-maglev-osr=2000',
  '--invocation-count-for-osr=5000',
  '--invocation-count-for-turbofan=30000',
]

/** Prepares the process for a command, by its first word; before the command's code is loaded. */
export function prepareRuntime(word: string | undefined, env: NodeJS.ProcessEnv): void {
  const [major = '0'] = process.versions.node.split('.')
  if (Number(major) >= 24 && word !== undefined && !lasting.has(word)) laterOptimisation.forEach(setFlagsFromString)
  // What V8 made of the commands' code is kept for the next run, where Node can do so (22.1 and later).
  nodeModule.enableCompileCache?.(join(cacheDir(env), 'code'))
}
