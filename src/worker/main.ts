/** The worker process: started by the extension with `--node-ipc`, by hand with `--stdio`. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node'
import { startWorker } from './index.ts'

const isBundle = import.meta.url.endsWith('/worker.js')
const cli = fileURLToPath(new URL(isBundle ? './cli.js' : '../cli/main.ts', import.meta.url))

const worker = startWorker(createConnection(ProposedFeatures.all), {
  cli,
  storage: join(tmpdir(), `fluxkit-${process.pid}`),
  exit: (code) => process.exit(code),
})
// However the process ends in order, what it has started ends with it.
process.on('exit', () => worker.dispose())
process.on('disconnect', () => process.exit(0))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0))
