import type { Clock, Disposable } from '../../base/index.ts'
import { DelayHeap } from './delay-heap.ts'

/** How many keys are worked on before other work of the process gets its turn. */
const BATCH = 100
const RETRY = 1000

export type Handler = (key: string) => void

interface Work {
  readonly controller: string
  readonly key: string
}

/**
 * One queue for all controllers of the cluster: a key waits at most once, work runs on the clock, never inside the write
 * that caused it, and a handler that fails is tried again.
 */
export class WorkQueue implements Disposable {
  readonly #clock: Clock
  readonly #handlers = new Map<string, Handler>()
  readonly #ready = new Map<string, Work>()
  readonly #delayed = new DelayHeap<Work & { readonly at: number }>()
  /** When a delayed key is due; entries of the heap that say otherwise are out of date. */
  readonly #due = new Map<string, number>()
  #alarm: { readonly at: number; readonly timer: Disposable } | undefined
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
    if (delay <= 0) {
      this.#ready.set(id, { controller, key })
      this.#drain ??= this.#clock.after(0, () => this.#run())
      return
    }
    const at = this.#clock.now() + delay
    const known = this.#due.get(id)
    if (known !== undefined && known <= at) return
    this.#due.set(id, at)
    this.#delayed.add(at, { controller, key, at })
    this.#setAlarm()
  }

  /** Forgets everything that waits. */
  clear(): void {
    this.#alarm?.timer.dispose()
    this.#alarm = undefined
    this.#due.clear()
    this.#delayed.clear()
    this.#ready.clear()
  }

  dispose(): void {
    this.#closed = true
    this.clear()
    this.#drain?.dispose()
  }

  /** One timer for all delays: clocks may be slow with many. */
  #setAlarm(): void {
    const at = this.#delayed.next
    if (at === undefined || (this.#alarm !== undefined && this.#alarm.at <= at)) return
    this.#alarm?.timer.dispose()
    const timer = this.#clock.after(at - this.#clock.now(), () => {
      this.#alarm = undefined
      const now = this.#clock.now()
      for (let work = this.#delayed.take(now); work !== undefined; work = this.#delayed.take(now)) {
        const id = `${work.controller} ${work.key}`
        if (this.#due.get(id) !== work.at) continue
        this.#due.delete(id)
        this.add(work.controller, work.key)
      }
      this.#setAlarm()
    })
    this.#alarm = { at, timer }
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
