import type { Clock, Disposable } from '../../base/index.ts'

/** How many keys are worked on before other work of the process gets its turn. */
const BATCH = 100
const RETRY = 1000

export type Handler = (key: string) => void

/**
 * One queue for all controllers of the cluster: a key waits at most once, work runs on the clock, never inside the write
 * that caused it, and a handler that fails is tried again.
 */
export class WorkQueue implements Disposable {
  readonly #clock: Clock
  readonly #handlers = new Map<string, Handler>()
  readonly #ready = new Map<string, { readonly controller: string; readonly key: string }>()
  readonly #delayed = new Map<string, { readonly at: number; readonly timer: Disposable }>()
  #drain: Disposable | undefined
  #closed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Names the function that works on a controller's keys. */
  register(controller: string, handler: Handler): void {
    this.#handlers.set(controller, handler)
  }

  /** Asks for a key to be looked at, now or after a delay in milliseconds; the sooner of two wishes wins. */
  add(controller: string, key: string, delay: number = 0): void {
    if (this.#closed) return
    const id = `${controller} ${key}`
    if (delay > 0) {
      const at = this.#clock.now() + delay
      const waiting = this.#delayed.get(id)
      if (waiting !== undefined) {
        if (waiting.at <= at) return
        waiting.timer.dispose()
      }
      const timer = this.#clock.after(delay, () => {
        this.#delayed.delete(id)
        this.add(controller, key)
      })
      this.#delayed.set(id, { at, timer })
      return
    }
    this.#ready.set(id, { controller, key })
    this.#drain ??= this.#clock.after(0, () => this.#run())
  }

  /** Forgets everything that waits. */
  clear(): void {
    for (const { timer } of this.#delayed.values()) timer.dispose()
    this.#delayed.clear()
    this.#ready.clear()
  }

  dispose(): void {
    this.#closed = true
    this.clear()
    this.#drain?.dispose()
  }

  #run(): void {
    this.#drain = undefined
    let left = BATCH
    for (const [id, { controller, key }] of this.#ready) {
      if (left-- === 0) break
      this.#ready.delete(id)
      try {
        this.#handlers.get(controller)?.(key)
      } catch {
        // A lost race or an object that its user broke meanwhile: look again later.
        this.add(controller, key, RETRY)
      }
    }
    if (this.#ready.size > 0 && !this.#closed) this.#drain ??= this.#clock.after(0, () => this.#run())
  }
}
