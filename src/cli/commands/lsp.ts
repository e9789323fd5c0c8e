import { cacheDir } from '../../host/index.ts'
import { type Command, UsageError } from '../command.ts'

/** `lsp --stdio`: the language server of the extension for other editors. */
export const lspCommand: Command = {
  path: ['lsp'],
  about: 'Serve the Language Server Protocol',
  flags: { stdio: { type: 'boolean', about: 'over standard input and output' } },
  async run(terminal, flags) {
    if (!flags['stdio']) throw new UsageError('say how to connect: --stdio')
    const { serveLanguages } = await import('../language-server.ts')
    // This module may be in a file of its own; the program that runs is the CLI.
    return serveLanguages(terminal, { cli: process.argv[1]!, storage: cacheDir(terminal.env) })
  },
}
