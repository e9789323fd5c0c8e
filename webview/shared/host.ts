import type { Guard } from '../../src/protocol/index.ts'

interface VsCodeApi {
  postMessage(message: unknown): void
  getState(): unknown
  setState(state: unknown): void
}
declare function acquireVsCodeApi(): VsCodeApi

/** The line to the extension: what it sends is used only after the guard has passed. */
export interface Host<Incoming, Outgoing> {
  post(message: Outgoing): void
  onMessage(listener: (message: Incoming) => void): void
  /** What the panel showed before it was hidden or the window was reloaded. */
  state<S>(guard: Guard<S>): S | undefined
  keep(state: unknown): void
}

export function connect<Incoming, Outgoing>(isIncoming: Guard<Incoming>): Host<Incoming, Outgoing> {
  const api = acquireVsCodeApi()
  return {
    post: (message) => api.postMessage(message),
    onMessage(listener) {
      window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        if (isIncoming(data)) listener(data)
      })
    },
    state(guard) {
      const state = api.getState()
      return guard(state) ? state : undefined
    },
    keep: (state) => api.setState(state),
  }
}
