/** The worker process: started by the extension with `--node-ipc`, by hand with `--stdio`. */
import * as nodeModule from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node'
import { optimiseLater } from '../host/later-optimisation.ts'
import { startWorker } from './index.ts'

optimiseLater()

const isBundle = import.meta.url.endsWith('/worker.js')
const cli = fileURLToPath(new URL(isBundle ? './cli.js' : '../cli/main.ts', import.meta.url))

const worker = startWorker(createConnection(ProposedFeatures.all), {
  cli,
  storage: join(tmpdir(), `fluxkit-${process.pid}`),
  exit: (code) => process.exit(code),
})
// With a folder for compiled code (NODE_COMPILE_CACHE) it is written at the end, which a process that is killed has not.
setTimeout(() => nodeModule.flushCompileCache?.(), 30_000).unref()
// However the process ends in order, what it has started ends with it.
process.on('exit', () => worker.dispose())
process.on('disconnect', () => process.exit(0))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0))
