import type { Disposable } from '../../base/index.ts'

/** Who asks. */
export interface UserInfo {
  readonly name: string
  readonly uid?: string
  readonly groups: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

/** One HTTP request, without a socket. */
export interface ApiRequest {
  readonly method: string
  /** Path and query, still percent-encoded. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** `undefined`: no token, or one that nobody has. */
  readonly user: UserInfo | undefined
}

/** A whole answer. */
export interface ApiResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Set for answers that are no text; `body` is empty then. */
  readonly bytes?: Uint8Array
}

/** Where a stream's text goes. */
export interface StreamSink {
  /** Answers false when the client is too slow and the stream should end. */
  write(text: string): boolean
  end(): void
}

/** A watch or a followed log: text flows from `start` until it is disposed or ends by itself. */
export interface ApiStream {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  start(sink: StreamSink): Disposable
}

export type ApiAnswer = ApiResponse | ApiStream

/** Tells a stream from a whole answer. */
export function isStream(answer: ApiAnswer): answer is ApiStream {
  return 'start' in answer
}
