import { CodeLensRefreshRequest, type Connection } from 'vscode-languageserver'
import type { Disposable } from '../../base/index.ts'
import type { Logger } from '../dispatch.ts'

/** Milliseconds in which changes of live objects are gathered into one refresh. */
const gather = 300

/** Has the client ask for code lenses again, since they show the state of live objects. */
export class LensRefresh implements Disposable {
  readonly #connection: Connection
  readonly #log: Logger
  #isSupported = false
  #timer: NodeJS.Timeout | undefined

  constructor(connection: Connection, log: Logger) {
    this.#connection = connection
    this.#log = log
  }

  /** The client said that it can. */
  support(): void {
    this.#isSupported = true
  }

  soon(): void {
    if (!this.#isSupported) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#connection
        .sendRequest(CodeLensRefreshRequest.type)
        .catch((error: unknown) => this.#log('debug', `code lenses: ${String(error)}`))
    }, gather)
  }

  dispose(): void {
    this.#isSupported = false
    clearTimeout(this.#timer)
  }
}
