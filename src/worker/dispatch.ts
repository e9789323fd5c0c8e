import { CancellationToken, type Connection, LSPErrorCodes, ResponseError } from 'vscode-languageserver'
import { type Cancellation, CancelledError, type Disposable } from '../base/index.ts'
import { KubeError } from '../kube/index.ts'
import { type LogLine, log as logSpec, type NotificationSpec, type RequestSpec } from '../protocol/index.ts'

/** A request that ran longer than this without a pause is named in the log (performance.md, section 4). */
const slow = 50

/** Writes lines into the client's log. */
export type Logger = (level: LogLine['level'], message: string) => void

/**
 * The one boundary between the wire and the code: checks what comes in, runs it, turns what was thrown into an answer.
 * A throw is a logged failure of that request alone; a cancelled request is answered as such.
 */
export class Dispatcher {
  readonly #connection: Connection
  readonly log: Logger

  constructor(connection: Connection) {
    this.#connection = connection
    this.log = (level, message) => {
      void connection.sendNotification(logSpec.method, { level, message })
    }
  }

  /** Answers a request of the protocol. */
  handle<P, R>(spec: RequestSpec<P, R>, run: (params: P, cancellation: Cancellation) => R | Promise<R>): void {
    this.#connection.onRequest(spec.method, async (params: unknown, token?: CancellationToken): Promise<unknown> => {
      const given = params ?? null
      if (!spec.params(given)) {
        throw new ResponseError(LSPErrorCodes.RequestFailed, `${spec.method}: malformed parameters`)
      }
      return (await this.run(spec.method, token, (cancellation) => run(given, cancellation))) ?? null
    })
  }

  /** Takes a notification of the protocol; a malformed one is logged and dropped. */
  receive<P>(spec: NotificationSpec<P>, run: (params: P) => void | Promise<void>): void {
    this.#connection.onNotification(spec.method, (params: unknown) => {
      if (!spec.params(params)) this.log('error', `dropped a malformed ${spec.method}`)
      else void this.run(spec.method, undefined, () => run(params)).catch(() => undefined)
    })
  }

  /** Sends a notification. */
  send<P>(spec: NotificationSpec<P>, params: P): void {
    void this.#connection.sendNotification(spec.method, params)
  }

  /** Runs the body of any request inside the boundary; rejects with what the client may see. */
  async run<R>(
    name: string,
    token: CancellationToken | undefined,
    body: (cancellation: Cancellation) => R | Promise<R>,
  ): Promise<R> {
    const started = performance.now()
    try {
      return await body(fromToken(token))
    } catch (error) {
      if (error instanceof CancelledError) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled')
      if (error instanceof UserError || error instanceof KubeError) {
        this.log('warn', `${name}: ${error.message}`)
      } else {
        this.log('error', `${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
      }
      throw new ResponseError(LSPErrorCodes.RequestFailed, error instanceof Error ? error.message : String(error))
    } finally {
      const took = performance.now() - started
      if (took > slow) this.log('trace', `${name} took ${Math.round(took)} ms`)
    }
  }
}

/** What the user asked for cannot be done; the message says why. No fault of the program. */
export class UserError extends Error {
  override readonly name = 'UserError'
}

/** A cancellation token of the protocol as the core knows it. */
export function fromToken(token: CancellationToken | undefined): Cancellation {
  const given = token ?? CancellationToken.None
  return {
    get cancelled() {
      return given.isCancellationRequested
    },
    onCancel(callback): Disposable {
      return given.onCancellationRequested(callback)
    },
  }
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
