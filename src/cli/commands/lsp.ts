import { fileURLToPath } from 'node:url'
import { cacheDir } from '../../host/index.ts'
import { type Command, UsageError } from '../command.ts'

/** `lsp --stdio`: the language server of the extension for other editors. */
export const lspCommand: Command = {
  path: ['lsp'],
  about: 'Serve the Language Server Protocol',
  flags: { stdio: { type: 'boolean', about: 'over standard input and output' } },
  async run(terminal, flags) {
    if (!flags['stdio']) throw new UsageError('say how to connect: --stdio')
    const [{ createConnection, ProposedFeatures, StreamMessageReader, StreamMessageWriter }, { startWorker }] =
      await Promise.all([import('vscode-languageserver/node'), import('../../worker/index.ts')])
    const connection = createConnection(
      ProposedFeatures.all,
      new StreamMessageReader(process.stdin),
      new StreamMessageWriter(process.stdout),
    )
    return new Promise((resolve) => {
      const worker = startWorker(connection, {
        cli: fileURLToPath(import.meta.url),
        storage: cacheDir(terminal.env),
        exit: resolve,
      })
      void terminal.interrupted.then(() => resolve(0))
      process.on('exit', () => worker.dispose())
    })
  },
}
