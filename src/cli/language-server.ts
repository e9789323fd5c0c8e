import {
  createConnection,
  ProposedFeatures,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node'
import { startWorker } from '../worker/index.ts'
import type { Terminal } from './command.ts'

/** Where the server's child processes begin, and where it keeps files. */
export interface LanguageServerPlaces {
  /** The CLI's entry. */
  readonly cli: string
  readonly storage: string
}

/** Serves the Language Server Protocol over standard input and output until the client says `exit`. */
export function serveLanguages(terminal: Terminal, places: LanguageServerPlaces): Promise<number> {
  const connection = createConnection(
    ProposedFeatures.all,
    new StreamMessageReader(process.stdin),
    new StreamMessageWriter(process.stdout),
  )
  return new Promise((resolve) => {
    const worker = startWorker(connection, { ...places, exit: resolve })
    void terminal.interrupted.then(() => resolve(0))
    process.on('exit', () => worker.dispose())
  })
}
