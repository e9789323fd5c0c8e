import { type Disposable, encodeText } from '../base/index.ts'
import {
  KubeError,
  type KubeRequest,
  type KubeResponse,
  type KubeTransport,
  type StreamHandlers,
} from '../kube/index.ts'
import type { ApiServer } from './api-server.ts'
import { ADMIN } from './auth/identity.ts'
import { type ApiRequest, isStream, type UserInfo } from './http/types.ts'

/**
 * A way to the dev cluster without a socket, for engines and tests in the same process. Requests act as `user`, the
 * cluster's administrator when none is given.
 */
export function createInProcessTransport(server: ApiServer, user: UserInfo = ADMIN): KubeTransport {
  const asRequest = (request: KubeRequest): ApiRequest => {
    const headers: Record<string, string> = {}
    for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value
    const { body } = request
    return {
      method: request.method,
      path: request.path,
      headers,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? encodeText(body) : body }),
      user,
    }
  }
  return {
    async request(request: KubeRequest): Promise<KubeResponse> {
      const answer = await server.handle(asRequest(request))
      if (isStream(answer)) {
        // A watch asked for as a plain request: what is there at once, then the end.
        let text = ''
        const running = answer.start({
          write: (part) => {
            text += part
            return true
          },
          end: () => undefined,
        })
        running.dispose()
        return { status: answer.status, headers: answer.headers, body: text }
      }
      return { status: answer.status, headers: answer.headers, body: answer.body }
    },
    stream(request: KubeRequest, handlers: StreamHandlers): Disposable {
      let disposed = false
      let running: Disposable | undefined
      const end = (error?: Error): void => {
        if (disposed) return
        disposed = true
        handlers.onEnd(error)
      }
      const open = async (): Promise<void> => {
        const answer = await server.handle(asRequest(request))
        if (disposed) return
        if (!isStream(answer)) {
          if (answer.status >= 400) end(statusError(answer.status, answer.body))
          else {
            handlers.onText(answer.body)
            end()
          }
          return
        }
        const started = answer.start({
          write: (text) => {
            if (!disposed) handlers.onText(text)
            return !disposed
          },
          end: () => end(),
        })
        if (disposed) started.dispose()
        else running = started
      }
      open().catch((error: unknown) => end(error instanceof Error ? error : new Error(String(error))))
      return {
        dispose: () => {
          disposed = true
          running?.dispose()
        },
      }
    },
  }
}

function statusError(code: number, body: string): KubeError {
  try {
    const status = JSON.parse(body) as { reason?: string; message?: string }
    return new KubeError(code, status.reason ?? 'Unknown', status.message ?? body)
  } catch {
    return new KubeError(code, 'Unknown', body)
  }
}
