import type { Disposable } from './lifetime.ts'

/** Time as core code sees it, so that tests and simulations can run on virtual time. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number
  /** Calls back once after a delay in milliseconds, unless disposed before. */
  after(delay: number, callback: () => void): Disposable
}

/** Resolves after a delay in milliseconds on the given clock. */
export function sleep(clock: Clock, delay: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delay, resolve)
  })
}

/** RFC 3339 in UTC with seconds, as `metav1.Time` is written: `2026-01-02T03:04:05Z`. */
export function rfc3339(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`
}

interface Timer {
  readonly at: number
  readonly order: number
  readonly callback: () => void
}

/** A clock that moves only when told to; timers fire in order of time, then of creation. */
export class VirtualClock implements Clock {
  #now: number
  #order = 0
  #timers: Timer[] = []

  constructor(start: number = Date.UTC(2026, 0, 1)) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  after(delay: number, callback: () => void): Disposable {
    const timer: Timer = { at: this.#now + Math.max(0, delay), order: this.#order++, callback }
    this.#timers.push(timer)
    return {
      dispose: () => {
        this.#timers = this.#timers.filter((other) => other !== timer)
      },
    }
  }

  /** When the next timer fires, `undefined` when none is set. */
  next(): number | undefined {
    return this.#earliest()?.at
  }

  /** Moves time forward, letting promise callbacks run between timers. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds
    for (;;) {
      await settle()
      const timer = this.#earliest()
      if (timer === undefined || timer.at > end) break
      this.#timers = this.#timers.filter((other) => other !== timer)
      this.#now = Math.max(this.#now, timer.at)
      timer.callback()
    }
    this.#now = end
    await settle()
  }

  #earliest(): Timer | undefined {
    let best: Timer | undefined
    for (const timer of this.#timers) {
      if (best === undefined || timer.at < best.at || (timer.at === best.at && timer.order < best.order)) best = timer
    }
    return best
  }
}

/** Lets queued promise callbacks run; chains of up to 64 steps are followed. */
async function settle(): Promise<void> {
  for (let i = 0; i < 64; i++) await Promise.resolve()
}
